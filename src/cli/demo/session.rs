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
use crate::storage::deeds::{Deed, Touched};

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
        note_change(tx, clock, session, change, *at).await?;
    }
    let claimant = Claimant::Session(session.id);
    for (resource, when) in claims {
        storage::booking::claims::insert(tx, clock.id(), *resource, claimant, *when).await?;
    }
    Ok(())
}

/// Notes that a session was changed, by a deed of its own.
async fn note_change(
    tx: &mut Tx,
    clock: &Clock,
    session: &Session,
    change: &str,
    at: DateTime<Utc>,
) -> Result<(), LoadError> {
    let deed = Deed {
        id: clock.id(),
        at,
        user_id: None,
        actor: "demonstration".to_owned(),
        verb: format!("session.{change}"),
        idempotency_key: None,
    };
    storage::deeds::insert(tx, &deed).await?;
    let when = Interval::new(session.starts_at, session.ends_at);
    let touched = [Touched { kind: "session", id: session.id.0, when }];
    storage::deeds::insert_touched(tx, deed.id, &touched).await?;
    let change =
        Change { id: clock.id(), deed_id: deed.id, change: change.to_owned(), before: None };
    Ok(storage::course::history::insert(tx, &change, session.id).await?)
}
