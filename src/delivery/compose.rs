//! What a row of the ledger becomes, or several that go out together: a mail, a text message,
//! or a task for the desk. The same rows give the same octets, Message-ID included, so that sending
//! twice is sending once. A visit's mail is mixed(alternative(plain, HTML, calendar), the same calendar
//! attached), as every mail program wants it (statements 45 to 50 of `docs/calendars.md`).

use lettre::message::header::ContentType;
use lettre::message::{MultiPart, SinglePart};

use super::error::{Error, Result};
use super::letter::{Date, Letter};
use super::lists::{Line, PlainMail};
use super::mime::{Mail, nothing_to_say, unwritten};
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
use crate::domain::messages::message::{Audience, Message, MessageKind, Tells};
use crate::domain::messages::task::TaskKind;
use crate::domain::messages::text_change;
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
    let first = rows.first().ok_or_else(nothing_to_say)?;
    match (first.channel, first.kind.audience()) {
        (_, Audience::Desk) | (Channel::Desk, _) => Ok(desk_task(first.kind)),
        (Channel::Email, Audience::Patient)
            if rows.len() > 1 || first.kind == MessageKind::Plan =>
        {
            dates_mail(post, rows).await.map(boxed)
        }
        (Channel::Email, Audience::Patient) => visit_mail(post, first).await.map(boxed),
        (Channel::Email, Audience::Shop) => shop_mail(post, rows).await.map(boxed),
        (Channel::Email, Audience::Practitioner) => day_list(post, rows).await.map(boxed),
        (Channel::Sms, _) => text_message(post, rows).await,
    }
}

fn boxed(mail: Mail) -> Outgoing {
    Outgoing::Mail(Box::new(mail))
}

fn desk_task(kind: MessageKind) -> Outgoing {
    match kind {
        MessageKind::ShopSilent => Outgoing::Task(
            TaskKind::ReferralUnanswered,
            "The shop has not answered this referral. Phone the shop, or find another place.",
        ),
        MessageKind::ShopOverdue => Outgoing::Task(
            TaskKind::ReportOverdue,
            "The shop has not reported what was done. Phone the shop. Until it reports, the patient's next session there cannot be booked.",
        ),
        _ => Outgoing::Task(
            TaskKind::PatientToPhone,
            "This patient gets no messages. Phone them, and ask whether they are coming.",
        ),
    }
}

/// A mail to a patient about one visit.
async fn visit_mail(post: &Post, message: &Message) -> Result<Mail> {
    let app = &post.app;
    let to = mail_address(message)?;
    // A cancellation links to nothing: it may go to an address that is no longer the patient's.
    let link = match message.kind {
        MessageKind::Cancel => String::new(),
        _ => visit_link(post, message, &Recipient::Email(to.clone())).await?,
    };
    let zone = app.zone_named(&message.content.zone).map_err(unwritten)?;
    let name = given_name(post, message, &to).await?;
    let early = app.policy.be_early_minutes;
    let letter = Letter::about_visit(message, zone, &app.profile, name.as_deref(), &link, early)
        .map_err(unwritten)?;
    let (mut headers, id) =
        mime::headers(&app.profile, std::slice::from_ref(message), &to, &letter.subject)?;
    // What changes is not sent for the asking, so nothing but a reminder offers to end it (5.9).
    if message.kind == MessageKind::Reminder {
        headers = mime::with_one_click_unsubscribe(headers, &link);
    }
    let mut parts = mime::alternative(message.id, letter.text, letter.html);
    let built = if message.content.calendar {
        let (method, calendar) = method_and_calendar(post, message, &to, &link)?;
        parts = parts.singlepart(mime::calendar_part(method, &calendar)?);
        let whole = MultiPart::mixed()
            .boundary(mime::boundary("mixed", message.id))
            .multipart(parts)
            .singlepart(mime::attachment(&calendar)?);
        headers.multipart(whole)
    } else {
        headers.multipart(parts)
    };
    Ok(Mail { message: built.map_err(unwritten)?, recipient: to, subject: letter.subject, id })
}

/// What the patient is called in a mail to `to`: nothing, where that is not their address any more.
async fn given_name(post: &Post, message: &Message, to: &Email) -> Result<Option<String>> {
    let patients = patients_of(post, std::slice::from_ref(message)).await?;
    let theirs = |patient: &Patient| {
        patient.details.email.as_ref().is_some_and(|email| email.lowered() == to.lowered())
    };
    let named = patients.into_iter().find(theirs);
    Ok(named.map(|patient| patient.details.given_name.to_string()))
}

