//! The list of what people at the desk have to do, one of them with what was written to us,
//! and that it was done.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::actions::access::browsers::Person;
use crate::actions::desk::tasks;
use crate::actions::desk::tasks::TaskView;
use crate::actions::work::page::Page as Wanted;
use crate::actions::{App, Error, Expected, Result};
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, named, shown_with_scripts};

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
struct Page {
    shell: Shell,
    rows: Vec<Row>,
    one: bool,
    all: bool,
    more: Option<String>,
    done: bool,
    problem: Option<&'static str>,
}

/// A code as words.
fn words(code: &impl ToString) -> String {
    let words = code.to_string().replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn row(task: TaskView) -> Row {
    Row {
        id: task.id.to_string(),
        version: task.version,
        kind: words(&task.kind),
        detail: task.detail,
        since: task.created_at.format("%a %-d %b, %H:%M").to_string(),
        done: task.done_at.map(|at| at.format("%a %-d %b, %H:%M").to_string()),
        session: task.session_id.map(|id| format!("/desk?session={id}")),
        patient: task.patient_id.map(|id| format!("/desk?patient={id}")),
        reply: task.reply.map(|reply| Reply {
            from: reply.sender.unwrap_or_default(),
            at: reply.received_at.format("%a %-d %b, %H:%M").to_string(),
            subject: reply.subject.unwrap_or_default(),
            body: reply.body.unwrap_or_default(),
        }),
    }
}

/// The open tasks, or all of them.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    let problem =
        asked.has("stale").then_some("Somebody changed it a moment ago. This is how it is now.");
    match listed(&app, &person, &asked, problem).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn listed(
    app: &App,
    person: &Person,
    asked: &Form,
    problem: Option<&'static str>,
) -> Result<Page> {
    let all = asked.has("all");
    let wanted = Wanted { limit: Some(100), after: asked.raw("after").map(str::to_owned) };
    let found = tasks::list(app, &person.caller(), !all, &wanted).await?;
    Ok(Page {
        shell: Shell::of(app, person, Here::Tasks),
        rows: found.items.into_iter().map(row).collect(),
        one: false,
        all,
        more: found.next,
        done: asked.get("done") == "task-done",
        problem,
    })
}

/// One task.
pub(super) async fn one(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
) -> Response {
    let Ok(id) = named(id).parse() else {
        return error_page(Error::NotThere("task"));
    };
    match tasks::get(&app, &person.caller(), id).await {
        Ok(task) => shown_with_scripts(
            StatusCode::OK,
            &Page {
                shell: Shell::of(&app, &person, Here::Tasks),
                rows: vec![row(task.into_inner())],
                one: true,
                all: false,
                more: None,
                done: false,
                problem: None,
            },
        ),
        Err(error) => error_page(error),
    }
}

/// Notes that a task was done.
pub(super) async fn done(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let Ok(id) = named(id).parse() else {
        return error_page(Error::NotThere("task"));
    };
    let expected =
        form.read("version").map_or(Expected::Any, |version| Expected::Versions(vec![version]));
    match tasks::mark_done(&app, &person.caller(), id, &expected).await {
        Ok(_) => Redirect::to("/desk/tasks?done=task-done").into_response(),
        Err(Error::Stale) => Redirect::to("/desk/tasks?stale").into_response(),
        Err(error) => error_page(error),
    }
}
