//! How to prepare for an appointment: a page that the patient's page leads to. It tells more than the first page, and
//! still not what is treated. What is asked for is in `docs/domain.md` 1.9.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;

use super::session_words::Words;
use crate::actions::App;
use crate::actions::calendar::event;
use crate::actions::messages::links;
use crate::domain::words::words;
use crate::web::frame::address::Secret;
use crate::web::frame::errors::PageResult;
use crate::web::frame::page::{public_page, tel_link};

words! {
    /// What is asked of patients who are treated.
    fn asked_before_treatment {
        "Come with clean skin: no cream, sunscreen, make-up or other product on your head that day." | "Venez la peau propre : ni crème, ni écran solaire, ni maquillage, ni autre produit sur la tête ce jour-là.";
        "If you shave your head, shave it within the 24 hours before." | "Si vous vous rasez la tête, rasez-la dans les 24 heures qui précèdent.";
        "Keep the sun off your head for the four weeks before: no tan and no self-tanner, and sunscreen on other days. If it is tanned or burnt, call us; another day is better." | "Protégez votre tête du soleil pendant les quatre semaines qui précèdent : ni bronzage ni autobronzant, et de l’écran solaire les autres jours. Si elle est bronzée ou brûlée, appelez-nous ; un autre jour vaut mieux.";
        "Call us before you come if the skin is sore, inflamed or infected, or if you have a cold sore." | "Appelez-nous avant de venir si la peau est douloureuse, enflammée ou infectée, ou si vous avez un feu sauvage.";
        "Tell us of new medicines, and of anything that has changed in your health." | "Signalez-nous tout nouveau médicament et tout changement dans votre santé.";
        "Bring a list of your medicines." | "Apportez la liste de vos médicaments.";
    }
}

words! {
    /// What is asked of patients who come to talk, or to be looked at.
    fn asked_before_talk {
        "Come with clean skin, without products on your head, so that we can look at it." | "Venez la peau propre, sans produit sur la tête, pour que nous puissions l’examiner.";
        "Bring a list of your medicines." | "Apportez la liste de vos médicaments.";
        "Bring what you know of earlier work: when, where, and by whom." | "Apportez ce que vous savez de ce qui a été fait auparavant : quand, où et par qui.";
        "Bring your questions, written down if you like." | "Apportez vos questions, par écrit si vous voulez.";
    }
}

#[derive(Template)]
#[template(path = "patient/prepare.html", config = ".askama.toml")]
struct PreparePage<'a> {
    lang: &'static str,
    words: &'static Words,
    takes_place: bool,
    early: u16,
    asked: &'static [&'static str],
    path: String,
    phone: &'a str,
    phone_link: String,
    label: &'a str,
}

pub(in crate::web) async fn prepare_page(
    State(app): State<App>,
    Secret(secret): Secret,
) -> PageResult {
    let opened = event::behind_link(&app, &secret).await?;
    let event = &opened.visit.event;
    let language = event.language;
    let page = PreparePage {
        lang: language.into(),
        words: Words::for_language(language),
        takes_place: opened.visit.takes_place,
        early: event.arrive_early_minutes.unwrap_or(0),
        asked: if opened.treats {
            asked_before_treatment(language)
        } else {
            asked_before_talk(language)
        },
        path: links::path(&secret),
        phone: &event.phone,
        phone_link: tel_link(&event.phone),
        label: &event.label,
    };
    Ok(public_page(StatusCode::OK, &page))
}
