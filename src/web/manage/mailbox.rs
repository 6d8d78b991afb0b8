//! The demo's mailbox: each mail as the patient would see it, and as it went over the wire.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::actions::messages::mailbox;
use crate::actions::messages::mailbox::Delivered;
use crate::actions::{App, Error};
use crate::domain::patient::channel::Channel;
use crate::domain::time::civil;
use crate::web::frame::error::error_page;
use crate::web::frame::page::{Named, named, shown};
use crate::web::frame::style::STYLE;

struct Mail {
    id: String,
    recipient: String,
    subject: String,
    at: String,
    text: String,
}

#[derive(Template)]
#[template(path = "mailbox.html", config = ".askama.toml")]
struct Page {
    style: &'static str,
    now: String,
    mails: Vec<Mail>,
}

#[derive(Template)]
#[template(
    source = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{{ subject }}</title></head><body><main>{{ html|safe }}</main></body></html>",
    ext = "html"
)]
struct Bare<'a> {
    subject: &'a str,
    html: &'a str,
}

pub(in crate::web) async fn page(State(app): State<App>) -> Response {
    let mails = match mailbox::all(&app).await {
        Ok(mails) => mails,
        Err(error) => return error_page(error),
    };
    let view = |mail: Delivered| Mail {
        id: mail.id.to_string(),
        text: mailbox::shown(&mail).text,
        recipient: mail.recipient,
        // A text has no subject; its words stand below.
        subject: if mail.channel == Channel::Sms {
            "Text message".to_owned()
        } else {
            mail.subject
        },
        at: civil::spoken(app.zone, mail.at),
    };
    shown(&Page {
        style: &STYLE,
        now: civil::spoken(app.zone, app.clock.now()),
        mails: mails.into_iter().rev().map(view).collect(),
    })
}

/// The HTML of a mail, alone, as a mail program shows it: it may style itself, and load nothing.
pub(in crate::web) async fn html(State(app): State<App>, id: Named) -> Response {
    let found = match named(id).parse() {
        Ok(id) => mailbox::get(&app, id).await,
        Err(_) => Err(Error::NotThere("mail")),
    };
    let mail = match found {
        Ok(mail) => mail,
        Err(error) => return error_page(error),
    };
    let html = mailbox::shown(&mail).html;
    // What went out as text alone is no page by itself.
    let whole = if html.contains("<title>") {
        Ok(html)
    } else {
        let subject = &mail.subject;
        Bare { subject, html: &html }.render()
    };
    let mut response = Html(whole.unwrap_or_default()).into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    response
}
