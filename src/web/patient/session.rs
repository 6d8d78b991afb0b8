//! The page behind the link in a patient's message: when and where, the ways into their calendar, and the answers. It is
//! discreet, since other people may see the screen. Opening it changes nothing, since mail scanners open links too:
//! every answer is the press of a button.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::session_words::Words;
use crate::actions::calendar::event;
use crate::actions::calendar::event::Opened;
use crate::actions::incoming::page;
use crate::actions::incoming::page::Answered;
use crate::actions::messages::links;
use crate::actions::{App, Error, Result};
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use crate::web::frame::address::Secret;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::Form;
use crate::web::frame::page::{public_page, redirect, tel_link};

/// A time that can be chosen instead.
struct Offer {
    start: String,
    words: String,
}

#[derive(Template)]
#[template(path = "patient/appointment.html", config = ".askama.toml")]
struct SessionPage<'a> {
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

/// What the patient can answer.
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
    fn from_query(query: Option<&str>) -> Option<Self> {
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
            Self::Off if opened.no_reminders => Some(words.no_reminders),
            Self::Off => opened.opted_out.then_some(words.off),
            Self::On => (!opened.opted_out && !opened.no_reminders).then_some(words.on),
        }
    }
}

pub(in crate::web) async fn session_page(
    State(app): State<App>,
    Secret(secret): Secret,
    uri: Uri,
) -> PageResult {
    let opened = event::behind_link(&app, &secret).await?;
    let note = Note::from_query(uri.query());
    let offers = if note == Some(Note::Asked) && opened.can_answer {
        Some(offers(&app, &secret, &opened).await?)
    } else {
        None
    };
    let event = &opened.visit.event;
    let language = event.language;
    let words = Words::for_language(language);
    let page = SessionPage {
        lang: language.into(),
        words,
        note: note.and_then(|note| note.words(words, &opened)),
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
        path: links::path(&secret),
        google: &opened.visit.google,
        outlook: &opened.visit.outlook,
        phone: &event.phone,
        phone_link: tel_link(&event.phone),
        label: &event.label,
    };
    Ok(public_page(StatusCode::OK, &page))
}

async fn offers(app: &App, secret: &str, opened: &Opened) -> Result<Vec<Offer>> {
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

/// The appointment as a file for a calendar.
pub(in crate::web) async fn calendar_file(
    State(app): State<App>,
    Secret(secret): Secret,
) -> PageResult {
    let visit = event::behind_link(&app, &secret).await?.visit;
    let calendar = visit.calendar.ok_or(Error::NotThere("visit to put into a calendar"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    Ok((headers, calendar).into_response())
}

/// The time that a form carries.
fn start_of(form: &Form) -> Option<DateTime<Utc>> {
    let start = DateTime::parse_from_rfc3339(form.raw("start")?).ok()?;
    Some(start.to_utc())
}

/// Back to the page, which says what was done.
pub(super) fn session_redirect(secret: &str, note: &str) -> Result<Response> {
    // Text that cannot be a secret is not put into an address.
    if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(Error::NotThere("page"));
    }
    Ok(redirect(&format!("{}?{note}", links::path(secret))))
}

/// Back to the page, which says `noted`, or that the appointment has changed since.
fn answer(secret: &str, answered: &Answered, noted: &str) -> PageResult {
    let note = match answered {
        Answered::Noted => noted,
        Answered::Changed => "changed",
    };
    Ok(session_redirect(secret, note)?)
}

/// Confirms that the patient comes.
pub(in crate::web) async fn confirm(
    State(app): State<App>,
    Secret(secret): Secret,
    form: Form,
) -> PageResult {
    let answered = match start_of(&form) {
        Some(start) => page::confirm(&app, &secret, start).await?,
        None => Answered::Changed,
    };
    answer(&secret, &answered, "confirmed")
}

/// Notes that the patient cannot come then.
pub(in crate::web) async fn ask_for_another(
    State(app): State<App>,
    Secret(secret): Secret,
) -> PageResult {
    answer(&secret, &page::ask_for_another(&app, &secret).await?, "asked")
}

/// Takes one of the times that were offered.
pub(in crate::web) async fn take_offer(
    State(app): State<App>,
    Secret(secret): Secret,
    form: Form,
) -> PageResult {
    let note = match start_of(&form) {
        None => "changed",
        Some(start) => match Box::pin(page::take(&app, &secret, start)).await? {
            Answered::Noted => "moved",
            // The time was taken meanwhile; the page offers others.
            Answered::Changed => "asked",
        },
    };
    Ok(session_redirect(&secret, note)?)
}

/// Takes the other time that is proposed.
pub(in crate::web) async fn take_proposal(
    State(app): State<App>,
    Secret(secret): Secret,
    form: Form,
) -> PageResult {
    let answered = match start_of(&form) {
        Some(start) => page::take_proposal(&app, &secret, start).await?,
        None => Answered::Changed,
    };
    answer(&secret, &answered, "moved")
}
