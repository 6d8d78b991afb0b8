//! Courses of treatment.

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::actions::course::view::CourseView;
use crate::actions::patient::courses;
use crate::actions::patient::courses::NewCourse;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::respond::Reply;
use crate::domain::course::CourseDetails;
use crate::domain::ids::{CourseId, PatientId};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Only those of this patient.
    #[param(value_type = Option<uuid::Uuid>)]
    patient_id: Option<PatientId>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Courses, of one patient or of all.
#[utoipa::path(get, path = "/courses", operation_id = "list_courses", tag = "Courses", params(Wanted), responses((status = 200, body = Items<CourseView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<CourseView>> {
    let Wanted { patient_id, limit, after } = wanted;
    Ok(courses::list(&app, &caller, patient_id, &Page { limit, after }).await?.into())
}

/// Opens a course.
#[utoipa::path(post, path = "/courses", operation_id = "open_course", tag = "Courses", request_body = NewCourse, responses((status = 201, body = CourseView)))]
pub(in crate::api) async fn open(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewCourse>,
) -> Reply<CourseView> {
    Ok(courses::open(&app, &caller, new).await?.into())
}

/// One course with its estimate, progress and sessions.
#[utoipa::path(get, path = "/courses/{id}", operation_id = "get_course", tag = "Courses", params(("id" = CourseId, Path)), responses((status = 200, body = CourseView)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CourseId>,
) -> Reply<CourseView> {
    Ok(courses::get(&app, &caller, id).await?.into())
}

/// Changes a course.
#[utoipa::path(patch, path = "/courses/{id}", operation_id = "change_course", tag = "Courses", params(("id" = CourseId, Path)), request_body = CourseDetails,
    responses((status = 200, body = CourseView)))]
pub(in crate::api) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CourseId>,
    IfMatch(expected): IfMatch,
    Json(patch): Json<Value>,
) -> Reply<CourseView> {
    Ok(courses::change(&app, &caller, id, &expected, patch).await?.into())
}
