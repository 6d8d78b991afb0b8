//! Holds: a slot kept for a few minutes.

use axum::extract::State;
use axum::http::StatusCode;

use crate::actions::booking::hold;
use crate::actions::booking::hold::HoldView;
use crate::actions::booking::new_session::NewSession;
use crate::actions::{App, Caller};
use crate::api::extract::{Json, Path};
use crate::api::problem::Problem;
use crate::api::respond::Reply;
use crate::domain::ids::HoldId;

/// Holds a slot for a few minutes; it blocks like a booking.
#[utoipa::path(post, path = "/holds", operation_id = "hold_slot", tag = "Booking", request_body = NewSession, responses((status = 201, body = HoldView)))]
pub(in crate::api) async fn hold(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewSession>,
) -> Reply<HoldView> {
    Ok(hold::hold(&app, &caller, new).await?.into())
}

/// Gives up a hold of one's own.
#[utoipa::path(delete, path = "/holds/{id}", operation_id = "give_up_hold", tag = "Booking", params(("id" = HoldId, Path)), responses((status = 204, description = "Given up")))]
pub(in crate::api) async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<HoldId>,
) -> Result<StatusCode, Problem> {
    hold::give_up(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
