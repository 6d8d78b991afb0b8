//! Slows down who guesses tokens or passwords, or sends forms without end, from one address. A token that was good
//! lately passes without being counted, so that one stale program behind the clinic's
//! router does not lock the desk out. Failed passwords of one account are counted in
//! the database, in `sign_in`, where all nodes see them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use crate::actions::{Error, Result};

/// The address that a request came from, where there is one: a call from inside has none.
#[derive(Debug, Clone, Copy)]
pub struct CameFrom(pub Option<IpAddr>);

const SIXTY: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
const HUNDRED: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// How long a token counts as good lately, and how many are remembered.
const GOOD_FOR: Duration = Duration::from_mins(10);
const REMEMBERED: usize = 10_000;

/// Counts tries by address, for this node.
#[derive(Debug)]
pub struct GuessGuard {
    tokens: DefaultKeyedRateLimiter<IpAddr>,
    passwords: DefaultKeyedRateLimiter<IpAddr>,
    wishes: DefaultKeyedRateLimiter<IpAddr>,
    good: Mutex<HashMap<String, Instant>>,
    /// Two passwords are hashed at a time, so that guessing cannot take every core.
    pub(in crate::actions) hashing: Semaphore,
}

impl Default for GuessGuard {
    fn default() -> Self {
        Self {
            tokens: RateLimiter::keyed(Quota::per_minute(SIXTY).allow_burst(HUNDRED)),
            // A whole desk signs in behind one address, and opens its locked pages again.
            passwords: RateLimiter::keyed(Quota::per_minute(SIXTY)),
            wishes: RateLimiter::keyed(Quota::per_hour(TEN)),
            good: Mutex::default(),
            hashing: Semaphore::new(2),
        }
    }
}

impl GuessGuard {
    /// Counts one token that was not good lately; too many of one address have to wait.
    pub(in crate::actions) fn count_token(&self, hash: &str, from: Option<IpAddr>) -> Result<()> {
        let good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        if good.get(hash).is_some_and(|since| since.elapsed() < GOOD_FOR) {
            return Ok(());
        }
        drop(good);
        check(&self.tokens, from)
    }

    /// Counts one try of a password.
    pub(in crate::actions) fn count_password(&self, from: Option<IpAddr>) -> Result<()> {
        check(&self.passwords, from)
    }

    /// Counts one form that was sent by a stranger.
    pub(in crate::actions) fn count_wish(&self, from: Option<IpAddr>) -> Result<()> {
        check(&self.wishes, from)
    }

    /// Notes that a token was good.
    pub(in crate::actions) fn note_good(&self, hash: &str) {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        if good.len() >= REMEMBERED {
            good.retain(|_, since| since.elapsed() < GOOD_FOR);
        }
        if good.len() < REMEMBERED {
            good.insert(hash.to_owned(), Instant::now());
        }
    }

    /// Forgets addresses that have not tried lately; called now and then.
    pub fn tidy(&self) {
        self.tokens.retain_recent();
        self.passwords.retain_recent();
        self.wishes.retain_recent();
    }
}

fn check(limiter: &DefaultKeyedRateLimiter<IpAddr>, from: Option<IpAddr>) -> Result<()> {
    // Without an address (a call from inside) there is nothing to count.
    let Some(from) = from else { return Ok(()) };
    limiter.check_key(&from).map_err(|not_until| {
        let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
        Error::SlowDown(wait.as_secs() + 1)
    })
}
