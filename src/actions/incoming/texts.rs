//! Text messages that come in, and what the provider says of those that went out. A text is
//! filed once, however often it is handed over, with what was made of it; what it asks for is
//! answered in the same transaction by a row of the ledger. It never cancels a session.

use chrono::{DateTime, Utc};

use super::answers;
use super::reply_task::{file, task};
use crate::actions::messages::{facts, links};
use crate::actions::patient::opt_outs;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Program, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{MessageId, PatientId};
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus, Reply};
use crate::domain::messages::notice::{Standing, standing};
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::messages::text_answer::{Said, said};
use crate::domain::messages::text_wording;
use crate::domain::messages::text_wording::Sender;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::opt_out::OptOutBy;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Language, Patient, Phone};
use crate::storage::Tx;
use crate::storage::booking::resources;
use crate::storage::course::sessions;
use crate::storage::messages::{ledger, replies, tasks};
use crate::storage::patient::patients;

/// A patient who answers by text.
const TEXT: Program = Program::patient("a text message");
/// The provider of texts, who reports the outcome of one.
const PROVIDER: Program = Program::own("the provider of texts");

/// A text message that came in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The number that it came from.
    pub from: String,
    /// What it says.
    pub body: String,
    /// The provider's own id for it.
    pub id: String,
}

/// Whom a text is from, and about which visit.
struct About {
    phone: Option<Phone>,
    patients: Vec<PatientId>,
    /// The last message that went to the number.
    message: Option<Message>,
    session: Option<Session>,
}

/// How much is kept of what was written: its beginning.
const MOST_CHARS: usize = 2_000;

/// Files a text and does what it asks for. The words to answer at once, where there is no ledger to answer from: to a
/// number that no visit is known of.
pub async fn receive(app: &App, incoming: &Incoming) -> Result<Option<String>> {
    let said = said(&incoming.body);
    let phone = Phone::try_from(incoming.from.clone()).ok();
    // Looked up before anything is locked, since the search has transactions of its own.
    let others = if said == Said::Change {
        other_times(app, &TEXT.caller(), phone.as_ref()).await?
    } else {
        Vec::new()
    };
    let mut work = Work::for_program(app, TEXT).await?;
    let now = work.now;
    let about = about(&mut work.tx, now, phone).await?;
    // All who share the number, in order, as everywhere.
    resources::lock(&mut work.tx, about.patients.iter().map(|patient| (*patient).into())).await?;
    let mut filed = FiledReply {
        id: app.clock.id(),
        mailbox_key: format!("text:{}", incoming.id),
        received_at: now,
        sender: Some(incoming.from.chars().filter(|c| !c.is_control()).take(40).collect()),
        subject: None,
        body: Some(incoming.body.chars().filter(|c| *c != '\0').take(MOST_CHARS).collect()),
        verdict: Verdict::Words,
        message_id: about.message.as_ref().map(|message| message.id),
        session_id: about.session.as_ref().map(|session| session.id),
        patient_id: about.session.as_ref().map(|session| session.patient_id).or(
            match about.patients.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
        ),
    };
    let (verdict, words) = carry_out(&mut work, said, incoming, &about, &others).await?;
    filed.verdict = verdict;
    if !replies::insert(&mut work.tx, &filed).await? {
        // Handed over before; what it asked for was done then.
        work.abandon().await?;
        return Ok(None);
    }
    if verdict == Verdict::Words {
        let detail =
            "Somebody answered by text. Read it, and call if need be; nothing was changed.";
        let task = task(app, &filed, TaskKind::ReplyToRead, detail);
        tasks::insert(&mut work.tx, &task).await?;
    }
    let silent = match &about.phone {
        Some(phone) => facts::has_opted_out(&mut work.tx, &Recipient::Phone(phone.clone())).await?,
        None => true,
    };
    let inline = match (words, &about.session, &about.phone) {
        // A patient who wants no messages and asks who this is, is answered in the same breath.
        (Some(words), Some(session), Some(phone)) if !silent => {
            queue_answer(&mut work, session, phone, &filed, words).await?;
            None
        }
        (words, ..) => words,
    };
    file(work, &filed).await?;
    Ok(inline)
}

