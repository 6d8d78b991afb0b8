//! What the commands stand on: the app over the configured database, and standard output.

use std::io::Write;

use anyhow::Context;

use super::settings::Settings;
use crate::actions::App;
use crate::clock::Clock;
use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::patient::Phone;
use crate::storage::Db;
use crate::storage::patient::patients;

/// The app over the configured database, its schema brought up to date.
pub(super) async fn open(settings: &Settings) -> anyhow::Result<App> {
    open_with(settings, Clock::real(), settings.mail.profile.clone()).await
}

/// The same with another clock, and under another name.
pub(super) async fn open_with(
    settings: &Settings,
    clock: Clock,
    profile: ClinicProfile,
) -> anyhow::Result<App> {
    let db = Db::connect(&settings.database_url).await.context("cannot open the database")?;
    db.migrate().await.context("cannot bring the schema up to date")?;
    patients::fold_again(&db).await.context("cannot fold the names of patients anew")?;
    tokio::task::spawn_blocking(Phone::warm_up);
    let app = App::new(db, clock, settings.zone, settings.policy.clone(), profile);
    app.look_for_demonstration().await?;
    Ok(app)
}

/// Prints a line that was asked for.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
