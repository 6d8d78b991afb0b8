//! Pages. Each reads its request, calls one action and fills a template; it decides
//! nothing. A patient's visit behind the link that mails carry, a shop's list behind its own and its
//! pages once it has signed in, the public page that asks for a consultation, and the demo's mailbox.

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
use self::partner::shop;
use self::patient::{consultation, prepare, session};
use crate::actions::App;
use crate::domain::role::ANYONE;

/// The pages that every clinic has, with the roles that may see them.
pub fn routes(app: &App) -> Router<App> {
    let inside = Router::new()
        .route("/", only(app, ANYONE, get(sign_in::home)))
        .route("/lock", only(app, ANYONE, post(sign_in::lock)))
        .route("/still-here", only(app, ANYONE, post(sign_in::still_here)))
        .route("/account/sign-out-everywhere", only(app, ANYONE, post(account::leave_everywhere)));
    let threshold = Router::new()
        .route("/sign-in", get(sign_in::page).post(sign_in::enter))
        .route("/sign-in/code", post(sign_in::code))
        .route("/unlock", post(sign_in::unlock))
        .route("/sign-out", post(sign_in::leave))
        .route("/account", get(account::page))
        .route("/account/second-factor", post(account::set_up))
        .route("/first", get(account::first).post(account::make_first))
        .route("/consultation", get(consultation::page).post(consultation::send))
        .route("/consultation/thanks", get(consultation::thanks))
        .route("/assets/{hash}/{name}", get(assets::script));
    // What other sites send in the name of a browser that is signed in is refused.
    inside
        .merge(threshold)
        .merge(desk::routes(app))
        .merge(partner::routes(app))
        .merge(manage::routes(app))
        .layer(CsrfLayer::new())
        .merge(outside())
        // A full day is twice as large as a page may be; what a page streams is sent as it comes.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// The pages behind a secret address, which needs no signing in.
fn outside() -> Router<App> {
    Router::new()
        .route("/a/{secret}", get(session::page))
        .route("/a/{secret}/appointment.ics", get(session::calendar))
        .route("/a/{secret}/prepare", get(prepare::page))
        .route("/a/{secret}/confirm", post(session::confirm))
        .route("/a/{secret}/change", post(session::ask_for_another))
        .route("/a/{secret}/move", post(session::take))
        .route("/a/{secret}/proposal", post(session::take_proposal))
        .route("/a/{secret}/messages", get(session::messages))
        .route("/a/{secret}/messages/stop", post(session::stop))
        .route("/a/{secret}/messages/start", post(session::start))
        .route("/shop/{secret}", get(shop::page))
        .route("/a/{secret}/unsubscribe", get(session::messages).post(session::unsubscribe))
}

/// The pages that only the demo has.
pub fn demo_routes() -> Router<App> {
    Router::new()
        .route("/demo/mailbox", get(mailbox::page))
        .route("/demo/mailbox/{id}/html", get(mailbox::html))
}
