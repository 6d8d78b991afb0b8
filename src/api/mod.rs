//! The JSON API: every route on one screen, with the roles that may use it beside it.
//! Handlers read the request, call one action and answer with its result; they decide nothing.

mod access;
mod booking;
mod catalogue;
pub mod demo;
mod describe;
mod extract;
mod health;
mod layers;
mod manage;
mod messages;
mod partner;
mod patient;
pub mod problem;
mod respond;
pub(super) mod serving;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use self::access::roles::{allow, allow_all};
use self::access::sign_in;
use self::booking::{holds, plans, sessions, slots};
use self::catalogue::rental_windows;
use self::manage::audit;
use self::messages::{feeds, ledger, tasks, texts};
use self::partner::{notifications, partners, referrals, settlement};
use self::patient::{consents, courses, lock_box, merge, opt_outs, patients, ways};
pub use self::serving::Serving;
use crate::actions::App;
use crate::domain::role::{ANYONE, MANAGERS, PRACTITIONERS, SHOPS, STAFF};

/// Every route under `/api/v1`.
fn api_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // Signing in
        .routes(allow_all(routes!(sign_in::sign_in)))
        .routes(allow(ANYONE, routes!(sign_in::sign_out)))
        .routes(allow(ANYONE, routes!(sign_in::me)))
        // The catalogue
        .routes(allow(STAFF, routes!(catalogue::sites::list)))
        .routes(allow(MANAGERS, routes!(catalogue::sites::add)))
        .routes(allow(STAFF, routes!(catalogue::sites::get)))
        .routes(allow(MANAGERS, routes!(catalogue::sites::change)))
        .routes(allow(STAFF, routes!(catalogue::practitioners::list)))
        .routes(allow(MANAGERS, routes!(catalogue::practitioners::add)))
        .routes(allow(STAFF, routes!(catalogue::practitioners::get)))
        .routes(allow(MANAGERS, routes!(catalogue::practitioners::change)))
        .routes(allow(STAFF, routes!(catalogue::rooms::list)))
        .routes(allow(MANAGERS, routes!(catalogue::rooms::add)))
        .routes(allow(STAFF, routes!(catalogue::rooms::get)))
        .routes(allow(MANAGERS, routes!(catalogue::rooms::change)))
        .routes(allow(STAFF, routes!(catalogue::devices::list)))
        .routes(allow(MANAGERS, routes!(catalogue::devices::add)))
        .routes(allow(STAFF, routes!(catalogue::devices::get)))
        .routes(allow(MANAGERS, routes!(catalogue::devices::change)))
        .routes(allow(STAFF, routes!(rental_windows::list)))
        .routes(allow(MANAGERS, routes!(rental_windows::add)))
        .routes(allow(MANAGERS, routes!(rental_windows::remove)))
        .routes(allow(STAFF, routes!(catalogue::services::list)))
        .routes(allow(MANAGERS, routes!(catalogue::services::add)))
        .routes(allow(STAFF, routes!(catalogue::services::get)))
        .routes(allow(MANAGERS, routes!(catalogue::services::change)))
        .routes(allow(STAFF, routes!(catalogue::closures::list)))
        .routes(allow(MANAGERS, routes!(catalogue::closures::add)))
        .routes(allow(STAFF, routes!(catalogue::closures::get)))
        .routes(allow(MANAGERS, routes!(catalogue::closures::change)))
        .routes(allow(MANAGERS, routes!(catalogue::remove_closure)))
        .routes(allow(STAFF, routes!(catalogue::list_holidays)))
        // Patients and their courses
        .routes(allow(STAFF, routes!(patients::search)))
        .routes(allow(STAFF, routes!(patients::register)))
        .routes(allow(STAFF, routes!(patients::get)))
        .routes(allow(STAFF, routes!(patients::change)))
        .routes(allow(MANAGERS, routes!(merge::merge)))
        .routes(allow(STAFF, routes!(merge::undo)))
        .routes(allow(STAFF, routes!(opt_outs::list)))
        .routes(allow(STAFF, routes!(opt_outs::change)))
        .routes(allow(STAFF, routes!(ways::list)))
        .routes(allow(STAFF, routes!(ways::mend)))
        .routes(allow(STAFF, routes!(consents::list)))
        .routes(allow(STAFF, routes!(consents::give)))
        .routes(allow(STAFF, routes!(consents::withdraw)))
        .routes(allow(STAFF, routes!(lock_box::list)))
        .routes(allow(STAFF, routes!(lock_box::lock)))
        .routes(allow(STAFF, routes!(lock_box::lift)))
        .routes(allow(STAFF, routes!(courses::list)))
        .routes(allow(STAFF, routes!(courses::open)))
        .routes(allow(STAFF, routes!(courses::get)))
        .routes(allow(STAFF, routes!(courses::change)))
        .routes(allow(STAFF, routes!(plans::propose)))
        .routes(allow(STAFF, routes!(plans::book)))
        // Booking
        .routes(allow(STAFF, routes!(slots::find)))
        .routes(allow(STAFF, routes!(slots::find_places)))
        .routes(allow(STAFF, routes!(holds::hold)))
        .routes(allow(STAFF, routes!(holds::give_up)))
        .routes(allow(STAFF, routes!(sessions::list)))
        .routes(allow(STAFF, routes!(sessions::book)))
        .routes(allow(STAFF, routes!(sessions::get)))
        .routes(allow(STAFF, routes!(sessions::reschedule)))
        .routes(allow(STAFF, routes!(sessions::cancel)))
        .routes(allow(STAFF, routes!(sessions::mark_arrived)))
        .routes(allow(STAFF, routes!(sessions::check_in)))
        .routes(allow(PRACTITIONERS, routes!(sessions::complete)))
        .routes(allow(STAFF, routes!(sessions::mark_no_show)))
        .routes(allow(STAFF, routes!(sessions::undo)))
        .routes(allow(PRACTITIONERS, routes!(sessions::correct)))
        .routes(allow(STAFF, routes!(sessions::history)))
        .routes(allow(STAFF, routes!(sessions::calendar)))
        // Calendars to subscribe to
        .routes(allow(ANYONE, routes!(feeds::list)))
        .routes(allow(ANYONE, routes!(feeds::make)))
        .routes(allow(ANYONE, routes!(feeds::rotate)))
        .routes(allow(ANYONE, routes!(feeds::revoke)))
        // Messages, and the tasks of the desk
        .routes(allow(STAFF, routes!(ledger::list)))
        .routes(allow(STAFF, routes!(tasks::list)))
        .routes(allow(STAFF, routes!(tasks::get)))
        .routes(allow(STAFF, routes!(tasks::complete)))
        .routes(allow(STAFF, routes!(tasks::reopen)))
        .routes(allow(STAFF, routes!(tasks::take)))
        // Partners, and what is referred to them
        .routes(allow(ANYONE, routes!(partners::list)))
        .routes(allow(MANAGERS, routes!(partners::add)))
        .routes(allow(ANYONE, routes!(partners::get)))
        .routes(allow(MANAGERS, routes!(partners::change)))
        .routes(allow(ANYONE, routes!(referrals::list)))
        .routes(allow(STAFF, routes!(referrals::write)))
        .routes(allow(ANYONE, routes!(referrals::get)))
        .routes(allow(STAFF, routes!(referrals::change)))
        .routes(allow(STAFF, routes!(referrals::send)))
        // The shop answers what it is asked, the clinic what the shop proposes.
        .routes(allow(ANYONE, routes!(referrals::accept)))
        .routes(allow(ANYONE, routes!(referrals::reject)))
        .routes(allow(SHOPS, routes!(referrals::propose)))
        .routes(allow(SHOPS, routes!(referrals::report)))
        .routes(allow(SHOPS, routes!(referrals::fail)))
        .routes(allow(STAFF, routes!(referrals::cancel)))
        .routes(allow(STAFF, routes!(referrals::hold)))
        .routes(allow(STAFF, routes!(referrals::resume)))
        .routes(allow(MANAGERS, routes!(referrals::mark_error)))
        .routes(allow(SHOPS, routes!(partners::list_visits)))
        .routes(allow(SHOPS, routes!(partners::list_links)))
        .routes(allow(SHOPS, routes!(partners::make_link)))
        .routes(allow(SHOPS, routes!(partners::revoke_link)))
        .routes(allow(SHOPS, routes!(settlement::get_json)))
        .routes(allow(SHOPS, routes!(settlement::get_csv)))
        // How shops get their notifications
        .routes(allow(SHOPS, routes!(notifications::get)))
        .routes(allow(SHOPS, routes!(notifications::change)))
        // Who did what
        .routes(allow(MANAGERS, routes!(audit::list)))
}

