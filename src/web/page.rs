//! What all pages share: a strict policy of what they may load, which is nothing but their
//! own style, and sentences instead of problems where something is not there.

use askama::Template;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::actions::Error;
use crate::domain::patient::Language;

/// Pages carry one style sheet of their own, named by its hash; no script, no image, no other place.
pub(super) const STYLE: &str = include_str!("templates/style.css");

/// What an address names, if that can be read.
pub(super) type Named = Result<Path<String>, PathRejection>;

/// What an address names. What cannot be read names nothing that is there.
pub(super) fn named(name: Named) -> String {
    name.map(|Path(name)| name).unwrap_or_default()
}

/// A page, filled.
pub(super) fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => kept_private(StatusCode::OK, html),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn kept_private(status: StatusCode, html: String) -> Response {
    let mut response = (status, Html(html)).into_response();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        style_hash()
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

fn style_hash() -> String {
    use base64::Engine;
    use sha2::Digest;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(STYLE.as_bytes()))
}

#[derive(Template)]
#[template(path = "sorry.html", config = ".askama.toml")]
struct Sorry {
    style: &'static str,
    lang: &'static str,
    title: &'static str,
    words: &'static str,
}

/// What is shown when something is not there, or cannot be had at the moment.
pub(super) fn sorry(error: Error) -> Response {
    let (status, title, words) = match error {
        Error::NotThere(_) => (
            StatusCode::NOT_FOUND,
            "Nothing here · Rien ici",
            "This link is over, or was mistyped. Call us if you need help. · Ce lien est expiré ou mal copié. Appelez-nous au besoin.",
        ),
        error => {
            tracing::warn!(%error, "a page could not be shown");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not now · Pas maintenant",
                "Please try again in a minute. · Veuillez réessayer dans une minute.",
            )
        }
    };
    let page = Sorry {
        style: STYLE,
        lang: "en",
        title,
        words,
    };
    match page.render() {
        Ok(html) => kept_private(status, html),
        Err(_) => status.into_response(),
    }
}

/// The code of a language in HTML.
pub(super) fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
    }
}
