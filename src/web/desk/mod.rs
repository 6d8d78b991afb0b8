//! The front desk: the day, with the panel of callers beside it. The address says what is open, so that everything
//! works without scripts and the browser can go back.

mod commands;
mod course;
mod day;
mod grid;
mod live;
mod new_caller;
mod offers;
mod panel;
mod plan;
mod promise_words;
mod record;
mod session_panel;
mod task_rows;
mod tasks;
mod view;
mod week;
mod words;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use crate::actions::App;
use crate::domain::role::{PRACTITIONERS, STAFF};
use crate::web::access::auth::{only, only_script};

/// The desk's pages.
pub(super) fn routes(app: &App) -> Router<App> {
    let staff = |methods: MethodRouter<App>| only(app, STAFF, methods);
    let staff_script = |methods: MethodRouter<App>| only_script(app, STAFF, methods);
    Router::new()
        .route("/desk", staff(get(day::day_page)))
        .route("/desk/grid", staff_script(get(day::grid_part)))
        .route("/desk/live", staff_script(get(live::change_stream)))
        .route("/desk/week", staff(get(week::week_page)))
        .route("/desk/week/alone", staff_script(get(week::week_page)))
        .route("/desk/tasks", staff(get(tasks::tasks_page)))
        .route("/desk/tasks/{id}", staff(get(tasks::task_page)))
        .route("/desk/tasks/{id}/done", staff(post(tasks::mark_done)))
        .route("/desk/tasks/{id}/reopen", staff(post(tasks::reopen)))
        .route("/desk/tasks/{id}/take", staff(post(tasks::take)))
        .route("/desk/tasks/{id}/proposal", staff(post(tasks::answer_proposal)))
        .route("/desk/patients", staff(post(commands::register_patient)))
        .route("/desk/patients/{id}/ways/{way}/mend", staff(post(commands::mend_way)))
        .route("/desk/courses", staff(post(commands::open_course)))
        .route("/desk/courses/{id}", staff(get(course::course_page)))
        .route("/desk/courses/{id}/plan", staff(get(plan::plan_page).post(plan::book_plan)))
        .route("/desk/book", staff(post(commands::book_session)))
        .route("/desk/sessions/{id}/check-in", staff(post(commands::check_in)))
        .route("/desk/sessions/{id}/no-show", staff(post(commands::mark_no_show)))
        .route("/desk/sessions/{id}/cancel", staff(post(commands::cancel_session)))
        .route("/desk/sessions/{id}/move", staff(post(commands::move_session)))
        .route("/desk/sessions/{id}/consent", staff(post(commands::record_consent)))
        .route(
            "/desk/sessions/{id}/record",
            only(app, PRACTITIONERS, get(record::record_page).post(record::write_record)),
        )
        .route("/desk/sessions/{id}/undo", staff(post(commands::undo_change)))
}
