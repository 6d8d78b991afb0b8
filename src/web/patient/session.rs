//! The page behind the link in a patient's message: when and where, the ways into their
//! calendar, and what they can answer. Discreet, since others look over shoulders; opening it
//! changes nothing, since mail scanners open links too: every answer is the press of a button.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{RawForm, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};

use super::session_words::Words;
use crate::actions::calendar::event;
use crate::actions::calendar::event::Opened;
use crate::actions::incoming::page;
use crate::actions::incoming::page::Answered;
use crate::actions::messages::links;
use crate::actions::{App, Error};
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::patient::opt_out::OptOutBy;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use crate::web::frame::error::error_page;
use crate::web::frame::page::{Named, code, named, shown};
use crate::web::frame::style::STYLE;

/// A time that can be chosen instead.
struct Offer {
    start: String,
    words: String,
}

#[derive(Template)]
#[template(path = "visit.html", config = ".askama.toml")]
struct Page<'a> {
    style: &'static str,
    lang: &'static str,
    words: &'static Words,
    note: Option<&'static str>,
    takes_place: bool,
    answer: CanAnswer,
    offers: Option<Vec<Offer>>,
    waiting: bool,
    proposed: Option<Offer>,
    opted_out: bool,
    start: String,
    day: String,
    hours: String,
    place: &'a str,
    early: u16,
    path: String,
    google: &'a str,
    outlook: &'a str,
    phone: &'a str,
    phone_link: String,
    label: &'a str,
}

/// What its patient can answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CanAnswer {
    /// Nothing: it is over, or has to be moved first.
    Nothing,
    /// Whether they come.
    Yes,
    /// They have said that they come, and may still ask for another time.
    Confirmed,
}

/// What the page says first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Note {
    Confirmed,
    Changed,
    Moved,
    Asked,
    Off,
    On,
}

impl Note {
    fn read(query: Option<&str>) -> Option<Self> {
        match query? {
            "confirmed" => Some(Self::Confirmed),
            "changed" => Some(Self::Changed),
            "moved" => Some(Self::Moved),
            "asked" => Some(Self::Asked),
            "off" => Some(Self::Off),
            "on" => Some(Self::On),
            _ => None,
        }
    }

    fn words(self, words: &Words, opened: &Opened) -> Option<&'static str> {
        match self {
            // What the address says counts only while it is true.
            Self::Confirmed => opened.session.confirmed_at.is_some().then_some(words.confirmed),
            Self::Changed => Some(words.changed),
            // What a shop has to agree to is said below.
            Self::Moved => (!opened.session.awaits_shop()).then_some(words.moved),
            Self::Asked => Some(words.asked),
            Self::Off => opened.opted_out.then_some(words.off),
            Self::On => (!opened.opted_out).then_some(words.on),
        }
    }
}

pub(in crate::web) async fn page(
    State(app): State<App>,
    secret: Named,
    uri: axum::http::Uri,
) -> Response {
    let secret = named(secret);
    match event::behind_link(&app, &secret).await {
        Ok(opened) => {
            let note = Note::read(uri.query());
            let offers = if note == Some(Note::Asked) && opened.can_answer {
                match offers(&app, &secret, &opened).await {
                    Ok(offers) => Some(offers),
                    Err(error) => return error_page(error),
                }
            } else {
                None
            };
            shown(&filled(&opened, &secret, note, offers))
        }
        Err(error) => error_page(error),
    }
}

async fn offers(app: &App, secret: &str, opened: &Opened) -> Result<Vec<Offer>, Error> {
    let event = &opened.visit.event;
    let times = page::other_times(app, secret).await?;
    Ok(times.into_iter().map(|start| offer(event.language, event.zone, start)).collect())
}

fn offer(language: Language, zone: Tz, start: DateTime<Utc>) -> Offer {
    let wall = civil::wall_of(zone, start);
    Offer {
        start: start.to_rfc3339(),
        words: format!("{}, {}", wording::day(language, wall), wording::time(language, wall)),
    }
}

fn filled<'a>(
    opened: &'a Opened,
    secret: &str,
    note: Option<Note>,
    offers: Option<Vec<Offer>>,
) -> Page<'a> {
    let event = &opened.visit.event;
    let language = event.language;
    let words = Words::of(language);
    Page {
        style: &STYLE,
        lang: code(language),
        words,
        note: note.and_then(|note| note.words(words, opened)),
        takes_place: opened.visit.takes_place,
        answer: match (opened.can_answer, opened.session.confirmed_at) {
            (false, _) => CanAnswer::Nothing,
            (true, None) => CanAnswer::Yes,
            (true, Some(_)) => CanAnswer::Confirmed,
        },
        offers,
        waiting: opened.session.awaits_shop(),
        proposed: opened.proposed.map(|start| offer(language, event.zone, start)),
        opted_out: opened.opted_out,
        start: event.start.to_rfc3339(),
        day: wording::day(language, civil::wall_of(event.zone, event.start)),
        hours: wording::hours(language, event.zone, event.start, event.end),
        place: &event.place,
        early: event.arrive_early_minutes.unwrap_or(0),
        path: links::path(secret),
        google: &opened.visit.google,
        outlook: &opened.visit.outlook,
        phone: &event.phone,
        phone_link: event.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        label: &event.label,
    }
}

