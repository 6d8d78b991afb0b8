//! A patient's lock-box: what they forbid to tell.

use axum::extract::State;

use crate::actions::patient::lock_box;
use crate::actions::patient::lock_box::LockView;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::{LockId, PatientId};
use crate::domain::patient::lock_box::LockDetails;

/// What a patient forbids to tell, what they did once included.
#[utoipa::path(get, path = "/patients/{id}/locks", operation_id = "list_locks", tag = "Patients", params(("id" = PatientId, Path), Page),
    responses((status = 200, body = Items<LockView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(patient): Path<PatientId>,
    Query(page): Query<Page>,
) -> Reply<Items<LockView>> {
    Ok(lock_box::list(&app, &caller, patient, &page).await?.into())
}

/// Writes down what a patient forbids to tell, to one shop or to any.
#[utoipa::path(post, path = "/patients/{id}/locks", operation_id = "lock_patient", tag = "Patients", params(("id" = PatientId, Path)), request_body = LockDetails,
    responses((status = 201, body = LockView)))]
pub(in crate::api) async fn lock(
    State(app): State<App>,
    caller: Caller,
    Path(patient): Path<PatientId>,
    Json(details): Json<LockDetails>,
) -> Reply<LockView> {
    Ok(lock_box::lock(&app, &caller, patient, details).await?.into())
}

/// Lifts a lock; it stays, with when.
#[utoipa::path(delete, path = "/patients/{id}/locks/{lock_id}", operation_id = "lift_lock", tag = "Patients",
    params(("id" = PatientId, Path), ("lock_id" = LockId, Path)), responses((status = 200, body = LockView)))]
pub(in crate::api) async fn lift(
    State(app): State<App>,
    caller: Caller,
    Path((patient, id)): Path<(PatientId, LockId)>,
    IfMatch(expected): IfMatch,
) -> Reply<LockView> {
    Ok(lock_box::lift(&app, &caller, patient, id, &expected).await?.into())
}
