//! The pages of a partner's shop, for its signed-in users: their list, a referral with its answers, the report of a
//! session, and the addresses of their list and calendar. And the list behind a link, which needs no sign-in.

mod addresses;
mod answers;
pub(super) mod linked_list;
mod list;
mod list_words;
mod referral;
mod refusals;
mod report;
mod rows;
mod words;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use crate::actions::App;
use crate::domain::role::SHOP_USERS;
use crate::web::access::auth::only;

/// The pages of a shop.
pub(super) fn routes(app: &App) -> Router<App> {
    let shop = |methods: MethodRouter<App>| only(app, SHOP_USERS, methods);
    Router::new()
        .route("/partner", shop(get(list::list_page)))
        .route("/partner/referrals/{id}", shop(get(referral::referral_page)))
        .route("/partner/referrals/{id}/accept", shop(post(answers::accept)))
        .route("/partner/referrals/{id}/decline", shop(post(answers::decline)))
        .route("/partner/referrals/{id}/propose", shop(post(answers::propose)))
        .route("/partner/referrals/{id}/fail", shop(post(answers::fail)))
        .route(
            "/partner/referrals/{id}/report/{visit}",
            shop(get(report::report_page).post(report::send_report)),
        )
        .route("/partner/calendar", shop(get(addresses::addresses_page)))
        .route("/partner/calendar/make", shop(post(addresses::make_calendar)))
        .route("/partner/calendar/revoke", shop(post(addresses::revoke_calendar)))
        .route("/partner/links", shop(post(addresses::make_link)))
        .route("/partner/links/revoke", shop(post(addresses::revoke_link)))
}
