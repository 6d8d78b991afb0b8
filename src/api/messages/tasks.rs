//! What people at the desk have to do.

use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::actions::desk::tasks;
use crate::actions::desk::tasks::TaskView;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::TaskId;

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
    let open_only = wanted.status != Some(Which::All);
    let page = Page { limit: wanted.limit, after: wanted.after };
    Ok(tasks::list(&app, &caller, open_only, &page).await?.into())
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
