//! A mail made of a row of the ledger: mixed(alternative(plain, HTML, calendar), the same
//! calendar attached), as every mail program wants it (`ical.md` section 2). The same row
//! gives the same octets, Message-ID included, so that sending it twice is sending it once.

use std::time::SystemTime;

use lettre::Address;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message as Mime, MultiPart, SinglePart};

use super::letter::Letter;
use super::{Error, Post, Result};
use crate::actions::{Error as Refused, visit};
use crate::calendar::event::Status;
use crate::calendar::invite::{self, Organizer};
use crate::calendar::text::Address as CalendarAddress;
use crate::domain::ids::MessageId;
use crate::domain::message::{Message, MessageKind};
use crate::domain::patient::Email;

/// A mail, ready to go out.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) message: Mime,
    pub(super) recipient: Email,
    pub(super) subject: String,
}

/// The mail that `message` becomes.
pub(super) async fn mail(post: &Post, message: &Message) -> Result<Mail> {
    let app = &post.app;
    let recipient = message.recipient.clone().ok_or_else(|| Error::Compose("no address".to_owned()))?;
    // A cancellation links to nothing: it may go to an address that is no longer the patient's.
    let link = match message.kind {
        MessageKind::Cancel => String::new(),
        MessageKind::Invite | MessageKind::Update => {
            let key = visit::link_key(app).await.map_err(|error| match error {
                // Passing: the next try finds the database again.
                Refused::Storage(error) => Error::Storage(error),
                error => unwritten(error),
            })?;
            app.profile.public_url.to(&visit::path(&key.secret(message.session_id, &recipient)))
        }
    };
    let zone = app.zone_named(&message.content.zone).map_err(unwritten)?;
    let letter = Letter::of(message, zone, &app.profile, &link, app.policy.be_early_minutes).map_err(unwritten)?;
    let mut parts = MultiPart::alternative()
        .boundary(boundary("alternative", message.id))
        .singlepart(SinglePart::plain(letter.text))
        .singlepart(SinglePart::html(letter.html));
    let headers = Mime::builder()
        .message_id(Some(message_id(message.id, &app.profile.mail_from)))
        .date(SystemTime::from(message.due_at))
        .from(Mailbox::new(Some(app.profile.label.to_string()), address(&app.profile.mail_from)?))
        .reply_to(Mailbox::new(Some(app.profile.label.to_string()), address(&app.profile.mail_from)?))
        .to(Mailbox::new(None, address(&recipient)?))
        .subject(letter.subject.clone())
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply"));
    let built = if message.content.calendar {
        let (method, calendar) = calendar(post, message, &recipient, &link)?;
        parts = parts.singlepart(calendar_part(method, &calendar)?);
        let whole = MultiPart::mixed()
            .boundary(boundary("mixed", message.id))
            .multipart(parts)
            .singlepart(attached(&calendar)?);
        headers.multipart(whole)
    } else {
        headers.multipart(parts)
    };
    Ok(Mail {
        message: built.map_err(unwritten)?,
        recipient,
        subject: letter.subject,
    })
}

/// Method and text of the calendar that goes with `message`.
fn calendar(post: &Post, message: &Message, recipient: &Email, link: &str) -> Result<(&'static str, String)> {
    let app = &post.app;
    let organizer = Organizer {
        label: app.profile.label.to_string(),
        address: calendar_address(&app.profile.mail_from)?,
    };
    let attendee = calendar_address(recipient)?;
    let told = visit::Told {
        uid: message.uid,
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
    let event = visit::event(app, &told).map_err(unwritten)?;
    Ok(match message.kind {
        MessageKind::Invite | MessageKind::Update => ("REQUEST", invite::request(&event, &organizer, &attendee)),
        MessageKind::Cancel => ("CANCEL", invite::cancel(&event, &organizer, &attendee)),
    })
}

/// The part that calendars look for: 7bit when it is ASCII, else base64; never quoted-printable, which breaks Outlook.
fn calendar_part(method: &str, calendar: &str) -> Result<SinglePart> {
    let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}")).map_err(unwritten)?;
    let body = if calendar.is_ascii() {
        // The library counts a line's end into its limit and would encode lines of 74 octets, which calendars are full of.
        Body::dangerous_pre_encoded(calendar.as_bytes().to_vec(), ContentTransferEncoding::SevenBit)
    } else {
        base64(calendar)?
    };
    Ok(SinglePart::builder().header(kind).body(body))
}

/// The same octets for whoever looks among the attachments.
fn attached(calendar: &str) -> Result<SinglePart> {
    let kind = ContentType::parse("application/ics; name=\"invite.ics\"").map_err(unwritten)?;
    Ok(SinglePart::builder()
        .header(kind)
        .header(ContentDisposition::attachment("invite.ics"))
        .body(base64(calendar)?))
}

fn base64(calendar: &str) -> Result<Body> {
    let encoded = Body::new_with_encoding(calendar.as_bytes().to_vec(), ContentTransferEncoding::Base64);
    encoded.map_err(|_| Error::Compose("base64".to_owned()))
}

/// The Message-ID of a row: the same each time that it is sent.
pub(super) fn message_id(id: MessageId, from: &Email) -> String {
    let domain = from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("<{id}@{domain}>")
}

fn boundary(of: &str, id: MessageId) -> String {
    format!("fadeline-{of}-{}", id.0.simple())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn address(email: &Email) -> Result<Address> {
    email.as_str().parse().map_err(unwritten)
}

fn calendar_address(email: &Email) -> Result<CalendarAddress> {
    CalendarAddress::try_from(email.as_str().to_owned()).map_err(unwritten)
}

fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::Compose(error.to_string())
}
