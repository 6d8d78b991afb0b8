//! The ledger of messages. Rows are written with the change that causes them; delivery
//! claims, sends and marks. Nothing here deletes.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::ids::{MessageId, PatientId, ReferralId, SessionId};
use crate::domain::messages::message::{Message, Reply, Unsent};
use crate::domain::patient::Phone;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new message. The same one twice is [`crate::storage::Error::Duplicate`].
pub async fn insert(tx: &mut Tx, m: &Message) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO messages (id, session_id, session_version, patient_id, kind, channel, lead, recipient, language, sequence, stamp,
            content, status, reason, due_at, try_at, attempts, perhaps_sent, sent_at, created_at, useful_until, batch, referral_id, alarm_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
    ))
    .bind_all(fields!(m => id, session_id, session_version, patient_id, kind, channel, lead,
        recipient, language, sequence, stamp))
    .bind(Json(&m.content))
    .bind_all(fields!(m => status, reason, due_at, try_at, attempts, perhaps_sent, sent_at,
        created_at, useful_until, batch, referral_id, alarm_at))
    .done()
    .await
}

/// Every message about a referral itself, oldest first; what still waits of it is locked until the transaction ends, so that
/// no node begins to send it meanwhile.
pub async fn of_referral(tx: &mut Tx, referral: ReferralId) -> Result<Vec<Message>> {
    if !tx.locks_everything() {
        tx.query(stmt!(
            "UPDATE messages SET status = status WHERE referral_id = $1 AND session_id IS NULL AND status = 'scheduled'"
        ))
        .bind(referral)
        .run()
        .await?;
    }
    tx.query(stmt!(messages!("WHERE m.referral_id = $1 AND m.session_id IS NULL ORDER BY m.id")))
        .bind(referral)
        .all()
        .await
}

/// Every message about a session, in the order in which they came to be.
pub async fn of_session(tx: &mut Tx, session: SessionId) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.session_id = $1 ORDER BY m.session_version, m.id")))
        .bind(session)
        .all()
        .await
}

/// Messages about a session in order of id, after `after`.
pub async fn page(
    tx: &mut Tx,
    session: SessionId,
    after: MessageId,
    limit: i64,
) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.session_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3")))
        .bind_all((session, after, limit))
        .all()
        .await
}

/// Messages to a patient in order of id, after `after`.
pub async fn page_of_patient(
    tx: &mut Tx,
    patient: PatientId,
    after: MessageId,
    limit: i64,
) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.patient_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3")))
        .bind_all((patient, after, limit))
        .all()
        .await
}

/// Messages about a referral, and its sessions, in order of id, after `after`.
pub async fn page_of_referral(
    tx: &mut Tx,
    referral: ReferralId,
    after: MessageId,
    limit: i64,
) -> Result<Vec<Message>> {
    tx.query(stmt!(messages!("WHERE m.referral_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3")))
        .bind_all((referral, after, limit))
        .all()
        .await
}

/// Locks what still waits about a session until the transaction ends, so that no node begins to send it meanwhile. What was
/// begun before is seen as such by a transaction that reads afterwards. `SQLite` has the one write lock, so there it only costs a look.
pub async fn lock_waiting(tx: &mut Tx, session: SessionId) -> Result<()> {
    if tx.locks_everything() {
        return Ok(());
    }
    tx.query(stmt!(
        "UPDATE messages SET status = status WHERE session_id = $1 AND status = 'scheduled'"
    ))
    .bind(session)
    .done()
    .await
}

/// Marks a message that still waits, or was just claimed, as no longer true. Whether it did.
pub async fn supersede(tx: &mut Tx, id: MessageId, why: Unsent) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'superseded', reason = $2, claimed_until = NULL WHERE id = $1 AND status IN ('scheduled', 'sending')"
    ))
    .bind_all((id, why))
    .changed_one()
    .await
}

