//! A patient's lock-box: what they forbid to tell.

use axum::extract::State;

use super::extract::{IfMatch, Json, Path, Query};
use super::respond::Reply;
use crate::actions::locks::{self, LockView};
use crate::actions::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::domain::ids::{LockId, PatientId};
use crate::domain::lock_box::LockDetails;

/// What a patient forbids to tell, what they did once included.
#[utoipa::path(get, path = "/patients/{id}/locks", operation_id = "list_locks", tag = "Patients", params(("id" = PatientId, Path), Page),
    responses((status = 200, body = Items<LockView>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(patient): Path<PatientId>,
    Query(page): Query<Page>,
) -> Reply<Items<LockView>> {
    Ok(locks::list(&app, &caller, patient, &page).await?.into())
}

/// Writes down what a patient forbids to tell, to one shop or to any.
#[utoipa::path(post, path = "/patients/{id}/locks", operation_id = "lock_patient", tag = "Patients", params(("id" = PatientId, Path)), request_body = LockDetails,
    responses((status = 201, body = LockView)))]
pub(super) async fn lock(
    State(app): State<App>,
    caller: Caller,
    Path(patient): Path<PatientId>,
    Json(details): Json<LockDetails>,
) -> Reply<LockView> {
    Ok(locks::lock(&app, &caller, patient, details).await?.into())
}

/// Lifts a lock; it stays, with when.
#[utoipa::path(delete, path = "/patients/{id}/locks/{lock_id}", operation_id = "lift_lock", tag = "Patients",
    params(("id" = PatientId, Path), ("lock_id" = LockId, Path)), responses((status = 200, body = LockView)))]
pub(super) async fn lift(
    State(app): State<App>,
    caller: Caller,
    Path((patient, id)): Path<(PatientId, LockId)>,
    IfMatch(expected): IfMatch,
) -> Reply<LockView> {
    Ok(locks::lift(&app, &caller, patient, id, &expected)
        .await?
        .into())
}
