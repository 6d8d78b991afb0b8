//! By which ways a patient can be reached, and that one which was dead is mended.

use axum::extract::State;

use crate::actions::messages::promises;
use crate::actions::messages::promises::WayList;
use crate::actions::{Answer, App, Caller};
use crate::api::extract::Path;
use crate::api::respond::{JsonAnswer, Reply};
use crate::domain::ids::PatientId;
use crate::domain::patient::Way;

/// The ways by which a patient can be reached, and why not where one does not work.
#[utoipa::path(get, path = "/patients/{id}/ways", operation_id = "list_ways", tag = "Patients", params(("id" = PatientId, Path)), responses((status = 200, body = WayList)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PatientId>,
) -> Reply<WayList> {
    let ways = promises::of_patient(&app, &caller, id).await?;
    Ok(JsonAnswer(Answer::Is(ways.into())))
}

/// Messages arrive again by a way that was dead: what the patient was not told is told there.
#[utoipa::path(post, path = "/patients/{id}/ways/{way}/mend", operation_id = "mend_way", tag = "Patients", params(("id" = PatientId, Path), ("way" = Way, Path)), responses((status = 200, body = WayList)))]
pub(in crate::api) async fn mend(
    State(app): State<App>,
    caller: Caller,
    Path((id, way)): Path<(PatientId, Way)>,
) -> Reply<WayList> {
    Ok(promises::mend(&app, &caller, id, way).await?.into())
}
