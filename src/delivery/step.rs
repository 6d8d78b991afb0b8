//! Delivery: claim what is due, send it, mark what became of it. A crash in between leaves
//! the claim to expire, and the same Message-ID goes out again: never a loss. Each way goes by
//! itself, so that one which is down holds up no other. When steps run stands in `ticker`, how a
//! message looks in `compose`, what the ledger notes of it in `marks`.

use chrono::{DateTime, Duration, Utc};

use super::compose::Outgoing;
use super::error::{Error, Result};
use super::post::{DELIVERY, Post};
use super::transport::SendError;
use super::{compose, late, outcomes};
use crate::actions::Work;
use crate::actions::messages::claimed;
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::messages::message::{Message, MessageKind, Unsent};
use crate::domain::patient::Phone;
use crate::domain::patient::channel::Channel;
use crate::storage::messages::{ledger, unsent};

/// How long the node that claimed a message may take to send it.
const CLAIM: Duration = Duration::minutes(5);
/// How long after a patient was told of a visit, or of a change of it, they are reminded of it at the earliest.
const APART: Duration = Duration::hours(1);
/// How many messages one step sends by one way at most; the next step sends the rest.
const AT_ONCE: usize = 200;

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Taken by the mail server or the provider, or made a task.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
    /// Not sent, since it came too late or is no longer wanted.
    pub suppressed: usize,
    /// Still unsent, and now a task.
    pub late: usize,
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
    next_due_by(post, &post.ways()).await
}

async fn next_due_by(post: &Post, ways: &[Channel]) -> Result<Option<DateTime<Utc>>> {
    let mut tx = post.app.db.read().await?;
    let mut next = ledger::next_expiry(&mut tx).await?;
    if ways.contains(&Channel::Desk) {
        let alarm = unsent::next_alarm(&mut tx).await?;
        next = [next, alarm].into_iter().flatten().min();
    }
    for channel in ways {
        let due = ledger::next_try(&mut tx, *channel).await?;
        next = [next, due].into_iter().flatten().min();
    }
    tx.rollback().await?;
    Ok(next)
}

/// Sends all that is due at `now`, in order, by one way after the other. Any number of nodes may do so at once.
pub async fn step(post: &Post, now: DateTime<Utc>) -> Result<Outcome> {
    step_by(post, &post.ways(), now).await
}

/// The same by these ways alone.
pub async fn step_by(post: &Post, ways: &[Channel], now: DateTime<Utc>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    // Looking first keeps the one writer of SQLite free.
    if next_due_by(post, ways).await?.is_none_or(|at| at > now) {
        return Ok(outcome);
    }
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    ledger::release_expired(&mut work.tx, now).await?;
    work.done().await?;
    for channel in ways {
        send_burst(post, *channel, now, &mut outcome).await?;
    }
    if ways.contains(&Channel::Desk) {
        outcome.late = late::raise(post, now.max(post.app.clock.now())).await?;
    }
    Ok(outcome)
}

/// Skips what waits for a way that there is not until it is of no use: a provider of texts that the clinic no longer has.
pub async fn sweep(post: &Post, now: DateTime<Utc>) -> Result<u64> {
    let ways = post.ways();
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let mut skipped = 0;
    for channel in [Channel::Email, Channel::Sms] {
        if !ways.contains(&channel) {
            skipped += ledger::sweep(&mut work.tx, channel, now).await?;
        }
    }
    work.done().await?;
    Ok(skipped)
}

async fn send_burst(
    post: &Post,
    channel: Channel,
    now: DateTime<Utc>,
    outcome: &mut Outcome,
) -> Result<()> {
    for _ in 0..AT_ONCE {
        if post.is_stopping() {
            break;
        }
        // What came before took its time; a claim is dated from when it is made.
        let now = now.max(post.app.clock.now());
        let Some(rows) = claim_due(post, channel, now, outcome).await? else {
            break;
        };
        if rows.is_empty() {
            continue;
        }
        let reached = deliver(post, &rows, now, outcome).await?;
        if !reached {
            // A server that is down is asked once, not for each message.
            break;
        }
    }
    Ok(())
}

/// What of a claim is still to go out, of use, and not to wait for the morning; nothing when nothing is due.
async fn claim_due(
    post: &Post,
    channel: Channel,
    now: DateTime<Utc>,
    outcome: &mut Outcome,
) -> Result<Option<Vec<Message>>> {
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let rows = ledger::claim(&mut work.tx, channel, now, now + CLAIM).await?;
    if rows.is_empty() {
        work.abandon().await?;
        return Ok(None);
    }
    let quiet = QuietHours::from_policy(&post.app.policy, post.app.zone);
    let mut to_go = Vec::new();
    for row in rows {
        if claimed::withhold_if_unplanned(&mut work, &row).await? {
            outcome.suppressed += 1;
            continue;
        }
        let told = match row.session_id.filter(|_| row.kind == MessageKind::Reminder) {
            Some(session) => unsent::last_told(&mut work.tx, session, now).await?,
            None => (None, false),
        };
        match when(&row, told, &quiet, now) {
            When::Never(why) => {
                outcome.suppressed += 1;
                ledger::withhold(&mut work.tx, row.id, why).await?;
                late::note_withheld(&mut work, &row, why).await?;
            }
            When::At(at) => {
                outcome.postponed += 1;
                ledger::postpone(&mut work.tx, &row, at).await?;
            }
            When::Now => {
                match claimed::refresh_claimed(&mut work, row).await.map_err(Error::from)? {
                    Some(row) => to_go.push(row),
                    None => outcome.suppressed += 1,
                }
            }
        }
    }
    work.done().await?;
    Ok(Some(to_go))
}

