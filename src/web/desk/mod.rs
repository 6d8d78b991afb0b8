//! The front desk: the day, with the panel of callers beside it. What is open stands in the
//! address, so that everything works without scripts and can be gone back to.

mod commands;
mod course;
mod day;
mod grid;
mod live;
mod new_caller;
mod offers;
mod panel;
mod plan;
mod record;
mod session_panel;
mod tasks;
mod view;
mod week;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::actions::App;
use crate::domain::role::{PRACTITIONERS, STAFF};
use crate::web::access::auth::{only, only_quietly};

/// The desk's pages.
pub(super) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/desk", only(app, STAFF, get(day::page)))
        .route("/desk/grid", only_quietly(app, STAFF, get(day::grid_alone)))
        .route("/desk/live", only_quietly(app, STAFF, get(live::changes)))
        .route("/desk/week", only(app, STAFF, get(week::page)))
        .route("/desk/week/alone", only_quietly(app, STAFF, get(week::page)))
        .route("/desk/tasks", only(app, STAFF, get(tasks::page)))
        .route("/desk/tasks/{id}", only(app, STAFF, get(tasks::one)))
        .route("/desk/tasks/{id}/done", only(app, STAFF, post(tasks::done)))
        .route("/desk/patients", only(app, STAFF, post(commands::register)))
        .route("/desk/courses", only(app, STAFF, post(commands::open_course)))
        .route("/desk/courses/{id}", only(app, STAFF, get(course::page)))
        .route("/desk/courses/{id}/plan", only(app, STAFF, get(plan::page).post(plan::book)))
        .route("/desk/book", only(app, STAFF, post(commands::book)))
        .route("/desk/sessions/{id}/check-in", only(app, STAFF, post(commands::check_in)))
        .route("/desk/sessions/{id}/no-show", only(app, STAFF, post(commands::no_show)))
        .route("/desk/sessions/{id}/cancel", only(app, STAFF, post(commands::cancel)))
        .route("/desk/sessions/{id}/move", only(app, STAFF, post(commands::move_to)))
        .route("/desk/sessions/{id}/consent", only(app, STAFF, post(commands::consent)))
        .route(
            "/desk/sessions/{id}/record",
            only(app, PRACTITIONERS, get(record::page).post(record::send)),
        )
        .route("/desk/sessions/{id}/undo", only(app, STAFF, post(commands::undo)))
}