/// Does what a text asks for. What it was, and what to answer.
async fn carry_out(
    work: &mut Work<'_>,
    said: Said,
    incoming: &Incoming,
    about: &About,
    others: &[DateTime<Utc>],
) -> Result<(Verdict, Option<String>)> {
    let from = Sender::clinic(&work.app.profile);
    let language = language(work, about).await?;
    let recipient = about.phone.clone().map(Recipient::Phone);
    let zone = |session: &Session| work.app.zone_named(&session.zone).unwrap_or(work.app.zone);
    match (said, &recipient, &about.session) {
        (Said::Stop, Some(recipient), _) => {
            opt_outs::begin_in(work, recipient, OptOutBy::Text, &proof(incoming)).await?;
            note_answer(work, about, recipient, Reply::Stop).await?;
            Ok((Verdict::TextStop, None))
        }
        (Said::Start, Some(recipient), _) => {
            opt_outs::end_in(work, recipient, OptOutBy::Text, &proof(incoming)).await?;
            Ok((Verdict::TextStart, None))
        }
        (Said::Help, ..) => Ok((Verdict::TextHelp, Some(text_wording::help(from, language)))),
        (Said::Confirm, Some(recipient), Some(session)) => {
            // A patient who confirms, confirms the time that they were told last.
            let told = about
                .message
                .as_ref()
                .map_or(session.starts_at, |message| message.content.starts_at);
            match answers::confirm(work, session.id, told).await? {
                Some(session) => {
                    note_answer(work, about, recipient, Reply::Confirm).await?;
                    let words =
                        text_wording::thanks(from, language, session.starts_at, zone(&session));
                    Ok((Verdict::TextConfirmed, Some(words)))
                }
                None => Ok((Verdict::Words, None)),
            }
        }
        (Said::Change, Some(recipient), Some(session)) => {
            match answers::ask_for_another(work, session.id).await? {
                Some(session) => {
                    note_answer(work, about, recipient, Reply::Change).await?;
                    links::open(work, session.id, recipient).await?;
                    let link = links::address_in(work, session.id, recipient).await?;
                    let words =
                        text_wording::other_times(from, language, others, zone(&session), &link);
                    Ok((Verdict::TextChange, Some(words)))
                }
                None => Ok((Verdict::Words, None)),
            }
        }
        _ => Ok((Verdict::Words, None)),
    }
}

fn proof(incoming: &Incoming) -> String {
    format!("{:?} (text {})", incoming.body.chars().take(200).collect::<String>(), incoming.id)
}

async fn note_answer(
    work: &mut Work<'_>,
    about: &About,
    recipient: &Recipient,
    answer: Reply,
) -> Result<()> {
    if let Some(session) = &about.session {
        answers::note_in_ledger(work, session.id, recipient, answer).await?;
    }
    Ok(())
}

/// The times to offer to the patient who asks from `phone`.
async fn other_times(
    app: &App,
    caller: &Caller,
    phone: Option<&Phone>,
) -> Result<Vec<DateTime<Utc>>> {
    let mut tx = app.db.read().await?;
    let about = about(&mut tx, app.clock.now(), phone.cloned()).await?;
    tx.rollback().await?;
    // What waits for another party is not the patient's to move; the desk calls.
    match about.session.filter(|session| session.status == SessionStatus::Booked) {
        Some(session) => answers::other_times(app, caller, &session).await,
        None => Ok(Vec::new()),
    }
}

