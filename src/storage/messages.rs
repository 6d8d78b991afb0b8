//! The ledger of messages. Rows are written with the change that causes them; delivery
//! claims, sends and marks. Nothing here deletes.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::engine::stmt;
use super::{Result, Tx};
use crate::domain::ids::{MessageId, PatientId, SessionId};
use crate::domain::message::{Message, Reply, Unsent};

/// Every message with its session's UID.
macro_rules! messages {
    ($rest:literal) => {
        concat!("SELECT m.*, s.uid FROM messages m JOIN sessions s ON s.id = m.session_id ", $rest)
    };
}

/// Writes a new message. The same one twice is [`super::Error::Duplicate`].
pub async fn insert(tx: &mut Tx, m: &Message) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO messages (id, session_id, session_version, patient_id, kind, channel, lead, recipient, language, sequence, stamp,
            content, status, reason, due_at, try_at, attempts, perhaps_sent, sent_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"
    ))
    .bind(m.id)
    .bind(m.session_id)
    .bind(m.session_version)
    .bind(m.patient_id)
    .bind(m.kind)
    .bind(m.channel)
    .bind(m.lead.clone())
    .bind(m.recipient.clone())
    .bind(m.language)
    .bind(m.sequence)
    .bind(m.stamp)
    .bind(Json(&m.content))
    .bind(m.status)
    .bind(m.reason)
    .bind(m.due_at)
    .bind(m.try_at)
    .bind(m.attempts)
    .bind(m.perhaps_sent)
    .bind(m.sent_at)
    .bind(m.created_at)
    .run()
    .await?;
    Ok(())
}

/// Every message about a session, in the order in which they came to be.
pub async fn of_session(tx: &mut Tx, session: SessionId) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.session_id = $1 ORDER BY m.session_version, m.id")))
        .bind(session)
        .all()
        .await
}

/// Messages about a session in order of id, after `after`.
pub async fn page(tx: &mut Tx, session: SessionId, after: MessageId, limit: i64) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.session_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3")))
        .bind(session)
        .bind(after)
        .bind(limit)
        .all()
        .await
}

/// Messages to a patient in order of id, after `after`.
pub async fn page_of_patient(tx: &mut Tx, patient: PatientId, after: MessageId, limit: i64) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.patient_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3")))
        .bind(patient)
        .bind(after)
        .bind(limit)
        .all()
        .await
}

/// Locks what still waits about a session until the transaction ends, so that nobody begins to send it meanwhile. What was
/// begun before is seen as such by whoever reads afterwards. `SQLite` has the one write lock, so there it only costs a look.
pub async fn lock_waiting(tx: &mut Tx, session: SessionId) -> Result<()> {
    if tx.locks_everything() {
        return Ok(());
    }
    tx.query(stmt!(
        "UPDATE messages SET status = status WHERE session_id = $1 AND status = 'scheduled'"
    ))
    .bind(session)
    .run()
    .await?;
    Ok(())
}

/// Marks a message that still waits as no longer true. Whether it still waited.
pub async fn supersede(tx: &mut Tx, id: MessageId, why: Unsent) -> Result<bool> {
    let changed = tx
        .query(stmt!(
            "UPDATE messages SET status = 'superseded', reason = $2 WHERE id = $1 AND status = 'scheduled'"
        ))
        .bind(id)
        .bind(why)
        .run()
        .await?;
    Ok(changed == 1)
}

/// Marks a message that still waits, or is being sent, as one that is not to go out. Whether it was.
pub async fn suppress(tx: &mut Tx, id: MessageId, why: Unsent) -> Result<bool> {
    let changed = tx
        .query(stmt!(
            "UPDATE messages SET status = 'suppressed', reason = $2, claimed_until = NULL WHERE id = $1 AND status IN ('scheduled', 'sending')"
        ))
        .bind(id)
        .bind(why)
        .run()
        .await?;
    Ok(changed == 1)
}

/// Gives a message that nobody has seen yet another language, or takes its calendar away.
pub async fn reword(tx: &mut Tx, message: &Message) -> Result<()> {
    tx.query(stmt!("UPDATE messages SET language = $2, content = $3 WHERE id = $1"))
        .bind(message.id)
        .bind(message.language)
        .bind(Json(&message.content))
        .run()
        .await?;
    Ok(())
}

/// Suppresses all that still waits for a patient. How many.
pub async fn suppress_waiting(tx: &mut Tx, patient: PatientId, why: Unsent) -> Result<u64> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'suppressed', reason = $2 WHERE patient_id = $1 AND status = 'scheduled'"
    ))
    .bind(patient)
    .bind(why)
    .run()
    .await
}

