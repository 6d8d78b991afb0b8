//! What a mail server reports of a mail: that it gave it up, still tries, or delivered it. A
//! report is known by what it holds, not by its form: servers write them in many ways
//! (RFC 3464, qmail, Exim, Exchange, Gmail). Which mail of ours it was is looked up elsewhere,
//! by what is found here.

use uuid::Uuid;

use super::answer::bounded;
use super::mime;
use super::mime::{Head, Opened, Part};
use super::text::Address;

/// The field of our own mails that names their message, for a relay that writes a Message-ID of its own.
pub const OWN_FIELD: &str = "X-Fadeline-Message";
/// The most ids and addresses that are taken from a report.
const MOST: usize = 20;
/// The most characters of the reason.
const LONGEST_REASON: usize = 200;
/// How an id is written: 32 digits with hyphens.
const ID_LENGTH: usize = 36;

/// What became of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was given up.
    GivenUp {
        /// Whether its address is at fault, so that no other mail will arrive there either.
        for_good: bool,
    },
    /// It is late, and still tried.
    Delayed,
    /// It arrived, or was handed on.
    Arrived,
}

/// A mail server's report. All of it is only what the mail claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What became of the mail.
    pub outcome: Outcome,
    /// The ids in it that may be a message's, the likeliest first.
    pub messages: Vec<Uuid>,
    /// The ids in it that may be a visit's.
    pub visits: Vec<Uuid>,
    /// The addresses that it says the mail went to, in small letters.
    pub recipients: Vec<String>,
    /// Why, in the server's words, without addresses.
    pub why: Option<String>,
}

/// What is said of the delivery, field by field (RFC 3464).
#[derive(Debug, Default)]
struct Fields {
    action: Option<String>,
    status: Option<String>,
    diagnostic: Option<String>,
    recipients: Vec<String>,
}

/// The report that a mail is, if it is one; `automatic` says whether a program wrote it.
pub(super) fn read(raw: &[u8], mail: &Opened<'_>, automatic: bool) -> Option<Report> {
    let status = mail.parts.iter().find(|part| {
        part.is("message/delivery-status") || part.is("message/global-delivery-status")
    });
    let failed = mail.head.all("X-Failed-Recipients").flat_map(mime::addresses);
    let failed: Vec<String> = failed.take(MOST).collect();
    let by_server = is_from_a_server(&mail.head, automatic) && !is_receipt(mail);
    if status.is_none() && failed.is_empty() && !by_server {
        return None;
    }
    let words = words(mail);
    let mut fields = status.map(Fields::read).unwrap_or_default();
    fields.recipients.extend(failed);
    if fields.recipients.is_empty() {
        fields.recipients = addresses_in(&words);
    }
    let stated = fields.status.take();
    let outcome = match fields.action.as_deref() {
        Some("failed") => given_up(stated.as_deref()),
        Some("delayed") => Outcome::Delayed,
        Some("delivered" | "relayed" | "expanded") => Outcome::Arrived,
        _ => by_words(stated.as_deref(), &words),
    };
    let status = stated.or_else(|| status_in(&words));
    let (messages, visits) = ids(raw, mail);
    let why = fields.diagnostic.or_else(|| reason_in(&words));
    let why = [status, why].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let mut recipients: Vec<String> =
        fields.recipients.iter().filter_map(|one| lowered(one)).collect();
    recipients.dedup();
    recipients.truncate(MOST);
    Some(Report { outcome, messages, visits, recipients, why: without_addresses(&why) })
}

