//! How to prepare for an appointment: a page that the patient's page, the mail a week before and the text lead to. What is
//! seen at once is asked of everybody; what is asked for the skin is seen after a press more, since others may see the
//! screen, and still does not tell what is treated. What is asked for is in `docs/domain.md` 1.9.

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
    /// What is asked of everybody, and tells nothing.
    fn asked_of_all {
        "Bring a list of your medicines, and your questions." | "Apportez la liste de vos médicaments et vos questions.";
        "Call us before you come if you feel unwell, or if your health or your medicines have changed." | "Appelez-nous avant de venir si vous ne vous sentez pas bien, ou si votre santé ou vos médicaments ont changé.";
    }
}

words! {
    /// What is asked of patients who are treated.
    fn asked_before_treatment {
        "Come with clean skin: no cream, sunscreen, make-up or other product on your head that day." | "Venez la peau propre : ni crème, ni écran solaire, ni maquillage, ni autre produit sur la tête ce jour-là.";
        "If you shave your head, shave it within the 24 hours before." | "Si vous vous rasez la tête, faites-le dans les 24 heures qui précèdent.";
        "Keep your head out of the sun for four weeks before: no tan and no self-tanner, and sunscreen on the other days. If it is tanned or sunburnt, call us to move your appointment." | "Protégez votre tête du soleil pendant les quatre semaines qui précèdent : ni bronzage ni autobronzant, et de l’écran solaire les autres jours. Si elle est bronzée ou brûlée, appelez-nous pour déplacer votre rendez-vous.";
        "Call us before you come if the skin is sore, inflamed or infected, or if you have a cold sore." | "Appelez-nous avant de venir si la peau est douloureuse, enflammée ou infectée, ou si vous avez un feu sauvage.";
    }
}

words! {
    /// What is asked of patients who come to talk, or to be looked at.
    fn asked_before_talk {
        "Come with clean skin, without products on your head, so that we can look at it." | "Venez la peau propre, sans produit sur la tête, pour que nous puissions l’examiner.";
        "Bring what you know of earlier work: when, where, and by whom." | "Apportez ce que vous savez de ce qui a été fait auparavant : quand, où et par qui.";
    }
}

#[derive(Template)]
#[template(path = "patient/prepare.html", config = ".askama.toml")]
struct PreparePage<'a> {
    lang: &'static str,
    words: &'static Words,
    takes_place: bool,
    early: u16,
    asked_of_all: &'static [&'static str],
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
        asked_of_all: asked_of_all(language),
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
