//! What a row of the ledger, or several that go out together, become: a mail, a text message,
//! or a task for the desk. The same rows give the same octets, Message-ID included, so that sending
//! twice is sending once. A visit's mail is mixed(alternative(plain, HTML, calendar), the same calendar
//! attached), as every mail program wants it (statements 45 to 50 of `docs/calendars.md`).

use lettre::message::header::ContentType;
use lettre::message::{MultiPart, SinglePart};

use super::error::{Error, Result};
use super::letter::Letter;
use super::lists::{Line, Words};
use super::mime::{Mail, unwritten};
use super::post::Post;
use super::{lists, mime};
use crate::actions::Error as Refused;
use crate::actions::calendar::event;
use crate::actions::messages::links;
use crate::actions::partner::packets;
use crate::calendar::event::Status;
use crate::calendar::invite;
use crate::calendar::invite::Organizer;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::message::{Audience, Message, MessageKind};
use crate::domain::messages::task::TaskKind;
use crate::domain::messages::text_wording;
use crate::domain::messages::text_wording::Sender;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::patient::{Email, Patient, Phone};
use crate::storage::patient::patients;

/// What goes out.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// A mail.
    Mail(Box<Mail>),
    /// A text message.
    Text { to: Phone, body: String },
    /// Something for the desk to do.
    Task(TaskKind, &'static str),
}

/// What `rows` become, which were claimed together.
pub(super) async fn outgoing(post: &Post, rows: &[Message]) -> Result<Outgoing> {
    let first = rows.first().ok_or_else(|| Error::Compose("nothing to say".to_owned()))?;
    match (first.channel, first.kind.audience()) {
        (_, Audience::Desk) | (Channel::Desk, _) => Ok(task(first.kind)),
        (Channel::Email, Audience::Patient) => visit_mail(post, first).await.map(boxed),
        (Channel::Email, Audience::Shop) => shop_mail(post, rows).await.map(boxed),
        (Channel::Email, Audience::Practitioner) => day_list(post, rows).await.map(boxed),
        (Channel::Sms, _) => text(post, rows).await,
    }
}

fn boxed(mail: Mail) -> Outgoing {
    Outgoing::Mail(Box::new(mail))
}

fn task(kind: MessageKind) -> Outgoing {
    match kind {
        MessageKind::ShopSilent => Outgoing::Task(
            TaskKind::ReferralUnanswered,
            "The shop has not answered. Ask it, or find another way.",
        ),
        MessageKind::ShopOverdue => Outgoing::Task(
            TaskKind::ReportOverdue,
            "The shop has not reported what was done. Ask it; until then it gets no next session of this patient.",
        ),
        _ => Outgoing::Task(
            TaskKind::PatientToPhone,
            "This patient gets no messages about this visit. Phone them, and ask whether they come.",
        ),
    }
}

/// A mail to a patient about one visit.
async fn visit_mail(post: &Post, message: &Message) -> Result<Mail> {
    let app = &post.app;
    let to = mailbox(message)?;
    // A cancellation links to nothing: it may go to an address that is no longer the patient's.
    let link = match message.kind {
        MessageKind::Cancel => String::new(),
        _ => link(post, message, &Recipient::Email(to.clone())).await?,
    };
    let zone = app.zone_named(&message.content.zone).map_err(unwritten)?;
    let letter = Letter::of(message, zone, &app.profile, &link, app.policy.be_early_minutes)
        .map_err(unwritten)?;
    let (mut headers, id) =
        mime::headers(&app.profile, std::slice::from_ref(message), &to, &letter.subject)?;
    if !link.is_empty() {
        headers = mime::one_click(headers, &link);
    }
    let mut parts = mime::alternative(message.id, letter.text, letter.html);
    let built = if message.content.calendar {
        let (method, calendar) = calendar(post, message, &to, &link)?;
        parts = parts.singlepart(mime::calendar_part(method, &calendar)?);
        let whole = MultiPart::mixed()
            .boundary(mime::boundary("mixed", message.id))
            .multipart(parts)
            .singlepart(mime::attached(&calendar)?);
        headers.multipart(whole)
    } else {
        headers.multipart(parts)
    };
    Ok(Mail { message: built.map_err(unwritten)?, recipient: to, subject: letter.subject, id })
}

/// Method and text of the calendar that goes with `message`.
fn calendar(
    post: &Post,
    message: &Message,
    recipient: &Email,
    link: &str,
) -> Result<(&'static str, String)> {
    let app = &post.app;
    let organizer = Organizer {
        label: app.profile.label.to_string(),
        address: mime::calendar_address(&app.profile.mail_from)?,
    };
    let attendee = mime::calendar_address(recipient)?;
    let told = event::Told {
        uid: message.uid.ok_or_else(no_visit)?,
        sequence: message.sequence,
        stamp: message.stamp,
        created: message.stamp,
        changed: message.stamp,
        starts_at: message.content.starts_at,
        ends_at: message.content.ends_at,
        zone: &message.content.zone,
        place: &message.content.place,
        language: message.language,
        status: Status::Confirmed,
        link: Some(link).filter(|link| !link.is_empty()),
    };
    let event = event::event(app, &told).map_err(unwritten)?;
    Ok(match message.kind {
        MessageKind::Cancel => ("CANCEL", invite::cancel(&event, &organizer, &attendee)),
        _ => ("REQUEST", invite::request(&event, &organizer, &attendee)),
    })
}

