//! Addresses and numbers at which nothing arrives any more, as the mail server or the provider said.

use chrono::{DateTime, Utc};

use crate::domain::patient::opt_out::OptOutScope;
use crate::domain::patient::recipient::Recipient;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// What is in the way of sending to an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct InTheWay {
    /// How much its owner does not want.
    pub opted_out: Option<OptOutScope>,
    /// Why nothing arrives there, as the mail server or the provider said.
    pub dead: Option<String>,
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

/// What is in the way of sending to an address: an opt-out, or that nothing arrives there.
pub async fn in_the_way(tx: &mut Tx, recipient: &Recipient) -> Result<InTheWay> {
    tx.query(stmt!(
        "SELECT (SELECT scope FROM opt_outs WHERE recipient = $1 AND ended_at IS NULL) AS opted_out,
                (SELECT reason FROM dead_ways WHERE recipient = $1 AND mended_at IS NULL) AS dead"
    ))
    .bind(recipient.key())
    .one()
    .await
}
