//! Mail that comes in, the twin of `texts`: it is read, judged and filed, each once, with the
//! task that it makes for a person. It never moves or cancels a visit, and is never answered.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::reply_task::{file, task};
use super::{answers, bounces};
use crate::actions::patient::opt_outs;
use crate::actions::{App, Program, Result, Work};
use crate::calendar::answer::{Answer, Method, Reply as CalendarReply};
use crate::calendar::authentication::Trust;
use crate::calendar::reply;
use crate::calendar::reply::Inbound;
use crate::domain::ids::{MessageId, PatientId, SessionId};
use crate::domain::messages::message::{Message, Reply};
use crate::domain::messages::reply::{Answered, Claimed, FiledReply, Verdict, judged};
use crate::domain::messages::task::TaskKind;
use crate::domain::messages::text_answer;
use crate::domain::patient::Email;
use crate::domain::patient::email::address_key;
use crate::domain::patient::opt_out::OptOutBy;
use crate::domain::patient::recipient::Recipient;
use crate::storage::Tx;
use crate::storage::course::sessions;
use crate::storage::messages::{ledger, replies, tasks};
use crate::storage::patient::patients;

/// What a mail is about.
#[derive(Debug, Default)]
struct About {
    session: Option<SessionId>,
    patient: Option<PatientId>,
    message: Option<Message>,
}

impl About {
    fn message(message: Message) -> Self {
        Self {
            session: message.session_id,
            patient: Some(message.patient_id),
            message: Some(message),
        }
    }
}

/// The mailbox that is read for answers.
const MAILBOX: Program = Program::mailbox();
/// A patient who answers from their calendar.
const CALENDAR: Program = Program::patient("the patient's calendar");
/// A patient who writes.
const MAIL: Program = Program::patient("a mail");

/// Files a mail under the mailbox's own name for it; `None` is one of which nothing could be fetched. Whether it is new.
pub async fn receive(
    app: &App,
    mailbox_key: &str,
    raw: Option<&[u8]>,
    trust: &Trust,
) -> Result<bool> {
    let inbound = raw.map(|raw| reply::read(raw, app.profile.mail_from.as_str()));
    let mut work = Work::for_program(app, MAILBOX).await?;
    let now = work.now;
    let (verdict, about) = match &inbound {
        Some(inbound) => judge(&mut work.tx, inbound, trust, now).await?,
        None => (Verdict::Unreadable, About::default()),
    };
    let filed = FiledReply {
        id: app.clock.id(),
        mailbox_key: mailbox_key.to_owned(),
        received_at: now,
        sender: inbound.as_ref().and_then(|inbound| inbound.from.clone()),
        subject: inbound.as_ref().and_then(|inbound| inbound.subject.clone()),
        body: inbound.as_ref().and_then(|inbound| words(inbound, verdict)),
        verdict,
        message_id: about.message.as_ref().map(|message| message.id),
        session_id: about.session,
        patient_id: about.patient,
    };
    if !replies::insert(&mut work.tx, &filed).await? {
        work.abandon().await?;
        return Ok(false);
    }
    if let Some(inbound) = &inbound {
        carry_out(&mut work, &about, inbound, &filed).await?;
        work.act_as(MAILBOX);
    }
    if verdict.needs_a_person() && verdict != Verdict::Bounced {
        let unheard = inbound.as_ref().is_some_and(|inbound| stop(inbound).is_some());
        let (kind, detail) = asks(verdict, unheard);
        tasks::insert(&mut work.tx, &task(app, &filed, kind, detail)).await?;
    }
    file(work, &filed).await?;
    Ok(true)
}

/// Does what a mail asks for, and notes in the ledger what came of the message.
async fn carry_out(
    work: &mut Work<'_>,
    about: &About,
    inbound: &Inbound,
    filed: &FiledReply,
) -> Result<()> {
    match (filed.verdict, &inbound.report) {
        (Verdict::Bounced, Some(report)) => {
            bounces::carry_out(work, report, about.message.as_ref(), filed).await
        }
        (Verdict::MailStop, _) => end_mail(work, about, inbound, filed).await,
        _ => note_answer(work, about, inbound, filed.verdict).await,
    }
}

