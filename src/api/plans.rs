//! Planning a whole course, and booking the plan.

use axum::extract::State;

use super::extract::{Json, Path};
use super::respond::Reply;
use crate::actions::plan::{self, Plan, PlanWanted};
use crate::actions::plan_booking::{self, PlanBooked, PlanBooking};
use crate::actions::{App, Caller};
use crate::domain::ids::CourseId;

/// Plans a whole course: all sessions as wished with every wait kept, each with two alternatives. Nothing is booked.
#[utoipa::path(post, path = "/courses/{id}/plan", operation_id = "propose_plan", tag = "Booking", params(("id" = CourseId, Path)), request_body = PlanWanted,
    responses((status = 200, body = Plan)))]
pub(super) async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CourseId>,
    Json(wanted): Json<PlanWanted>,
) -> Reply<Plan> {
    Ok(plan::propose(&app, &caller, id, wanted).await?.into())
}

/// Books a plan: all of its sessions, or none.
#[utoipa::path(post, path = "/courses/{id}/plan/book", operation_id = "book_plan", tag = "Booking", params(("id" = CourseId, Path)), request_body = PlanBooking,
    responses((status = 201, body = PlanBooked)))]
pub(super) async fn book(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CourseId>,
    Json(new): Json<PlanBooking>,
) -> Reply<PlanBooked> {
    Ok(plan_booking::book(&app, &caller, id, new).await?.into())
}
