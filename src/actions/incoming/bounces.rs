//! Mail servers' reports that a mail of ours was not delivered: which it was, and what follows.
//! A report that matches nothing is a task too; only one that is late makes none, since the
//! server goes on trying.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::reply_task::task;
use crate::actions::messages::failures;
use crate::actions::{Result, Work};
use crate::calendar::bounce::{Outcome, Report};
use crate::domain::ids::{MessageId, PatientId, ReplyId};
use crate::domain::messages::message::{Audience, Message, MessageStatus};
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::domain::messages::task::TaskKind;
use crate::domain::patient::Email;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::storage::Tx;
use crate::storage::course::sessions;
use crate::storage::messages::{ledger, tasks};
use crate::storage::patient::patients;

/// How long a mail may be on its way before a report that names its address alone is no longer about it.
const LONGEST_ON_THE_WAY: Duration = Duration::days(7);

/// What a report is about.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The mail of ours.
    pub(super) message: Option<Message>,
    /// Whose address it names, where no mail could be found.
    pub(super) patient: Option<PatientId>,
}

/// What a report says of a mail of ours.
pub(super) fn verdict(report: &Report) -> Verdict {
    match report.outcome {
        Outcome::GivenUp { .. } => Verdict::Bounced,
        Outcome::Delayed => Verdict::Delayed,
        Outcome::Arrived => Verdict::Automatic,
    }
}

/// The mail that a report is about: by the ids in it, which only we make; by the visit whose calendar was sent back; or the
/// last one that went to the address that it names.
pub(super) async fn find(tx: &mut Tx, report: &Report, now: DateTime<Utc>) -> Result<Found> {
    let by_mail = |message: &Message| message.channel == Channel::Email;
    for id in &report.messages {
        if let Some(message) = ledger::get(tx, MessageId(*id)).await?.filter(by_mail) {
            return Ok(Found { patient: Some(message.patient_id), message: Some(message) });
        }
    }
    for uid in &report.visits {
        if let Some((message, patient)) = of_visit(tx, *uid, &report.recipients).await? {
            return Ok(Found { message, patient: Some(patient) });
        }
    }
    for address in &report.recipients {
        let Ok(email) = Email::try_from(address.clone()) else {
            continue;
        };
        let recipient = Recipient::Email(email);
        let reached = patients::reached_at(tx, &recipient).await?;
        for patient in &reached {
            let lately = now - LONGEST_ON_THE_WAY;
            if let Some(message) = ledger::last_mail(tx, *patient, &recipient, lately).await? {
                return Ok(Found { patient: Some(*patient), message: Some(message) });
            }
        }
        if let [only] = reached.as_slice() {
            return Ok(Found { message: None, patient: Some(*only) });
        }
    }
    Ok(Found::default())
}

/// The last mail about the visit of a UID, to one of these addresses if any are known.
async fn of_visit(
    tx: &mut Tx,
    uid: Uuid,
    recipients: &[String],
) -> Result<Option<(Option<Message>, PatientId)>> {
    let Some((session, patient)) = sessions::by_uid(tx, uid).await? else {
        return Ok(None);
    };
    let mut sent = ledger::of_session(tx, session).await?;
    sent.retain(|row| row.channel == Channel::Email && row.is_known());
    let went_there =
        |row: &Message| row.recipient.as_ref().is_some_and(|to| recipients.contains(&to.key()));
    if sent.iter().any(went_there) {
        sent.retain(went_there);
    }
    Ok(Some((sent.pop(), patient)))
}

/// Does what follows from a report, once it is filed.
pub(super) async fn carry_out(
    work: &mut Work<'_>,
    report: &Report,
    message: Option<&Message>,
    filed: &FiledReply,
) -> Result<()> {
    let Outcome::GivenUp { for_good } = report.outcome else {
        return Ok(());
    };
    if let Some(message) = message {
        let why = report.why.as_deref().unwrap_or_default();
        return bounced(work, message, for_good, why, Some(filed.id)).await;
    }
    let detail = "A mail server reports that an email of ours was not delivered, but not which. Read the report, and phone the person it was for.";
    let task = task(work.app, filed, TaskKind::MessageFailed, detail);
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

/// Notes that a mail was given up on its way, and asks a person to tell what it said in another way: once for each mail.
/// `permanent` says that its address is at fault, so that no other mail will arrive there; `why` is the server's reason.
pub(in crate::actions) async fn bounced(
    work: &mut Work<'_>,
    message: &Message,
    permanent: bool,
    why: &str,
    reply: Option<ReplyId>,
) -> Result<()> {
    let error = match (permanent, why) {
        (_, "") => "came back undelivered".to_owned(),
        (true, why) => format!("came back undelivered, for good: {why}"),
        (false, why) => format!("came back undelivered: {why}"),
    };
    let is_new = ledger::mark_undelivered(&mut work.tx, message.id, &error).await?;
    if !is_new && message.status == MessageStatus::Failed {
        // Two servers report it, or it was refused at once: the task is there.
        return Ok(());
    }
    if permanent && message.kind.audience() == Audience::Patient {
        return failures::note_dead_way(work, message, &error, reply).await;
    }
    let detail = match message.kind.audience() {
        Audience::Patient => {
            "An email about this appointment came back undelivered. Phone the patient, and check the address."
        }
        Audience::Shop | Audience::Practitioner | Audience::Desk => {
            "An email about this appointment to those who treat there came back undelivered. Phone them, and check the address."
        }
    };
    failures::add_task(work, message, detail, reply).await
}
