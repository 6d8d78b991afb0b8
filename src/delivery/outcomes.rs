//! What became of what was sent, written into the ledger, each in a transaction of its own:
//! taken, to be tried again, given up with a task, refused by the recipient. And what the demo keeps.

use chrono::{DateTime, Utc};
use lettre::message::SinglePart;
use lettre::message::header::ContentType;

use super::compose::Outgoing;
use super::error::Result;
use super::mime;
use super::post::DELIVERY;
use super::post::Post;
use super::transport::SendError;
use crate::actions::Work;
use crate::actions::messages::failures;
use crate::actions::patient::opt_outs;
use crate::domain::messages::message::{Audience, Message, MessageKind, MessageStatus, Unsent};
use crate::domain::messages::retry::pause_after;
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::patient::Phone;
use crate::domain::patient::opt_out::OptOutBy;
use crate::storage::Tx;
use crate::storage::messages::{demo_mailbox, ledger, tasks};

/// Marks rows that were taken, and inserts the task where they are for the desk.
pub(super) async fn mark_sent(
    post: &Post,
    rows: &[Message],
    outgoing: &Outgoing,
    id: Option<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let mut ours = true;
    for row in rows {
        if ledger::mark_sent(&mut work.tx, row, now, id.clone()).await? {
            failures::note_sent(&mut work, row).await?;
        } else {
            ours = false;
        }
    }
    if let (Outgoing::Task(kind, detail), Some(first), true) = (outgoing, rows.first(), ours) {
        // One referral, one task, however many dates it asks for.
        let there = match first.referral_id {
            Some(referral) if *kind == TaskKind::ReferralUnanswered => {
                tasks::is_open_for(&mut work.tx, referral, *kind).await?
            }
            _ => false,
        };
        if !there {
            tasks::insert(&mut work.tx, &task_about(post, first, *kind, detail, now)).await?;
        }
    }
    if post.keeps_mailbox {
        keep_in_mailbox(&mut work.tx, post, rows, outgoing, now).await?;
    }
    work.done().await?;
    warn_of_lost_claim(ours, rows);
    for row in rows {
        tracing::info!(message = %row.id, kind = %row.kind, attempts = row.attempts, "sent");
    }
    Ok(())
}

/// Keeps in the demo's mailbox what would have gone out.
async fn keep_in_mailbox(
    tx: &mut Tx,
    post: &Post,
    rows: &[Message],
    outgoing: &Outgoing,
    now: DateTime<Utc>,
) -> Result<()> {
    let (recipient, subject, raw) = match outgoing {
        Outgoing::Mail(mail) => (
            mail.recipient.to_string(),
            mail.subject.clone(),
            String::from_utf8_lossy(&mail.message.formatted()).into_owned(),
        ),
        Outgoing::Text { to, body } => {
            (to.to_string(), body.clone(), text_as_mail(post, rows, to, body)?)
        }
        Outgoing::Task(..) => return Ok(()),
    };
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let delivered = demo_mailbox::Delivered {
        id: post.app.clock.id(),
        channel: first.channel,
        recipient,
        subject,
        at: now,
        session_id: first.session_id,
        raw,
    };
    Ok(demo_mailbox::insert(tx, &delivered).await?)
}

/// A text as a mail, so that the demo's mailbox shows both alike.
fn text_as_mail(post: &Post, rows: &[Message], to: &Phone, body: &str) -> Result<String> {
    let (headers, _) =
        mime::headers(&post.app.profile, rows, &post.app.profile.mail_from, "Text message")?;
    let headers = headers.raw_header(mime::header("X-Text-To", to.as_str()));
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body.to_owned());
    let mail = headers.singlepart(part).map_err(mime::unwritten)?;
    Ok(String::from_utf8_lossy(&mail.formatted()).into_owned())
}

/// Marks rows that were not taken yet; they are tried again after a pause.
pub(super) async fn postpone(
    post: &Post,
    rows: &[Message],
    now: DateTime<Utc>,
    error: &SendError,
) -> Result<()> {
    let perhaps = matches!(error, SendError::Unknown(_));
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let mut ours = true;
    for row in rows {
        let again = now + pause_after(row.attempts);
        ours &= ledger::try_again(&mut work.tx, row, again, &error.to_string(), perhaps).await?;
    }
    work.done().await?;
    warn_of_lost_claim(ours, rows);
    for row in rows {
        tracing::warn!(message = %row.id, attempts = row.attempts, perhaps_sent = perhaps, "not sent yet");
    }
    Ok(())
}

