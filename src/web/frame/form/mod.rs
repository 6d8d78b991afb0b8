//! What a page's form or query carries: pairs of name and text, as they were typed.
//! What they mean is read by whoever asks for them, so that a form can be shown again filled in.

pub(in crate::web) mod entry;

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;

/// The pairs of a form, or of a query.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Form(Vec<(String, String)>);

impl Form {
    /// The pairs of `encoded`, `application/x-www-form-urlencoded`.
    pub(in crate::web) fn decoded(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first text of that name, without blanks around it; empty where there is none.
    pub(in crate::web) fn get(&self, name: &str) -> &str {
        self.raw(name).unwrap_or_default().trim()
    }

    /// The first text of that name, as it was typed.
    pub(in crate::web) fn raw(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, text)| text.as_str())
    }

    /// Every text of that name.
    pub(in crate::web) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(own, _)| own == name)
            .map(|(_, text)| text.as_str())
    }

    /// Whether a box of that name was ticked.
    pub(in crate::web) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The first text of that name, read; nothing where it is missing or makes no sense.
    pub(in crate::web) fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).parse().ok()
    }

    /// Every pair.
    pub(in crate::web) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        // A script that sends nothing names no kind either; that is an empty form.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        Ok(Self::decoded(&bytes))
    }
}

/// The pairs of a query.
pub(in crate::web) struct Asked(pub(in crate::web) Form);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Form::decoded(
            parts.uri.query().unwrap_or_default().as_bytes(),
        )))
    }
}
