//! The ledger of messages: what was sent to a person, when, what became of it, and what comes
//! next.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::choose_patient::Whom;
use super::tabs::{Part, Tab, tabs};
use super::{choose_patient, words};
use crate::actions::access::browsers::Person;
use crate::actions::messages::ledger;
use crate::actions::messages::ledger::{MessageView, MessagesWanted};
use crate::actions::work::page;
use crate::actions::{App, Error, Result};
use crate::domain::clinic::reminder::Purpose;
use crate::domain::ids::{PatientId, ReferralId, SessionId};
use crate::domain::messages::message::{MessageStatus, Reply};
use crate::domain::patient::channel::Channel;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

/// How many messages are read at once, and how often before the rest is left for another page: a ledger is shown whole
/// where that can be, since what comes next may stand anywhere in it.
const ROWS: u16 = 200;
const TURNS: usize = 5;

#[derive(Template)]
#[template(path = "manage_messages.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    path: &'static str,
    whom: Whom,
    ledger: Option<Ledger>,
}

struct Ledger {
    title: String,
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

/// The ledger of whom, or of what, was asked for; else a search.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    match filled(&app, &person, &asked).await {
        Ok(page) if page.whom.problem.is_some() => {
            shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn filled(app: &App, person: &Person, asked: &Form) -> Result<Page> {
    let whom = choose_patient::search(app, person, asked).await?;
    let ledger = match wanted(asked)? {
        Some((wanted, named)) => Some(ledger(app, person, asked, wanted, named).await?),
        None => None,
    };
    Ok(Page {
        shell: Shell::of(app, person, Here::Manage),
        tabs: tabs(Some(Part::Messages)),
        path: "/manage/messages",
        whom,
        ledger,
    })
}

/// What the address names, and how.
fn wanted(asked: &Form) -> Result<Option<(MessagesWanted, &'static str)>> {
    let names = ["patient_id", "session_id", "referral_id"];
    let Some(name) = names.into_iter().find(|name| !asked.get(name).is_empty()) else {
        return Ok(None);
    };
    let gone = || Error::NotThere("patient");
    Ok(Some(match name {
        "patient_id" => {
            (MessagesWanted::Patient(asked.read::<PatientId>(name).ok_or_else(gone)?), name)
        }
        "session_id" => {
            (MessagesWanted::Session(asked.read::<SessionId>(name).ok_or_else(gone)?), name)
        }
        _ => (MessagesWanted::Referral(asked.read::<ReferralId>(name).ok_or_else(gone)?), name),
    }))
}

async fn ledger(
    app: &App,
    person: &Person,
    asked: &Form,
    wanted: MessagesWanted,
    named: &str,
) -> Result<Ledger> {
    let begins = Some(asked.get("after").to_owned()).filter(|after| !after.is_empty());
    let (mut items, mut next) = (Vec::new(), begins.clone());
    for _ in 0..TURNS {
        let page = page::Page { limit: Some(ROWS), after: next };
        let found = ledger::list(app, &person.caller(), wanted, &page).await?;
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
        Some(patient) => choose_patient::name_of(app, person, patient).await?,
        None => "nobody yet".to_owned(),
    };
    let title = match wanted {
        MessagesWanted::Patient(_) => format!("Messages to {name}"),
        MessagesWanted::Session(_) => format!("Messages about one session of {name}"),
        MessagesWanted::Referral(_) => format!("Messages about one referral of {name}"),
    };
    let waiting = items.iter().filter(|message| message.status == MessageStatus::Scheduled);
    let upcoming = waiting.min_by_key(|message| message.next_try_at.unwrap_or(message.due_at));
    let upcoming = upcoming.map_or_else(
        || "Nothing waits to be sent.".to_owned(),
        |message| {
            let at = message.next_try_at.unwrap_or(message.due_at);
            format!("Comes next: {}, {}, on {}.", what(message), way(message), words::moment(at))
        },
    );
    Ok(Ledger {
        title,
        upcoming: is_whole.then_some(upcoming),
        next: next
            .map(|after| format!("/manage/messages?{named}={}&after={after}", asked.get(named))),
        rows: items.iter().map(row).collect(),
    })
}

fn what(message: &MessageView) -> String {
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
    format!("{}{purpose}{lead}", words::kind(message.kind))
}

fn way(message: &MessageView) -> &'static str {
    match message.channel {
        Channel::Email => "by email",
        Channel::Sms => "by text message",
        Channel::Desk => "by the desk",
    }
}

fn row(message: &MessageView) -> Row {
    let when = match message.status {
        MessageStatus::Scheduled => {
            format!("next try on {}", words::moment(message.next_try_at.unwrap_or(message.due_at)))
        }
        _ => message.delivered_at.or(message.sent_at).map(words::moment).unwrap_or_default(),
    };
    let answer = message.answer.map(|answer| match answer {
        Reply::Confirm => "answered: comes",
        Reply::Change => "answered: asks for another time",
        Reply::Stop => "answered: no more messages",
    });
    let reasons = [
        message.suppressed_reason.map(|why| words::unsent(why).to_owned()),
        message.last_error.as_ref().map(|error| format!("last try failed: {error}")),
        answer.map(str::to_owned),
        (message.attempts > 1).then(|| format!("{} tries", message.attempts)),
    ];
    Row {
        written: words::moment(message.created_at),
        what: what(message),
        way: way(message).to_owned(),
        to: message.recipient.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string),
        visit: words::moment(message.visit_start),
        status: words::status(message.status),
        when,
        why: reasons.into_iter().flatten().collect::<Vec<_>>().join("; "),
    }
}
