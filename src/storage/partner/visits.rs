//! The visits of one shop, as its own list needs them: only what was referred to it and sent.
//! Whose they are is looked up under the shop's id by the statement itself.

use chrono::{DateTime, Utc};

use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{PartnerId, SessionId};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Which visits a shop asks for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Whose list.
    pub partner: PartnerId,
    /// Those that start from here on …
    pub from: DateTime<Utc>,
    /// … and before here.
    pub until: DateTime<Utc>,
    /// In one state.
    pub status: Option<SessionStatus>,
}

/// The visits wanted, in order of start and id, those after `after`.
pub async fn page(
    tx: &mut Tx,
    wanted: Wanted,
    after: (DateTime<Utc>, SessionId),
    limit: i64,
) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT s.* FROM sessions s JOIN referrals r ON r.id = s.referral_id
         WHERE r.partner_id = $1 AND r.requested_at IS NOT NULL AND r.status <> 'entered-in-error' AND s.status <> 'entered-in-error'
           AND s.starts_at >= $2 AND s.starts_at < $3 AND s.status = coalesce($4, s.status) AND (s.starts_at, s.id) > ($5, $6)
         ORDER BY s.starts_at, s.id LIMIT $7"
    ))
    .bind_all(fields!(wanted => partner, from, until, status))
    .bind_all((after.0, after.1, limit))
    .all()
    .await
}

/// The visits of a shop to come that wait for its word, from `now` on, in order of start. What waits for something else, such as
/// another place, is not the shop's to answer.
pub async fn to_answer(
    tx: &mut Tx,
    partner: PartnerId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT s.* FROM sessions s JOIN referrals r ON r.id = s.referral_id
         WHERE r.partner_id = $1 AND r.requested_at IS NOT NULL AND r.status IN ('requested', 'received', 'accepted', 'in-progress')
           AND s.status = 'pending' AND s.rebook_reason IS NULL AND s.starts_at > $2
         ORDER BY s.starts_at, s.id LIMIT $3"
    ))
    .bind_all((partner, now, limit))
    .all()
    .await
}

/// The visits of a shop that were over by `now` and are not reported, in order of start.
pub async fn to_report(
    tx: &mut Tx,
    partner: PartnerId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT s.* FROM sessions s JOIN referrals r ON r.id = s.referral_id
         WHERE r.partner_id = $1 AND r.requested_at IS NOT NULL AND r.status <> 'entered-in-error'
           AND s.status IN ('booked', 'arrived', 'checked-in') AND s.ends_at <= $2
         ORDER BY s.starts_at, s.id LIMIT $3"
    ))
    .bind_all((partner, now, limit))
    .all()
    .await
}
