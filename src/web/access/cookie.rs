//! The cookie that a signed-in browser keeps: reading the secret in it, finding what the secret opens,
//! setting it and taking it away.

use std::net::IpAddr;

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use axum::response::Response;

use crate::actions::access::browsers;
use crate::actions::access::browsers::Door;
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Result};

/// The cookie's name; the prefix lets browsers take it over HTTPS alone, for this very host.
const COOKIE: &str = "__Host-fadeline";

/// How long a browser keeps it, seconds; the server lets it end long before.
const KEPT: u32 = 7 * 24 * 3600;

/// Where the request came from.
pub(super) fn came_from<B>(request: &Request<B>) -> Option<IpAddr> {
    request.extensions().get::<CameFrom>().and_then(|CameFrom(from)| *from)
}

/// What the cookie among `headers` opens. `by_hand` says whether the request shows that somebody is there.
pub(in crate::web) async fn door_of(
    app: &App,
    headers: &HeaderMap,
    from: Option<IpAddr>,
    by_hand: bool,
) -> Result<Door> {
    match secret_of(headers) {
        Some(secret) => browsers::door(app, secret, from, by_hand).await,
        None => Ok(Door::Nobody),
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
    set(
        response,
        &format!("{COOKIE}={secret}; Path=/; Max-Age={KEPT}; Secure; HttpOnly; SameSite=Lax"),
    )
}

/// `response`, with which the browser forgets its secret.
pub(super) fn without_cookie(response: Response) -> Response {
    set(response, &format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"))
}

fn set(mut response: Response<Body>, cookie: &str) -> Response {
    if let Ok(value) = cookie.parse() {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
