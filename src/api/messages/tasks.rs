//! What people at the desk have to do.

use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::actions::desk::tasks;
use crate::actions::desk::tasks::{TaskView, TasksWanted};
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::{PatientId, SessionId, TaskId};

/// Which tasks.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// Those still to be done.
    Open,
    /// Those that were done too.
    All,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// Which; the open ones unless set.
    #[param(inline)]
    status: Option<Which>,
    /// Those of one patient.
    patient_id: Option<PatientId>,
    /// Those about one session, alone or among others.
    session_id: Option<SessionId>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Tasks, oldest first.
#[utoipa::path(get, path = "/tasks", operation_id = "list_tasks", tag = "Tasks", params(Wanted), responses((status = 200, body = Items<TaskView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<TaskView>> {
    let which = TasksWanted {
        open_only: wanted.status != Some(Which::All),
        patient: wanted.patient_id,
        session: wanted.session_id,
    };
    let page = Page { limit: wanted.limit, after: wanted.after };
    Ok(tasks::list(&app, &caller, which, &page).await?.into())
}

/// One task, with what was written to the clinic.
#[utoipa::path(get, path = "/tasks/{id}", operation_id = "get_task", tag = "Tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Reply<TaskView> {
    Ok(tasks::get(&app, &caller, id).await?.into())
}

/// The task was done.
#[utoipa::path(post, path = "/tasks/{id}/done", operation_id = "complete_task", tag = "Tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(in crate::api) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TaskId>,
    IfMatch(expected): IfMatch,
) -> Reply<TaskView> {
    Ok(tasks::mark_done(&app, &caller, id, &expected).await?.into())
}

/// The task is to be done after all.
#[utoipa::path(post, path = "/tasks/{id}/reopen", operation_id = "reopen_task", tag = "Tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(in crate::api) async fn reopen(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TaskId>,
    IfMatch(expected): IfMatch,
) -> Reply<TaskView> {
    Ok(tasks::reopen(&app, &caller, id, &expected).await?.into())
}

/// The caller takes the task, whoever had it; by whoever has it already, it is given back.
#[utoipa::path(post, path = "/tasks/{id}/take", operation_id = "take_task", tag = "Tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(in crate::api) async fn take(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TaskId>,
    IfMatch(expected): IfMatch,
) -> Reply<TaskView> {
    Ok(tasks::take(&app, &caller, id, &expected).await?.into())
}