/// Marks a message that still waits, or is being sent, as one that is not to go out. Whether it was.
pub async fn suppress(tx: &mut Tx, id: MessageId, why: Unsent) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'suppressed', reason = $2, claimed_until = NULL WHERE id = $1 AND status IN ('scheduled', 'sending')"
    ))
    .bind_all((id, why))
    .changed_one()
    .await
}

/// Marks a message that was claimed as one that is not to go out, as if it had not been tried. Whether it was still claimed.
pub async fn withhold(tx: &mut Tx, id: MessageId, why: Unsent) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'suppressed', reason = $2, claimed_until = NULL, attempts = attempts - 1
         WHERE id = $1 AND status = 'sending'"
    ))
    .bind_all((id, why))
    .changed_one()
    .await
}

/// Lets a message wait that waits already, or was not to go out, with all that it says now. Whether it could.
pub async fn revive(tx: &mut Tx, m: &Message) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'scheduled', reason = NULL, content = $2, due_at = $3, try_at = $4, useful_until = $5, batch = $6,
            stamp = $7, attempts = 0, last_error = NULL, alarm_at = $8
         WHERE id = $1 AND status IN ('scheduled', 'suppressed', 'superseded')"
    ))
    .bind_all((m.id, Json(&m.content)))
    .bind_all(fields!(m => due_at, try_at, useful_until, batch, stamp, alarm_at))
    .changed_one()
    .await
}

/// Gives a message that was not sent yet another language, or takes its calendar away.
pub async fn reword(tx: &mut Tx, message: &Message) -> Result<()> {
    tx.query(stmt!("UPDATE messages SET language = $2, content = $3 WHERE id = $1"))
        .bind_all((message.id, message.language, Json(&message.content)))
        .done()
        .await
}

/// Suppresses all that still waits to go to a patient by `channel`. How many.
pub async fn suppress_waiting(
    tx: &mut Tx,
    patient: PatientId,
    channel: Channel,
    why: Unsent,
) -> Result<u64> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'suppressed', reason = $3
         WHERE patient_id = $1 AND channel = $2 AND status = 'scheduled' AND kind IN ('invite', 'update', 'cancel', 'plan', 'reminder', 'answer', 'proposal')"
    ))
    .bind_all((patient, channel, why))
    .run()
    .await
}

/// Suppresses all that still waits to go to one address or number of a patient. How many.
pub async fn suppress_waiting_to(
    tx: &mut Tx,
    patient: PatientId,
    recipient: &Recipient,
    why: Unsent,
) -> Result<u64> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'suppressed', reason = $3
         WHERE patient_id = $1 AND lower(recipient) = $2 AND status = 'scheduled'
           AND kind IN ('invite', 'update', 'cancel', 'plan', 'reminder', 'answer', 'proposal')"
    ))
    .bind_all((patient, recipient.key(), why))
    .run()
    .await
}

/// Skips what waits to go by a way that there is not, and is of no use any more.
pub async fn sweep(tx: &mut Tx, channel: Channel, now: DateTime<Utc>) -> Result<u64> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'suppressed', reason = 'too_late'
         WHERE status = 'scheduled' AND channel = $1 AND try_at <= $2 AND useful_until < $2"
    ))
    .bind_all((channel, now))
    .run()
    .await
}

/// Lets go of what was claimed by a node that did not come back: it may have arrived, and is tried again.
pub async fn release_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'scheduled', claimed_until = NULL, perhaps_sent = TRUE WHERE status = 'sending' AND claimed_until <= $1"
    ))
    .bind(now)
    .run()
    .await
}

/// When the next message that waits to go by `channel` is tried; never without any.
pub async fn next_try(tx: &mut Tx, channel: Channel) -> Result<Option<DateTime<Utc>>> {
    tx.query(stmt!(
        "SELECT MIN(try_at) AS at FROM messages WHERE status = 'scheduled' AND channel = $1"
    ))
    .bind(channel)
    .value()
    .await
}

/// When the next claim expires; never without any.
pub async fn next_expiry(tx: &mut Tx) -> Result<Option<DateTime<Utc>>> {
    tx.query(stmt!("SELECT MIN(claimed_until) AS at FROM messages WHERE status = 'sending'"))
        .value()
        .await
}