/// Whether a mail system says that it wrote it, by its name or by its subject. A postmaster may be a person.
fn is_from_a_server(head: &Head<'_>, automatic: bool) -> bool {
    let from = head.all("From").flat_map(mime::addresses).next().unwrap_or_default();
    let name = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let subject = head.decoded("Subject").unwrap_or_default().to_lowercase();
    let subjects = [
        "undeliver",
        "delivery status notification",
        "delivery failure",
        "failure notice",
        "returned mail",
        "returned to sender",
        "returning message to sender",
        "mail delivery failed",
        "delayed mail",
        "delivery delayed",
        "non remis",
        "échec de remise",
        "échec de livraison",
        "notification d'état de remise",
        "notification d’état de remise",
    ];
    let by_subject = subjects.iter().any(|known| subject.contains(known));
    match name.as_str() {
        "mailer-daemon" => true,
        "postmaster" => automatic || by_subject,
        _ => name.starts_with("microsoftexchange") || automatic && by_subject,
    }
}

/// Whether it is a receipt of a reader, or a complaint, and not about a delivery.
fn is_receipt(mail: &Opened<'_>) -> bool {
    let receipt = ["message/disposition-notification", "message/feedback-report"];
    mail.parts.iter().any(|part| receipt.iter().any(|kind| part.is(kind)))
}

impl Fields {
    /// Of several recipients the one whom it reached least.
    fn read(part: &Part<'_>) -> Self {
        let octets = part.octets();
        let mut all = Self::default();
        for group in mime::field_groups(&octets) {
            let first = |name: &str| group.texts(name).next();
            let of_kind = |name: &str| first(name).map(|value| after_kind(&value).to_owned());
            let word = |name: &str| {
                let value = first(name)?.to_ascii_lowercase();
                value.split([' ', '\t', '(', ';']).next().map(str::to_owned)
            };
            let recipients = [of_kind("Final-Recipient"), of_kind("Original-Recipient")];
            all.recipients.extend(recipients.into_iter().flatten());
            let weight = |action: &Option<String>| match action.as_deref() {
                Some("failed") => 3,
                Some("delayed") => 2,
                Some(_) => 1,
                None => 0,
            };
            let action = word("Action");
            if weight(&action) > weight(&all.action) || all.status.is_none() {
                all.status = word("Status").or(all.status);
                all.diagnostic = of_kind("Diagnostic-Code").or(all.diagnostic);
            }
            if weight(&action) > weight(&all.action) {
                all.action = action;
            }
        }
        all
    }
}

/// What follows the kind in `rfc822; ada@example.test`.
fn after_kind(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim().trim_matches(['<', '>'])
}

/// Given up: whether because of its address. A full mailbox, a refusal of our mail as such and a server that could not be
/// reached for days say nothing of the next mail.
fn given_up(status: Option<&str>) -> Outcome {
    let of_this_mail = ["4.", "5.2.2", "5.2.3", "5.3.", "5.4.7", "5.5.", "5.6.", "5.7."];
    let passing = status.is_some_and(|status| of_this_mail.iter().any(|of| status.starts_with(of)));
    Outcome::GivenUp { for_good: !passing }
}

/// What became of a mail that no field tells it of.
fn by_words(status: Option<&str>, words: &str) -> Outcome {
    let late = [
        "delayed",
        "(delay)",
        "still being retried",
        "will continue",
        "will keep trying",
        "will be retried",
        "could not send message for past",
        "not yet been delivered",
        "différé",
        "retardé",
    ];
    let last = ["permanent", "given up", "giving up", "échec définitif"];
    let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
    match status.and_then(|status| status.chars().next()) {
        Some('2') => Outcome::Arrived,
        Some('4') if !says(&last) => Outcome::Delayed,
        Some('5') => given_up(status),
        _ if says(&late) && !says(&last) => Outcome::Delayed,
        _ => given_up(status_in(words).as_deref()),
    }
}

/// What a person would read of it, in small letters.
fn words(mail: &Opened<'_>) -> String {
    let readable = mail.parts.iter().find(|part| part.is("text/plain") || part.is("text/html"));
    let text = readable.map(|part| String::from_utf8_lossy(&part.octets()).into_owned());
    let text: String = text.unwrap_or_default().chars().take(8_000).collect();
    // What was sent back is not what is said about it.
    let own = text.split("--- Below this line").next().unwrap_or_default();
    let own = own.split("------ This is a copy of").next().unwrap_or_default();
    format!("{}\n{own}", mail.head.decoded("Subject").unwrap_or_default()).to_lowercase()
}

