//! How to prepare for a visit: the page that the patient's page leads to with a tap. It tells more than
//! the first page, and still not what is treated. What is asked for stands in `domain.md`, section 1.9.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::session_words::{ENGLISH, FRENCH, Words};
use crate::actions::App;
use crate::actions::calendar::event;
use crate::actions::calendar::event::Opened;
use crate::actions::messages::links;
use crate::domain::patient::Language;
use crate::web::frame::page::{Named, code, named, shown, sorry};
use crate::web::frame::style::STYLE;

/// What is asked of whoever is treated.
const TREATED: &[(&str, &str)] = &[
    (
        "Come with clean skin: no cream, sunscreen, make-up or other product on your head that day.",
        "Venez la peau propre : ni crème, ni écran solaire, ni maquillage, ni autre produit sur la tête ce jour-là.",
    ),
    (
        "If you shave your head, shave it within the 24 hours before.",
        "Si vous vous rasez la tête, rasez-la dans les 24 heures qui précèdent.",
    ),
    (
        "Keep the sun off your head for the four weeks before: no tan and no self-tanner, and sunscreen on other days. If it is tanned or burnt, call us; another day is better.",
        "Protégez votre tête du soleil pendant les quatre semaines qui précèdent : ni bronzage ni autobronzant, et de l’écran solaire les autres jours. Si elle est bronzée ou brûlée, appelez-nous ; un autre jour vaut mieux.",
    ),
    (
        "Call us before you come if the skin is sore, inflamed or infected, or if you have a cold sore.",
        "Appelez-nous avant de venir si la peau est douloureuse, enflammée ou infectée, ou si vous avez un feu sauvage.",
    ),
    (
        "Tell us of new medicines, and of anything that has changed in your health.",
        "Signalez-nous tout nouveau médicament et tout changement dans votre santé.",
    ),
    (
        "Bring a list of your medicines.",
        "Apportez la liste de vos médicaments.",
    ),
];

/// What is asked of whoever comes to talk, or to be looked at.
const SEEN: &[(&str, &str)] = &[
    (
        "Come with clean skin, without products on your head, so that we can look at it.",
        "Venez la peau propre, sans produit sur la tête, pour que nous puissions l’examiner.",
    ),
    (
        "Bring a list of your medicines.",
        "Apportez la liste de vos médicaments.",
    ),
    (
        "Bring what you know of earlier work: when, where, and by whom.",
        "Apportez ce que vous savez de ce qui a été fait auparavant : quand, où et par qui.",
    ),
    (
        "Bring your questions, written down if you like.",
        "Apportez vos questions, par écrit si vous voulez.",
    ),
];

#[derive(Template)]
#[template(path = "prepare.html", config = ".askama.toml")]
struct Page<'a> {
    style: &'static str,
    lang: &'static str,
    words: &'static Words,
    takes_place: bool,
    early: u16,
    asked: Vec<&'static str>,
    path: String,
    phone: &'a str,
    phone_link: String,
    label: &'a str,
}

/// The page.
pub(in crate::web) async fn page(State(app): State<App>, secret: Named) -> Response {
    let secret = named(secret);
    match event::behind_link(&app, &secret).await {
        Ok(opened) => shown(&filled(&opened, &secret)),
        Err(error) => sorry(error),
    }
}

fn filled<'a>(opened: &'a Opened, secret: &str) -> Page<'a> {
    let event = &opened.visit.event;
    let all = if opened.treats { TREATED } else { SEEN };
    let (words, asked) = match event.language {
        Language::En => (&ENGLISH, all.iter().map(|(english, _)| *english).collect()),
        Language::Fr => (&FRENCH, all.iter().map(|(_, french)| *french).collect()),
    };
    Page {
        style: &STYLE,
        lang: code(event.language),
        words,
        takes_place: opened.visit.takes_place,
        early: event.arrive_early_minutes.unwrap_or(0),
        asked,
        path: links::path(secret),
        phone: &event.phone,
        phone_link: event
            .phone
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect(),
        label: &event.label,
    }
}