/// Lets go of what was claimed by somebody who did not come back: it may have arrived, and is tried again.
pub async fn release_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'scheduled', claimed_until = NULL, perhaps_sent = TRUE WHERE status = 'sending' AND claimed_until <= $1"
    ))
    .bind(now)
    .run()
    .await
}

/// When the next message that waits is tried, or the next claim expires; never without any.
pub async fn next_try(tx: &mut Tx) -> Result<Option<DateTime<Utc>>> {
    let (next,): (Option<DateTime<Utc>>,) = tx
        .query(stmt!(
            "SELECT MIN(at) AS at FROM (SELECT MIN(try_at) AS at FROM messages WHERE status = 'scheduled'
                UNION ALL SELECT MIN(claimed_until) AS at FROM messages WHERE status = 'sending') AS next"
        ))
        .one()
        .await?;
    Ok(next)
}

/// Claims the message that has waited longest and may go out at `now`, until `until`: one at a time and in order for
/// each session, so none of which an earlier one is still waiting or under way. The condition on the outer statement
/// keeps two nodes from claiming the same one.
pub async fn claim(tx: &mut Tx, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<Message>> {
    let claimed: Option<(MessageId,)> = tx
        .query(stmt!(
            "UPDATE messages SET status = 'sending', claimed_until = $2, attempts = attempts + 1
             WHERE status = 'scheduled' AND id IN (
                SELECT m.id FROM messages m
                WHERE m.status = 'scheduled' AND m.try_at <= $1
                  AND NOT EXISTS (SELECT 1 FROM messages e
                    WHERE e.session_id = m.session_id AND e.channel = m.channel AND e.status IN ('scheduled', 'sending')
                      AND (e.session_version, e.id) < (m.session_version, m.id))
                ORDER BY m.try_at, m.id LIMIT 1)
             RETURNING id"
        ))
        .bind(now)
        .bind(until)
        .optional()
        .await?;
    let Some((id,)) = claimed else { return Ok(None) };
    get(tx, id).await
}

/// The message with this id.
pub async fn get(tx: &mut Tx, id: MessageId) -> Result<Option<Message>> {
    tx.query(stmt!(messages!("WHERE m.id = $1"))).bind(id).optional().await
}

/// Marks a message as taken by the mail server. Whether the claim was still ours.
pub async fn sent(tx: &mut Tx, claimed: &Message, at: DateTime<Utc>) -> Result<bool> {
    let changed = tx
        .query(stmt!(
            "UPDATE messages SET status = 'sent', claimed_until = NULL, sent_at = $3, last_error = NULL
             WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
        ))
        .bind(claimed.id)
        .bind(claimed.claimed_until)
        .bind(at)
        .run()
        .await?;
    Ok(changed == 1)
}

/// Lets a message wait for another try. Whether the claim was still ours.
pub async fn try_again(tx: &mut Tx, claimed: &Message, at: DateTime<Utc>, error: &str, perhaps_sent: bool) -> Result<bool> {
    let changed = tx
        .query(stmt!(
            "UPDATE messages SET status = 'scheduled', claimed_until = NULL, try_at = $3, last_error = $4, perhaps_sent = perhaps_sent OR $5
             WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
        ))
        .bind(claimed.id)
        .bind(claimed.claimed_until)
        .bind(at)
        .bind(error.to_owned())
        .bind(perhaps_sent)
        .run()
        .await?;
    Ok(changed == 1)
}

/// Gives a message up. Whether the claim was still ours.
pub async fn failed(tx: &mut Tx, claimed: &Message, error: &str) -> Result<bool> {
    let changed = tx
        .query(stmt!(
            "UPDATE messages SET status = 'failed', claimed_until = NULL, last_error = $3
             WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
        ))
        .bind(claimed.id)
        .bind(claimed.claimed_until)
        .bind(error.to_owned())
        .run()
        .await?;
    Ok(changed == 1)
}

/// Notes that a message which was sent came back undelivered after all.
pub async fn bounced(tx: &mut Tx, id: MessageId) -> Result<()> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'failed', last_error = 'came back undelivered' WHERE id = $1 AND status = 'sent'"
    ))
    .bind(id)
    .run()
    .await?;
    Ok(())
}

/// Notes what the patient's calendar answered, at `stamp` by its own clock, to a message that was sent.
pub async fn answered(tx: &mut Tx, id: MessageId, answer: Reply, at: DateTime<Utc>, stamp: Option<DateTime<Utc>>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'acknowledged', answer = $2, answered_at = $3, answer_stamp = $4 WHERE id = $1 AND status IN ('sent', 'acknowledged')"
    ))
    .bind(id)
    .bind(answer)
    .bind(at)
    .bind(stamp)
    .run()
    .await?;
    Ok(())
}
