//! The demo's mailbox: each mail as the patient would see it, and as it went over the wire.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use uuid::Uuid;

use crate::actions::App;
use crate::actions::messages::mailbox;
use crate::actions::messages::mailbox::Delivered;
use crate::domain::patient::channel::Channel;
use crate::domain::time::civil;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::page::public_page;

struct Mail {
    id: String,
    recipient: String,
    subject: String,
    at: String,
    text: String,
}

#[derive(Template)]
#[template(path = "manage/mailbox.html", config = ".askama.toml")]
struct MailboxPage {
    now: String,
    mails: Vec<Mail>,
}

#[derive(Template)]
#[template(
    source = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{{ subject }}</title></head><body><main>{{ html|safe }}</main></body></html>",
    ext = "html"
)]
struct TextMail<'a> {
    subject: &'a str,
    html: &'a str,
}

pub(in crate::web) async fn mailbox_page(State(app): State<App>) -> PageResult {
    let mails = mailbox::all(&app).await?;
    let mail = |mail: Delivered| Mail {
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
    let page = MailboxPage {
        now: civil::spoken(app.zone, app.clock.now()),
        mails: mails.into_iter().rev().map(mail).collect(),
    };
    Ok(public_page(StatusCode::OK, &page))
}

/// The HTML of a mail, alone, as a mail program shows it: it may style itself, and load nothing.
pub(in crate::web) async fn mail_html(State(app): State<App>, Id(id): Id<Uuid>) -> PageResult {
    let mail = mailbox::get(&app, id).await?;
    let html = mailbox::shown(&mail).html;
    // What went out as text alone is no page by itself.
    let whole = if html.contains("<title>") {
        Ok(html)
    } else {
        TextMail { subject: &mail.subject, html: &html }.render()
    };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    Ok((headers, Html(whole.unwrap_or_default())).into_response())
}
