//! The pages of errors: something is not there, is unavailable, or is not for this role. The reader's language is
//! not known here, so both are shown.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::page::public_page;
use crate::actions::access::browsers::Person;
use crate::actions::{Error, Hindrance};
use crate::domain::patient::Language;
use crate::domain::words::words;

#[derive(Template)]
#[template(path = "frame/error.html", config = ".askama.toml")]
struct ErrorPage {
    title: String,
    words: String,
}

/// An error of an action, answered as a page.
pub(in crate::web) struct PageError(pub(in crate::web) Error);

/// What a handler of a page answers.
pub(in crate::web) type PageResult = Result<Response, PageError>;

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        error_page(self.0)
    }
}

words! {
    struct Words {
        nothing_here: "Page not found" | "Page introuvable";
        link_expired: "This link has expired or is incomplete. Please call us if you need help." | "Ce lien est expiré ou incomplet. Appelez-nous si vous avez besoin d’aide.";
        too_many: "Too many attempts" | "Trop de tentatives";
        invalid: "Something is missing or wrong" | "Il y a une erreur";
        impossible: "Please go back, check what you entered, and try again." | "Veuillez revenir en arrière, vérifier ce que vous avez saisi et réessayer.";
        changed: "This has changed" | "Il y a eu un changement";
        look_again: "Someone changed this a moment ago. Please go back and look again." | "Quelqu’un vient d’y faire un changement. Veuillez revenir en arrière et vérifier.";
        not_allowed: "No access" | "Accès refusé";
        wrong_role: "You don’t have access to this page." | "Vous n’avez pas accès à cette page.";
        merged: "This record was merged into another one. Search for the patient again." | "Ce dossier a été fusionné avec un autre. Cherchez de nouveau le patient.";
        not_now: "Not available right now" | "Non disponible pour le moment";
        in_a_minute: "Please try again in a minute." | "Veuillez réessayer dans une minute.";
        nothing_saved: "Nothing was saved" | "Rien n’a été enregistré";
        disk_full: "The disk is full. Please tell the clinic, which has to free some space, then try again." | "Le disque est plein. Veuillez aviser la clinique, qui doit libérer de l’espace, puis réessayer.";
        read_only: "The data can only be read right now. Please tell the clinic, then try again." | "Les données sont en lecture seule pour le moment. Veuillez aviser la clinique, puis réessayer.";
        disk_fails: "The disk reports errors. Please tell the clinic, then try again." | "Le disque signale des erreurs. Veuillez aviser la clinique, puis réessayer.";
    }
    impl {
        in_seconds(seconds: u64): "Please try again in {seconds} seconds." | "Veuillez réessayer dans {seconds} secondes.";
    }
}

/// A text in both languages, one behind the other.
fn both(text: impl Fn(&Words) -> String) -> String {
    let [english, french] =
        [Language::En, Language::Fr].map(|language| text(Words::for_language(language)));
    format!("{english} · {french}")
}

type Text = fn(&Words) -> &'static str;

fn error_page(error: Error) -> Response {
    if let Some(hindrance) = error.hindrance() {
        return nothing_saved_page(hindrance);
    }
    let (status, title, text): (StatusCode, Text, Text) = match error {
        Error::SlowDown(seconds) => {
            let title = both(|words| words.too_many.to_owned());
            let words = both(|words| words.in_seconds(seconds));
            return error_page_with(StatusCode::TOO_MANY_REQUESTS, title, words);
        }
        Error::NotThere(_) => {
            (StatusCode::NOT_FOUND, |words| words.nothing_here, |words| words.link_expired)
        }
        Error::Invalid { .. } | Error::Refused(_) | Error::Explained(..) => {
            (StatusCode::BAD_REQUEST, |words| words.invalid, |words| words.impossible)
        }
        Error::Merged(_) => {
            (StatusCode::NOT_FOUND, |words| words.nothing_here, |words| words.merged)
        }
        Error::Stale | Error::Taken(_) | Error::AnsweredMeanwhile | Error::PossibleDuplicate(_) => {
            (StatusCode::CONFLICT, |words| words.changed, |words| words.look_again)
        }
        Error::NotAllowed => {
            (StatusCode::FORBIDDEN, |words| words.not_allowed, |words| words.wrong_role)
        }
        error => {
            tracing::warn!(%error, "a page could not be shown");
            (StatusCode::SERVICE_UNAVAILABLE, |words| words.not_now, |words| words.in_a_minute)
        }
    };
    error_page_with(
        status,
        both(|words| title(words).to_owned()),
        both(|words| text(words).to_owned()),
    )
}

/// The page shown while the store cannot be written. The store has logged that itself, once for all requests.
fn nothing_saved_page(hindrance: Hindrance) -> Response {
    let text = both(|words| {
        let text = match hindrance {
            Hindrance::Full => words.disk_full,
            Hindrance::ReadOnly => words.read_only,
            Hindrance::Failing | Hindrance::Shut => words.disk_fails,
        };
        text.to_owned()
    });
    let title = both(|words| words.nothing_saved.to_owned());
    error_page_with(StatusCode::SERVICE_UNAVAILABLE, title, text)
}

/// The page for a user whose role may not see what was asked for.
pub(in crate::web) fn wrong_role_page(person: &Person) -> Response {
    let words = format!(
        "You are signed in as {}, and this page is not for your role. Go back, or sign out and in as somebody else.",
        person.actor.name
    );
    error_page_with(StatusCode::FORBIDDEN, "Not your page".to_owned(), words)
}

fn error_page_with(status: StatusCode, title: String, words: String) -> Response {
    public_page(status, &ErrorPage { title, words })
}
