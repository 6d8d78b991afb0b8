//! The guard of pages: each route names the roles that may use it. A browser that is not signed in, or was idle for
//! too long, is asked to sign in first. What a form carried is kept and sent on afterwards.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::MethodRouter;

use super::browser::Browser;
use super::sign_in::{Step, step_page};
use crate::actions::access::browsers::Access;
use crate::actions::{App, Error};
use crate::domain::role::Role;
use crate::web::frame::errors::{PageError, PageResult, wrong_role_page};
use crate::web::frame::form::sent::Form;

/// The most bytes of a form that are kept while its user signs in.
const MOST_KEPT: usize = 64 * 1024;

/// Whether a request shows that the user is there, or is sent by a page of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SentBy {
    User,
    Script,
}

/// Lets only `roles` use `methods`.
pub(in crate::web) fn only(
    app: &App,
    roles: &'static [Role],
    methods: MethodRouter<App>,
) -> MethodRouter<App> {
    guarded(app, roles, SentBy::User, methods)
}

/// The same for what a page fetches of itself, which does not keep the user signed in.
pub(in crate::web) fn only_script(
    app: &App,
    roles: &'static [Role],
    methods: MethodRouter<App>,
) -> MethodRouter<App> {
    guarded(app, roles, SentBy::Script, methods)
}

fn guarded(
    app: &App,
    roles: &'static [Role],
    sent_by: SentBy,
    methods: MethodRouter<App>,
) -> MethodRouter<App> {
    methods.layer(from_fn_with_state(
        app.clone(),
        move |State(app): State<App>, request: Request, next: Next| async move {
            guard(app, roles, sent_by, request, next).await.into_response()
        },
    ))
}

async fn guard(
    app: App,
    roles: &'static [Role],
    sent_by: SentBy,
    request: Request,
    next: Next,
) -> PageResult {
    let (mut parts, body) = request.into_parts();
    let browser = Browser::new(&app, &parts);
    let step = match browser.authenticate(sent_by == SentBy::User).await? {
        Access::Granted(person) if roles.contains(&person.role()) => {
            parts.extensions.insert(person);
            return Ok(next.run(Request::from_parts(parts, body)).await);
        }
        Access::Granted(person) => return Ok(wrong_role_page(&person)),
        Access::SignedOut => Step::SignIn,
        Access::Locked(person) => Step::Unlock(person),
        Access::AwaitsCode(_) => Step::Code,
        Access::AwaitsEnrolment(_) => Step::Enrolment,
    };
    let then = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let kept = if sent_by == SentBy::User && parts.method == Method::POST {
        let too_long = |_| PageError(Error::invalid("", "that is too long"));
        kept_fields(&Form::decoded(&to_bytes(body, MOST_KEPT).await.map_err(too_long)?))
    } else {
        Form::default()
    };
    Ok(step_page(&app, StatusCode::UNAUTHORIZED, &step, then, &kept, None))
}

/// What a form carried, under names by which the page that asks to sign in passes it on.
fn kept_fields(form: &Form) -> Form {
    let mut kept = Form::default();
    kept.put("post", "1");
    for (name, text) in form.pairs() {
        kept.put(format!("keep:{name}"), text);
    }
    kept
}
