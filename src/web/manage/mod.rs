//! What managers see: the catalogue, the calendar of the clinic, users, partners, the ledger of
//! messages, who looked at whose record, and the figures.

mod audit;
mod calendar;
mod catalogue;
mod catalogue_forms;
mod chart;
mod choose_patient;
mod figures;
mod ledger;
pub(super) mod mailbox;
mod partner_form;
mod partner_notifications;
mod partners;
mod tabs;
mod users;
mod words;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};

use self::tabs::{PARTS, Part, Tab, tabs};
use crate::actions::App;
use crate::actions::access::browsers::Person;
use crate::domain::role::MANAGERS;
use crate::web::access::auth::only;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

#[derive(Template)]
#[template(path = "manage_overview.html", config = ".askama.toml")]
struct Overview {
    shell: Shell,
    tabs: Vec<Tab>,
    parts: &'static [(Part, &'static str, &'static str, &'static str)],
}

async fn overview(State(app): State<App>, Extension(person): Extension<Person>) -> Response {
    let page =
        Overview { shell: Shell::of(&app, &person, Here::Manage), tabs: tabs(None), parts: PARTS };
    shown_with_scripts(StatusCode::OK, &page)
}

/// The pages of managers.
pub(super) fn routes(app: &App) -> Router<App> {
    let managers = |methods: MethodRouter<App>| only(app, MANAGERS, methods);
    Router::new()
        .route("/manage", managers(get(overview)))
        .route("/manage/users", managers(get(users::page).post(users::add)))
        .route("/manage/users/{id}", managers(get(users::one).post(users::change)))
        .route("/manage/users/{id}/active", managers(post(users::set_active)))
        .route("/manage/users/{id}/password", managers(post(users::set_password)))
        .route("/manage/users/{id}/second-factor", managers(post(users::require)))
        .route("/manage/users/{id}/second-factor/take-away", managers(post(users::take_away)))
        .route("/manage/messages", managers(get(ledger::page)))
        .route("/manage/audit", managers(get(audit::page)))
        .route("/manage/figures", managers(get(figures::page)))
        .route("/manage/calendar", managers(get(calendar::page)))
        .route("/manage/calendar/closures", managers(post(calendar::close)))
        .route("/manage/calendar/closures/{id}/remove", managers(post(calendar::reopen)))
        .route("/manage/calendar/windows", managers(post(calendar::rent)))
        .route(
            "/manage/calendar/windows/{device}/{id}/remove",
            managers(get(calendar::ask_to_remove).post(calendar::remove)),
        )
        .route("/manage/calendar/to-rebook", managers(get(calendar::to_rebook)))
        .route("/manage/partners", managers(get(partners::page)))
        .route("/manage/partners/new", managers(get(partners::blank).post(partners::add)))
        .route("/manage/partners/{id}", managers(get(partners::one).post(partners::change)))
        .route(
            "/manage/partners/{id}/told",
            managers(get(partner_notifications::page).post(partner_notifications::change)),
        )
        .route("/manage/partners/{id}/links", managers(post(partners::make_link)))
        .route("/manage/partners/{id}/links/{link}/revoke", managers(post(partners::revoke_link)))
        .route("/manage/partners/{id}/settlement.csv", managers(get(partners::csv)))
        .merge(catalogue::routes(app))
}
