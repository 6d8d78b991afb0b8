//! Holds: a slot kept for a few minutes.

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{Json, Path};
use super::problem::Problem;
use super::respond::Reply;
use crate::actions::book::NewSession;
use crate::actions::hold::{self, HoldView};
use crate::actions::{App, Caller};
use crate::domain::ids::HoldId;

/// Holds a slot for a few minutes; it blocks like a booking.
#[utoipa::path(post, path = "/holds", operation_id = "hold_slot", tag = "Booking", request_body = NewSession, responses((status = 201, body = HoldView)))]
pub(super) async fn hold(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewSession>,
) -> Reply<HoldView> {
    Ok(hold::hold(&app, &caller, new).await?.into())
}

/// Gives up a hold of one's own.
#[utoipa::path(delete, path = "/holds/{id}", operation_id = "give_up_hold", tag = "Booking", params(("id" = HoldId, Path)), responses((status = 204, description = "Given up")))]
pub(super) async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<HoldId>,
) -> Result<StatusCode, Problem> {
    hold::give_up(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
