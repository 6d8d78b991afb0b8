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
        nothing_here: "Nothing here" | "Rien ici";
        link_expired: "This link is over, or was mistyped. Call us if you need help." | "Ce lien est expiré ou mal copié. Appelez-nous au besoin.";
        too_many: "Too many tries" | "Trop d’essais";
        invalid: "That makes no sense" | "Cela n’a pas de sens";
        impossible: "The address or the form asks for something that there cannot be. Go back." | "L’adresse ou le formulaire demande l’impossible. Revenez en arrière.";
        changed: "Changed meanwhile" | "Changé entre-temps";
        look_again: "Somebody changed it a moment ago. Go back and look again." | "Quelqu’un vient de le changer. Revenez et regardez de nouveau.";
        not_allowed: "Not yours to do" | "Non permis";
        wrong_role: "Your role may not do this." | "Votre rôle ne le permet pas.";
        not_now: "Not now" | "Pas maintenant";
        in_a_minute: "Please try again in a minute." | "Veuillez réessayer dans une minute.";
        nothing_saved: "Nothing can be saved" | "Rien ne s’enregistre";
        disk_full: "Nothing was saved: the disk is full. Tell the clinic, which has to free some space, then try again." | "Rien n’a été enregistré : le disque est plein. Avisez la clinique, qui doit libérer de l’espace, puis réessayez.";
        read_only: "Nothing was saved: the data can only be read at the moment. Tell the clinic, which has to make them writable again, then try again." | "Rien n’a été enregistré : les données ne peuvent qu’être lues pour l’instant. Avisez la clinique, qui doit en rétablir l’écriture, puis réessayez.";
        disk_fails: "Nothing was saved: the disk gives errors. Tell the clinic, which has to look at it, then try again." | "Rien n’a été enregistré : le disque signale des erreurs. Avisez la clinique, qui doit le vérifier, puis réessayez.";
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
        Error::Stale | Error::Taken(_) | Error::AnsweredMeanwhile => {
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
