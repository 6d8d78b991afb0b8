//! What follows when a message did not arrive: an address at which nothing arrives is marked, is not
//! tried again until it is another one, and the next way takes over; one open task asks for a better one.

use super::catch_up;
use crate::actions::{Result, Work};
use crate::domain::ids::{PatientId, ReplyId};
use crate::domain::messages::call;
use crate::domain::messages::message::{Audience, Message};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::storage::booking::resources;
use crate::storage::messages::{tasks, unsent};
use crate::storage::patient::{dead_ways, patients};

/// Notes that nothing arrives where a message to a patient went, for the reason that the mail server or the provider gave. Who
/// is reached there is told by another way, or the desk is asked to phone.
pub async fn note_dead_way(
    work: &mut Work<'_>,
    message: &Message,
    reason: &str,
    reply: Option<ReplyId>,
) -> Result<()> {
    let Some(recipient) = message.recipient.as_ref().filter(|_| is_to_patient(message)) else {
        return Ok(());
    };
    let mut reached = patients::reached_at(&mut work.tx, recipient).await?;
    reached.sort_unstable();
    resources::lock(&mut work.tx, reached.iter().map(|patient| (*patient).into())).await?;
    if !reached.contains(&message.patient_id) {
        // The address was corrected meanwhile; the old one is nobody's to mend.
        let detail = "A message to an old address came back. Nothing more is sent there.";
        return add_task(work, message, detail, reply).await;
    }
    dead_ways::mark(&mut work.tx, recipient, &clipped(reason), work.now).await?;
    work.note_deed("way.dead");
    for patient in reached {
        work.touch("patient", patient.0, None);
        ask_to_mend(work, patient, recipient, (message, reply)).await?;
        catch_up::catch_up_with(work, patient).await?;
    }
    Ok(())
}

fn is_to_patient(message: &Message) -> bool {
    message.kind.audience() == Audience::Patient
}

/// One open task for a patient's address, however many messages failed there.
async fn ask_to_mend(
    work: &mut Work<'_>,
    patient: PatientId,
    recipient: &Recipient,
    (message, reply): (&Message, Option<ReplyId>),
) -> Result<()> {
    let channel = recipient.channel();
    if unsent::has_open_failure(&mut work.tx, patient, channel).await? {
        return Ok(());
    }
    let detail = match recipient {
        Recipient::Email(email) => {
            format!("Email to {email} does not arrive. Ask for another address.")
        }
        Recipient::Phone(phone) => {
            format!("{phone} takes no texts. Ask for a mobile number.")
        }
    };
    let task = Task {
        patient_id: Some(patient),
        session_id: message.session_id.filter(|_| message.patient_id == patient),
        message_id: Some(message.id),
        reply_id: reply,
        ..Task::open(work.app.clock.id(), TaskKind::MessageFailed, detail, work.now)
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

/// A task to tell in another way what could not be delivered, unless there is one about this message.
pub async fn add_task(
    work: &mut Work<'_>,
    message: &Message,
    detail: &str,
    reply: Option<ReplyId>,
) -> Result<()> {
    add_task_of_list(work, std::slice::from_ref(message), detail, reply).await
}

/// The same for `messages` that were one mail to one patient; it is one task, since it is one call.
pub async fn add_task_of_list(
    work: &mut Work<'_>,
    messages: &[Message],
    detail: &str,
    reply: Option<ReplyId>,
) -> Result<()> {
    let Some(first) = messages.first() else {
        return Ok(());
    };
    if tasks::is_open_of_message(&mut work.tx, first.id).await? {
        return Ok(());
    }
    let detail = format!("{}{detail}", untold(work, messages, first).await?);
    let about: Vec<_> = messages.iter().filter_map(|message| message.session_id).collect();
    let (session_id, session_ids) = match about.as_slice() {
        [_, _, ..] if is_to_patient(first) => (None, about),
        _ => (first.session_id, Vec::new()),
    };
    let task = Task {
        session_id,
        session_ids,
        patient_id: Some(first.patient_id),
        referral_id: first.referral_id,
        message_id: Some(first.id),
        reply_id: reply,
        ..Task::open(work.app.clock.id(), TaskKind::MessageFailed, detail, work.now)
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

/// What is to be told, where it was not delivered to its patient.
async fn untold(work: &mut Work<'_>, messages: &[Message], first: &Message) -> Result<String> {
    if !is_to_patient(first) {
        return Ok(String::new());
    }
    let patient = patients::get(&mut work.tx, first.patient_id).await?;
    let name = patient.map(|patient| patient.details.full_name()).unwrap_or_default();
    let (zone, now) = (work.app.zone, work.now);
    let detail = match messages {
        [only] => call::detail_of(&name, only, zone, now),
        several => call::detail_of_list(&name, several, zone, now),
    };
    Ok(detail.map(|detail| format!("{detail} ")).unwrap_or_default())
}

/// Notes that a message was taken: tasks that it left because it was late are settled, unless its visit is so near that it may
/// be read too late; and so are those that ask for another address.
pub async fn note_sent(work: &mut Work<'_>, message: &Message) -> Result<()> {
    let near = chrono::Duration::hours(i64::from(work.app.policy.short_notice_hours));
    let starts = [Some(message.content.starts_at), message.content.was];
    let is_near = message.kind.tells().is_some()
        && starts.into_iter().flatten().any(|at| at > work.now && at - work.now < near);
    if !is_near {
        tasks::settle_late(&mut work.tx, message.id, work.now).await?;
    }
    if is_to_patient(message) && message.channel != Channel::Desk {
        tasks::settle_mended(&mut work.tx, message.patient_id, message.channel, work.now).await?;
    }
    Ok(())
}

/// As much of a reason as is kept.
fn clipped(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_control()).take(300).collect()
}
