//! What the provider of text messages hands over: texts that came in, and what became of those
//! that went out. Forms, signed by the provider (`domain::provider_signature`); what is not signed is
//! refused before it is looked at. Not in the document: only the provider calls here.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use url::form_urlencoded;

use crate::actions::incoming::texts;
use crate::actions::incoming::texts::Incoming;
use crate::actions::{App, Error};
use crate::api::problem::Problem;
use crate::domain::access::provider_signature::verified;
use crate::domain::ids::MessageId;
use crate::domain::messages::text_answer::OptOutType;

/// The provider's routes.
pub(in crate::api) fn routes() -> Router<App> {
    Router::new().route("/texts/incoming", post(incoming)).route("/texts/status/{id}", post(status))
}

/// The fields of a call that is signed.
struct Signed(Vec<(String, String)>);

impl Signed {
    fn read(app: &App, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let signature = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok());
        let known = app.profile.texts.as_ref().zip(signature);
        // The provider signs the public address, which it was given.
        let url = app.profile.public_url.to(path);
        match known {
            Some((texts, signature)) if verified(&texts.secret, &url, &fields, signature) => {
                Ok(Self(fields))
            }
            _ => Err(Problem::not_allowed()),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// An id of the provider's, as it is kept.
fn printable_id(id: &str) -> String {
    id.chars().filter(|c| !c.is_control()).take(100).collect()
}

fn signed_path(uri: &axum::http::Uri) -> &str {
    uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str)
}

/// A text came in. Answered with words only where there is no ledger to answer from.
async fn incoming(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let call = Signed::read(&app, signed_path(&uri), &headers, &body)?;
    let (Some(from), Some(id)) =
        (call.get("From"), call.get("MessageSid").filter(|id| !id.is_empty()))
    else {
        return Err(Problem::unreadable("From and MessageSid are missing."));
    };
    let text = Incoming {
        from: from.to_owned(),
        body: call.get("Body").unwrap_or_default().to_owned(),
        id: printable_id(id),
        opt_out_type: call.get("OptOutType").and_then(OptOutType::of),
    };
    let words = texts::receive(&app, &text).await?;
    let answer =
        words.map(|words| format!("<Message>{}</Message>", escaped(&words))).unwrap_or_default();
    let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>{answer}</Response>");
    Ok(([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response())
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What became of a text that went out.
async fn status(
    State(app): State<App>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let call = Signed::read(&app, signed_path(&uri), &headers, &body)?;
    let id: MessageId = id.parse().map_err(|_| Error::NotThere("message"))?;
    let provider_id = printable_id(call.get("MessageSid").unwrap_or_default());
    let (status, error) = (call.get("MessageStatus").unwrap_or_default(), call.get("ErrorCode"));
    texts::note_report(&app, id, &provider_id, status, error).await?;
    Ok(StatusCode::NO_CONTENT)
}
