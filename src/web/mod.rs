//! Pages. Each reads its request, calls one action and fills a template; it decides
//! nothing. So far: a patient's visit behind the link that mails carry, a shop's list behind its
//! own, and the demo's mailbox.

mod mailbox;
mod page;
mod shop;
mod shop_words;
mod visit;
mod visit_words;

use axum::Router;
use axum::routing::{get, post};

use crate::actions::App;

/// The pages that every clinic has.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/a/{secret}", get(visit::page))
        .route("/a/{secret}/appointment.ics", get(visit::calendar))
        .route("/a/{secret}/confirm", post(visit::confirm))
        .route("/a/{secret}/change", post(visit::ask_for_another))
        .route("/a/{secret}/move", post(visit::take))
        .route("/a/{secret}/proposal", post(visit::take_proposal))
        .route("/a/{secret}/messages", get(visit::messages))
        .route("/a/{secret}/messages/stop", post(visit::stop))
        .route("/a/{secret}/messages/start", post(visit::start))
        .route("/shop/{secret}", get(shop::page))
        .route("/a/{secret}/unsubscribe", get(visit::messages).post(visit::unsubscribe))
}

/// The pages that only the demo has.
pub fn demo_routes() -> Router<App> {
    Router::new()
        .route("/demo/mailbox", get(mailbox::page))
        .route("/demo/mailbox/{id}/html", get(mailbox::html))
}
