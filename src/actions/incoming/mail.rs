//! Mail that comes in, the twin of `texts`: it is read, judged and filed, each once, with the
//! task that it makes for a person. It never moves or cancels a visit, and is never answered.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::answers;
use super::reply_task::{file, task};
use crate::actions::{App, Program, Result, Work};
use crate::calendar::answer::{Answer, Method, Reply as CalendarReply};
use crate::calendar::authentication::authenticated;
use crate::calendar::reply;
use crate::calendar::reply::Inbound;
use crate::domain::ids::{MessageId, PatientId, SessionId};
use crate::domain::messages::message::{Message, Reply};
use crate::domain::messages::reply::{Answered, Claimed, FiledReply, Verdict, judged};
use crate::domain::messages::task::TaskKind;
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

/// The mailbox that is read for answers.
const MAILBOX: Program = Program::mailbox();
/// A patient who answers from their calendar.
const CALENDAR: Program = Program::patient("the patient's calendar");

/// Files a mail under the mailbox's own name for it; `None` is one that is too large to be read. Whether it is new.
pub async fn receive(
    app: &App,
    mailbox_key: &str,
    raw: Option<&[u8]>,
    our_server: Option<&str>,
) -> Result<bool> {
    let inbound = raw.map(reply::read).and_then(std::result::Result::ok);
    let mut work = Work::for_program(app, MAILBOX).await?;
    let now = work.now;
    let (verdict, about) = match (&inbound, raw) {
        (Some(inbound), Some(raw)) => judge(&mut work, inbound, raw, our_server).await?,
        _ => (Verdict::Unreadable, About::default()),
    };
    let filed = FiledReply {
        id: app.clock.id(),
        mailbox_key: mailbox_key.to_owned(),
        received_at: now,
        sender: inbound.as_ref().and_then(|inbound| inbound.from.clone()),
        subject: inbound.as_ref().and_then(|inbound| inbound.subject.clone()),
        body: inbound.as_ref().and_then(words),
        verdict,
        message_id: about.message.as_ref().map(|message| message.id),
        session_id: about.session,
        patient_id: about.patient,
    };
    if !replies::insert(&mut work.tx, &filed).await? {
        work.abandon().await?;
        return Ok(false);
    }
    carry_out(&mut work, verdict, &about, inbound.as_ref()).await?;
    work.act_as(MAILBOX);
    if verdict.needs_a_person() {
        let (kind, detail) = asks(verdict);
        tasks::insert(&mut work.tx, &task(app, &filed, kind, detail)).await?;
    }
    file(work, &filed).await?;
    Ok(true)
}

/// Does what a calendar's answer asks for, and notes in the ledger what came of the message.
async fn carry_out(
    work: &mut Work<'_>,
    verdict: Verdict,
    about: &About,
    inbound: Option<&Inbound>,
) -> Result<()> {
    let Some(message) = &about.message else {
        return Ok(());
    };
    if verdict == Verdict::Bounced {
        ledger::mark_undelivered(&mut work.tx, message.id, "came back undelivered").await?;
    }
    let (Some(session), Some(answer)) = (about.session, answer(verdict)) else {
        return Ok(());
    };
    work.act_as(CALENDAR);
    match verdict {
        Verdict::Accepted => {
            // Said of the very time that the message told.
            answers::lock_patient_of(&mut work.tx, session).await?;
            answers::confirm(work, session, message.content.starts_at).await?;
        }
        Verdict::Declined | Verdict::Counter => {
            answers::lock_patient_of(&mut work.tx, session).await?;
            answers::withdraw_confirmation(work, session).await?;
        }
        _ => (),
    }
    let stamp = inbound.and_then(calendar).and_then(|reply| reply.stamp);
    // A telephone whose clock is off is not to silence what is answered later.
    let stamp = stamp.filter(|stamp| *stamp <= work.now + Duration::days(1));
    Ok(ledger::note_answer(&mut work.tx, message.id, answer, work.now, stamp).await?)
}

fn calendar(inbound: &Inbound) -> Option<&CalendarReply> {
    inbound.calendar.as_ref().and_then(|calendar| calendar.as_ref().ok())
}

/// What was written: the words of the mail, or the comment of a calendar.
fn words(inbound: &Inbound) -> Option<String> {
    let comment = calendar(inbound).and_then(|reply| reply.comment.clone());
    comment.or_else(|| inbound.text.clone())
}

/// What is noted in the ledger for it.
fn answer(verdict: Verdict) -> Option<Reply> {
    match verdict {
        Verdict::Accepted | Verdict::Tentative => Some(Reply::Confirm),
        Verdict::Declined | Verdict::Counter => Some(Reply::Change),
        _ => None,
    }
}