/// The first enhanced status code, `5.1.1`.
fn status_in(words: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let numbers: Vec<&str> = word.split('.').collect();
        let short = |number: &&str| (1..=3).contains(&number.len());
        numbers.len() == 3
            && numbers.first().is_some_and(|class| matches!(*class, "4" | "5"))
            && numbers.iter().all(short)
    };
    let numbers = words.split(|c: char| !c.is_ascii_digit() && c != '.');
    numbers.map(|word| word.trim_matches('.')).find(is_code).map(str::to_owned)
}

/// The line that holds a status code, or follows an address by itself, as qmail writes it.
fn reason_in(words: &str) -> Option<String> {
    let lines: Vec<&str> = words.lines().map(str::trim).collect();
    let after = lines.iter().position(|line| line.starts_with('<') && line.ends_with(">:"));
    let after = after.and_then(|at| lines.get(at + 1)).copied();
    after
        .or_else(|| lines.iter().copied().find(|line| status_in(line).is_some()))
        .map(str::to_owned)
}

/// The addresses in a text.
fn addresses_in(words: &str) -> Vec<String> {
    let words = words.split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c));
    words.filter(|word| word.contains('@')).filter_map(lowered).take(MOST).collect()
}

fn lowered(address: &str) -> Option<String> {
    let address = Address::try_from(address.trim_end_matches('.').to_lowercase()).ok()?;
    Some(address.as_str().to_owned())
}

fn without_addresses(why: &str) -> Option<String> {
    let words = why.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    bounded(&words.collect::<Vec<_>>().join(" "), LONGEST_REASON)
}

/// The ids of messages and of visits that stand in a report and in what it sends back.
fn ids(raw: &[u8], mail: &Opened<'_>) -> (Vec<Uuid>, Vec<Uuid>) {
    let mut texts = vec![text(raw)];
    for part in &mail.parts {
        let octets = part.octets();
        texts.push(text(&octets));
        if part.is("message/rfc822") || part.is("message/global") {
            // A mail that was sent back, whose calendar may be encoded.
            texts.extend(mime::open(&octets).parts.iter().map(|part| text(&part.octets())));
        }
    }
    let own = format!("{}:", OWN_FIELD.to_ascii_lowercase());
    let behind = |mark: &str| -> Vec<Uuid> {
        texts.iter().flat_map(|text| ids_behind(text, mark)).take(MOST).collect()
    };
    let mut messages = behind(&own);
    messages.extend(behind("<"));
    messages.extend(behind("&lt;"));
    let mut seen = std::collections::HashSet::new();
    messages.retain(|id| seen.insert(*id));
    messages.truncate(MOST);
    (messages, behind("uid:"))
}

fn text(octets: &[u8]) -> String {
    let octets = octets.get(..mime::MOST_BYTES).unwrap_or(octets);
    String::from_utf8_lossy(octets).to_ascii_lowercase()
}

/// The ids that follow `mark`, blanks, a fold and a bracket between them left aside.
fn ids_behind<'t>(text: &'t str, mark: &str) -> impl Iterator<Item = Uuid> + use<'t> {
    let found: Vec<_> = text.match_indices(mark).map(|(at, mark)| at + mark.len()).collect();
    found.into_iter().filter_map(|at| {
        // No more than an id and what may stand before it is looked at: there may be as many marks as octets.
        let near = text.as_bytes().get(at..)?;
        let near = near.get(..ID_LENGTH + 8).unwrap_or(near).trim_ascii_start();
        Uuid::try_parse_ascii(near.strip_prefix(b"<").unwrap_or(near).get(..ID_LENGTH)?).ok()
    })
}
