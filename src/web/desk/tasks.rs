//! The list of the desk's tasks, a single task with the message that it is about, and marking one as done.

use askama::Template;
use axum::http::StatusCode;

use super::commands::expected;
use crate::actions::Error;
use crate::actions::desk::tasks;
use crate::actions::desk::tasks::TaskView;
use crate::actions::work::page::Page;
use crate::domain::ids::TaskId;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::title_words;

struct Row {
    id: String,
    version: i64,
    kind: String,
    detail: String,
    since: String,
    done: Option<String>,
    session: Option<String>,
    patient: Option<String>,
    reply: Option<Reply>,
}

struct Reply {
    from: String,
    at: String,
    subject: String,
    body: String,
}

#[derive(Template)]
#[template(path = "desk/tasks.html", config = ".askama.toml")]
struct TasksPage {
    layout: Layout,
    rows: Vec<Row>,
    one: bool,
    all: bool,
    more: Option<String>,
    done: bool,
    problem: Option<&'static str>,
}

fn task_row(task: TaskView) -> Row {
    const MOMENT: &str = "%a %-d %b, %H:%M";
    Row {
        id: task.id.to_string(),
        version: task.version,
        kind: title_words(&task.kind),
        detail: task.detail,
        since: task.created_at.format(MOMENT).to_string(),
        done: task.done_at.map(|at| at.format(MOMENT).to_string()),
        session: task.session_id.map(|id| format!("/desk?session={id}")),
        patient: task.patient_id.map(|id| format!("/desk?patient={id}")),
        reply: task.reply.map(|reply| Reply {
            from: reply.sender.unwrap_or_default(),
            at: reply.received_at.format(MOMENT).to_string(),
            subject: reply.subject.unwrap_or_default(),
            body: reply.body.unwrap_or_default(),
        }),
    }
}

/// The open tasks, or all of them.
pub(super) async fn tasks_page(user: SignedIn, Query(query): Query) -> PageResult {
    let all = query.has("all");
    let wanted = Page { limit: Some(100), after: query.raw("after").map(str::to_owned) };
    let found = tasks::list(&user.app, &user.caller(), !all, &wanted).await?;
    let page = TasksPage {
        layout: Layout::new(&user, NavItem::Tasks),
        rows: found.items.into_iter().map(task_row).collect(),
        one: false,
        all,
        more: found.next,
        done: query.get("done") == "task-done",
        problem: query
            .has("stale")
            .then_some("Somebody changed it a moment ago. This is how it is now."),
    };
    Ok(app_page(StatusCode::OK, &page))
}

pub(super) async fn task_page(user: SignedIn, Id(id): Id<TaskId>) -> PageResult {
    let task = tasks::get(&user.app, &user.caller(), id).await?;
    let page = TasksPage {
        layout: Layout::new(&user, NavItem::Tasks),
        rows: vec![task_row(task.into_inner())],
        one: true,
        all: false,
        more: None,
        done: false,
        problem: None,
    };
    Ok(app_page(StatusCode::OK, &page))
}

/// Marks a task as done.
pub(super) async fn mark_done(user: SignedIn, Id(id): Id<TaskId>, form: Form) -> PageResult {
    match tasks::mark_done(&user.app, &user.caller(), id, &expected(&form)).await {
        Ok(_) => Ok(redirect("/desk/tasks?done=task-done")),
        Err(Error::Stale) => Ok(redirect("/desk/tasks?stale")),
        Err(error) => Err(error.into()),
    }
}
