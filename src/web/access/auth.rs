//! Who may come in: each page of the clinic's own people and of shops is wrapped in the roles
//! that may see it. Whoever is not signed in, or was away too long, is asked to sign in there and
//! then; what a form carried is kept and sent on afterwards, so that nothing typed is lost.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;

use super::cookie::{came_from, door_of};
use super::sign_in::{Asking, ask};
use crate::actions::access::browsers::Door;
use crate::actions::{App, Error};
use crate::domain::role::Role;
use crate::web::frame::error::{error_page, wrong_role};
use crate::web::frame::form::sent::Form;

/// The most bytes of a form that are kept while somebody signs in.
const MOST_KEPT: usize = 64 * 1024;

/// Whether a request shows that somebody is there, or is sent by a page of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    ByHand,
    ByItself,
}

/// Lets only `roles` use `methods`.
pub(in crate::web) fn only(
    app: &App,
    roles: &'static [Role],
    methods: MethodRouter<App>,
) -> MethodRouter<App> {
    guarded(app, roles, Sent::ByHand, methods)
}

/// The same for what a page asks for of itself, which keeps nobody signed in.
pub(in crate::web) fn only_quietly(
    app: &App,
    roles: &'static [Role],
    methods: MethodRouter<App>,
) -> MethodRouter<App> {
    guarded(app, roles, Sent::ByItself, methods)
}

fn guarded(
    app: &App,
    roles: &'static [Role],
    sent: Sent,
    methods: MethodRouter<App>,
) -> MethodRouter<App> {
    methods.layer(from_fn_with_state(
        app.clone(),
        move |axum::extract::State(app): axum::extract::State<App>,
              request: Request,
              next: Next| admitted(app, roles, sent, request, next),
    ))
}

async fn admitted(
    app: App,
    roles: &'static [Role],
    sent: Sent,
    mut request: Request,
    next: Next,
) -> Response {
    let from = came_from(&request);
    let asking = match door_of(&app, request.headers(), from, sent == Sent::ByHand).await {
        Ok(Door::In(person)) if roles.contains(&person.role()) => {
            request.extensions_mut().insert(person);
            return next.run(request).await;
        }
        Ok(Door::In(person)) => return wrong_role(&person),
        Ok(Door::Nobody) => Asking::SignIn,
        Ok(Door::Locked(person)) => Asking::Unlock(person),
        Ok(Door::AwaitsCode(_)) => Asking::Code,
        Ok(Door::AwaitsEnrolment(_)) => Asking::Enrolment,
        Err(error) => return error_page(error),
    };
    let then = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    if sent == Sent::ByItself {
        return ask(&app, StatusCode::UNAUTHORIZED, &asking, &then, &Form::default(), None);
    }
    if request.method() != Method::POST {
        return ask(&app, StatusCode::UNAUTHORIZED, &asking, &then, &Form::default(), None);
    }
    match to_bytes(request.into_body(), MOST_KEPT).await {
        Ok(bytes) => {
            ask(&app, StatusCode::UNAUTHORIZED, &asking, &then, &kept(&Form::decoded(&bytes)), None)
        }
        Err(_) => error_page(Error::invalid("", "that is too long")),
    }
}

/// What a form carried, under names by which the page that asks to sign in passes it on.
fn kept(form: &Form) -> Form {
    let mut encoded = url::form_urlencoded::Serializer::new(String::from("post=1"));
    for (name, text) in form.pairs() {
        encoded.append_pair(&format!("keep:{name}"), text);
    }
    Form::decoded(encoded.finish().as_bytes())
}
