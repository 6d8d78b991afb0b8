//! `fadeline time-check`, and the same look at each start.

use super::app::{open, say};
use super::args::TimeCheckOptions;
use super::settings::Settings;
use crate::actions::App;
use crate::actions::booking::time_check;
use crate::actions::booking::time_check::{Changed, Fate};

/// Lists, or moves, what a change of the clock's law changed; one line each, fields with tabs between.
pub(super) async fn run(settings: &Settings, options: TimeCheckOptions) -> anyhow::Result<()> {
    let mut settings = settings.clone();
    if let (Some(from), Some(offset)) = (options.law_from, options.law_offset) {
        settings.zone = settings.zone.with_law(from.to_utc(), offset);
    }
    let app = open(&settings).await?;
    let changed = if options.apply {
        time_check::apply(&app).await?
    } else {
        time_check::check(&app).await?
    };
    app.db.close().await;
    for one in &changed {
        say(&line(one, options.apply))?;
    }
    let left = changed.iter().filter(|one| one.fate != Fate::Moves).count();
    let moves = changed.len() - left;
    say(&format!(
        "{moves} {}, {left} to be decided by a person",
        if options.apply { "moved" } else { "would move" }
    ))
}

fn line(changed: &Changed, applied: bool) -> String {
    let Changed { session, local_start, zone, booked_at, means, fate } = changed;
    let means = means.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339());
    let fate = match fate {
        Fate::Moves if applied => "moved",
        Fate::Moves => "moves",
        Fate::Conflict => "conflict",
        Fate::NoSuchTime => "no such local time",
    };
    format!(
        "{session}\t{local_start} {zone}\tbooked at {}\tmeans {means}\t{fate}",
        booked_at.to_rfc3339()
    )
}

/// Says in the log what a change of the clock's law changed, and what to do.
pub(super) async fn warn(app: &App) -> anyhow::Result<()> {
    let changed = time_check::check(app).await?;
    for one in &changed {
        tracing::warn!(session = %one.session, promised = one.local_start, booked_at = %one.booked_at, "its wall time means another instant");
    }
    if !changed.is_empty() {
        tracing::warn!(
            sessions = changed.len(),
            "the clock's law has changed: see `fadeline time-check`, then `fadeline time-check --apply`"
        );
    }
    Ok(())
}
