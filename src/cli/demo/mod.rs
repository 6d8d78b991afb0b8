//! The demo data of `domain.md` section 6: a made-up clinic, its partners and patients,
//! 14 months back and 10 weeks ahead of today. The same `now` gives the same stories.

mod catalogue;
mod history;
mod others;
mod patients;
mod people;
mod shops;
mod told;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

pub use self::people::DemoUser;
use crate::actions;
use crate::actions::App;
use crate::actions::messages::replan;
use crate::domain::role::Role;
use crate::storage;
use crate::storage::Tx;

/// Why the demo data could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The store refused.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// What is told could not be planned.
    #[error(transparent)]
    Planning(#[from] actions::Error),
    /// A line of the data is not what the domain takes.
    #[error("demo data: {0}")]
    Data(#[from] serde_json::Error),
    /// A story found no free time near its day.
    #[error("demo data: no free time for {0}")]
    NoTime(String),
    /// A role has nobody.
    #[error("demo data: nobody is {0}")]
    Nobody(Role),
}

/// Who can sign in, by role.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Casey Frontdesk.
    pub front_desk: DemoUser,
    /// Noor Sample RN.
    pub practitioner: DemoUser,
    /// Robin Ledger.
    pub manager: DemoUser,
    /// Of Fictional Maple Fade Laser.
    pub partner: DemoUser,
}

/// Whether nobody has used this database yet.
pub async fn is_empty(tx: &mut Tx) -> storage::Result<bool> {
    storage::demo::is_empty(tx).await
}

/// Loads the demo data around the clock's now into an empty database. Everybody gets `password_hash`.
pub async fn load(tx: &mut Tx, app: &App, password_hash: &str) -> Result<Loaded, LoadError> {
    let (clock, zone, policy) = (&app.clock, app.zone, &app.policy);
    let partners = catalogue::partners(tx, app).await?;
    let clinic = catalogue::clinic(tx, clock, zone).await?;
    let loaded = people::users(tx, clock, &partners, password_hash).await?;
    let stories = patients::stories(tx, clock, &partners).await?;
    history::play(tx, clock, zone, policy, clinic, &stories).await?;
    let before_today = stories.len().saturating_sub(others::TODAY);
    shops::play(
        tx,
        app,
        &partners,
        stories.get(..before_today).unwrap_or(&[]),
    )
    .await?;
    told::invitations(tx, clock, policy).await?;
    replan::plan_all(tx, app).await?;
    storage::demo::mark_all(tx).await?;
    Ok(loaded)
}

/// `thing` with the fields of `more`.
fn with(mut thing: Value, more: Value) -> Value {
    if let (Value::Object(thing), Value::Object(more)) = (&mut thing, more) {
        thing.extend(more);
    }
    thing
}

/// A value of the domain from its JSON, through the same door as everybody's.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, LoadError> {
    Ok(serde_json::from_value(value)?)
}
