//! What surrounds every route: limits of size and time, a log line without anything
//! personal, headers that keep answers private, and problems instead of bare errors.

use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use super::extract::MOST_BYTES;
use super::problem::Problem;
use super::respond::NewId;
use super::serving::Serving;
use crate::actions::work::guess_guard::CameFrom;

/// `routes` with all that surrounds them.
pub(super) fn with_layers(routes: Router, serving: Serving) -> Router {
    routes
        .fallback(|| async { Problem::not_found("There is nothing at this address.") })
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn(time_limit))
        .layer(from_fn(note_origin))
        .layer(Extension(serving))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked");
            Problem::fault().into_response()
        }))
        .layer(from_fn(add_headers))
        .layer(from_fn(log))
        // What fails in the layers above costs one answer, not the connection.
        .layer(CatchPanicLayer::custom(|_| Problem::fault().into_response()))
}

async fn method_not_allowed(method: Method) -> Problem {
    let detail = format!("{method} is not for this address; Allow says what is.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", detail)
}

/// Hands the client's address to the handlers, behind trusted proxies too.
async fn note_origin(
    Extension(serving): Extension<Serving>,
    mut request: Request,
    next: Next,
) -> Response {
    let from = client_address(&serving, request.extensions().get(), request.headers());
    request.extensions_mut().insert(CameFrom(from));
    next.run(request).await
}

/// The address that a request came from: the peer, or what a trusted proxy says in the last hop of `X-Forwarded-For`.
fn client_address(
    serving: &Serving,
    info: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
) -> Option<IpAddr> {
    let peer = info.map(|ConnectInfo(address)| address.ip().to_canonical())?;
    if !serving.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let hops = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    hops.rsplit(',').next().and_then(|hop| hop.trim().parse().ok()).or(Some(peer))
}

/// A request that takes too long is given up; what it had begun is rolled back.
async fn time_limit(
    Extension(serving): Extension<Serving>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(serving.longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::try_later("That took too long.").into_response(),
    }
}

/// Adds headers that keep personal data out of caches and frames, and the address of a new thing.
async fn add_headers(request: Request, next: Next) -> Response {
    let collection = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let new = response.extensions_mut().remove::<NewId>();
    let headers = response.headers_mut();
    if let Some(location) =
        new.and_then(|NewId(id)| HeaderValue::from_str(&format!("{collection}/{id}")).ok())
    {
        headers.insert(header::LOCATION, location);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// One line a request: the route's pattern, never the address with its ids and searches; no body, no name.
async fn log(request: Request, next: Next) -> Response {
    let (begun, method) = (Instant::now(), request.method().clone());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let request_id = uuid::Uuid::new_v4();
    let mut response = next.run(request).await;
    let (status, ms) = (response.status().as_u16(), begun.elapsed().as_millis());
    // The request is done by now: a line that cannot be written must not cost its answer.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        tracing::info!(%request_id, %method, route, status, ms, "answered");
    }));
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}
