//! The pages. Each reads its request, calls one action and fills a template; it decides nothing. Most are for users
//! who are signed in; others have a secret address, are public, or belong to the demo.

mod access;
mod desk;
mod frame;
mod manage;
mod partner;
mod patient;
mod record;

use axum::Router;
use axum::routing::{get, post};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use self::access::auth::only;
use self::access::{account, sign_in};
use self::frame::assets;
use self::manage::mailbox;
use self::partner::linked_list;
use self::patient::{consultation, messages, prepare, session};
use crate::actions::App;
use crate::domain::role::ANYONE;

/// The pages that every clinic has, with the roles that may see them.
pub fn routes(app: &App) -> Router<App> {
    let any_role = Router::new()
        .route("/", only(app, ANYONE, get(sign_in::home_page)))
        .route("/lock", only(app, ANYONE, post(sign_in::lock)))
        .route("/still-here", only(app, ANYONE, post(sign_in::keep_signed_in)))
        .route(
            "/account/sign-out-everywhere",
            only(app, ANYONE, post(account::sign_out_everywhere)),
        );
    let no_role = Router::new()
        .route("/sign-in", get(sign_in::sign_in_page).post(sign_in::sign_in))
        .route("/sign-in/code", post(sign_in::give_code))
        .route("/unlock", post(sign_in::unlock))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/account", get(account::account_page))
        .route("/account/second-factor", post(account::confirm_second_factor))
        .route("/first", get(account::first_start_page).post(account::make_first_manager))
        .route("/consultation", get(consultation::request_page).post(consultation::send_request))
        .route("/consultation/thanks", get(consultation::thanks_page))
        .route("/assets/{hash}/{name}", get(assets::script));
    any_role
        .merge(no_role)
        .merge(desk::routes(app))
        .merge(partner::routes(app))
        .merge(manage::routes(app))
        // What other sites send in the name of a browser that is signed in is refused.
        .layer(CsrfLayer::new())
        .merge(secret_routes())
        // A full day is twice as large as a page may be; what a page streams is sent as it comes.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// The pages behind a secret address, which needs no sign-in.
fn secret_routes() -> Router<App> {
    Router::new()
        .route("/a/{secret}", get(session::session_page))
        .route("/a/{secret}/appointment.ics", get(session::calendar_file))
        .route("/a/{secret}/prepare", get(prepare::prepare_page))
        // The same in fewer characters, for texts.
        .route("/a/{secret}/p", get(prepare::prepare_page))
        .route("/a/{secret}/confirm", post(session::confirm))
        .route("/a/{secret}/change", post(session::ask_for_another))
        .route("/a/{secret}/move", post(session::take_offer))
        .route("/a/{secret}/proposal", post(session::take_proposal))
        .route("/a/{secret}/messages", get(messages::messages_page))
        .route("/a/{secret}/messages/stop", post(messages::stop_messages))
        .route("/a/{secret}/messages/start", post(messages::start_messages))
        .route("/shop/{secret}", get(linked_list::list_page))
        .route("/a/{secret}/unsubscribe", get(messages::messages_page).post(messages::unsubscribe))
}

/// The pages that only the demo has.
pub fn demo_routes() -> Router<App> {
    Router::new()
        .route("/demo/mailbox", get(mailbox::mailbox_page))
        .route("/demo/mailbox/{id}/html", get(mailbox::mail_html))
}