/// Claims the message that has waited longest to go by `channel` and may go out at `now`, until `until`, with all that goes
/// out together with it: changes of a visit one at a time and in order, what else there is of a visit not before a change
/// that its address waits for. The conditions on the outer statement keep two nodes from claiming the same one: on `PostgreSQL`
/// they alone are asked of the row as it has become, when another node claimed it, and put it off, since this statement began. The
/// bound inside keeps it from comparing all that waits with all that waits, whose numbers it can only guess.
pub async fn claim(
    tx: &mut Tx,
    channel: Channel,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Message>> {
    let claimed: Option<(MessageId,)> = tx
        .query(stmt!(
            "UPDATE messages SET status = 'sending', claimed_until = $3, attempts = attempts + 1
             WHERE status = 'scheduled' AND try_at <= $2 AND id IN (
                SELECT m.id FROM (SELECT * FROM messages WHERE status = 'scheduled' AND channel = $1 AND try_at <= $2
                    ORDER BY try_at, id LIMIT 1000) AS m
                WHERE NOT EXISTS (SELECT 1 FROM messages e
                    WHERE e.session_id = m.session_id AND e.channel = m.channel AND e.status IN ('scheduled', 'sending')
                      AND e.kind IN ('invite', 'update', 'cancel', 'plan', 'shop_booked', 'shop_changed', 'shop_cancelled')
                      AND e.due_at <= $2
                      AND (e.session_version, e.id) < (m.session_version, m.id)
                      AND (e.recipient = m.recipient
                        OR (e.kind IN ('invite', 'update', 'cancel', 'plan') AND m.kind IN ('invite', 'update', 'cancel', 'plan'))))
                ORDER BY m.try_at, m.id LIMIT 1)
             RETURNING id"
        ))
        .bind_all((channel, now, until))
        .optional()
        .await?;
    let Some((id,)) = claimed else {
        return Ok(Vec::new());
    };
    let Some(first) = get(tx, id).await? else {
        return Ok(Vec::new());
    };
    let Some(batch) = first.batch.clone() else {
        return Ok(vec![first]);
    };
    // What a change of a visit holds at this moment goes out by itself, rather than that both wait for each other.
    tx.query(stmt!(
        "UPDATE messages SET status = 'sending', claimed_until = $3, attempts = attempts + 1
         WHERE batch = $1 AND status = 'scheduled' AND try_at <= $2 AND recipient = $4",
        "UPDATE messages SET status = 'sending', claimed_until = $3, attempts = attempts + 1
         WHERE status = 'scheduled' AND try_at <= $2 AND id IN (SELECT id FROM messages WHERE batch = $1 AND status = 'scheduled' AND try_at <= $2 AND recipient = $4
            FOR UPDATE SKIP LOCKED)"
    ))
    .bind_all((&batch, now, until, &first.recipient))
    .run()
    .await?;
    tx.query(stmt!(messages!(
        "WHERE m.batch = $1 AND m.status = 'sending' AND m.claimed_until = $2 AND m.recipient = $3 ORDER BY s.starts_at, m.id"
    )))
    .bind_all((batch, until, first.recipient))
    .all()
    .await
}

/// The message with this id.
pub async fn get(tx: &mut Tx, id: MessageId) -> Result<Option<Message>> {
    tx.query(stmt!(messages!("WHERE m.id = $1"))).bind(id).optional().await
}

/// Lets a message that was claimed wait until `at`, as if it had not been tried. Whether the claim was still ours.
pub async fn postpone(tx: &mut Tx, claimed: &Message, at: DateTime<Utc>) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'scheduled', claimed_until = NULL, try_at = $3, attempts = attempts - 1
         WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
    ))
    .bind_all((claimed.id, claimed.claimed_until, at))
    .changed_one()
    .await
}

