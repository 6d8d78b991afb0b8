//! The clock: the only place where time is read. Tests and the demo move it by hand.
//! Instants are cut to microseconds, which is what `PostgreSQL` keeps.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, SubsecRound, Utc};
use uuid::Uuid;

/// Real time, or a clock that stands `ahead` of it, or one that is moved by hand.
#[derive(Debug)]
pub struct Clock {
    /// Microseconds: how far ahead of real time, or the time itself when `still`.
    micros: AtomicI64,
    still: bool,
}

impl Clock {
    /// Real time.
    #[must_use]
    pub fn real() -> Self {
        Self { micros: AtomicI64::new(0), still: false }
    }

    /// A clock that runs from `now` on (the demo).
    #[must_use]
    pub fn running_from(now: DateTime<Utc>) -> Self {
        Self {
            micros: AtomicI64::new((now - system_now()).num_microseconds().unwrap_or(0)),
            still: false,
        }
    }

    /// A clock that stands at `now` until it is moved (tests).
    #[must_use]
    pub fn still_at(now: DateTime<Utc>) -> Self {
        Self { micros: AtomicI64::new(now.timestamp_micros()), still: true }
    }

    /// The time, to the microsecond.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = self.micros.load(Ordering::SeqCst);
        if self.still {
            return DateTime::from_timestamp_micros(micros).unwrap_or_default();
        }
        system_now()
            .checked_add_signed(Duration::microseconds(micros))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
            .trunc_subsecs(6)
    }

    /// Moves the clock forward; not back, so `by` below zero moves nothing.
    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(by.num_microseconds().unwrap_or(0).max(0), Ordering::SeqCst);
    }

    /// A new id, of any kind.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        Uuid::now_v7().into()
    }

    /// A new random id that tells nothing, not even when it was made.
    #[must_use]
    pub fn opaque(&self) -> Uuid {
        Uuid::new_v4()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}
