//! Text messages that come in, and what the provider says of those that went out. A text is
//! filed once, however often it is handed over, with what was made of it; what it asks for is
//! answered in the same transaction by a row of the ledger. It never cancels a session.

use chrono::{DateTime, Utc};

use super::answers;
use super::reply_task::{file, task};
use super::told_by_text::{About, about, language, unconfirmed};
use super::undelivered;
use crate::actions::messages::{facts, links};
use crate::actions::patient::opt_outs;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Program, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::MessageId;
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus, Reply};
use crate::domain::messages::reply::{FiledReply, Verdict};
use crate::domain::messages::task::TaskKind;
use crate::domain::messages::text_answer::{OptOutType, Said, may_mean_more, said};
use crate::domain::messages::text_wording;
use crate::domain::messages::text_wording::Sender;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::opt_out::OptOutBy;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Language, Phone};
use crate::domain::time::civil;
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
    /// What the provider took it for, and has done already on its side.
    pub opt_out_type: Option<OptOutType>,
}

impl Incoming {
    /// What it says. The provider's reading wins over ours, since it acts on its own; whoever has texts again by a YES
    /// says yes all the same.
    fn said(&self) -> Said {
        match (self.opt_out_type, said(&self.body)) {
            (Some(OptOutType::Stop), Said::Cancel) => Said::Cancel,
            (Some(OptOutType::Stop), _) => Said::Stop,
            (Some(OptOutType::Start), Said::Confirm) => Said::Confirm,
            (Some(OptOutType::Start), _) => Said::Start,
            (Some(OptOutType::Help), _) => Said::Help,
            (None, said) => said,
        }
    }

    /// The proof of what was asked for.
    fn proof(&self) -> String {
        format!("{:?} (text {})", self.body.chars().take(200).collect::<String>(), self.id)
    }
}

/// How much is kept of what was written: its beginning.
const MOST_CHARS: usize = 2_000;
/// The fewest digits of a telephone. What has less is a short code, where programs write and read.
const FEWEST_DIGITS: usize = 8;

/// Files a text and does what it asks for. The words to answer at once, where there is no ledger to answer from: to a
/// number that no visit is known of.
pub async fn receive(app: &App, incoming: &Incoming) -> Result<Option<String>> {
    let said = incoming.said();
    let phone = Phone::try_from(incoming.from.clone()).ok().filter(|_| !is_short(&incoming.from));
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
    let silent = match &about.phone {
        Some(phone) => facts::has_opted_out(&mut work.tx, &Recipient::Phone(phone.clone())).await?,
        None => true,
    };
    let words = match words {
        None if verdict == Verdict::Words && !silent => {
            for_a_person(&mut work, &about, &filed).await?
        }
        words => words,
    };
    if !replies::insert(&mut work.tx, &filed).await? {
        // Handed over before; what it asked for was done then.
        work.abandon().await?;
        return Ok(None);
    }
    if let Some(detail) = asks(verdict, incoming) {
        let task = task(app, &filed, TaskKind::ReplyToRead, detail);
        tasks::insert(&mut work.tx, &task).await?;
    }
    let inline = match (words, &about.session, &about.phone) {
        // A patient who wants no messages and asks who this is, is answered in the same breath.
        (Some(words), Some(session), Some(phone)) if !silent => {
            queue_answer(&mut work, session, phone, &about, &filed, words).await?;
            None
        }
        // A program at the other end would answer again.
        (_, _, None) => None,
        (words, ..) => words,
    };
    file(work, &filed).await?;
    Ok(inline)
}

/// Whether a number is a short code.
fn is_short(number: &str) -> bool {
    number.chars().filter(char::is_ascii_digit).count() < FEWEST_DIGITS
}

/// What a person is asked to do about a text, if anything.
fn asks(verdict: Verdict, incoming: &Incoming) -> Option<&'static str> {
    match verdict {
        Verdict::Words => {
            Some("Somebody answered by text. Read it, and call if need be; nothing was changed.")
        }
        Verdict::TextCancel => Some(
            "They wrote CANCEL: call and ask whether they mean the appointment. It still stands; texts to their number have ended.",
        ),
        Verdict::TextStop if incoming.opt_out_type.is_none() && may_mean_more(&incoming.body) => {
            Some(
                "A text that begins with STOP was taken for a wish for no more texts, and may mean something else. Read it, and call if need be.",
            )
        }
        _ => None,
    }
}

/// The answer to what only a person can read: one a day, so that two programs never go on answering one another.
async fn for_a_person(
    work: &mut Work<'_>,
    about: &About,
    filed: &FiledReply,
) -> Result<Option<String>> {
    let zone = work.app.zone;
    let today = civil::day_start(zone, civil::date_of(zone, work.now));
    let sender = filed.sender.as_deref().unwrap_or_default();
    if replies::has_written(&mut work.tx, sender, Verdict::Words, today).await? {
        return Ok(None);
    }
    let language = language(&mut work.tx, about).await?;
    Ok(Some(text_wording::for_a_person(
        Sender::clinic(&work.app.profile, &work.app.policy),
        language,
    )))
}