/// Does what a calendar's answer asks for.
async fn note_answer(
    work: &mut Work<'_>,
    about: &About,
    inbound: &Inbound,
    verdict: Verdict,
) -> Result<()> {
    let (Some(message), Some(session), Some(answer)) =
        (&about.message, about.session, answer(verdict))
    else {
        return Ok(());
    };
    work.act_as(CALENDAR);
    answers::lock_patient_of(&mut work.tx, session).await?;
    let stamp = calendar(inbound).and_then(|reply| reply.stamp);
    // Who said yes to this very message and says perhaps later on, no longer says yes.
    let in_doubt = || message.answer == Some(Reply::Confirm) && stamp > message.answered_at;
    match verdict {
        Verdict::Accepted => {
            // Said of the very time that the message told.
            answers::confirm(work, session, message.content.starts_at).await?;
        }
        Verdict::Declined | Verdict::Delegated | Verdict::Counter => {
            answers::withdraw_confirmation(work, session).await?;
        }
        Verdict::Tentative if in_doubt() => answers::withdraw_confirmation(work, session).await?,
        _ => (),
    }
    // A telephone whose clock is off is not to silence what is answered later.
    let stamp = stamp.filter(|stamp| *stamp <= work.now + Duration::days(1));
    Ok(ledger::note_answer(&mut work.tx, message.id, answer, work.now, stamp).await?)
}

/// Ends mail to the address that asks for it.
async fn end_mail(
    work: &mut Work<'_>,
    about: &About,
    inbound: &Inbound,
    filed: &FiledReply,
) -> Result<()> {
    let (Some(recipient), Some(said)) = (sender_address(inbound), stop(inbound)) else {
        return Ok(());
    };
    work.act_as(MAIL);
    let said: String = said.chars().take(200).collect();
    let proof = format!("{said:?} (mail {})", filed.mailbox_key);
    opt_outs::begin_in(work, &recipient, OptOutBy::Mail, &proof).await?;
    if let Some(session) = about.session {
        answers::note_in_ledger(work, session, &recipient, Reply::Stop).await?;
    }
    Ok(())
}

fn sender_address(inbound: &Inbound) -> Option<Recipient> {
    Email::try_from(inbound.from.clone()?).ok().map(Recipient::Email)
}

/// What asks for no more mail: the whole first line, or the subject of a mail without text.
fn stop(inbound: &Inbound) -> Option<&str> {
    let said = inbound.text.as_deref().or(inbound.subject.as_deref())?;
    let first = said.lines().map(str::trim).find(|line| !line.is_empty())?;
    text_answer::is_plain_stop(first).then_some(first)
}

fn calendar(inbound: &Inbound) -> Option<&CalendarReply> {
    inbound.calendar.as_ref().and_then(|calendar| calendar.as_ref().ok())
}

/// What was written: the comment of a calendar that answers, or the words of the mail, whatever lies beside them.
fn words(inbound: &Inbound, verdict: Verdict) -> Option<String> {
    let comment = calendar(inbound).and_then(|reply| reply.comment.clone());
    match verdict {
        Verdict::Words => inbound.text.clone().or(comment),
        _ => comment.or_else(|| inbound.text.clone()),
    }
}

/// What is noted in the ledger for it.
fn answer(verdict: Verdict) -> Option<Reply> {
    match verdict {
        Verdict::Accepted => Some(Reply::Confirm),
        Verdict::Tentative => Some(Reply::Tentative),
        Verdict::Declined | Verdict::Counter => Some(Reply::Change),
        Verdict::Delegated => Some(Reply::Delegated),
        _ => None,
    }
}

/// What a mail is, and what it is about.
async fn judge(
    tx: &mut Tx,
    inbound: &Inbound,
    trust: &Trust,
    now: DateTime<Utc>,
) -> Result<(Verdict, About)> {
    match (&inbound.calendar, &inbound.report) {
        (Some(Ok(reply)), _) if matches!(reply.method, Method::Reply | Method::Counter) => {
            judge_reply(tx, inbound, reply, trust, now).await
        }
        (_, Some(report)) => {
            let found = bounces::find(tx, report, now).await?;
            let about = match found.message {
                Some(message) => About::message(message),
                None => About { patient: found.patient, ..About::default() },
            };
            Ok((bounces::verdict(report), about))
        }
        _ if inbound.automatic => Ok((Verdict::Automatic, sender(tx, inbound).await?)),
        (Some(Err(_)), _) if inbound.text.is_none() => {
            Ok((Verdict::Unreadable, sender(tx, inbound).await?))
        }
        _ => judge_words(tx, inbound, trust).await,
    }
}

/// A person's words. Only the address itself can ask for no more mail to it.
async fn judge_words(tx: &mut Tx, inbound: &Inbound, trust: &Trust) -> Result<(Verdict, About)> {
    let about = sender(tx, inbound).await?;
    if let Some(recipient) = sender_address(inbound).filter(|_| stop(inbound).is_some())
        && is_vouched_for(inbound, trust)
        && !patients::reached_at(tx, &recipient).await?.is_empty()
    {
        return Ok((Verdict::MailStop, about));
    }
    Ok((Verdict::Words, about))
}

/// Whether it is shown that the mail is from where it says.
fn is_vouched_for(inbound: &Inbound, trust: &Trust) -> bool {
    let domain = inbound.from.as_deref().and_then(|from| from.rsplit_once('@'));
    domain.is_some_and(|(_, domain)| trust.vouches(&inbound.authentication, domain))
}

