//! What a form or a query carries: pairs of name and text, as they were typed. Each page reads them itself, so that a
//! form can be shown again, filled in.

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;

/// The pairs of a form, or of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
        self.0.iter().find(|(own, _)| own == name).map(|(_, text)| text.as_str())
    }

    pub(in crate::web) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, text)| text.as_str())
    }

    /// Whether there is a text of that name, even an empty one, as a ticked box sends it.
    pub(in crate::web) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The first text of that name, parsed; none where it is missing or cannot be parsed.
    pub(in crate::web) fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).parse().ok()
    }

    /// Whether one of the texts of that name is `text`.
    pub(in crate::web) fn holds(&self, name: &str, text: &str) -> bool {
        self.values(name).any(|own| own == text)
    }

    /// Adds a text of that name.
    pub(in crate::web) fn put(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.push((name.into(), text.into()));
    }

    /// Adds every pair of `other`.
    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many rows there are of that name: `modes/0/spot` and `modes/1/spot` are two of `modes`.
    pub(super) fn rows(&self, name: &str) -> usize {
        let numbers = self.0.iter().filter_map(|(own, _)| {
            let rest = own.strip_prefix(name)?.strip_prefix('/')?;
            rest.split('/').next()?.parse::<usize>().ok()
        });
        numbers.max().map_or(0, |last| last + 1)
    }

    /// The pairs of that name and of its parts that are not empty.
    pub(super) fn part(&self, name: &str) -> Vec<(&str, &str)> {
        let inside = |own: &str| {
            own.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0
            .iter()
            .filter(|(own, text)| inside(own) && !text.is_empty())
            .map(|(own, text)| (own.as_str(), text.as_str()))
            .collect()
    }

    pub(in crate::web) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        // A script that sends nothing names no kind either; that is an empty form.
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        Ok(Self::decoded(&bytes))
    }
}

/// The pairs of a query.
pub(in crate::web) struct Query(pub(in crate::web) Form);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Form::decoded(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}
