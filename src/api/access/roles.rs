//! The roles that may use a route: each route is wrapped in them, which also puts those roles,
//! and every error that the route can answer, into its description. Repeated requests are
//! answered here from what was kept, since that is per caller.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::actions::access::tokens;
use crate::actions::work::caller::Repeat;
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::work::idempotency;
use crate::actions::{Actor, App, Caller};
use crate::api::describe;
use crate::api::extract::{MOST_BYTES, unread_body};
use crate::api::problem::Problem;
use crate::api::respond::json_response;
use crate::api::serving::Serving;
use crate::domain::ids::{DeedId, TokenId};
use crate::domain::role::Role;

/// The header that names the deed of an answer.
const DEED_ID: HeaderName = HeaderName::from_static("deed-id");

/// Lets only `roles` use `routes`.
pub(in crate::api) fn allow(
    roles: &'static [Role],
    (schemas, mut paths, methods): UtoipaMethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    describe::add_roles_and_errors(&mut paths, roles);
    let guarded =
        methods.layer(from_fn(move |request: Request, next: Next| guard(roles, request, next)));
    (schemas, paths, guarded)
}

/// Lets every caller use `routes`, signed in or not.
pub(in crate::api) fn allow_all(
    (schemas, mut paths, methods): UtoipaMethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    describe::add_errors(&mut paths);
    (schemas, paths, methods)
}

/// The token that a request came in with.
#[derive(Clone, Copy)]
pub(in crate::api) struct Token(pub(in crate::api) TokenId);

async fn guard(roles: &'static [Role], request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    admit(roles, parts, body, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn admit(
    roles: &'static [Role],
    mut parts: Parts,
    body: Body,
    next: Next,
) -> Result<Response, Problem> {
    let serving = parts.extensions.get::<Serving>().cloned().ok_or_else(Problem::fault)?;
    let (token, actor) = token_holder(&serving, &parts).await?;
    if !roles.contains(&actor.role) {
        return Err(Problem::not_allowed());
    }
    parts.extensions.insert(Token(token));
    if let Some(key) = repeat_key(&parts)? {
        return answer_repeatable(&serving.app, actor, key, parts, body, next).await;
    }
    let caller = Caller::new(actor);
    parts.extensions.insert(caller.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    Ok(with_deed(response, caller.left.deed()))
}

async fn token_holder(serving: &Serving, parts: &Parts) -> Result<(TokenId, Actor), Problem> {
    let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(Problem::no_credentials)?;
    let from = parts.extensions.get::<CameFrom>().and_then(|CameFrom(from)| *from);
    tokens::holder(&serving.app, token.trim(), from).await?.ok_or_else(Problem::no_credentials)
}

/// The `Idempotency-Key` of a POST.
fn repeat_key(parts: &Parts) -> Result<Option<String>, Problem> {
    let Some(value) = parts.headers.get("idempotency-key").filter(|_| parts.method == Method::POST)
    else {
        return Ok(None);
    };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
    let unreadable =
        || Problem::unreadable("An Idempotency-Key has 1 to 255 visible ASCII characters.");
    key.map(|key| Some(key.to_owned())).ok_or_else(unreadable)
}

/// Answers a request that carries a key, with the same answer where it was answered before. The answer of a
/// deed is kept in the deed's own transaction, that of a refusal here.
async fn answer_repeatable(
    app: &App,
    actor: Actor,
    key: String,
    mut parts: Parts,
    body: Body,
    next: Next,
) -> Result<Response, Problem> {
    let bytes =
        to_bytes(body, MOST_BYTES).await.map_err(|_| unread_body(StatusCode::PAYLOAD_TOO_LARGE))?;
    let repeat = Repeat { key, fingerprint: fingerprint(&parts, &bytes) };
    if let Some(kept) = idempotency::recall(app, &actor, &repeat).await? {
        let deed = kept.deed_id;
        let response = json_response(u16::try_from(kept.status).unwrap_or(500), kept.body);
        return Ok(with_deed(response, deed));
    }
    let caller = Caller::repeating(actor.clone(), repeat.clone());
    parts.extensions.insert(caller.clone());
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let final_refusal = matches!(response.status().as_u16(), 404 | 409 | 412 | 422);
    if !final_refusal {
        return Ok(with_deed(response, caller.left.deed()));
    }
    let (status, body) = (response.status().as_u16(), response.into_body());
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Problem::fault())?;
    let kept =
        idempotency::keep(app, &actor, &repeat, status, &String::from_utf8_lossy(&bytes)).await?;
    Ok(json_response(u16::try_from(kept.status).unwrap_or(500), kept.body))
}

/// The answer with the header that names its deed, where something was changed.
fn with_deed(mut response: Response, deed: Option<DeedId>) -> Response {
    let value = deed.and_then(|deed| HeaderValue::from_str(&deed.to_string()).ok());
    if let Some(value) = value {
        response.headers_mut().insert(DEED_ID, value);
    }
    response
}

/// Hash of all that makes a request the same request.
fn fingerprint(parts: &Parts, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    let target = parts.uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str);
    let expected = parts.headers.get(header::IF_MATCH).map_or(&b""[..], |value| value.as_bytes());
    for part in [parts.method.as_str().as_bytes(), target.as_bytes(), expected, body] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::no_credentials)
    }
}
