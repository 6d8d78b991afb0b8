//! The browser that sent a request: what its cookie gives access to, setting the cookie and taking it away.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;

use crate::actions::access::browsers;
use crate::actions::access::browsers::Access;
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Result};

/// The cookie's name; because of the prefix, browsers accept it over HTTPS only and for this host only.
const COOKIE: &str = "__Host-fadeline";

/// How long a browser keeps the cookie, seconds; on the server it ends much earlier.
const KEPT: u32 = 7 * 24 * 3600;

/// A browser, whether it is signed in or not.
pub(in crate::web) struct Browser {
    pub(in crate::web) app: App,
    pub(super) from: Option<IpAddr>,
    headers: HeaderMap,
}

impl Browser {
    pub(super) fn new(app: &App, parts: &Parts) -> Self {
        let from = parts.extensions.get::<CameFrom>().and_then(|CameFrom(from)| *from);
        Self { app: app.clone(), from, headers: parts.headers.clone() }
    }

    /// What its cookie gives access to. `present` says that the user did something, which keeps the sign-in alive.
    pub(in crate::web) async fn authenticate(&self, present: bool) -> Result<Access> {
        match secret_of(&self.headers) {
            Some(secret) => browsers::authenticate(&self.app, secret, self.from, present).await,
            None => Ok(Access::SignedOut),
        }
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self::new(app, parts))
    }
}

/// The secret of the cookie, if there is one.
fn secret_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut own = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, secret)| secret);
    own.next().filter(|secret| !secret.is_empty())
}

/// `response`, with which the browser keeps `secret`.
pub(super) fn with_cookie(response: Response, secret: &str) -> Response {
    set_cookie(
        response,
        &format!("{COOKIE}={secret}; Path=/; Max-Age={KEPT}; Secure; HttpOnly; SameSite=Lax"),
    )
}

/// `response`, with which the browser forgets its secret.
pub(super) fn without_cookie(response: Response) -> Response {
    set_cookie(response, &format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"))
}

fn set_cookie(mut response: Response<Body>, cookie: &str) -> Response {
    if let Ok(value) = cookie.parse() {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
