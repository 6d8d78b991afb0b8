//! The managers' pages: the catalogue, the calendar of the clinic, users, partners, the ledger of messages, the audit
//! and the figures.

mod audit;
mod calendar;
mod catalogue;
mod catalogue_forms;
mod chart;
mod entry_page;
mod figures;
mod ledger;
pub(super) mod mailbox;
mod merge;
mod partner_form;
mod partner_notifications;
mod partners;
mod patient_search;
mod rental_windows;
mod sections;
mod user_form;
mod users;
mod words;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

use self::sections::{SECTIONS, SectionLink, manage_layout};
use crate::actions::App;
use crate::domain::role::MANAGERS;
use crate::web::access::auth::only;
use crate::web::frame::layout::Layout;
use crate::web::frame::page::app_page;
use crate::web::frame::signed_in::SignedIn;

#[derive(Template)]
#[template(path = "manage/overview.html", config = ".askama.toml")]
struct OverviewPage {
    layout: Layout,
    sections: &'static [SectionLink],
}

async fn overview_page(user: SignedIn) -> Response {
    let page = OverviewPage { layout: manage_layout(&user, None), sections: SECTIONS };
    app_page(StatusCode::OK, &page)
}

/// The pages of managers.
pub(super) fn routes(app: &App) -> Router<App> {
    let managers = |methods: MethodRouter<App>| only(app, MANAGERS, methods);
    Router::new()
        .route("/manage", managers(get(overview_page)))
        .route("/manage/users", managers(get(users::users_page).post(users::add_user)))
        .route("/manage/users/{id}", managers(get(users::user_page).post(users::change_user)))
        .route("/manage/users/{id}/active", managers(post(users::set_active)))
        .route("/manage/users/{id}/password", managers(post(users::set_password)))
        .route("/manage/users/{id}/second-factor", managers(post(users::require_second_factor)))
        .route(
            "/manage/users/{id}/second-factor/take-away",
            managers(post(users::remove_second_factor)),
        )
        .route("/manage/messages", managers(get(ledger::ledger_page)))
        .route(
            "/manage/patients/{id}/merge",
            managers(get(merge::merge_page).post(merge::merge_records)),
        )
        .route("/manage/deeds/{id}/undo", managers(post(merge::undo_merge)))
        .route("/manage/audit", managers(get(audit::audit_page)))
        .route("/manage/figures", managers(get(figures::figures_page)))
        .route("/manage/calendar", managers(get(calendar::calendar_page)))
        .route("/manage/calendar/closures", managers(post(calendar::add_closure)))
        .route("/manage/calendar/closures/{id}/remove", managers(post(calendar::remove_closure)))
        .route("/manage/calendar/windows", managers(post(calendar::add_window)))
        .route(
            "/manage/calendar/windows/{device}/{id}/remove",
            managers(get(rental_windows::removal_page).post(rental_windows::remove_window)),
        )
        .route("/manage/calendar/to-rebook", managers(get(rental_windows::rebook_page)))
        .route("/manage/partners", managers(get(partners::partners_page)))
        .route(
            "/manage/partners/new",
            managers(get(partners::new_partner_page).post(partners::add_partner)),
        )
        .route(
            "/manage/partners/{id}",
            managers(get(partners::partner_page).post(partners::change_partner)),
        )
        .route(
            "/manage/partners/{id}/told",
            managers(
                get(partner_notifications::notifications_page)
                    .post(partner_notifications::change_notifications),
            ),
        )
        .route("/manage/partners/{id}/links", managers(post(partners::make_link)))
        .route("/manage/partners/{id}/links/{link}/revoke", managers(post(partners::revoke_link)))
        .route("/manage/partners/{id}/settlement.csv", managers(get(partners::settlement_csv)))
        .merge(catalogue::routes(app))
}
