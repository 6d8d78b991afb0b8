//! The pages of a partner's shop, for its own people who have signed in: their list, one referral
//! with its answers, the report of a visit, and the addresses that open their list and calendar.

mod addresses;
mod answers;
mod list;
mod list_words;
mod path;
mod referral;
mod refused;
mod report;
mod rows;
pub(super) mod shop;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::actions::App;
use crate::domain::role::SHOP_USERS;
use crate::web::access::auth::only;

/// The pages of a shop.
pub(super) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/partner", only(app, SHOP_USERS, get(list::page)))
        .route("/partner/referrals/{id}", only(app, SHOP_USERS, get(referral::page)))
        .route("/partner/referrals/{id}/accept", only(app, SHOP_USERS, post(answers::accept)))
        .route("/partner/referrals/{id}/decline", only(app, SHOP_USERS, post(answers::decline)))
        .route("/partner/referrals/{id}/propose", only(app, SHOP_USERS, post(answers::propose)))
        .route("/partner/referrals/{id}/fail", only(app, SHOP_USERS, post(answers::fail)))
        .route(
            "/partner/referrals/{id}/report/{visit}",
            only(app, SHOP_USERS, get(report::page).post(report::send)),
        )
        .route("/partner/calendar", only(app, SHOP_USERS, get(addresses::page)))
        .route("/partner/calendar/make", only(app, SHOP_USERS, post(addresses::make_calendar)))
        .route("/partner/calendar/revoke", only(app, SHOP_USERS, post(addresses::revoke_calendar)))
        .route("/partner/links", only(app, SHOP_USERS, post(addresses::make_link)))
        .route("/partner/links/revoke", only(app, SHOP_USERS, post(addresses::revoke_link)))
}