/// When what was claimed goes out.
enum When {
    Now,
    At(DateTime<Utc>),
    Never(Unsent),
}

/// Whether what is due goes out now: not when it is of no use any more, and no reminder in quiet hours, however late it is.
fn when(
    row: &Message,
    (told_at, waits): (Option<DateTime<Utc>>, bool),
    quiet: &QuietHours,
    now: DateTime<Utc>,
) -> When {
    if row.useful_until.is_some_and(|until| until < now) {
        return When::Never(Unsent::TooLate);
    }
    // A shop's report or answer is still missing after the visit has ended.
    let outlasts = matches!(
        row.kind,
        MessageKind::ShopReport | MessageKind::ShopSilent | MessageKind::ShopOverdue
    ) || row.session_id.is_none();
    if row.content.ends_at <= now && !outlasts {
        return When::Never(Unsent::Past);
    }
    if row.kind == MessageKind::Reminder {
        // Not before the patient has been told of the visit, nor together with that.
        let apart = if waits { Some(now + APART / 12) } else { told_at.map(|at| at + APART) };
        let apart = apart.filter(|at| *at > now).unwrap_or(now);
        let (at, why) = if quiet.is_quiet(apart) {
            (quiet.morning_after(apart), Unsent::QuietHours)
        } else {
            (apart, Unsent::JustTold)
        };
        return match row.useful_until {
            _ if at <= now => When::Now,
            Some(until) if until <= at => When::Never(why),
            _ => When::At(at),
        };
    }
    When::Now
}

/// Sends what was claimed together, and marks what became of it. Whether the other side answered.
async fn deliver(
    post: &Post,
    rows: &[Message],
    now: DateTime<Utc>,
    outcome: &mut Outcome,
) -> Result<bool> {
    let outgoing = match compose::outgoing(post, rows).await {
        Ok(outgoing) => outgoing,
        Err(Error::Storage(error)) => return Err(error.into()),
        // What cannot be written today cannot be written tomorrow.
        Err(error) => {
            outcome.failed += rows.len();
            return outcomes::give_up(post, rows, &error.to_string(), false).await.map(|()| true);
        }
    };
    let sent = match &outgoing {
        Outgoing::Mail(mail) => match &post.smtp {
            Some(smtp) => smtp.send(mail.message.clone()).await.map(|()| Some(mail.id.clone())),
            None => Ok(Some(mail.id.clone())),
        },
        Outgoing::Text { to, body } => send_text(post, rows, to, body).await,
        Outgoing::Task(..) => Ok(None),
    };
    let due_at = rows.first().map_or(now, |row| row.due_at);
    match sent {
        Ok(id) => {
            outcome.sent += rows.len();
            outcomes::mark_sent(post, rows, &outgoing, id, now).await.map(|()| true)
        }
        Err(SendError::OptedOut(error)) => {
            outcome.suppressed += rows.len();
            outcomes::mark_opted_out(post, rows, &error, now).await.map(|()| true)
        }
        Err(error @ (SendError::Never(_) | SendError::Dead(_))) => {
            outcome.failed += rows.len();
            let dead = matches!(error, SendError::Dead(_));
            outcomes::give_up(post, rows, &error.to_string(), dead).await.map(|()| true)
        }
        Err(error)
            if now - due_at >= Duration::hours(i64::from(post.app.policy.message_tries_hours)) =>
        {
            outcome.failed += rows.len();
            outcomes::give_up(post, rows, &error.to_string(), false).await.map(|()| true)
        }
        Err(error) => {
            outcome.postponed += rows.len();
            outcomes::postpone(post, rows, now, &error).await?;
            Ok(!matches!(error, SendError::Unreachable(_) | SendError::Unknown(_)))
        }
    }
}

/// Sends a text. Its provider calls back at an address that names the row, since the call may come before our own mark.
async fn send_text(
    post: &Post,
    rows: &[Message],
    to: &Phone,
    body: &str,
) -> std::result::Result<Option<String>, SendError> {
    let (Some(sms), Some(first)) = (&post.sms, rows.first()) else {
        return Ok(None);
    };
    let callback = post.app.profile.public_url.to(&format!("/texts/status/{}", first.id));
    sms.send(to, body, Some(&callback), &first.id.to_string()).await
}
