//! A feed: a calendar at a secret address that a calendar program subscribes to. What each kind
//! shows of a visit stands in `calendar::entry`; only a patient's own says what it is.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::domain::codes::codes;
use crate::domain::ids::{FeedId, UserId};
use crate::domain::time::interval::Interval;

codes! {
    /// Whose visits a feed shows.
    FeedKind in "snake_case" { Practitioner, Site, Partner, Patient }
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// Rises with each change.
    pub version: i64,
    /// Whose visits it shows.
    pub kind: FeedKind,
    /// The practitioner, site, partner or patient.
    pub subject_id: Uuid,
    /// Hash of its secret.
    pub hash: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it got the secret that it has.
    pub rotated_at: DateTime<Utc>,
    /// When it was fetched last, to the minute or so.
    pub last_fetched_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a feed covers at `now`: 30 days back to 365 ahead.
#[must_use]
pub fn covered(now: DateTime<Utc>) -> Option<Interval> {
    Interval::new(now - Duration::days(30), now + Duration::days(365))
}
