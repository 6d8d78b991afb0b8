//! Patients.

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::actions::patient::patients;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::PatientId;
use crate::domain::patient::{NewPatient, Patient, PatientDetails};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Words of the name or email, or digits of the telephone.
    #[param(max_length = 200, example = "sample")]
    q: Option<String>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Finds patients by name, digits of the telephone, or email.
#[utoipa::path(get, path = "/patients", operation_id = "search_patients", tag = "Patients", params(Wanted), responses((status = 200, body = Items<Patient>)))]
pub(in crate::api) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<Patient>> {
    let Wanted { q, limit, after } = wanted;
    Ok(patients::search(&app, &caller, &q.unwrap_or_default(), &Page { limit, after })
        .await?
        .into())
}

/// Registers a patient. Somebody with the same number or email and the same names, or one letter off, is shown as 409
/// `possible_duplicate` with `candidates`; `duplicate_ok` registers all the same.
#[utoipa::path(post, path = "/patients", operation_id = "register_patient", tag = "Patients", request_body = NewPatient, responses((status = 201, body = Patient)))]
pub(in crate::api) async fn register(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewPatient>,
) -> Reply<Patient> {
    Ok(patients::register(&app, &caller, new).await?.into())
}

/// One patient. A record that was merged into another is 404 `merged`, with `merged_into`.
#[utoipa::path(get, path = "/patients/{id}", operation_id = "get_patient", tag = "Patients", params(("id" = PatientId, Path)), responses((status = 200, body = Patient)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PatientId>,
) -> Reply<Patient> {
    Ok(patients::get(&app, &caller, id).await?.into())
}

/// Changes a patient's details.
#[utoipa::path(patch, path = "/patients/{id}", operation_id = "change_patient", tag = "Patients", params(("id" = PatientId, Path)), request_body = PatientDetails,
    responses((status = 200, body = Patient)))]
pub(in crate::api) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PatientId>,
    IfMatch(expected): IfMatch,
    Json(patch): Json<Value>,
) -> Reply<Patient> {
    Ok(patients::change(&app, &caller, id, &expected, patch).await?.into())
}
