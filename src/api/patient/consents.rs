//! A patient's consents.

use axum::extract::State;

use crate::actions::patient::consents;
use crate::actions::patient::consents::ConsentView;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::{ConsentId, PatientId};
use crate::domain::patient::consent::ConsentDetails;

/// A patient's consents, withdrawn ones included.
#[utoipa::path(get, path = "/patients/{id}/consents", operation_id = "list_consents", tag = "Patients", params(("id" = PatientId, Path), Page),
    responses((status = 200, body = Items<ConsentView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(patient): Path<PatientId>,
    Query(page): Query<Page>,
) -> Reply<Items<ConsentView>> {
    Ok(consents::list(&app, &caller, patient, &page).await?.into())
}

/// Writes down that a patient consented.
#[utoipa::path(post, path = "/patients/{id}/consents", operation_id = "give_consent", tag = "Patients", params(("id" = PatientId, Path)), request_body = ConsentDetails,
    responses((status = 201, body = ConsentView)))]
pub(in crate::api) async fn give(
    State(app): State<App>,
    caller: Caller,
    Path(patient): Path<PatientId>,
    Json(details): Json<ConsentDetails>,
) -> Reply<ConsentView> {
    Ok(consents::give(&app, &caller, patient, details).await?.into())
}

/// Withdraws a consent; it stays, inactive.
#[utoipa::path(delete, path = "/patients/{id}/consents/{consent_id}", operation_id = "withdraw_consent", tag = "Patients",
    params(("id" = PatientId, Path), ("consent_id" = ConsentId, Path)), responses((status = 200, body = ConsentView)))]
pub(in crate::api) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path((patient, id)): Path<(PatientId, ConsentId)>,
    IfMatch(expected): IfMatch,
) -> Reply<ConsentView> {
    Ok(consents::withdraw(&app, &caller, patient, id, &expected).await?.into())
}
