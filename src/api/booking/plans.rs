//! Planning a whole course, and booking the plan.

use axum::extract::State;

use crate::actions::booking::plan::book::{PlanBooked, PlanBooking};
use crate::actions::booking::plan::propose::{Plan, PlanWanted};
use crate::actions::booking::plan::{book, propose};
use crate::actions::{App, Caller};
use crate::api::extract::{Json, Path};
use crate::api::respond::Reply;
use crate::domain::ids::CourseId;

/// Plans a whole course: all sessions as wished with every wait kept, each with two alternatives. Nothing is booked.
#[utoipa::path(post, path = "/courses/{id}/plan", operation_id = "propose_plan", tag = "Booking", params(("id" = CourseId, Path)), request_body = PlanWanted,
    responses((status = 200, body = Plan)))]
pub(in crate::api) async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CourseId>,
    Json(wanted): Json<PlanWanted>,
) -> Reply<Plan> {
    Ok(propose::propose(&app, &caller, id, wanted).await?.into())
}

/// Books a plan: all of its sessions, or none.
#[utoipa::path(post, path = "/courses/{id}/plan/book", operation_id = "book_plan", tag = "Booking", params(("id" = CourseId, Path)), request_body = PlanBooking,
    responses((status = 201, body = PlanBooked)))]
pub(in crate::api) async fn book(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CourseId>,
    Json(new): Json<PlanBooking>,
) -> Reply<PlanBooked> {
    Ok(book::book(&app, &caller, id, new).await?.into())
}
