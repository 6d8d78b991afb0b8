//! Addresses and numbers at which nothing arrives any more, as the mail server or the provider said.

use chrono::{DateTime, Utc};

use crate::domain::patient::recipient::Recipient;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Why nothing arrives at an address, and since when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeadWay {
    /// What was said.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Notes that nothing arrives at an address.
pub async fn mark(
    tx: &mut Tx,
    recipient: &Recipient,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO dead_ways (recipient, reason, since) VALUES ($1, $2, $3)
         ON CONFLICT (recipient) DO UPDATE SET reason = excluded.reason, since = excluded.since, mended_at = NULL
         WHERE dead_ways.mended_at IS NOT NULL"
    ))
    .bind_all((recipient.key(), reason, at))
    .done()
    .await
}

/// Notes that something arrives at an address again. Whether nothing did.
pub async fn mend(tx: &mut Tx, recipient: &Recipient, at: DateTime<Utc>) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE dead_ways SET mended_at = $2 WHERE recipient = $1 AND mended_at IS NULL"
    ))
    .bind_all((recipient.key(), at))
    .changed_one()
    .await
}

/// Why nothing arrives at an address, if nothing does.
pub async fn get(tx: &mut Tx, recipient: &Recipient) -> Result<Option<DeadWay>> {
    tx.query(stmt!(
        "SELECT reason, since FROM dead_ways WHERE recipient = $1 AND mended_at IS NULL"
    ))
    .bind(recipient.key())
    .optional()
    .await
}
