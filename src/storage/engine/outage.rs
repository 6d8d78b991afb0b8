//! Says loudly when the database cannot be used any more, and when it can again. A disk that
//! is full fails every request; the log has one line for all of them, once a minute at most.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::{Error, Hindrance};

/// How often an outage that lasts is said again.
const AGAIN: Duration = Duration::from_mins(1);

/// An outage that lasts.
#[derive(Debug)]
struct Outage {
    hindrance: Hindrance,
    said: Instant,
}

/// That of this process, which has one database.
static OUTAGE: Mutex<Option<Outage>> = Mutex::new(None);

/// What sqlx answered as our own error; an outage is said.
pub(super) fn noted(error: sqlx::Error) -> Error {
    let error = Error::from(error);
    if let Error::Hindered(hindrance, cause) = &error
        && is_news(*hindrance)
    {
        tracing::error!(%cause, "{hindrance}; requests are answered with 503 until that is over. {} A restart is not needed.", hindrance.cure());
    }
    error
}

fn is_news(hindrance: Hindrance) -> bool {
    let mut outage = OUTAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let known = outage
        .as_ref()
        .is_some_and(|outage| outage.hindrance == hindrance && outage.said.elapsed() < AGAIN);
    if !known {
        *outage = Some(Outage { hindrance, said: Instant::now() });
    }
    !known
}

/// Something was written and committed: what was in the way is gone.
pub(super) fn is_over() {
    let outage = OUTAGE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(outage) = outage {
        tracing::warn!("the database is written again; before, {}", outage.hindrance);
    }
}