/// A calendar's answer: to which visit, for whom, and whether it is theirs to give.
async fn judge_reply(
    tx: &mut Tx,
    inbound: &Inbound,
    reply: &CalendarReply,
    trust: &Trust,
    now: DateTime<Utc>,
) -> Result<(Verdict, About)> {
    let uid: Option<Uuid> = reply.uid.parse().ok();
    let found = match uid {
        Some(uid) => sessions::by_uid(tx, uid).await?,
        None => None,
    };
    let Some((session, patient)) = found else {
        let about = sender(tx, inbound).await?;
        // An answer to somebody else's invitation; what a patient of ours writes beside it is for us.
        let for_us = about.patient.is_some() && inbound.text.is_some() && !inbound.automatic;
        let verdict = if for_us { Verdict::Words } else { Verdict::UnknownVisit };
        return Ok((verdict, about));
    };
    let attendee = address_key(&reply.attendee);
    let told = ledger::of_session(tx, session).await?.into_iter().rev();
    let message = told.filter(|message| message.kind.tells().is_some() && message.is_known()).find(
        |message| message.recipient.as_ref().is_some_and(|address| address.key() == attendee),
    );
    let from = inbound.from.as_deref().map(str::to_lowercase).unwrap_or_default();
    let names_another = message.as_ref().zip(reply.start);
    let claimed = Claimed {
        answer: match (&reply.method, reply.answer) {
            (Method::Reply, Answer::Accepted) => Answered::Accepted,
            (Method::Reply, Answer::Tentative) => Answered::Tentative,
            (Method::Reply, Answer::Declined) => Answered::Declined,
            (Method::Reply, Answer::Delegated) => Answered::Delegated,
            (Method::Reply, Answer::Undecided) => Answered::Undecided,
            _ => Answered::Counter,
        },
        sequence: reply.sequence,
        names_another_start: names_another
            .is_some_and(|(message, start)| !start.may_be(message.content.starts_at)),
        stamp: reply.stamp.filter(|stamp| *stamp <= now + Duration::days(1)),
        verified: from == attendee && is_vouched_for(inbound, trust),
        message: message.as_ref(),
    };
    let verdict = judged(claimed);
    let about = About { session: Some(session), patient: Some(patient), message };
    Ok((verdict, about))
}

/// Who wrote, and about which visit: told by the message that it answers, else by the address, if it is one patient's alone.
async fn sender(tx: &mut Tx, inbound: &Inbound) -> Result<About> {
    for id in inbound.answers.iter().filter_map(|answered| answered.split('@').next()?.parse().ok())
    {
        let message = ledger::get(tx, MessageId(id)).await?;
        // A person to whom it was forwarded is not its recipient.
        let theirs =
            |message: &Message| message.recipient.as_ref().map(Recipient::key) == inbound.from;
        if let Some(message) = message.filter(theirs) {
            return Ok(About::message(message));
        }
    }
    let Some(from) = &inbound.from else {
        return Ok(About::default());
    };
    let patient = match patients::by_address(tx, from).await?.as_slice() {
        [(only,)] => Some(*only),
        _ => None,
    };
    Ok(About { patient, ..About::default() })
}

/// What a person is asked to do about a mail; `unheard` says that it asks for no more mail, which could not be done.
fn asks(verdict: Verdict, unheard: bool) -> (TaskKind, &'static str) {
    match verdict {
        Verdict::Declined => (
            TaskKind::VisitDeclined,
            "The patient's calendar declined this appointment. Phone them, then move or cancel it. It is kept until then.",
        ),
        Verdict::Delegated => (
            TaskKind::VisitDeclined,
            "The patient's calendar says that someone else will come instead. Phone them, then move or cancel the appointment. It is kept until then.",
        ),
        Verdict::Counter => (
            TaskKind::VisitDeclined,
            "The patient's calendar asked for another time. Phone them, then move the appointment. It is kept until then.",
        ),
        Verdict::Unverified => (
            TaskKind::ReplyToRead,
            "A reply about this appointment came from an address that could not be verified. Nothing was changed. Ask the patient.",
        ),
        Verdict::UnknownAttendee => (
            TaskKind::ReplyToRead,
            "A reply about this appointment came from an address that was not invited. Read it, and ask the patient.",
        ),
        Verdict::Unreadable => {
            (TaskKind::ReplyToRead, "An email could not be read. Look for it in the mailbox.")
        }
        Verdict::Words if unheard => (
            TaskKind::ReplyToRead,
            "An email asks to unsubscribe, but its sender could not be verified. Nothing was changed. Ask the patient, and note what they want.",
        ),
        _ => (TaskKind::ReplyToRead, "A reply came by email. Read it, and answer if needed."),
    }
}
