//! What was answered to a POST with an `Idempotency-Key`. A booking's answer is
//! written in the booking's own transaction, so neither is there without the other.

use chrono::{DateTime, Utc};

use super::engine::stmt;
use super::{Result, Tx};
use crate::domain::ids::{DeedId, PartnerId, ReferralId, UserId};

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Answered {
    /// Hash of the request that it answered.
    pub fingerprint: String,
    /// HTTP status.
    pub status: i64,
    /// Body, byte for byte.
    pub body: String,
    /// The deed that was done; none where nothing was changed.
    pub deed_id: Option<DeedId>,
}

/// Writes an answer; [`super::Error::Duplicate`] when the key was answered meanwhile.
pub async fn insert(
    tx: &mut Tx,
    user: UserId,
    key: &str,
    answered: &Answered,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO repeats (user_id, key, fingerprint, status, body, at, deed_id) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind_all((
        user,
        key,
        &answered.fingerprint,
        answered.status,
        &answered.body,
        at,
        answered.deed_id,
    ))
    .done()
    .await
}

/// What was answered to this user under this key.
pub async fn get(tx: &mut Tx, user: UserId, key: &str) -> Result<Option<Answered>> {
    tx.query(stmt!(
        "SELECT fingerprint, status, body, deed_id FROM repeats WHERE user_id = $1 AND key = $2"
    ))
    .bind_all((user, key))
    .optional()
    .await
}

/// Forgets what the users of a shop were answered about a referral: it may hold what they may know no more.
pub async fn forget_of_shop(tx: &mut Tx, partner: PartnerId, referral: ReferralId) -> Result<()> {
    tx.query(stmt!(
        "DELETE FROM repeats WHERE user_id IN (SELECT id FROM users WHERE partner_id = $1) AND body LIKE $2"
    ))
    .bind_all((partner, format!("%{referral}%")))
    .done()
    .await
}

/// Forgets answers given before `before`.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM repeats WHERE at < $1")).bind(before).done().await
}