/// Does what a text asks for. What it was, and what to answer.
async fn carry_out(
    work: &mut Work<'_>,
    said: Said,
    incoming: &Incoming,
    about: &About,
    others: &[DateTime<Utc>],
) -> Result<(Verdict, Option<String>)> {
    let from = Sender::clinic(&work.app.profile, &work.app.policy);
    let language = language(&mut work.tx, about).await?;
    let recipient = about.phone.clone().map(Recipient::Phone);
    if let (Some(OptOutType::Start), Some(recipient)) = (incoming.opt_out_type, &recipient) {
        opt_outs::end_in(work, recipient, OptOutBy::Text, &incoming.proof()).await?;
    }
    match (said, &recipient, &about.session) {
        (Said::Stop | Said::Cancel, Some(recipient), _) => {
            opt_outs::begin_in(work, recipient, OptOutBy::Text, &incoming.proof()).await?;
            note_answer(work, about, recipient, Reply::Stop).await?;
            let is_stop = said == Said::Stop;
            Ok((if is_stop { Verdict::TextStop } else { Verdict::TextCancel }, None))
        }
        (Said::Start, Some(recipient), _) => {
            opt_outs::end_in(work, recipient, OptOutBy::Text, &incoming.proof()).await?;
            Ok((Verdict::TextStart, None))
        }
        (Said::Help, ..) => Ok((Verdict::TextHelp, Some(text_wording::help(from, language)))),
        (Said::Confirm, Some(recipient), Some(session)) => {
            confirm(work, about, recipient, session, language).await
        }
        (Said::Change, Some(recipient), Some(session)) => {
            match answers::ask_for_another(work, session.id).await? {
                Some(session) => {
                    note_answer(work, about, recipient, Reply::Change).await?;
                    links::open(work, session.id, recipient).await?;
                    let link = links::address_in(work, session.id, recipient).await?;
                    let zone = work.app.zone_named(&session.zone).unwrap_or(work.app.zone);
                    let words = text_wording::other_times(from, language, others, zone, &link);
                    Ok((Verdict::TextChange, Some(words)))
                }
                None => Ok((Verdict::Words, None)),
            }
        }
        _ => Ok((Verdict::Words, None)),
    }
}

/// Confirms all that those at the number were told of and have not answered, and names it; where that is more than can be
/// named, nothing, and they are asked which.
async fn confirm(
    work: &mut Work<'_>,
    about: &About,
    recipient: &Recipient,
    session: &Session,
    language: Language,
) -> Result<(Verdict, Option<String>)> {
    let from = Sender::clinic(&work.app.profile, &work.app.policy);
    // A patient who confirms, confirms the time that they were told last.
    let told =
        about.message.as_ref().map_or(session.starts_at, |message| message.content.starts_at);
    let mut all = unconfirmed(&mut work.tx, about, work.now).await?;
    all.retain(|other| other.id != session.id);
    all.push(session.clone());
    all.sort_by_key(|session| (session.starts_at, session.id));
    let starts: Vec<_> = all
        .iter()
        .map(|one| (one.starts_at, work.app.zone_named(&one.zone).unwrap_or(work.app.zone)))
        .collect();
    let words = match starts.as_slice() {
        [(start, zone)] => text_wording::thanks(from, language, *start, *zone),
        several => match text_wording::thanks_for_all(from, language, several) {
            Some(words) => words,
            None => return Ok((Verdict::Words, Some(text_wording::which(from, language)))),
        },
    };
    if answers::confirm(work, session.id, told).await?.is_none() {
        return Ok((Verdict::Words, None));
    }
    answers::note_in_ledger(work, session.id, recipient, Reply::Confirm).await?;
    for other in all.iter().filter(|other| other.id != session.id) {
        answers::confirm(work, other.id, other.starts_at).await?;
        answers::note_in_ledger(work, other.id, recipient, Reply::Confirm).await?;
    }
    Ok((Verdict::TextConfirmed, Some(words)))
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

/// Queues an answer, due at once.
async fn queue_answer(
    work: &mut Work<'_>,
    session: &Session,
    phone: &Phone,
    about: &About,
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
    let mut content = Content { calendar: false, words: Some(words), ..facts.content() };
    // What names no time tells none: a C after it still confirms the one that was told before.
    if let Some(told) = about.message.as_ref().filter(|_| filed.verdict != Verdict::TextConfirmed) {
        content = content.at(told.content.starts_at, told.content.ends_at - told.content.starts_at);
    }
    let message = Message {
        kind: MessageKind::Answer,
        channel: Channel::Sms,
        lead: filed.id.to_string(),
        recipient: Some(Recipient::Phone(phone.clone())),
        content,
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
            undelivered::note(&mut work, &message, status, error).await?;
        }
        // On its way.
        _ => (),
    }
    work.done().await
}
