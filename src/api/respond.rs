//! Answers: JSON with the version as `ETag`, and where a new thing is as `Location`.
//! An answer to a repeated request is put together here too, from what was kept.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::problem::Problem;
use crate::actions::Answer;
use crate::actions::work::page::Items;

/// What a handler answers.
pub(super) type Reply<T> = Result<JsonAnswer<T>, Problem>;

/// A thing on its way to a client.
pub(super) struct JsonAnswer<T>(pub(super) Answer<T>);

impl<T> From<Answer<T>> for JsonAnswer<T> {
    fn from(answer: Answer<T>) -> Self {
        Self(answer)
    }
}

impl<T> From<Items<T>> for JsonAnswer<Items<T>> {
    fn from(items: Items<T>) -> Self {
        Self(Answer::Is(items))
    }
}

impl<T: Serialize> IntoResponse for JsonAnswer<T> {
    fn into_response(self) -> Response {
        let status = self.0.status();
        match serde_json::to_string(&self.0.into_inner()) {
            Ok(body) => json_response(status, body),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                Problem::fault().into_response()
            }
        }
    }
}

/// The response made of a status and a body. The version and the id are read from the body, so
/// that a repeated answer carries the same headers as the first.
pub(super) fn json_response(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let is_problem = status.is_client_error() || status.is_server_error();
    let (version, id) = if is_problem { (None, None) } else { version_and_id(&body) };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    let kind = if is_problem { "application/problem+json" } else { "application/json" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(tag) =
        version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok())
    {
        headers.insert(header::ETAG, tag);
    }
    if status == StatusCode::CREATED
        && let Some(id) = id
    {
        response.extensions_mut().insert(NewId(id));
    }
    response
}

/// The id of a new thing, from which the outermost layer makes `Location`.
#[derive(Clone)]
pub(super) struct NewId(pub(super) String);

fn version_and_id(body: &str) -> (Option<i64>, Option<String>) {
    #[derive(serde::Deserialize)]
    struct Head {
        version: Option<i64>,
        id: Option<Value>,
    }
    let Ok(head) = serde_json::from_str::<Head>(body) else {
        return (None, None);
    };
    (head.version, head.id.as_ref().and_then(Value::as_str).map(str::to_owned))
}
