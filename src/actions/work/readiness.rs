//! Whether anything can be written: one row is, and committed. That is tried once a second
//! at most, however often it is asked, and the answer is kept in between.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::storage;
use crate::storage::{Db, Hindrance, readiness};

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::seconds(1);
/// How long a database may take that is ready.
const LONGEST: Duration = Duration::from_secs(2);

/// Why nothing can be written.
#[derive(Debug, Clone, Copy, Error)]
pub enum Unready {
    /// It takes too long.
    #[error("the database took more than two seconds to write one row")]
    Slow,
    /// It is away.
    #[error("the database is not to be reached at the moment")]
    Away,
    /// Something keeps it from being used.
    #[error("{0}")]
    Hindered(Hindrance),
    /// It refuses the row.
    #[error("the database refuses to write one row")]
    Refused,
}

/// What an answer is.
type Ready = Result<(), Unready>;

/// The last answer, and when it was found.
#[derive(Debug, Default)]
pub struct KeptReadiness(Mutex<Option<(DateTime<Utc>, Ready)>>);

impl KeptReadiness {
    /// Writes one row into `db`, unless that was tried within the last second.
    pub async fn check(&self, db: &Db, clock: &Clock) -> Ready {
        // Requests that ask at the same time wait for the one that tries.
        let mut kept = self.0.lock().await;
        let now = clock.now();
        if let Some((at, answer)) = *kept
            && (now - at).abs() < KEPT
        {
            return answer;
        }
        let answer = match timeout(LONGEST, write(db, now)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(unready(&error)),
            Err(_) => Err(Unready::Slow),
        };
        if let Err(unready) = answer {
            tracing::warn!("not ready: {unready}");
        }
        *kept = Some((now, answer));
        answer
    }
}

async fn write(db: &Db, now: DateTime<Utc>) -> storage::Result<()> {
    let mut tx = db.begin().await?;
    readiness::write(&mut tx, now).await?;
    tx.commit().await
}

fn unready(error: &storage::Error) -> Unready {
    match error {
        storage::Error::Away(_) => Unready::Away,
        storage::Error::Hindered(hindrance, _) => Unready::Hindered(*hindrance),
        error => {
            tracing::error!(%error, "the row of readiness");
            Unready::Refused
        }
    }
}
