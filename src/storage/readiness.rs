//! The one row that is written to see whether anything can be written.

use chrono::{DateTime, Utc};

use super::engine::stmt;
use super::{Result, Tx};

/// Writes it.
pub async fn write(tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO readiness (id, asked_at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET asked_at = excluded.asked_at"
    ))
    .bind(now)
    .done()
    .await
}
