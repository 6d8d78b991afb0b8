//! What was written to us, by mail, text or the public page, each once, with what was made of it.

use chrono::{DateTime, Utc};

use crate::domain::ids::ReplyId;
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Files a mail. Whether it was not filed before.
pub async fn insert(tx: &mut Tx, reply: &FiledReply) -> Result<bool> {
    tx.query(stmt!(
        "INSERT INTO replies (id, mailbox_key, received_at, sender, subject, body, verdict, message_id, session_id, patient_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
    ))
    .bind_all(fields!(reply => id, mailbox_key, received_at, sender, subject, body, verdict,
        message_id, session_id, patient_id))
    .changed_one()
    .await
}

/// The mail with this id.
pub async fn get(tx: &mut Tx, id: ReplyId) -> Result<Option<FiledReply>> {
    tx.query(stmt!("SELECT * FROM replies WHERE id = $1")).bind(id).optional().await
}

/// Whether something was filed under one of two keys after `since`.
pub async fn is_filed(tx: &mut Tx, keys: [String; 2], since: DateTime<Utc>) -> Result<bool> {
    let [one, other] = keys;
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM replies WHERE mailbox_key IN ($1, $2) AND received_at > $3) AS there"
    ))
    .bind_all((one, other, since))
    .value()
    .await
}

/// Whether something by this sender was filed as `verdict` at `since` or later.
pub async fn has_written(
    tx: &mut Tx,
    sender: &str,
    verdict: Verdict,
    since: DateTime<Utc>,
) -> Result<bool> {
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM replies WHERE sender = $1 AND verdict = $2 AND received_at >= $3) AS there"
    ))
    .bind_all((sender, verdict, since))
    .value()
    .await
}
