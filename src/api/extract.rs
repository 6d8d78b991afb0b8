//! What handlers take from a request. Each refuses what it cannot read as a problem
//! that says where and why; nothing unknown is passed over in silence.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::problem::{FieldError, Problem};
use crate::actions::Expected;
use crate::actions::work::merge_patch::pointer;
use crate::domain::time::civil::Edge;

/// The most bytes that a body may have.
pub(super) const MOST_BYTES: usize = 64 * 1024;

/// A JSON body.
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Unsupported media type",
                "Send the body as Content-Type: application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| unread_body(rejection.status()))?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body that may be left out.
pub(super) struct SomeJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for SomeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|rejection| unread_body(rejection.status()))?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let whole = Request::from_parts(parts, bytes.into());
        Json::from_request(whole, state).await.map(|Json(body)| Self(body))
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

/// The problem of a body that could not be read to its end.
pub(super) fn unread_body(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            status,
            "too_large",
            "Too large",
            format!("A body has at most {MOST_BYTES} bytes."),
        ),
        _ => Problem::unreadable("The body could not be read to its end."),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => {
                Problem::invalid(pointer, without_position(&error))
            }
            _ => Problem::unreadable(format!("The body is not JSON: {error}.")),
        }
    })?;
    deserializer
        .end()
        .map_err(|error| Problem::unreadable(format!("The body is not JSON: {error}.")))?;
    Ok(value)
}

/// What serde says, without the line and column, which mean nothing once the field is named.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(text, _)| text.to_owned())
}

/// The query of the address.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|query| Self(query.0)).map_err(|rejection| {
            let detail = rejection.body_text();
            let detail =
                detail.trim_start_matches("Failed to deserialize query string: ").to_owned();
            let (pointer, detail) = match detail.split_once(": ") {
                Some((field, why)) if !field.contains(' ') => (format!("/{field}"), why.to_owned()),
                _ => (String::new(), detail),
            };
            Problem {
                errors: vec![FieldError { pointer, detail: detail.clone() }],
                ..Problem::unreadable(format!("In the query: {detail}."))
            }
        })
    }
}

/// A day or a time in the query.
pub(super) fn edge<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Edge>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// The ids in the address. One that is no id names nothing that is there.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0))
            .map_err(|_| Problem::not_found("There is nothing at this address."))
    }
}

/// `If-Match`: the versions that the caller expects.
pub(super) struct IfMatch(pub Expected);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut tags = Vec::new();
        for value in parts.headers.get_all(header::IF_MATCH) {
            let text = value.to_str().map_err(|_| Problem::unreadable("If-Match is not text."))?;
            tags.extend(text.split(',').map(str::trim));
        }
        if tags.is_empty() || tags.contains(&"*") {
            return Ok(Self(Expected::Any));
        }
        // A weak or foreign tag matches no version, so what carries only such is stale.
        let version = |tag: &str| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Ok(Self(Expected::Versions(tags.into_iter().filter_map(version).collect())))
    }
}
