//! Mail that comes back: who says that they wrote it, what they wrote, what their calendar
//! answers, and what a mail server reports. It is read under limits and never trusted: what lies
//! beyond them is left out, who may be believed is decided with `authentication`, and what
//! follows from an answer by the rules elsewhere.

use crate::domain::patient::email::address_key;
use mail_parser::decoders::html::html_to_text;

use super::answer::{Reply, Unclear, bounded};
use super::bounce::Report;
use super::mime::{Head, Opened, Part};
use super::text::Address;
use super::{answer, bounce, mime};

/// The most octets of a mail that are fetched; of a longer one only what can be read.
pub const MOST_BYTES: usize = mime::MOST_BYTES;
/// The most characters of a subject.
const LONGEST_SUBJECT: usize = 200;
/// The most characters that are kept of what was written.
const LONGEST_TEXT: usize = 2000;
/// The most octets of a web page that are looked at for it.
const LONGEST_PAGE: usize = 32 * 1024;
/// The most message ids, and what the mail server found out, that are looked at.
const MOST_FIELDS: usize = 20;
/// The most octets of such a field; a longer one counts for nothing.
const LONGEST_FIELD: usize = 8192;

/// A mail that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The one address that it says it is from, in small letters.
    pub from: Option<String>,
    /// The message ids that it says it answers, the nearest first.
    pub answers: Vec<String>,
    /// Whether a program wrote it, so that it is not to be answered. A calendar's answer may well be one of these.
    pub automatic: bool,
    /// What it reports, if a mail server says with it what became of a mail.
    pub report: Option<Report>,
    /// What mail servers found out about it, the last one first, up to where it was received by another; for
    /// [`super::authentication::Trust::vouches`].
    pub authentication: Vec<String>,
    /// Its subject, at most 200 characters.
    pub subject: Option<String>,
    /// What was written, the first 2,000 characters. Health information.
    pub text: Option<String>,
    /// What a calendar answers with it.
    pub calendar: Option<Result<Reply, Unclear>>,
}

/// Reads a mail that came to `us`, the address that invites. Whatever the octets are, it ends soon and does not fail.
#[must_use]
pub fn read(message: &[u8], us: &str) -> Inbound {
    let mail = mime::open(message);
    let Opened { head, kind, parts } = &mail;
    let found = |kind: &str| parts.iter().find(|part| part.is(kind));
    let calendar = found("text/calendar").or_else(|| found("application/ics"));
    // Some write a blank text around a picture first.
    let plain = parts.iter().filter(|part| part.is("text/plain"));
    let plain = plain.map(|part| bounded(&String::from_utf8_lossy(&part.octets()), LONGEST_TEXT));
    let plain = plain.flatten().next();
    let automatic = is_automatic(head, kind.as_deref());
    let ids = |name: &str| head.all(name).next().map(mime::ids).unwrap_or_default();
    let answered = ids("In-Reply-To").into_iter().chain(ids("References").into_iter().rev());
    Inbound {
        from: from(head),
        answers: answered.filter(|id| id.len() <= LONGEST_FIELD).take(MOST_FIELDS).collect(),
        automatic,
        report: bounce::read(message, &mail, automatic),
        authentication: authentication(head),
        subject: head
            .decoded("Subject")
            .and_then(|subject| bounded(&subject.replace(['\r', '\n'], " "), LONGEST_SUBJECT)),
        text: plain.or_else(|| found("text/html").and_then(page)),
        calendar: calendar.map(|part| answer::read(&part.octets(), part.param("method"), us)),
    }
}

/// The one address that the mail says it is from. With several it could not be said whose word it is.
fn from(head: &Head<'_>) -> Option<String> {
    let mut fields = head.all("From");
    let (field, None) = (fields.next()?, fields.next()) else {
        return None;
    };
    let addresses = mime::addresses(field);
    let [address] = addresses.as_slice() else {
        return None;
    };
    let address = Address::try_from(address_key(address)).ok()?;
    Some(address.as_str().to_owned())
}

/// Whether a program wrote it, or a mail server to say that it could not deliver (RFC 3834).
fn is_automatic(head: &Head<'_>, kind: Option<&str>) -> bool {
    let word = |text: String| {
        text.split([';', '(', ' ', '\t']).next().unwrap_or_default().to_ascii_lowercase()
    };
    let submitted = head.texts("Auto-Submitted").map(word).any(|word| word != "no");
    let bulk = ["auto_reply", "auto-reply", "bulk", "junk", "list"];
    let precedence = head.texts("Precedence").map(word).any(|word| bulk.contains(&word.as_str()));
    let null_sender = head.texts("Return-Path").any(|path| path.replace([' ', '\t'], "") == "<>");
    let marked =
        ["X-Autoreply", "X-Autorespond"].iter().any(|name| head.all(name).next().is_some());
    submitted || precedence || null_sender || marked || kind == Some("multipart/report")
}

/// Below a `Received` field stands what another server said, or the sender.
fn authentication(head: &Head<'_>) -> Vec<String> {
    let mut results = head.leading("Authentication-Results", "Received");
    results.truncate(MOST_FIELDS);
    results
        .into_iter()
        .map(|result| if result.len() > LONGEST_FIELD { String::new() } else { result })
        .collect()
}

/// What can be read of a web page.
fn page(part: &Part<'_>) -> Option<String> {
    let octets = part.octets();
    let beginning = octets.get(..LONGEST_PAGE).unwrap_or(&octets);
    bounded(&html_to_text(&String::from_utf8_lossy(beginning)), LONGEST_TEXT)
}