async fn shop_mail(post: &Post, rows: &[Message]) -> Result<Mail> {
    let profile = &post.app.profile;
    let words = lists::shop_mail(
        &lines(post, rows).await?,
        profile.label.as_str(),
        profile.phone.as_str(),
        post.app.zone,
    );
    plain(post, rows, words)
}

async fn day_list(post: &Post, rows: &[Message]) -> Result<Mail> {
    let patients = patients(post, rows).await?;
    let named = |row: &Message| patients.iter().find(|patient| patient.id == row.patient_id);
    let lines: Vec<_> = rows.iter().filter_map(|row| Some((row, named(row)?))).collect();
    plain(post, rows, lists::day_list(&lines, post.app.profile.label.as_str(), post.app.zone))
}

/// A mail of words alone.
fn plain(post: &Post, rows: &[Message], words: Option<Words>) -> Result<Mail> {
    let first = rows.first().ok_or_else(|| Error::Compose("nothing to say".to_owned()))?;
    let (words, to) =
        (words.ok_or_else(|| Error::Compose("nothing to say".to_owned()))?, mailbox(first)?);
    let (headers, id) = mime::headers(&post.app.profile, rows, &to, &words.subject)?;
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(words.text);
    Ok(Mail {
        message: headers.singlepart(part).map_err(unwritten)?,
        recipient: to,
        subject: words.subject,
        id,
    })
}

async fn text(post: &Post, rows: &[Message]) -> Result<Outgoing> {
    let app = &post.app;
    let first = rows.first().ok_or_else(|| Error::Compose("nothing to say".to_owned()))?;
    let to = first.recipient.as_ref().and_then(Recipient::phone).cloned();
    let to = to.ok_or_else(|| Error::Compose("no telephone number".to_owned()))?;
    let body = match (first.kind.audience(), &first.content.words) {
        (Audience::Shop, _) => {
            let profile = &app.profile;
            let body = lists::shop_text(
                &lines(post, rows).await?,
                profile.label.as_str(),
                profile.phone.as_str(),
                app.zone,
            );
            body.ok_or_else(|| Error::Compose("nothing to say".to_owned()))?
        }
        (_, Some(words)) => words.clone(),
        (_, None) => {
            let link = link(post, first, &Recipient::Phone(to.clone())).await?;
            let zone = app.zone_named(&first.content.zone).map_err(unwritten)?;
            let purpose = first.content.purpose.unwrap_or(Purpose::Remind);
            text_wording::reminder(
                Sender::clinic(&app.profile),
                first.language,
                purpose,
                first.content.starts_at,
                zone,
                &link,
            )
        }
    };
    Ok(Outgoing::Text { to, body })
}

/// What a shop is told of each row: the packet, and the row's own times.
async fn lines<'a>(post: &Post, rows: &'a [Message]) -> Result<Vec<Line<'a>>> {
    let mut tx = post.app.db.read().await?;
    let mut lines = Vec::new();
    for message in rows {
        // What is called off may be so because the patient does not permit it any more.
        let named =
            !matches!(message.kind, MessageKind::ShopCancelled | MessageKind::ShopWithdrawn);
        let referral = message.referral_id.filter(|_| named);
        let packet =
            packets::of_message(&mut tx, &post.app, message.content.partner_id, referral).await?;
        lines.push(Line { message, packet });
    }
    tx.rollback().await?;
    Ok(lines)
}

async fn patients(post: &Post, rows: &[Message]) -> Result<Vec<Patient>> {
    let mut tx = post.app.db.read().await?;
    let mut found = Vec::new();
    for row in rows {
        found.extend(patients::get(&mut tx, row.patient_id).await?);
    }
    tx.rollback().await?;
    Ok(found)
}

fn no_visit() -> Error {
    Error::Compose("about no visit".to_owned())
}

fn mailbox(message: &Message) -> Result<Email> {
    let email = message.recipient.as_ref().and_then(Recipient::email).cloned();
    email.ok_or_else(|| Error::Compose("no address".to_owned()))
}

async fn link(post: &Post, message: &Message, recipient: &Recipient) -> Result<String> {
    let session = message.session_id.ok_or_else(no_visit)?;
    links::address(&post.app, session, recipient).await.map_err(|error| match error {
        // Passing: the next try finds the database again.
        Refused::Storage(error) => Error::Storage(error),
        error => unwritten(error),
    })
}