/// Whose a number is, and about which visit they are likely to write: the one that they were told of last, if it is still to
/// come; else the next one, if the number is one patient's alone.
async fn about(tx: &mut Tx, now: DateTime<Utc>, phone: Option<Phone>) -> Result<About> {
    let Some(number) = phone.clone() else {
        return Ok(About { phone, patients: Vec::new(), message: None, session: None });
    };
    let patients = patients::reached_at(tx, &Recipient::Phone(number.clone())).await?;
    let message = ledger::last_text(tx, &number)
        .await?
        .filter(|message| patients.contains(&message.patient_id));
    let told = match message.as_ref().and_then(|message| message.session_id) {
        Some(session) => sessions::get(tx, session).await?.map(|listed| listed.session),
        None => None,
    };
    let to_come =
        |session: &Session| session.starts_at > now && standing(session.status) != Standing::Gone;
    let session = match (told.filter(to_come), patients.as_slice()) {
        (Some(session), _) => Some(session),
        (None, [only]) => sessions::not_over(tx, *only, now).await?.into_iter().find(to_come),
        (None, _) => None,
    };
    let message = message.filter(|message| {
        session.as_ref().is_some_and(|session| Some(session.id) == message.session_id)
    });
    Ok(About { phone, patients, message, session })
}

async fn language(work: &mut Work<'_>, about: &About) -> Result<Language> {
    let patient = about
        .session
        .as_ref()
        .map(|session| session.patient_id)
        .or(about.patients.first().copied());
    let patient: Option<Patient> = match patient {
        Some(patient) => patients::get(&mut work.tx, patient).await?,
        None => None,
    };
    Ok(patient.map_or(Language::En, |patient| patient.details.preferred_language))
}

/// Queues an answer, due at once.
async fn queue_answer(
    work: &mut Work<'_>,
    session: &Session,
    phone: &Phone,
    filed: &FiledReply,
    words: String,
) -> Result<()> {
    // As it is by now: what was asked for has changed it.
    let Some(session) = sessions::get(&mut work.tx, session.id).await?.map(|listed| listed.session)
    else {
        return Ok(());
    };
    let Some(patient) = patients::get(&mut work.tx, session.patient_id).await? else {
        return Ok(());
    };
    let catalogue = current(&mut work.tx, work.app).await?;
    let facts = facts::load(&mut work.tx, work.app, &catalogue, &session, &patient).await?;
    let message = Message {
        kind: MessageKind::Answer,
        channel: Channel::Sms,
        lead: filed.id.to_string(),
        recipient: Some(Recipient::Phone(phone.clone())),
        content: Content { calendar: false, words: Some(words), ..facts.content() },
        status: MessageStatus::Scheduled,
        ..facts.message(work.app, work.now)
    };
    Ok(ledger::insert(&mut work.tx, &message).await?)
}

/// What the provider says became of a text.
pub async fn note_report(
    app: &App,
    id: MessageId,
    provider_id: &str,
    status: &str,
    error: Option<&str>,
) -> Result<()> {
    let mut work = Work::for_program(app, PROVIDER).await?;
    let now = work.now;
    let Some(message) =
        ledger::get(&mut work.tx, id).await?.filter(|message| message.channel == Channel::Sms)
    else {
        work.abandon().await?;
        return Ok(());
    };
    match status {
        "delivered" | "read" => {
            ledger::mark_delivered(&mut work.tx, id, provider_id, now).await?;
        }
        "undelivered" | "failed" => {
            let code: String = error
                .unwrap_or("no reason given")
                .chars()
                .filter(|c| !c.is_control())
                .take(40)
                .collect();
            if ledger::mark_undelivered(&mut work.tx, id, &format!("{status}: {code}")).await? {
                let detail = "A text about this visit did not reach the telephone. Check the number, and tell the patient in another way.";
                let task = Task {
                    session_id: message.session_id,
                    patient_id: Some(message.patient_id),
                    message_id: Some(id),
                    ..Task::open(app.clock.id(), TaskKind::MessageFailed, detail, now)
                };
                tasks::insert(&mut work.tx, &task).await?;
            }
        }
        // On its way.
        _ => (),
    }
    work.done().await
}
