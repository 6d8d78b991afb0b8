//! Who read or changed what.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::manage::audit;
use crate::actions::manage::audit::AuditLine;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::Query;
use crate::api::respond::Reply;
use crate::domain::ids::PatientId;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Whose record.
    #[param(value_type = Uuid)]
    patient_id: PatientId,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Who read or changed what of a patient's record, oldest first. Reading this is itself noted.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit_lines", tag = "Audit", params(Wanted), responses((status = 200, body = Items<AuditLine>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<AuditLine>> {
    let Wanted { patient_id, limit, after } = wanted;
    Ok(audit::list(&app, &caller, patient_id, &Page { limit, after }).await?.into())
}
