//! What patients do not want to be sent, by which way, and what they said.

use axum::extract::State;

use crate::actions::patient::opt_outs;
use crate::actions::patient::opt_outs::{OptOuts, Wish};
use crate::actions::{Answer, App, Caller};
use crate::api::extract::{Json, Path};
use crate::api::respond::{JsonAnswer, Reply};
use crate::domain::ids::PatientId;

/// Every opt-out of a patient's address and number, ended ones included, oldest first.
#[utoipa::path(get, path = "/patients/{id}/opt-outs", operation_id = "list_opt_outs", tag = "Patients", params(("id" = PatientId, Path)), responses((status = 200, body = OptOuts)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PatientId>,
) -> Reply<OptOuts> {
    Ok(JsonAnswer(Answer::Is(opt_outs::list(&app, &caller, id).await?)))
}

/// The patient wants no messages by one way, or wants them again; takes effect at once.
#[utoipa::path(post, path = "/patients/{id}/opt-outs", operation_id = "change_opt_outs", tag = "Patients", params(("id" = PatientId, Path)), request_body = Wish, responses((status = 200, body = OptOuts)))]
pub(in crate::api) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PatientId>,
    Json(wish): Json<Wish>,
) -> Reply<OptOuts> {
    Ok(opt_outs::wish(&app, &caller, id, wish).await?.into())
}
