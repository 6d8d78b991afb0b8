//! What all pages share: a strict policy of what they may load, which is their own style and, for
//! who is signed in, the program's own scripts; and sentences instead of problems where something is not there.

use askama::Template;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::style::HASH;
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

/// The code of a language in HTML.
pub(in crate::web) fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Fr => "fr",
    }
}