/// Marks a message as taken, by the name that it is known by there. Whether the claim was still ours.
pub async fn mark_sent(
    tx: &mut Tx,
    claimed: &Message,
    at: DateTime<Utc>,
    provider_id: Option<String>,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'sent', claimed_until = NULL, sent_at = $3, last_error = NULL, provider_id = $4
         WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
    ))
    .bind_all((claimed.id, claimed.claimed_until, at, provider_id))
    .changed_one()
    .await
}

/// Notes that a text message reached its telephone; the word of it may come before our own mark. Whether that is new.
pub async fn mark_delivered(
    tx: &mut Tx,
    id: MessageId,
    provider_id: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = CASE WHEN status = 'acknowledged' THEN status ELSE 'delivered' END, claimed_until = NULL,
            sent_at = coalesce(sent_at, $3), delivered_at = $3, last_error = NULL, provider_id = $2
         WHERE id = $1 AND status IN ('scheduled', 'sending', 'sent', 'acknowledged') AND delivered_at IS NULL
           AND (attempts > 0 OR perhaps_sent)"
    ))
    .bind_all((id, provider_id, at))
    .changed_one()
    .await
}

/// Notes that a message which was taken came to nothing after all. Whether that is new.
pub async fn mark_undelivered(tx: &mut Tx, id: MessageId, error: &str) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'failed', claimed_until = NULL, last_error = $2 WHERE id = $1 AND status IN ('sending', 'sent')"
    ))
    .bind_all((id, error))
    .changed_one()
    .await
}

/// The last message that went to a telephone of a patient.
pub async fn last_text(tx: &mut Tx, phone: &Phone) -> Result<Option<Message>> {
    tx.query(stmt!(messages!(
        "WHERE m.channel = 'sms' AND m.recipient = $1 AND m.sent_at IS NOT NULL AND m.kind IN ('reminder', 'answer')
         ORDER BY m.sent_at DESC, m.id DESC LIMIT 1"
    )))
    .bind(phone)
    .optional()
    .await
}

/// The last mail that went to an address of a patient after `since`.
pub async fn last_mail(
    tx: &mut Tx,
    patient: PatientId,
    recipient: &Recipient,
    since: DateTime<Utc>,
) -> Result<Option<Message>> {
    tx.query(stmt!(messages!(
        "WHERE m.patient_id = $1 AND m.channel = 'email' AND lower(m.recipient) = $2 AND m.sent_at > $3
         ORDER BY m.sent_at DESC, m.id DESC LIMIT 1"
    )))
    .bind_all((patient, recipient.key(), since))
    .optional()
    .await
}

/// Lets a message wait for another try. Whether the claim was still ours.
pub async fn try_again(
    tx: &mut Tx,
    claimed: &Message,
    at: DateTime<Utc>,
    error: &str,
    perhaps_sent: bool,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'scheduled', claimed_until = NULL, try_at = $3, last_error = $4, perhaps_sent = perhaps_sent OR $5
         WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
    ))
    .bind_all((claimed.id, claimed.claimed_until, at, error, perhaps_sent))
    .changed_one()
    .await
}

/// Gives a message up. Whether the claim was still ours.
pub async fn mark_failed(tx: &mut Tx, claimed: &Message, error: &str) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'failed', claimed_until = NULL, last_error = $3
             WHERE id = $1 AND status = 'sending' AND claimed_until = $2"
    ))
    .bind_all((claimed.id, claimed.claimed_until, error))
    .changed_one()
    .await
}

/// Notes what the patient's calendar answered, at `stamp` by its own clock, to a message that was sent.
pub async fn note_answer(
    tx: &mut Tx,
    id: MessageId,
    answer: Reply,
    at: DateTime<Utc>,
    stamp: Option<DateTime<Utc>>,
) -> Result<()> {
    tx.query(stmt!(
        "UPDATE messages SET status = 'acknowledged', answer = $2, answered_at = $3, answer_stamp = $4 WHERE id = $1 AND status IN ('sent', 'delivered', 'acknowledged')"
    ))
    .bind_all((id, answer, at, stamp))
    .done()
    .await
}
