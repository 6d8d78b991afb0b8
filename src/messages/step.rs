//! Delivery: claim a message that is due, send it, mark what became of it. A crash in
//! between leaves the claim to expire, and the same Message-ID goes out again: never a loss.
//! Who rings the bell stands in `ticker`; how a mail looks in `compose`.

use chrono::{DateTime, Duration, Utc};

use super::transport::SendError;
use super::{Error, Post, Result, compose};
use crate::actions::notices;
use crate::domain::message::{Message, Unsent, pause_after};
use crate::domain::task::{Task, TaskKind};
use crate::storage::{demo_mailbox, messages, tasks};

/// How long whoever claimed a message may take to send it.
const CLAIM: Duration = Duration::minutes(5);
/// How many messages one step sends at most; the next step sends the rest.
const AT_ONCE: usize = 200;

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Taken by the mail server.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
    /// Not sent, since it came too late.
    pub suppressed: usize,
}

impl Outcome {
    /// Whether nothing was due.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// When there is something to do next, if ever.
pub async fn next_due(post: &Post) -> Result<Option<DateTime<Utc>>> {
    let mut tx = post.app.db.read().await?;
    let next = messages::next_try(&mut tx).await?;
    tx.rollback().await?;
    Ok(next)
}

/// Sends all that is due at `now`, in order. Any number of nodes may do so at once.
pub async fn step(post: &Post, now: DateTime<Utc>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    // Without a way out everything waits; looking first keeps the one writer of SQLite free.
    if !post.has_a_way_out() || next_due(post).await?.is_none_or(|at| at > now) {
        return Ok(outcome);
    }
    let mut tx = post.app.db.begin().await?;
    messages::release_expired(&mut tx, now).await?;
    tx.commit().await?;
    for _ in 0..AT_ONCE {
        if post.is_stopping() {
            break;
        }
        // What came before took its time; a claim is dated from when it is made.
        let now = now.max(post.app.clock.now());
        let mut tx = post.app.db.begin().await?;
        let claimed = match messages::claim(&mut tx, now, now + CLAIM).await? {
            Some(message) => Some(notices::still_to_be_told(&mut tx, &post.app.policy, message).await?),
            None => None,
        };
        tx.commit().await?;
        let message = match claimed {
            None => break,
            Some(Some(message)) => message,
            Some(None) => {
                outcome.suppressed += 1;
                continue;
            }
        };
        let reached = deliver(post, &message, now, &mut outcome).await?;
        if !reached {
            // No use in asking for each of a hundred.
            break;
        }
    }
    Ok(outcome)
}

/// Sends one message that was claimed, and marks what became of it. Whether the mail server answered.
async fn deliver(post: &Post, message: &Message, now: DateTime<Utc>, outcome: &mut Outcome) -> Result<bool> {
    if message.content.ends_at <= now {
        outcome.suppressed += 1;
        return suppress(post, message).await.map(|()| true);
    }
    let mail = match compose::mail(post, message).await {
        Ok(mail) => mail,
        Err(Error::Storage(error)) => return Err(error.into()),
        // What cannot be written today cannot be written tomorrow.
        Err(error) => {
            outcome.failed += 1;
            return fail(post, message, now, &error.to_string()).await.map(|()| true);
        }
    };
    let sent = match &post.smtp {
        Some(smtp) => smtp.send(mail.message.clone()).await,
        None => Ok(()),
    };
    match sent {
        Ok(()) => {
            outcome.sent += 1;
            sent_now(post, message, &mail, now).await.map(|()| true)
        }
        Err(SendError::Never(error)) => {
            outcome.failed += 1;
            fail(post, message, now, &error).await.map(|()| true)
        }
        Err(error) if now - message.due_at >= Duration::hours(i64::from(post.app.policy.message_tries_hours)) => {
            outcome.failed += 1;
            fail(post, message, now, &error.to_string()).await.map(|()| true)
        }
        Err(error) => {
            outcome.postponed += 1;
            postpone(post, message, now, &error).await?;
            Ok(!matches!(error, SendError::Unreachable(_) | SendError::Unknown(_)))
        }
    }
}

async fn sent_now(post: &Post, message: &Message, mail: &compose::Mail, now: DateTime<Utc>) -> Result<()> {
    let mut tx = post.app.db.begin().await?;
    let ours = messages::sent(&mut tx, message, now).await?;
    if post.keeps_mailbox {
        let delivered = demo_mailbox::Delivered {
            id: post.app.clock.id(),
            channel: message.channel,
            recipient: mail.recipient.to_string(),
            subject: mail.subject.clone(),
            at: now,
            session_id: Some(message.session_id),
            raw: String::from_utf8_lossy(&mail.message.formatted()).into_owned(),
        };
        demo_mailbox::insert(&mut tx, &delivered).await?;
    }
    tx.commit().await?;
    note_whose(ours, message);
    tracing::info!(message = %message.id, kind = %message.kind, attempts = message.attempts, "sent");
    Ok(())
}

async fn postpone(post: &Post, message: &Message, now: DateTime<Utc>, error: &SendError) -> Result<()> {
    let perhaps = matches!(error, SendError::Unknown(_));
    let again = now + pause_after(message.attempts);
    let mut tx = post.app.db.begin().await?;
    let ours = messages::try_again(&mut tx, message, again, &error.to_string(), perhaps).await?;
    tx.commit().await?;
    note_whose(ours, message);
    tracing::warn!(message = %message.id, attempts = message.attempts, perhaps_sent = perhaps, "not sent yet");
    Ok(())
}

async fn fail(post: &Post, message: &Message, now: DateTime<Utc>, error: &str) -> Result<()> {
    let mut tx = post.app.db.begin().await?;
    let ours = messages::failed(&mut tx, message, error).await?;
    if ours {
        let detail = "A mail about this visit could not be delivered. Check the address, and tell the patient in another way.";
        let task = Task {
            session_id: Some(message.session_id),
            patient_id: Some(message.patient_id),
            message_id: Some(message.id),
            ..Task::open(post.app.clock.id(), TaskKind::MessageFailed, detail, now)
        };
        tasks::insert(&mut tx, &task).await?;
    }
    tx.commit().await?;
    note_whose(ours, message);
    tracing::warn!(message = %message.id, attempts = message.attempts, "given up");
    Ok(())
}

async fn suppress(post: &Post, message: &Message) -> Result<()> {
    let mut tx = post.app.db.begin().await?;
    messages::suppress(&mut tx, message.id, Unsent::Past).await?;
    Ok(tx.commit().await?)
}

/// A claim that expired while we were sending belongs to somebody else, whose mark counts.
fn note_whose(ours: bool, message: &Message) {
    if !ours {
        tracing::warn!(message = %message.id, "somebody else has claimed it meanwhile");
    }
}