/// Method and text of the calendar that goes with `message`.
fn method_and_calendar(
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
        created: message.content.booked_at.unwrap_or(message.stamp),
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

/// A mail to read about several visits of one patient, that were booked or changed at once; each line has its own link.
async fn dates_mail(post: &Post, rows: &[Message]) -> Result<Mail> {
    let first = rows.first().ok_or_else(nothing_to_say)?;
    let to = mail_address(first)?;
    let mut dates = Vec::new();
    for row in rows {
        let zone = post.app.zone_named(&row.content.zone).map_err(unwritten)?;
        let link = match row.kind {
            MessageKind::Cancel => String::new(),
            _ => visit_link(post, row, &Recipient::Email(to.clone())).await?,
        };
        dates.push(Date::of(row, zone, link));
    }
    let feed = links::feed_address(&post.app, first.patient_id).await.map_err(not_linked)?;
    let name = given_name(post, first, &to).await?;
    let letter = Letter::about_dates(first, dates, &post.app.profile, name.as_deref(), feed)
        .map_err(unwritten)?;
    let (headers, id) = mime::headers(&post.app.profile, rows, &to, &letter.subject)?;
    let parts = mime::alternative(first.id, letter.text, letter.html);
    let message = headers.multipart(parts).map_err(unwritten)?;
    Ok(Mail { message, recipient: to, subject: letter.subject, id })
}

async fn shop_mail(post: &Post, rows: &[Message]) -> Result<Mail> {
    let profile = &post.app.profile;
    let mail = lists::shop_mail(
        &shop_lines(post, rows).await?,
        profile.label.as_str(),
        profile.phone.as_str(),
        post.app.zone,
    );
    plain_mail(post, rows, mail)
}

async fn day_list(post: &Post, rows: &[Message]) -> Result<Mail> {
    let patients = patients_of(post, rows).await?;
    let named = |row: &Message| patients.iter().find(|patient| patient.id == row.patient_id);
    let lines: Vec<_> = rows.iter().filter_map(|row| Some((row, named(row)?))).collect();
    plain_mail(post, rows, lists::day_list(&lines, post.app.profile.label.as_str(), post.app.zone))
}

fn plain_mail(post: &Post, rows: &[Message], mail: Option<PlainMail>) -> Result<Mail> {
    let first = rows.first().ok_or_else(nothing_to_say)?;
    let (mail, to) = (mail.ok_or_else(nothing_to_say)?, mail_address(first)?);
    let (headers, id) = mime::headers(&post.app.profile, rows, &to, &mail.subject)?;
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text);
    Ok(Mail {
        message: headers.singlepart(part).map_err(unwritten)?,
        recipient: to,
        subject: mail.subject,
        id,
    })
}

async fn text_message(post: &Post, rows: &[Message]) -> Result<Outgoing> {
    let app = &post.app;
    let first = rows.first().ok_or_else(nothing_to_say)?;
    let to = first.recipient.as_ref().and_then(Recipient::phone).cloned();
    let to = to.ok_or_else(|| Error::Compose("no telephone number".to_owned()))?;
    let body = match (first.kind.audience(), &first.content.words) {
        (Audience::Shop, _) => {
            let from = Sender::clinic(&app.profile, &app.policy);
            let body = lists::shop_text(&shop_lines(post, rows).await?, from, app.zone);
            body.ok_or_else(nothing_to_say)?
        }
        (_, Some(words)) => words.clone(),
        (_, None) => {
            let link = visit_link(post, first, &Recipient::Phone(to.clone())).await?;
            let zone = app.zone_named(&first.content.zone).map_err(unwritten)?;
            let sender = Sender::clinic(&app.profile, &app.policy);
            let (language, start) = (first.language, first.content.starts_at);
            if let Some(tells) = first.kind.tells() {
                let many = rows.len();
                let same_time = tells == Tells::Changed && first.content.was.is_none();
                let place = Some(first.content.place.as_str()).filter(|_| same_time);
                text_change::words(sender, language, (tells, many), (start, zone), place, &link)
            } else {
                let purpose = first.content.purpose.unwrap_or(Purpose::Remind);
                text_wording::reminder(sender, language, purpose, start, zone, &link)
            }
        }
    };
    Ok(Outgoing::Text { to, body })
}

/// What a shop may know of each row: the packet, and the row's own times.
async fn shop_lines<'a>(post: &Post, rows: &'a [Message]) -> Result<Vec<Line<'a>>> {
    let mut tx = post.app.db.read().await?;
    let mut lines = Vec::new();
    for message in rows {
        // The patient may have withdrawn the consent; a cancellation then may not name them.
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

async fn patients_of(post: &Post, rows: &[Message]) -> Result<Vec<Patient>> {
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

fn mail_address(message: &Message) -> Result<Email> {
    let email = message.recipient.as_ref().and_then(Recipient::email).cloned();
    email.ok_or_else(|| Error::Compose("no address".to_owned()))
}

async fn visit_link(post: &Post, message: &Message, recipient: &Recipient) -> Result<String> {
    let session = message.session_id.ok_or_else(no_visit)?;
    links::address(&post.app, session, recipient).await.map_err(not_linked)
}

fn not_linked(error: Refused) -> Error {
    match error {
        // The database may be back at the next try.
        Refused::Storage(error) => Error::Storage(error),
        error => unwritten(error),
    }
}
