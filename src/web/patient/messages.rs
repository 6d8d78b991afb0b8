//! Whether a patient wants messages: the page that a message's last line leads to, and the button of mail programs.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::session::session_redirect;
use super::session_words::Words;
use crate::actions::App;
use crate::actions::calendar::event;
use crate::actions::incoming::page;
use crate::actions::messages::links;
use crate::domain::patient::opt_out::{OptOutBy, OptOutScope};
use crate::web::frame::address::Secret;
use crate::web::frame::errors::PageResult;
use crate::web::frame::page::public_page;

#[derive(Template)]
#[template(path = "patient/messages.html", config = ".askama.toml")]
struct MessagesPage {
    lang: &'static str,
    words: &'static Words,
    opted_out: bool,
    no_reminders: bool,
    by_mail: bool,
    path: String,
}

pub(in crate::web) async fn messages_page(
    State(app): State<App>,
    Secret(secret): Secret,
) -> PageResult {
    let opened = event::behind_link(&app, &secret).await?;
    let language = opened.visit.event.language;
    let page = MessagesPage {
        lang: language.into(),
        words: Words::for_language(language),
        opted_out: opened.opted_out,
        no_reminders: opened.no_reminders,
        by_mail: opened.recipient.email().is_some(),
        path: links::path(&secret),
    };
    Ok(public_page(StatusCode::OK, &page))
}

/// Stops messages to the address of this link: all of them, or with the field `scope=reminders` those alone.
pub(in crate::web) async fn stop_messages(
    State(app): State<App>,
    Secret(secret): Secret,
    form: Bytes,
) -> PageResult {
    let wanted = url::form_urlencoded::parse(&form).find(|(name, _)| name == "scope");
    let scope = wanted.and_then(|(_, scope)| scope.parse().ok()).unwrap_or(OptOutScope::All);
    page::messages(&app, &secret, Some(scope), OptOutBy::Link).await?;
    Ok(session_redirect(&secret, "off")?)
}

/// Allows messages to the address of this link again.
pub(in crate::web) async fn start_messages(
    State(app): State<App>,
    Secret(secret): Secret,
) -> PageResult {
    page::messages(&app, &secret, None, OptOutBy::Link).await?;
    Ok(session_redirect(&secret, "on")?)
}

/// Stops messages when the button of a mail program is pressed (RFC 8058): no page, no redirect, no sign-in. The form
/// may be encoded either way.
pub(in crate::web) async fn unsubscribe(
    State(app): State<App>,
    Secret(secret): Secret,
    form: Bytes,
) -> PageResult {
    let is_encoded = url::form_urlencoded::parse(&form)
        .any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    let text = String::from_utf8_lossy(&form);
    // The one part that matters is so short that a search of its lines is enough.
    let is_multipart = text.contains("name=\"List-Unsubscribe\"")
        && text.lines().any(|line| line.trim() == "One-Click");
    if !is_encoded && !is_multipart {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    }
    // The button stands on reminders, and stops those.
    page::messages(&app, &secret, Some(OptOutScope::Reminders), OptOutBy::OneClick).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