/// The visit as a file for a calendar.
pub(in crate::web) async fn calendar(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    let visit = match event::behind_link(&app, &secret).await {
        Ok(opened) => opened.visit,
        Err(error) => return error_page(error),
    };
    let Some(calendar) = visit.calendar else {
        return error_page(Error::NotThere("visit to put into a calendar"));
    };
    let mut response = calendar.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"appointment.ics\""),
    );
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// The time that a form carries.
fn start_of(form: &[u8]) -> Option<DateTime<Utc>> {
    let (_, value) = url::form_urlencoded::parse(form).find(|(name, _)| name == "start")?;
    DateTime::parse_from_rfc3339(&value).ok().map(|start| start.to_utc())
}

/// Back to the page, which says what became of it.
fn back(secret: &str, note: &str) -> Response {
    // What cannot be a secret stands in no address.
    if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return error_page(Error::NotThere("page"));
    }
    Redirect::to(&format!("{}?{note}", links::path(secret))).into_response()
}

fn answered(secret: &str, done: Result<Answered, Error>, noted: &str) -> Response {
    match done {
        Ok(Answered::Noted) => back(secret, noted),
        Ok(Answered::Changed) => back(secret, "changed"),
        Err(error) => error_page(error),
    }
}

/// The patient comes.
pub(in crate::web) async fn confirm(
    State(app): State<App>,
    secret: Named,
    RawForm(form): RawForm,
) -> Response {
    let secret = named(secret);
    let Some(start) = start_of(&form) else {
        return back(&secret, "changed");
    };
    answered(&secret, page::confirm(&app, &secret, start).await, "confirmed")
}

/// The patient cannot come then.
pub(in crate::web) async fn ask_for_another(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    answered(&secret, page::ask_for_another(&app, &secret).await, "asked")
}

/// The patient takes one of the times that were offered.
pub(in crate::web) async fn take(
    State(app): State<App>,
    secret: Named,
    RawForm(form): RawForm,
) -> Response {
    let secret = named(secret);
    let Some(start) = start_of(&form) else {
        return back(&secret, "changed");
    };
    match page::take(&app, &secret, start).await {
        // Taken by somebody else meanwhile: there are others.
        Ok(Answered::Changed) => back(&secret, "asked"),
        done => answered(&secret, done, "moved"),
    }
}

/// The patient takes the other time that is proposed.
pub(in crate::web) async fn take_proposal(
    State(app): State<App>,
    secret: Named,
    RawForm(form): RawForm,
) -> Response {
    let secret = named(secret);
    let Some(start) = start_of(&form) else {
        return back(&secret, "changed");
    };
    answered(&secret, page::take_proposal(&app, &secret, start).await, "moved")
}

#[derive(Template)]
#[template(path = "messages.html", config = ".askama.toml")]
struct Messages {
    style: &'static str,
    lang: &'static str,
    words: &'static Words,
    opted_out: bool,
    path: String,
}

/// Whether messages are wanted: the page that a message's last line leads to.
pub(in crate::web) async fn messages(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    match event::behind_link(&app, &secret).await {
        Ok(opened) => shown(&Messages {
            style: &STYLE,
            lang: code(opened.visit.event.language),
            words: Words::of(opened.visit.event.language),
            opted_out: opened.opted_out,
            path: links::path(&secret),
        }),
        Err(error) => error_page(error),
    }
}

/// No more messages to the address of this link.
pub(in crate::web) async fn stop(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    match page::messages(&app, &secret, false, OptOutBy::Link).await {
        Ok(()) => back(&secret, "off"),
        Err(error) => error_page(error),
    }
}

/// Messages again.
pub(in crate::web) async fn start(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    match page::messages(&app, &secret, true, OptOutBy::Link).await {
        Ok(()) => back(&secret, "on"),
        Err(error) => error_page(error),
    }
}

/// What a mail program posts when its own button is pressed (RFC 8058): no page, no redirect, no sign-in; as a form of either kind.
pub(in crate::web) async fn unsubscribe(
    State(app): State<App>,
    secret: Named,
    form: Bytes,
) -> Response {
    let plain = url::form_urlencoded::parse(&form)
        .any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    let text = String::from_utf8_lossy(&form);
    // In parts, the one that matters is so short that nothing has to be taken apart.
    let in_parts = text.contains("name=\"List-Unsubscribe\"")
        && text.lines().any(|line| line.trim() == "One-Click");
    if !plain && !in_parts {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match page::messages(&app, &named(secret), false, OptOutBy::OneClick).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error_page(error),
    }
}
