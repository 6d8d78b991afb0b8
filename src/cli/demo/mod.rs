//! The demo data of `docs/domain.md` 6: a made-up clinic, its partners and patients,
//! 14 months back and 10 weeks ahead of today. The same `now` gives the same stories.

mod catalogue;
mod history;
mod invitations;
mod more_patients;
mod patients;
pub(super) mod people;
mod read;
mod session;
mod shops;
mod story;

pub use self::people::DemoUser;
use self::people::Loaded;
use self::read::LoadError;
use crate::actions::Work;
use crate::actions::messages::replan;
use crate::storage;
use crate::storage::Tx;

/// Whether the database is unused.
pub async fn is_empty(tx: &mut Tx) -> storage::Result<bool> {
    storage::demo::is_empty(tx).await
}

/// Loads the demo data around the clock's now into an empty database. Every user gets `password_hash`.
pub async fn load(work: &mut Work<'_>, password_hash: &str) -> Result<Loaded, LoadError> {
    let app = work.app;
    let tx = &mut work.tx;
    let clock = &app.clock;
    let partners = catalogue::partners(tx, app).await?;
    let clinic = catalogue::clinic(tx, clock, app.zone).await?;
    let loaded = people::users(tx, clock, &partners, &clinic.practitioners, password_hash).await?;
    let stories = patients::stories(tx, clock, &partners).await?;
    history::play(tx, app, clinic, &stories).await?;
    let before_today = stories.len().saturating_sub(more_patients::TODAY);
    shops::play(tx, app, &partners, stories.get(..before_today).unwrap_or(&[])).await?;
    invitations::write(tx, app).await?;
    replan::plan_all(work).await?;
    storage::demo::mark_all(&mut work.tx).await?;
    Ok(loaded)
}
