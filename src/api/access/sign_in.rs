//! Signing in and out, and who one is.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;

use super::roles::Token;
use crate::actions::access::tokens;
use crate::actions::access::tokens::{Credentials, Me, SignedIn};
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{Actor, Answer, App, Caller};
use crate::api::extract::Json;
use crate::api::problem::Problem;
use crate::api::respond::{JsonAnswer, Reply};

/// A token for email and password, for twelve hours.
#[utoipa::path(post, path = "/sign-in", tag = "Signing in", request_body = Credentials,
    responses((status = 200, body = SignedIn), (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json")))]
pub(in crate::api) async fn sign_in(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    Json(credentials): Json<Credentials>,
) -> Reply<SignedIn> {
    Ok(JsonAnswer(Answer::Is(tokens::sign_in(&app, credentials, from).await?)))
}

/// Ends the token that the request came with.
#[utoipa::path(post, path = "/sign-out", tag = "Signing in", responses((status = 204, description = "Signed out")))]
pub(in crate::api) async fn sign_out(
    State(app): State<App>,
    Extension(Token(token)): Extension<Token>,
) -> Result<StatusCode, Problem> {
    tokens::sign_out(&app, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is signed in.
#[utoipa::path(get, path = "/me", operation_id = "get_me", tag = "Signing in", responses((status = 200, body = Me)))]
pub(in crate::api) async fn me(caller: Caller) -> Reply<Me> {
    let Actor { user_id, name, role, partner_id } = caller.actor;
    Ok(JsonAnswer(Answer::Is(Me { id: user_id, name, role, partner_id })))
}
