//! The parts of a mail: headers that all have, the calendar in its two places, Message-IDs.
//! What goes into them is put together in `compose`.

use std::time::SystemTime;

use lettre::Address;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, Message as Mime, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{Error, Result};
use crate::calendar::bounce::OWN_FIELD;
use crate::calendar::text::Address as CalendarAddress;
use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::ids::MessageId;
use crate::domain::messages::message::Message;
use crate::domain::patient::Email;

/// A mail, ready to go out.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) message: Mime,
    pub(super) recipient: Email,
    pub(super) subject: String,
    pub(super) id: String,
}

/// The headers of a mail that is one row of the ledger, or several that go out together, and its Message-ID. The same rows
/// give the same headers.
pub(super) fn headers(
    profile: &ClinicProfile,
    rows: &[Message],
    to: &Email,
    subject: &str,
) -> Result<(MessageBuilder, String)> {
    let first = rows.first().ok_or_else(nothing_to_say)?;
    let clinic = || {
        Ok::<_, Error>(Mailbox::new(Some(profile.label.to_string()), address(&profile.mail_from)?))
    };
    let id = message_id(whole_id(rows), &profile.mail_from);
    let builder = Mime::builder()
        .message_id(Some(id.clone()))
        .date(SystemTime::from(first.due_at))
        .from(clinic()?)
        .reply_to(clinic()?)
        .to(Mailbox::new(None, deliverable(profile, to)?))
        .subject(subject.to_owned())
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply"))
        // A relay may write a Message-ID of its own; a report of what became of the mail holds this one still.
        .raw_header(header(OWN_FIELD, &first.id.to_string()));
    Ok((builder, id))
}

/// The headers with what ends messages by one click in a mail program (RFC 8058).
pub(super) fn with_one_click_unsubscribe(builder: MessageBuilder, link: &str) -> MessageBuilder {
    builder
        .raw_header(header("List-Unsubscribe", &format!("<{link}/unsubscribe>")))
        .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
}

/// The same text in two forms.
pub(super) fn alternative(id: MessageId, text: String, html: String) -> MultiPart {
    MultiPart::alternative()
        .boundary(boundary("alternative", id))
        .singlepart(SinglePart::plain(text))
        .singlepart(SinglePart::html(html))
}

/// The id of what is sent: that of its row; of several rows, one that is made of all of theirs.
fn whole_id(rows: &[Message]) -> MessageId {
    if let [only] = rows {
        return only.id;
    }
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(row.id.0.as_bytes());
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(byte, of_hash)| *byte = of_hash);
    MessageId(Uuid::from_bytes(id))
}

/// The part that calendars look for: 7bit when it is ASCII, else base64; never quoted-printable, which breaks Outlook.
pub(super) fn calendar_part(method: &str, calendar: &str) -> Result<SinglePart> {
    let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"))
        .map_err(unwritten)?;
    let body = if calendar.is_ascii() {
        // The library counts a line's end into its limit and would encode lines of 74 octets, which calendars are full of.
        Body::dangerous_pre_encoded(calendar.as_bytes().to_vec(), ContentTransferEncoding::SevenBit)
    } else {
        base64_body(calendar)?
    };
    Ok(SinglePart::builder().header(kind).body(body))
}

/// The same octets as an attachment, for mail programs and readers that look there.
pub(super) fn attachment(calendar: &str) -> Result<SinglePart> {
    let kind = ContentType::parse("application/ics; name=\"invite.ics\"").map_err(unwritten)?;
    Ok(SinglePart::builder()
        .header(kind)
        .header(ContentDisposition::attachment("invite.ics"))
        .body(base64_body(calendar)?))
}

fn base64_body(calendar: &str) -> Result<Body> {
    let encoded =
        Body::new_with_encoding(calendar.as_bytes().to_vec(), ContentTransferEncoding::Base64);
    encoded.map_err(|_| Error::Compose("base64".to_owned()))
}

/// The Message-ID of a row: the same each time that it is sent.
pub(super) fn message_id(id: MessageId, from: &Email) -> String {
    let from = from.delivered();
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    format!("<{id}@{domain}>")
}

pub(super) fn boundary(part: &str, id: MessageId) -> String {
    format!("fadeline-{part}-{}", id.0.simple())
}

pub(super) fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn address(email: &Email) -> Result<Address> {
    email.delivered().parse().map_err(unwritten)
}

/// The address of a recipient, if our mail server takes mail for it.
fn deliverable(profile: &ClinicProfile, email: &Email) -> Result<Address> {
    if email.needs_smtputf8() && !profile.smtputf8 {
        return Err(unwritten("the address needs a mail server with SMTPUTF8"));
    }
    address(email)
}

pub(super) fn calendar_address(email: &Email) -> Result<CalendarAddress> {
    CalendarAddress::try_from(email.delivered()).map_err(unwritten)
}

pub(super) fn nothing_to_say() -> Error {
    Error::Compose("nothing to say".to_owned())
}

pub(super) fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::Compose(error.to_string())
}
