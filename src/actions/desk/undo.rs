//! Stepping back: within the grace time the last change of a session is undone. A move
//! goes back to the old time and a cancellation is taken back if that time is still
//! free; a booking that is undone is cancelled as a mistake.

use crate::actions::booking::change::{
    CONSENT_WITHDRAWN, DECLINED, PROPOSAL_TAKEN, SHOP_ACCEPTED, SHOP_REPORTED, TIME_LAW, UNDONE,
    WINDOW_REMOVED, WITHDRAWN, commit_session, lock_session, save,
};
use crate::actions::booking::diaries::Search;
use crate::actions::booking::new_session::exactly;
use crate::actions::booking::{decide, diaries};
use crate::actions::course::session_view::SessionView;
use crate::actions::referral::change;
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::booking::diary::Diary;
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::SessionId;
use crate::domain::partner::referral::ReferralStatus;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::storage::booking::claims::Claimant;
use crate::storage::booking::{claims, resources};
use crate::storage::catalogue::services;
use crate::storage::course::history;
use crate::storage::patient::consents;

/// Undoes the last change of a session.
pub async fn undo(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let grace = app.policy.undo();
    let last = history::last(&mut work.tx, id).await?.filter(|made| work.now <= made.at + grace);
    let change = last.map(|made| made.change).ok_or_else(|| {
        let minutes = app.policy.undo_minutes;
        Error::refused(
            Code::NothingToUndo,
            format!("Nothing was done to this session in the last {minutes} minutes."),
        )
    })?;
    if change.change == WINDOW_REMOVED {
        return Err(Error::refused(
            Code::NothingToUndo,
            "Its rental window was removed; move it to another time instead.",
        ));
    }
    if change.change == CONSENT_WITHDRAWN {
        return Err(Error::refused(
            Code::NothingToUndo,
            "It fell with the patient's consent; take the consent anew, then book.",
        ));
    }
    if [SHOP_ACCEPTED, SHOP_REPORTED, DECLINED, WITHDRAWN, PROPOSAL_TAKEN]
        .contains(&change.change.as_str())
    {
        return Err(Error::refused(
            Code::NothingToUndo,
            "The referral was answered, or taken back; that is not undone here. Move the session, or refer anew.",
        ));
    }
    if change.change == TIME_LAW {
        return Err(Error::refused(
            Code::NothingToUndo,
            "Its instant follows the law of the clock; move it to another time instead.",
        ));
    }
    let next = match change.before {
        Some(before) => before.restored(&current),
        None => Session {
            status: SessionStatus::Cancelled,
            cancel_reason: Some(CancelReason::BookedByMistake),
            ..current.clone()
        },
    };
    check_shop_again(&mut work, &next).await?;
    reclaim(&mut work, &current, &next).await?;
    history::mark_undone(&mut work.tx, change.id).await?;
    save(&mut work, &current, next, UNDONE).await?;
    commit_session(work, id, None).await
}

/// Refuses to bring a session back to a shop that may not be told of it any more, or that does not have its referral.
async fn check_shop_again(work: &mut Work<'_>, next: &Session) -> Result<()> {
    let Some(id) = next.referral_id.filter(|_| next.status.is_live()) else {
        return Ok(());
    };
    let referral = change::current(work, id).await?;
    // One that ended with this very session returns with it.
    let returns = referral.by_booking && referral.status == ReferralStatus::Cancelled;
    let stands =
        returns || referral.status.takes_sessions() || referral.status == ReferralStatus::Completed;
    if stands
        && consents::is_disclosed(&mut work.tx, referral.patient_id, referral.partner_id).await?
    {
        return Ok(());
    }
    Err(Error::refused(
        Code::NothingToUndo,
        "What was referred there stands no more; book it anew.",
    ))
}

/// Gives `next` the claims that it needs instead of those of `current`.
async fn reclaim(work: &mut Work<'_>, current: &Session, next: &Session) -> Result<()> {
    let claims_before = current.status != SessionStatus::Cancelled;
    let claims_after = next.status != SessionStatus::Cancelled;
    let moved = (current.starts_at, current.ends_at, current.place)
        != (next.starts_at, next.ends_at, next.place);
    if claims_before == claims_after && !moved {
        return Ok(());
    }
    claims::release_session(&mut work.tx, current.id).await?;
    if claims_after {
        let diary = diary_at(work, next).await?;
        decide::claim(work, &diary, next.place, next.starts_at, Claimant::Session(next.id)).await?;
    }
    Ok(())
}

/// The diary of the place that is wanted back, which says how long everything is claimed. Whether
/// rules have changed in the last minutes is not asked; whether the time was taken is.
async fn diary_at(work: &mut Work<'_>, back: &Session) -> Result<Diary> {
    let service = services::get(&mut work.tx, back.service_id).await.found("service")?;
    let place = back.place;
    let search = Search {
        site: Some(place.site_id),
        wanted: exactly(place),
        prefer: None,
        ..Search::of(back.patient_id, service).instead_of(back)
    };
    let mut found = diaries::open(work, &search).await?;
    resources::lock(&mut work.tx, diaries::candidates(&found)).await?;
    let mut diary = found.pop().ok_or(Error::NotThere("site"))?;
    let date = civil::date_of(work.app.zone, back.starts_at);
    diaries::fill(&mut work.tx, &mut diary, date, date, search.except).await?;
    let conflicts = conflicts(&diary, back);
    if conflicts.is_empty() { Ok(diary) } else { Err(conflicts.into()) }
}

fn conflicts(diary: &Diary, back: &Session) -> Vec<Refusal> {
    let claims = diary.claims_of(back.place, back.starts_at).into_iter();
    claims
        .filter(|claim| diary.taken(claim.resource).iter().any(|busy| busy.overlaps(claim.when)))
        .map(|claim| {
            Refusal::new(claim.conflict, "The time that would be had back was taken meanwhile.")
        })
        .collect()
}
