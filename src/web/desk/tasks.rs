//! The list of the desk's tasks, a single task with the message that it is about, and what is done with one: it is taken,
//! marked as done, opened again; a shop's proposal is answered.

use askama::Template;
use axum::http::StatusCode;

use super::commands::expected;
use super::task_rows::{Row, task_row};
use super::words::{Problem, STALE, problem_from};
use crate::actions::desk::{task_list, tasks};
use crate::actions::partner::answers;
use crate::actions::partner::answers::{Acceptance, Rejection};
use crate::actions::work::page::{Items, Page};
use crate::actions::{Error, Expected, Result};
use crate::domain::ids::TaskId;
use crate::domain::text::Note;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect};
use crate::web::frame::signed_in::SignedIn;

#[derive(Template)]
#[template(path = "desk/tasks.html", config = ".askama.toml")]
struct TasksPage {
    layout: Layout,
    /// Those to be done, unless only more of what was done is looked at.
    open: Option<Vec<Row>>,
    /// Those that were done, where they are shown.
    completed: Option<Vec<Row>>,
    /// Where the lists go on.
    more_open: Option<String>,
    more_completed: Option<String>,
    /// Whether one task is shown by itself.
    one: bool,
    all: bool,
    done: Option<&'static str>,
    problem: Vec<String>,
}

/// What was done, by the word in the address.
fn done_words(word: &str) -> Option<&'static str> {
    Some(match word {
        "task-done" => "Done.",
        "reopened" => "Reopened.",
        "taken" => "Taken.",
        "given-back" => "Given back.",
        "proposal-taken" => "Taken. The session is at the proposed time now.",
        "proposal-declined" => "Declined. The shop will be told.",
        _ => return None,
    })
}

/// The open tasks, with those that were done if they are asked for.
pub(super) async fn tasks_page(user: SignedIn, Query(query): Query) -> PageResult {
    let stale =
        Problem { sentences: vec![STALE.to_owned()], status: StatusCode::OK, two_people: None };
    show(&user, &query, query.has("stale").then_some(stale)).await
}

async fn show(user: &SignedIn, query: &Form, problem: Option<Problem>) -> PageResult {
    let all = query.has("all");
    let page = |after: &str| Page { limit: Some(100), after: query.raw(after).map(str::to_owned) };
    let mut open = None;
    if !query.has("completed-after") {
        open = Some(task_list::open(&user.app, &user.caller(), &page("after")).await?);
    }
    let mut completed = None;
    if all && !query.has("after") {
        let page = page("completed-after");
        completed = Some(task_list::done(&user.app, &user.caller(), &page).await?);
    }
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let more = |list: &Option<Items<_>>| list.as_ref().and_then(|list| list.next.clone());
    let page = TasksPage {
        layout: Layout::new(user, NavItem::Tasks),
        more_open: more(&open),
        more_completed: more(&completed),
        open: open.map(|list| list.items.into_iter().map(task_row).collect()),
        completed: completed.map(|list| list.items.into_iter().map(task_row).collect()),
        one: false,
        all,
        done: done_words(query.get("done")),
        problem: problem.map(|problem| problem.sentences).unwrap_or_default(),
    };
    Ok(app_page(status, &page))
}

/// One task.
pub(super) async fn task_page(user: SignedIn, Id(id): Id<TaskId>) -> PageResult {
    let task = task_list::get(&user.app, &user.caller(), id).await?;
    let page = TasksPage {
        layout: Layout::new(&user, NavItem::Tasks),
        open: Some(vec![task_row(task)]),
        completed: None,
        more_open: None,
        more_completed: None,
        one: true,
        all: false,
        done: None,
        problem: Vec::new(),
    };
    Ok(app_page(StatusCode::OK, &page))
}

/// Back to the list, as it was looked at, with a word of what was done.
fn back(form: &Form, result: Result<&'static str>) -> PageResult {
    let word = match result {
        Ok(done) => format!("done={done}"),
        Err(Error::Stale) => "stale".to_owned(),
        Err(error) => return Err(error.into()),
    };
    let all = if form.has("all") { "all&" } else { "" };
    Ok(redirect(&format!("/desk/tasks?{all}{word}")))
}

/// Marks a task as done.
pub(super) async fn mark_done(user: SignedIn, Id(id): Id<TaskId>, form: Form) -> PageResult {
    let done = tasks::mark_done(&user.app, &user.caller(), id, &expected(&form)).await;
    back(&form, done.map(|_| "task-done"))
}

/// Opens a task again.
pub(super) async fn reopen(user: SignedIn, Id(id): Id<TaskId>, form: Form) -> PageResult {
    let opened = tasks::reopen(&user.app, &user.caller(), id, &expected(&form)).await;
    back(&form, opened.map(|_| "reopened"))
}

/// Takes a task, or gives it back.
pub(super) async fn take(user: SignedIn, Id(id): Id<TaskId>, form: Form) -> PageResult {
    let taken = tasks::take(&user.app, &user.caller(), id, &expected(&form)).await;
    let word = |has_owner| if has_owner { "taken" } else { "given-back" };
    back(&form, taken.map(|task| word(task.into_inner().owner_id.is_some())))
}

/// Takes or declines the time that a shop proposes, as it was seen.
pub(super) async fn answer_proposal(user: SignedIn, Id(id): Id<TaskId>, form: Form) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let task = tasks::get(app, &caller, id).await?.into_inner();
    let referral = task.referral_id.ok_or(Error::NotThere("referral"))?;
    let seen = form.parse("referral_version").map(|version| Expected::Versions(vec![version]));
    let seen = seen.unwrap_or(Expected::Any);
    let answered = if form.get("answer") == "take" {
        let taken = answers::accept(app, &caller, referral, &seen, Acceptance::default()).await;
        taken.map(|_| "proposal-taken")
    } else {
        let reason = Note::try_from("It does not suit the patient.")
            .map_err(|error| Error::Fault(error.to_string()))?;
        let why = Rejection { reason, for_shop: false };
        let declined = answers::reject(app, &caller, referral, &seen, why).await;
        declined.map(|_| "proposal-declined")
    };
    match answered {
        Err(error @ (Error::Refused(_) | Error::Explained(..) | Error::Taken(_))) => {
            show(&user, &Form::default(), Some(problem_from(error)?)).await
        }
        answered => back(&form, answered),
    }
}