fn routes_and_document() -> (Router<App>, Value) {
    let (router, document) = OpenApiRouter::with_openapi(describe::skeleton())
        .nest("/api/v1", api_routes())
        .routes(allow_all(routes!(health::healthz)))
        .routes(allow_all(routes!(health::readyz)))
        .routes(allow_all(routes!(feeds::fetch)))
        .split_for_parts();
    (router, describe::finished_document(&document))
}

/// The `OpenAPI` document.
#[must_use]
pub fn document() -> Value {
    routes_and_document().1
}

/// Everything that `fadeline serve` serves. `more` is what only the demo adds.
pub fn router(serving: Serving, more: Router<App>) -> Router {
    let (routes, document) = routes_and_document();
    let document: Arc<str> = document.to_string().into();
    let served = get(move || async move { json_text(&document) });
    let browse = SwaggerUi::new("/docs").config(
        Config::new(["/api/v1/openapi.json"]).persist_authorization(false).validator_url("none"),
    );
    let routes = routes
        .merge(texts::routes())
        .merge(more)
        .route("/api/v1/openapi.json", served)
        .merge(Router::<App>::from(browse))
        .with_state(serving.app.clone());
    layers::with_layers(routes, serving)
}

fn json_text(text: &str) -> Response {
    ([(axum::http::header::CONTENT_TYPE, "application/json")], text.to_owned()).into_response()
}