/// What a mail is, and what it is about.
async fn judge(
    work: &mut Work<'_>,
    inbound: &Inbound,
    raw: &[u8],
    our_server: Option<&str>,
) -> Result<(Verdict, About)> {
    let (tx, app, now) = (&mut work.tx, work.app, work.now);
    match &inbound.calendar {
        Some(Ok(reply)) if matches!(reply.method, Method::Reply | Method::Counter) => {
            judge_reply(tx, inbound, reply, our_server, now).await
        }
        Some(Err(_)) if !inbound.automatic => Ok((Verdict::Unreadable, sender(tx, inbound).await?)),
        _ => match bounced(app, raw) {
            Some(id) if inbound.undelivered => {
                let message = ledger::get(tx, id).await?;
                let about = About {
                    session: message.as_ref().and_then(|message| message.session_id),
                    patient: message.as_ref().map(|message| message.patient_id),
                    message,
                };
                Ok((Verdict::Bounced, about))
            }
            _ if inbound.automatic => Ok((Verdict::Automatic, sender(tx, inbound).await?)),
            _ => Ok((Verdict::Words, sender(tx, inbound).await?)),
        },
    }
}

/// A calendar's answer: to which visit, for whom, and whether it is theirs to give.
async fn judge_reply(
    tx: &mut Tx,
    inbound: &Inbound,
    reply: &CalendarReply,
    our_server: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(Verdict, About)> {
    let uid: Option<Uuid> = reply.uid.parse().ok();
    let found = match uid {
        Some(uid) => sessions::by_uid(tx, uid).await?,
        None => None,
    };
    let Some((session, patient)) = found else {
        return Ok((Verdict::UnknownVisit, sender(tx, inbound).await?));
    };
    let attendee = reply.attendee.to_lowercase();
    let told = ledger::of_session(tx, session).await?.into_iter().rev();
    let message = told.filter(|message| message.kind.tells().is_some() && message.is_known()).find(
        |message| message.recipient.as_ref().is_some_and(|address| address.key() == attendee),
    );
    let from = inbound.from.as_deref().map(str::to_lowercase).unwrap_or_default();
    let domain = from.rsplit_once('@').map_or("", |(_, domain)| domain);
    let vouched =
        our_server.is_some_and(|server| authenticated(&inbound.authentication, server, domain));
    let claimed = Claimed {
        answer: match (&reply.method, reply.answer) {
            (Method::Reply, Answer::Accepted) => Answered::Accepted,
            (Method::Reply, Answer::Tentative) => Answered::Tentative,
            (Method::Reply, Answer::Declined) => Answered::Declined,
            _ => Answered::Counter,
        },
        sequence: reply.sequence,
        stamp: reply.stamp.filter(|stamp| *stamp <= now + Duration::days(1)),
        verified: from == attendee && vouched,
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
            return Ok(About {
                session: message.session_id,
                patient: Some(message.patient_id),
                message: Some(message),
            });
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

/// The message that a mail server's report is about: the one whose Message-ID, which only we make, stands in it.
fn bounced(app: &App, raw: &[u8]) -> Option<MessageId> {
    let domain = app.profile.mail_from.as_str().rsplit_once('@')?.1;
    let end = format!("@{domain}>");
    let text = String::from_utf8_lossy(raw);
    let ids = text
        .match_indices(&end)
        .filter_map(|(at, _)| text.get(at.checked_sub(37)?..at)?.strip_prefix('<')?.parse().ok());
    ids.map(MessageId).next()
}

/// What a person is asked to do about a mail.
fn asks(verdict: Verdict) -> (TaskKind, &'static str) {
    match verdict {
        Verdict::Declined => (
            TaskKind::VisitDeclined,
            "The patient's calendar declined this visit. Ask, then move or cancel it; it still stands.",
        ),
        Verdict::Counter => (
            TaskKind::VisitDeclined,
            "The patient's calendar asks for another time. Ask, then move it; it still stands.",
        ),
        Verdict::Bounced => (
            TaskKind::MessageFailed,
            "A mail about this visit came back undelivered. Check the address, and tell the patient in another way.",
        ),
        Verdict::Unverified => (
            TaskKind::ReplyToRead,
            "An answer about this visit came from an address that could not be verified. Nothing was believed; ask the patient.",
        ),
        Verdict::UnknownAttendee => (
            TaskKind::ReplyToRead,
            "Somebody who was not invited answered for this visit. Read it.",
        ),
        Verdict::Unreadable => (
            TaskKind::ReplyToRead,
            "A mail came that could not be read. Look for it in the mailbox.",
        ),
        _ => (TaskKind::ReplyToRead, "Somebody wrote back. Read it, and answer if need be."),
    }
}
