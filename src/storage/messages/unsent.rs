//! What of the ledger is still unsent though it is time, or did not arrive.

use chrono::{DateTime, Utc};

use crate::domain::ids::{MessageId, PatientId, SessionId};
use crate::domain::messages::message::Message;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Messages that are still unsent at `now` though it is time for a task, oldest first.
pub async fn alarmed(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!(
        "WHERE m.alarm_at <= $1 AND m.status IN ('scheduled', 'sending') ORDER BY m.alarm_at, m.id LIMIT $2"
    )))
    .bind_all((now, most))
    .all()
    .await
}

/// Notes that a message has its task. Whether it had none before.
pub async fn end_alarm(tx: &mut Tx, id: MessageId) -> Result<bool> {
    tx.query(stmt!("UPDATE messages SET alarm_at = NULL WHERE id = $1 AND alarm_at IS NOT NULL"))
        .bind(id)
        .changed_one()
        .await
}

/// When the next message becomes a task if it is still unsent then.
pub async fn next_alarm(tx: &mut Tx) -> Result<Option<DateTime<Utc>>> {
    tx.query(stmt!(
        "SELECT MIN(alarm_at) AS at FROM messages WHERE alarm_at IS NOT NULL AND status IN ('scheduled', 'sending')"
    ))
    .value()
    .await
}

/// When a session's patient was told of it last by a message that was sent, and whether one still waits to tell them.
pub async fn last_told(
    tx: &mut Tx,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(Option<DateTime<Utc>>, bool)> {
    tx.query(stmt!(
        "SELECT MAX(CASE WHEN status IN ('sent', 'delivered', 'acknowledged') THEN sent_at END) AS at,
                coalesce(MAX(CASE WHEN status IN ('scheduled', 'sending') AND kind <> 'update' AND due_at <= $2 THEN 1 ELSE 0 END), 0) > 0 AS waits
         FROM messages WHERE session_id = $1 AND channel <> 'desk' AND kind IN ('invite', 'update', 'plan')"
    ))
    .bind_all((session, now))
    .one()
    .await
}

/// Whether a task is still to be done about a message that failed on its way to a patient by `channel`.
pub async fn has_open_failure(tx: &mut Tx, patient: PatientId, channel: Channel) -> Result<bool> {
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM tasks t JOIN messages m ON m.id = t.message_id
            WHERE t.patient_id = $1 AND t.done_at IS NULL AND t.kind = 'message_failed' AND m.channel = $2) AS there"
    ))
    .bind_all((patient, channel))
    .value()
    .await
}

/// Lets a text that did not reach its telephone wait for one more try at `at`. Whether it was tried but once.
pub async fn try_once_more(
    tx: &mut Tx,
    id: MessageId,
    at: DateTime<Utc>,
    error: &str,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'scheduled', claimed_until = NULL, try_at = $2, last_error = $3
         WHERE id = $1 AND status IN ('sending', 'sent') AND attempts < 2"
    ))
    .bind_all((id, at, error))
    .changed_one()
    .await
}

/// About how many visits texts to a number have failed with this code since one was delivered.
pub async fn failed_in_a_row(tx: &mut Tx, recipient: &Recipient, code: u32) -> Result<i64> {
    tx.query(stmt!(
        "SELECT COUNT(DISTINCT session_id) AS visits FROM messages
         WHERE recipient = $1 AND channel = 'sms' AND status = 'failed' AND last_error LIKE $2
           AND NOT EXISTS (SELECT 1 FROM messages d WHERE d.recipient = $1 AND d.channel = 'sms' AND d.delivered_at > messages.sent_at)"
    ))
    .bind_all((recipient.to_string(), format!("%{code}%")))
    .value()
    .await
}
