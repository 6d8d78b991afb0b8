//! Answering with a page. A strict policy says what a page may load: its own style and, where a user is signed in, the
//! program's own scripts.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::style::HASH;

/// A page for readers who are not signed in; it runs no scripts.
pub(in crate::web) fn public_page(status: StatusCode, page: &impl Template) -> Response {
    rendered(status, page, "")
}

/// A page for a user who is signed in. It may run the program's own scripts, and ask the program for more.
pub(in crate::web) fn app_page(status: StatusCode, page: &impl Template) -> Response {
    rendered(status, page, " script-src 'self'; connect-src 'self';")
}

/// The status of a page that a form was sent to: 422 where the form is shown again.
pub(in crate::web) fn status_of(rejected: bool) -> StatusCode {
    if rejected { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// The answer to a form that was accepted.
pub(in crate::web) fn redirect(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// A telephone number as the address of a link.
pub(in crate::web) fn tel_link(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

fn rendered(status: StatusCode, page: &impl Template, scripts: &str) -> Response {
    match page.render() {
        Ok(html) => with_policy(status, html, scripts),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn with_policy(status: StatusCode, html: String, scripts: &str) -> Response {
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
