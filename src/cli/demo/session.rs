//! Writing a session of the demo, with its history and what it claims.

use chrono::{DateTime, Utc};

use super::read::LoadError;
use crate::clock::Clock;
use crate::domain::course::session::Session;
use crate::domain::ids::ResourceId;
use crate::domain::time::interval::Interval;
use crate::storage;
use crate::storage::Tx;
use crate::storage::booking::claims::Claimant;
use crate::storage::course::history::Change;

/// Writes `session`, what was done to it and when, and its claims.
pub(super) async fn write(
    tx: &mut Tx,
    clock: &Clock,
    session: &Session,
    changes: &[(&str, DateTime<Utc>)],
    claims: &[(ResourceId, Interval)],
) -> Result<(), LoadError> {
    storage::course::sessions::insert(tx, session).await?;
    for (change, at) in changes {
        let change = Change { id: clock.id(), at: *at, change: (*change).to_owned(), before: None };
        storage::course::history::insert(tx, &change, session.id, None).await?;
    }
    let claimant = Claimant::Session(session.id);
    for (resource, when) in claims {
        storage::booking::claims::insert(tx, clock.id(), *resource, claimant, *when).await?;
    }
    Ok(())
}
