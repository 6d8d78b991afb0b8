//! The page behind the link in a patient's mail: when and where, and the ways into their
//! calendar. Discreet, since others look over shoulders; opening it changes nothing, since
//! mail scanners open links too.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::page::{Named, STYLE, code, named, shown, sorry};
use crate::actions::visit::{self, Visit};
use crate::actions::{App, Error};
use crate::domain::patient::Language;
use crate::domain::{civil, wording};

/// The words of the page.
struct Words {
    title: &'static str,
    cancelled: &'static str,
    come: &'static str,
    early: &'static str,
    add: &'static str,
    copies: &'static str,
    call: &'static str,
}

const ENGLISH: Words = Words {
    title: "Your appointment",
    cancelled: "This appointment no longer takes place",
    come: "Please come",
    early: "minutes early.",
    add: "Add to calendar",
    copies: "Or copy it by hand. Copies in Google or Outlook do not follow when your appointment changes:",
    call: "To change or ask anything, call",
};

const FRENCH: Words = Words {
    title: "Votre rendez-vous",
    cancelled: "Ce rendez-vous n’aura pas lieu",
    come: "Veuillez arriver",
    early: "minutes à l’avance.",
    add: "Ajouter au calendrier",
    copies: "Ou copiez-le à la main. Les copies dans Google ou Outlook ne suivent pas si votre rendez-vous change :",
    call: "Pour le changer ou pour toute question, appelez le",
};

#[derive(Template)]
#[template(path = "visit.html", config = ".askama.toml")]
struct Page<'a> {
    style: &'static str,
    lang: &'static str,
    words: &'static Words,
    takes_place: bool,
    day: String,
    hours: String,
    place: &'a str,
    early: u16,
    file: String,
    google: &'a str,
    outlook: &'a str,
    phone: &'a str,
    phone_link: String,
    label: &'a str,
}

pub(super) async fn page(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    match visit::behind_link(&app, &secret).await {
        Ok(visit) => shown(&filled(&visit, &secret)),
        Err(error) => sorry(error),
    }
}

fn filled<'a>(visit: &'a Visit, secret: &str) -> Page<'a> {
    let event = &visit.event;
    let language = event.language;
    Page {
        style: STYLE,
        lang: code(language),
        words: match language {
            Language::En => &ENGLISH,
            Language::Fr => &FRENCH,
        },
        takes_place: visit.takes_place,
        day: wording::day(language, civil::wall_of(event.zone, event.start)),
        hours: wording::hours(language, event.zone, event.start, event.end),
        place: &event.place,
        early: event.arrive_early_minutes.unwrap_or(0),
        file: format!("{}/appointment.ics", visit::path(secret)),
        google: &visit.google,
        outlook: &visit.outlook,
        phone: &event.phone,
        phone_link: event.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        label: &event.label,
    }
}

/// The visit as a file for a calendar.
pub(super) async fn calendar(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    let visit = match visit::behind_link(&app, &secret).await {
        Ok(visit) => visit,
        Err(error) => return sorry(error),
    };
    let Some(calendar) = visit.calendar else {
        return sorry(Error::NotThere("visit to put into a calendar"));
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
