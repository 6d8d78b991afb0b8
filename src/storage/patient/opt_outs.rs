//! Opt-outs: addresses and numbers that nothing is sent to. They end; they are never deleted.

use chrono::{DateTime, Utc};

use crate::domain::patient::opt_out::{OptOut, OptOutBy, OptOutScope};
use crate::domain::patient::recipient::Recipient;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Writes an opt-out, unless one is in force. Whether it is new.
pub async fn insert(tx: &mut Tx, opt_out: &OptOut) -> Result<bool> {
    tx.query(stmt!(
        "INSERT INTO opt_outs (id, recipient, scope, begun_by, proof, begun_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
    ))
    .bind_all((opt_out.id, opt_out.recipient.key(), opt_out.scope))
    .bind_all((opt_out.begun_by, &opt_out.proof))
    .bind(opt_out.begun_at)
    .changed_one()
    .await
}

/// Ends the opt-out of an address that is in force. Whether there was one.
pub async fn end(
    tx: &mut Tx,
    recipient: &Recipient,
    by: OptOutBy,
    proof: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE opt_outs SET ended_by = $2, end_proof = $3, ended_at = $4 WHERE recipient = $1 AND ended_at IS NULL"
    ))
    .bind_all((recipient.key(), by, proof, at))
    .changed_one()
    .await
}

/// What may not be sent to an address; nothing where all may.
pub async fn in_force(tx: &mut Tx, recipient: &Recipient) -> Result<Option<OptOutScope>> {
    tx.query(stmt!("SELECT scope FROM opt_outs WHERE recipient = $1 AND ended_at IS NULL"))
        .bind(recipient.key())
        .optional_value()
        .await
}

/// Every opt-out of an address, oldest first.
pub async fn of_recipient(tx: &mut Tx, recipient: &Recipient) -> Result<Vec<OptOut>> {
    tx.query(stmt!("SELECT * FROM opt_outs WHERE recipient = $1 ORDER BY id"))
        .bind(recipient.key())
        .all()
        .await
}
