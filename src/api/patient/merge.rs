//! Merging two records of one person, and taking a deed back.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::patient::merge;
use crate::actions::patient::merge::{MergeView, MergeWanted, Undone};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::{DeedId, PatientId};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Asked {
    /// Whether nothing is to be kept, and only shown what would be.
    #[serde(default)]
    preview: bool,
}

/// Merges another record of the same person into this one: everything goes along, and what this one lacks is taken from the other.
/// The other's id answers 404 `merged` from then on. With `preview`, only what would be.
#[utoipa::path(post, path = "/patients/{id}/merge", operation_id = "merge_patients", tag = "Patients", params(("id" = PatientId, Path), Asked),
    request_body = MergeWanted, responses((status = 200, body = MergeView)))]
pub(in crate::api) async fn merge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PatientId>,
    Query(asked): Query<Asked>,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<MergeWanted>,
) -> Reply<MergeView> {
    if asked.preview {
        return Ok(merge::preview(&app, &caller, id, wanted).await?.into());
    }
    Ok(merge::merge(&app, &caller, id, &expected, wanted).await?.into())
}

/// Takes a deed back. A merge can be undone for 24 hours, as long as nothing was changed since; other deeds answer 409
/// `nothing_to_undo`.
#[utoipa::path(post, path = "/deeds/{id}/undo", operation_id = "undo_deed", tag = "Patients", params(("id" = DeedId, Path)),
    responses((status = 200, body = Undone)))]
pub(in crate::api) async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<DeedId>,
) -> Reply<Undone> {
    Ok(merge::undo(&app, &caller, id).await?.into())
}
