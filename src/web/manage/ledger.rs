//! The ledger of messages: what was sent to a patient, when, its status, and what comes next.

use askama::Template;

use super::patient_search::{PatientSearch, name_of_patient, page_start, search};
use super::sections::{Section, manage_layout};
use super::words;
use crate::actions::messages::ledger;
use crate::actions::messages::ledger::{MessageView, MessagesWanted};
use crate::actions::work::page::Page;
use crate::actions::{Error, Result};
use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::message::{MessageStatus, Reply};
use crate::domain::patient::channel::Channel;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::date_and_time;

/// How many messages are read at once, and how often before the rest is left for another page. A ledger is shown whole
/// where possible, since what comes next may be anywhere in it.
const ROWS: u16 = 200;
const TURNS: usize = 5;

#[derive(Template)]
#[template(path = "manage/messages.html", config = ".askama.toml")]
struct LedgerPage {
    layout: Layout,
    path: &'static str,
    search: PatientSearch,
    ledger: Option<Ledger>,
}

struct Ledger {
    title: &'static str,
    name: String,
    /// What comes next, where the whole ledger is shown.
    upcoming: Option<String>,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    written: String,
    what: String,
    way: String,
    to: String,
    visit: String,
    status: &'static str,
    when: String,
    why: String,
}

/// The ledger of the patient, session or referral that was asked for, or a search.
pub(super) async fn ledger_page(user: SignedIn, Query(query): Query) -> PageResult {
    let search = search(&user, &query).await?;
    let ledger = match wanted(&query)? {
        Some((wanted, name)) => Some(ledger(&user, &query, wanted, name).await?),
        None => None,
    };
    let status = status_of(search.problem.is_some());
    let layout = manage_layout(&user, Some(Section::Messages));
    Ok(app_page(status, &LedgerPage { layout, path: "/manage/messages", search, ledger }))
}

/// What the address asks for, and the name of the id in it.
fn wanted(query: &Form) -> Result<Option<(MessagesWanted, &'static str)>> {
    let names = ["patient_id", "session_id", "referral_id"];
    let Some(name) = names.into_iter().find(|name| !query.get(name).is_empty()) else {
        return Ok(None);
    };
    let wanted = match name {
        "patient_id" => query.parse(name).map(MessagesWanted::Patient),
        "session_id" => query.parse(name).map(MessagesWanted::Session),
        _ => query.parse(name).map(MessagesWanted::Referral),
    };
    Ok(Some((wanted.ok_or(Error::NotThere("patient"))?, name)))
}

async fn ledger(
    user: &SignedIn,
    query: &Form,
    wanted: MessagesWanted,
    name_of_id: &str,
) -> Result<Ledger> {
    let begins = page_start(query);
    let (mut items, mut next) = (Vec::new(), begins.clone());
    for _ in 0..TURNS {
        let page = Page { limit: Some(ROWS), after: next };
        let found = ledger::list(&user.app, &user.caller(), wanted, &page).await?;
        items.extend(found.items);
        next = found.next;
        if next.is_none() {
            break;
        }
    }
    let is_whole = begins.is_none() && next.is_none();
    let patient = match wanted {
        MessagesWanted::Patient(patient) => Some(patient),
        _ => items.first().map(|message| message.patient_id),
    };
    let name = match patient {
        Some(patient) => name_of_patient(user, patient).await?,
        None => "nobody yet".to_owned(),
    };
    let title = match wanted {
        MessagesWanted::Patient(_) => "Messages to",
        MessagesWanted::Session(_) => "Messages about one session of",
        MessagesWanted::Referral(_) => "Messages about one referral of",
    };
    let waiting = items.iter().filter(|message| message.status == MessageStatus::Scheduled);
    let upcoming = waiting.min_by_key(|message| message.next_try_at.unwrap_or(message.due_at));
    let upcoming = upcoming.map_or_else(
        || "Nothing waits to be sent.".to_owned(),
        |message| {
            let at = message.next_try_at.unwrap_or(message.due_at);
            format!(
                "Comes next: {}, {}, on {}.",
                message_words(message),
                channel_words(message.channel),
                date_and_time(at)
            )
        },
    );
    Ok(Ledger {
        title,
        name,
        upcoming: is_whole.then_some(upcoming),
        next: next.map(|after| {
            format!("/manage/messages?{name_of_id}={}&after={after}", query.get(name_of_id))
        }),
        rows: items.iter().map(message_row).collect(),
    })
}

fn message_words(message: &MessageView) -> String {
    let lead = message
        .lead
        .as_ref()
        .map(|lead| format!(", {} before", words::lead(lead)))
        .unwrap_or_default();
    let purpose = match message.purpose {
        Some(Purpose::Prepare) => " to prepare",
        Some(Purpose::Confirm) => " to confirm",
        Some(Purpose::Remind) | None => "",
    };
    format!("{}{purpose}{lead}", words::message_kind(message.kind))
}

fn channel_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "by email",
        Channel::Sms => "by text message",
        Channel::Desk => "by the desk",
    }
}

fn message_row(message: &MessageView) -> Row {
    let when = match message.status {
        MessageStatus::Scheduled => {
            format!("next try on {}", date_and_time(message.next_try_at.unwrap_or(message.due_at)))
        }
        _ => message.delivered_at.or(message.sent_at).map(date_and_time).unwrap_or_default(),
    };
    let answer = message.answer.map(|answer| match answer {
        Reply::Confirm => "answered: comes",
        Reply::Tentative => "answered: may come",
        Reply::Delegated => "answered: sends somebody else",
        Reply::Change => "answered: asks for another time",
        Reply::Stop => "answered: no more messages",
    });
    let reasons = [
        message.suppressed_reason.map(|why| words::unsent_reason(why).to_owned()),
        message.last_error.as_ref().map(|error| format!("last try failed: {error}")),
        answer.map(str::to_owned),
        (message.attempts > 1).then(|| format!("{} tries", message.attempts)),
    ];
    Row {
        written: date_and_time(message.created_at),
        what: message_words(message),
        way: channel_words(message.channel).to_owned(),
        to: message.recipient.as_ref().map_or_else(|| "no address".to_owned(), ToString::to_string),
        visit: date_and_time(message.visit_start),
        status: words::message_status(message.status),
        when,
        why: reasons.into_iter().flatten().collect::<Vec<_>>().join("; "),
    }
}