/// Marks rows that are given up, and inserts a task for the desk; where nothing arrives there at all, the next way takes over.
pub(super) async fn give_up(post: &Post, rows: &[Message], error: &str, dead: bool) -> Result<()> {
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let mut ours = true;
    for row in rows {
        ours &= ledger::mark_failed(&mut work.tx, row, error).await?;
    }
    if let (Some(first), true) = (rows.first(), ours) {
        if dead && first.kind.audience() == Audience::Patient {
            failures::note_dead_way(&mut work, first, error, None).await?;
        } else {
            let detail = undelivered_detail(first);
            failures::add_task_of_list(&mut work, rows, detail, None).await?;
        }
    }
    work.done().await?;
    warn_of_lost_claim(ours, rows);
    for row in rows {
        tracing::warn!(message = %row.id, attempts = row.attempts, "given up");
    }
    Ok(())
}

/// Marks rows that their recipient refuses, as the provider knows, and begins an opt-out.
pub(super) async fn mark_opted_out(
    post: &Post,
    rows: &[Message],
    error: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    for row in rows {
        ledger::suppress(&mut work.tx, row.id, Unsent::NoConsent).await?;
    }
    work.done().await?;
    if let Some(first) = rows.first()
        && let Some(recipient) = first.recipient.clone()
    {
        opt_outs::begin(&post.app, &recipient, OptOutBy::Provider, error).await?;
        add_unheard_task(post, first, now).await?;
    }
    tracing::warn!(at = %now, "the provider knows that a recipient wants no texts");
    Ok(())
}

/// A task to tell in another way what a refused message said; one for each patient, unless a call is planned already.
async fn add_unheard_task(post: &Post, row: &Message, now: DateTime<Utc>) -> Result<()> {
    let (kind, detail) = match row.kind.audience() {
        Audience::Patient => (
            TaskKind::PatientToPhone,
            "This patient unsubscribed from texts at the provider. Phone them about this appointment.",
        ),
        _ => (TaskKind::MessageFailed, undelivered_detail(row)),
    };
    let mut work = Work::for_program(&post.app, DELIVERY).await?;
    let Some(session) = row.session_id else {
        tasks::insert(&mut work.tx, &task_about(post, row, kind, detail, now)).await?;
        return Ok(work.done().await?);
    };
    let rows = ledger::of_session(&mut work.tx, session).await?;
    let planned = rows
        .iter()
        .any(|row| row.kind == MessageKind::PhoneCall && row.status == MessageStatus::Scheduled);
    let is_call = kind == TaskKind::PatientToPhone;
    let there = tasks::is_open(&mut work.tx, session, kind).await? || (is_call && planned);
    if !there {
        tasks::insert(&mut work.tx, &task_about(post, row, kind, detail, now)).await?;
    }
    Ok(work.done().await?)
}

/// What a task says of a message that could not be delivered.
pub(super) fn undelivered_detail(row: &Message) -> &'static str {
    match row.kind.audience() {
        Audience::Patient => {
            "A message about this appointment could not be delivered. Phone the patient, and check the address."
        }
        Audience::Shop => {
            "A message to the shop about this appointment could not be delivered. Phone the shop, and check its address."
        }
        Audience::Practitioner | Audience::Desk => {
            "A practitioner's list of the day could not be delivered. Tell them, and check the address."
        }
    }
}

fn task_about(
    post: &Post,
    row: &Message,
    kind: TaskKind,
    detail: &str,
    now: DateTime<Utc>,
) -> Task {
    Task {
        session_id: row.session_id,
        patient_id: Some(row.patient_id),
        referral_id: row.referral_id,
        message_id: Some(row.id),
        ..Task::open(post.app.clock.id(), kind, detail, now)
    }
}

/// A claim that expired while the message was being sent belongs to another node, whose mark counts.
fn warn_of_lost_claim(ours: bool, rows: &[Message]) {
    if !ours {
        tracing::warn!(message = ?rows.first().map(|row| row.id), "somebody else has claimed it meanwhile");
    }
}
