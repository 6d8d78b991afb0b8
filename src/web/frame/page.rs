//! What all pages share: a strict policy of what they may load, which is their own style and, for
//! who is signed in, the program's own scripts; and sentences instead of problems where something is not there.

use askama::Template;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::style::{HASH, STYLE};
use crate::actions::access::browsers::Person;
use crate::actions::{Error, Hindrance};
use crate::domain::patient::Language;

/// What an address names, if that can be read.
pub(in crate::web) type Named = Result<Path<String>, PathRejection>;

/// What an address names. What cannot be read names nothing that is there.
pub(in crate::web) fn named(name: Named) -> String {
    name.map(|Path(name)| name).unwrap_or_default()
}

/// A page, filled.
pub(in crate::web) fn shown(page: &impl Template) -> Response {
    shown_as(StatusCode::OK, page)
}

/// A page, filled, under another status.
pub(in crate::web) fn shown_as(status: StatusCode, page: &impl Template) -> Response {
    rendered(status, page, "")
}

/// A page that may run the program's own scripts, and ask it for more.
pub(in crate::web) fn shown_with_scripts(status: StatusCode, page: &impl Template) -> Response {
    rendered(status, page, " script-src 'self'; connect-src 'self';")
}

fn rendered(status: StatusCode, page: &impl Template, scripts: &str) -> Response {
    match page.render() {
        Ok(html) => kept_private(status, html, scripts),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn kept_private(status: StatusCode, html: String, scripts: &str) -> Response {
    let mut response = (status, Html(html)).into_response();
    let policy = format!(
        "default-src 'none';{scripts} style-src 'sha256-{}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        *HASH
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

#[derive(Template)]
#[template(path = "sorry.html", config = ".askama.toml")]
struct Sorry {
    style: &'static str,
    lang: &'static str,
    title: &'static str,
    words: String,
}

/// What is shown when something is not there, or cannot be had at the moment.
pub(in crate::web) fn sorry(error: Error) -> Response {
    if let Some(hindrance) = error.hindrance() {
        return nothing_can_be_saved(hindrance);
    }
    let (status, title, words) = match error {
        Error::NotThere(_) => (
            StatusCode::NOT_FOUND,
            "Nothing here · Rien ici",
            "This link is over, or was mistyped. Call us if you need help. · Ce lien est expiré ou mal copié. Appelez-nous au besoin."
                .to_owned(),
        ),
        Error::SlowDown(seconds) => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many tries · Trop d’essais",
            format!("Please try again in {seconds} seconds. · Veuillez réessayer dans {seconds} secondes."),
        ),
        Error::Invalid { .. } | Error::Refused(_) | Error::Explained(..) => (
            StatusCode::BAD_REQUEST,
            "That makes no sense · Cela n’a pas de sens",
            "The address or the form asks for something that there cannot be. Go back. · L’adresse ou le formulaire demande l’impossible. Revenez en arrière."
                .to_owned(),
        ),
        Error::Stale | Error::Taken(_) | Error::AnsweredMeanwhile => (
            StatusCode::CONFLICT,
            "Changed meanwhile · Changé entre-temps",
            "Somebody changed it a moment ago. Go back and look again. · Quelqu’un vient de le changer. Revenez et regardez de nouveau.".to_owned(),
        ),
        Error::NotAllowed => (
            StatusCode::FORBIDDEN,
            "Not yours to do · Non permis",
            "Your role may not do this. · Votre rôle ne le permet pas.".to_owned(),
        ),
        error => {
            tracing::warn!(%error, "a page could not be shown");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not now · Pas maintenant",
                "Please try again in a minute. · Veuillez réessayer dans une minute.".to_owned(),
            )
        }
    };
    apology(status, title, words)
}

/// What is shown while nothing can be written. The store has said that loudly, once for all requests that fail of it.
fn nothing_can_be_saved(hindrance: Hindrance) -> Response {
    let words = match hindrance {
        Hindrance::Full => {
            "Nothing was saved: the disk is full. Tell the clinic, which has to free some space, then try again. · Rien n’a été enregistré : le disque est plein. Avisez la clinique, qui doit libérer de l’espace, puis réessayez."
        }
        Hindrance::ReadOnly => {
            "Nothing was saved: the data can only be read at the moment. Tell the clinic, which has to make them writable again, then try again. · Rien n’a été enregistré : les données ne peuvent qu’être lues pour l’instant. Avisez la clinique, qui doit en rétablir l’écriture, puis réessayez."
        }
        Hindrance::Failing | Hindrance::Shut => {
            "Nothing was saved: the disk gives errors. Tell the clinic, which has to look at it, then try again. · Rien n’a été enregistré : le disque signale des erreurs. Avisez la clinique, qui doit le vérifier, puis réessayez."
        }
    };
    apology(
        StatusCode::SERVICE_UNAVAILABLE,
        "Nothing can be saved · Rien ne s’enregistre",
        words.to_owned(),
    )
}

/// What is shown to who is signed in, but not as somebody who may see the page.
pub(in crate::web) fn turned_away(person: &Person) -> Response {
    let words = format!(
        "You are signed in as {}, and this page is not for your role. Go back, or sign out and in as somebody else.",
        person.actor.name
    );
    apology(StatusCode::FORBIDDEN, "Not your page", words)
}

fn apology(status: StatusCode, title: &'static str, words: String) -> Response {
    shown_as(
        status,
        &Sorry {
            style: &STYLE,
            lang: "en",
            title,
            words,
        },
    )
}

/// The code of a language in HTML.
pub(in crate::web) fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
    }
}
