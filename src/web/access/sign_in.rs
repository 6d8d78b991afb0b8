//! Signing in and out: the password, the code of the second factor, the locked page. What was
//! on its way when the sign-in ended is shown once more and sent on with one press.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::cookie::{door_of, with_cookie, without_cookie};
use crate::actions::access::browsers;
use crate::actions::access::browsers::{Door, Person};
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Error};
use crate::domain::access::browser::Stage;
use crate::domain::role::Role;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::page::{shown, shown_as};
use crate::web::frame::style::STYLE;

/// What is missing.
pub(super) enum Asking {
    /// Email and password.
    SignIn,
    /// The password of who is there already.
    Unlock(Person),
    /// The code of the second factor.
    Code,
    /// A second factor.
    Enrolment,
}

#[derive(Template)]
#[template(path = "sign_in.html", config = ".askama.toml")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is asked for is one yes or no for each field"
)]
struct Page<'a> {
    style: &'static str,
    title: &'static str,
    words: &'static str,
    action: &'static str,
    asks_email: bool,
    email: &'a str,
    asks_password: bool,
    asks_code: bool,
    problem: Option<String>,
    then: &'a str,
    kept: Vec<(&'a str, &'a str)>,
    demonstration: bool,
}

/// The page that asks for what is missing. `sent` is what the form that led here carried: where to go then, and
/// what was being sent.
pub(super) fn ask(
    app: &App,
    status: StatusCode,
    asking: &Asking,
    then: &str,
    sent: &Form,
    problem: Option<String>,
) -> Response {
    if matches!(asking, Asking::Enrolment) {
        return Redirect::to("/account").into_response();
    }
    let unlocked = match asking {
        Asking::Unlock(person) => Some(person),
        _ => None,
    };
    let code = matches!(asking, Asking::Code);
    let (title, words, action) = match (&unlocked, code) {
        (Some(_), _) => (
            "Locked",
            "Nobody was here for a while. Your password opens the page again.",
            "/unlock",
        ),
        (None, true) => (
            "The second step",
            "Type the six digits that your authenticator shows now.",
            "/sign-in/code",
        ),
        (None, false) => ("Sign in", "", "/sign-in"),
    };
    let keeps = |name: &str| name == "post" || name.starts_with("keep:");
    let kept = sent.pairs().iter().filter(|(name, _)| keeps(name));
    shown_as(
        status,
        &Page {
            style: &STYLE,
            title,
            words,
            action,
            asks_email: unlocked.is_none() && !code,
            email: unlocked.map_or_else(|| sent.get("email"), |person| person.email.as_str()),
            asks_password: !code,
            asks_code: code,
            problem,
            then,
            kept: kept.map(|(name, text)| (name.as_str(), text.as_str())).collect(),
            demonstration: app.is_demonstration(),
        },
    )
}

/// The page to sign in.
pub(in crate::web) async fn page(State(app): State<App>, Asked(asked): Asked) -> Response {
    ask(&app, StatusCode::OK, &Asking::SignIn, asked.get("then"), &Form::default(), None)
}

/// Email and password.
pub(in crate::web) async fn enter(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    form: Form,
) -> Response {
    let password = form.raw("password").unwrap_or_default().to_owned();
    match browsers::begin(&app, form.get("email"), password, from).await {
        Ok((secret, Stage::Code)) => with_cookie(
            ask(&app, StatusCode::OK, &Asking::Code, form.get("then"), &form, None),
            &secret,
        ),
        Ok((secret, Stage::Enrolment)) => {
            with_cookie(Redirect::to("/account").into_response(), &secret)
        }
        Ok((secret, Stage::In)) => with_cookie(onward(&form), &secret),
        Err(error) => again(&app, &Asking::SignIn, &form, error),
    }
}

/// The code of the second factor.
pub(in crate::web) async fn code(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
    form: Form,
) -> Response {
    match door_of(&app, &headers, from, true).await {
        Ok(Door::AwaitsCode(person)) => {
            match browsers::give_code(&app, &person, form.get("code"), from).await {
                Ok(()) => onward(&form),
                Err(error) => again(&app, &Asking::Code, &form, error),
            }
        }
        Ok(Door::In(_)) => onward(&form),
        Ok(_) => ask(&app, StatusCode::OK, &Asking::SignIn, form.get("then"), &form, None),
        Err(error) => error_page(error),
    }
}

/// The password again.
pub(in crate::web) async fn unlock(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
    form: Form,
) -> Response {
    match door_of(&app, &headers, from, true).await {
        // Where the page covered itself, the server may not know yet; the password is asked for all the same.
        Ok(Door::Locked(person) | Door::In(person)) => {
            let password = form.raw("password").unwrap_or_default().to_owned();
            match browsers::unlock(&app, &person, password, from).await {
                Ok(()) => onward(&form),
                Err(error) => again(&app, &Asking::Unlock(person), &form, error),
            }
        }
        Ok(_) => ask(&app, StatusCode::FORBIDDEN, &Asking::SignIn, form.get("then"), &form, None),
        Err(error) => error_page(error),
    }
}

fn again(app: &App, asking: &Asking, form: &Form, error: Error) -> Response {
    let (status, problem) = match error {
        Error::WrongPassword if matches!(asking, Asking::Code) => (
            StatusCode::UNAUTHORIZED,
            "That is not the code of this half minute, or it was used already.".to_owned(),
        ),
        Error::WrongPassword if matches!(asking, Asking::Unlock(_)) => {
            (StatusCode::UNAUTHORIZED, "That is not the password.".to_owned())
        }
        Error::WrongPassword => {
            (StatusCode::UNAUTHORIZED, "That email and password do not go together.".to_owned())
        }
        Error::SlowDown(seconds) => (
            StatusCode::TOO_MANY_REQUESTS,
            format!("Too many tries. Try again in {seconds} seconds."),
        ),
        error => return error_page(error),
    };
    ask(app, status, asking, form.get("then"), form, Some(problem))
}

#[derive(Template)]
#[template(path = "again.html", config = ".askama.toml")]
struct Again<'a> {
    style: &'static str,
    then: &'a str,
    kept: Vec<(&'a str, &'a str)>,
    typed: Vec<(String, &'a str)>,
}

/// Where somebody goes who has signed in: to what they were about to send, or to the page that they wanted.
fn onward(form: &Form) -> Response {
    let then = local(form.get("then"));
    if !form.has("post") {
        return Redirect::to(then).into_response();
    }
    let kept = form
        .pairs()
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("keep:")?, text.as_str())));
    let kept: Vec<_> = kept.collect();
    // Ids and versions were not typed by anybody; a password is not shown to whoever stands beside.
    let typed = kept.iter().filter(|(name, text)| {
        !text.is_empty() && !name.ends_with("_id") && !["version", "password"].contains(name)
    });
    shown(&Again {
        style: &STYLE,
        then,
        typed: typed.map(|(name, text)| (name.replace('_', " "), *text)).collect(),
        kept,
    })
}

/// `then` if it is an address of this house, else the front page.
fn local(then: &str) -> &str {
    let here = then.starts_with('/')
        && !then.starts_with("//")
        && !then.contains('\\')
        && then.bytes().all(|b| b.is_ascii_graphic());
    if here { then } else { "/" }
}

/// Signs this browser out.
pub(in crate::web) async fn leave(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
) -> Response {
    let ended = match door_of(&app, &headers, from, false).await {
        Ok(
            Door::In(person)
            | Door::Locked(person)
            | Door::AwaitsCode(person)
            | Door::AwaitsEnrolment(person),
        ) => browsers::end(&app, &person).await,
        Ok(Door::Nobody) => Ok(()),
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => without_cookie(Redirect::to("/sign-in").into_response()),
        Err(error) => error_page(error),
    }
}

/// Locks the page until the password is given again.
pub(in crate::web) async fn lock(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    match browsers::lock(&app, &person).await {
        Ok(()) => Redirect::to(local(form.get("then"))).into_response(),
        Err(error) => error_page(error),
    }
}

/// Somebody is still there, typing: that is all there is to know.
pub(in crate::web) async fn still_here() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The first page of whoever is signed in.
pub(in crate::web) async fn home(Extension(person): Extension<Person>) -> Redirect {
    Redirect::to(if person.role() == Role::Partner { "/partner" } else { "/desk" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_house() {
        assert_eq!(local("/desk?day=2027-01-04"), "/desk?day=2027-01-04");
        for elsewhere in [
            "",
            "https://example.test/",
            "//example.test",
            "/\\example.test",
            "javascript:alert(1)",
            "/\r\nx",
            "/\t/example.test",
        ] {
            assert_eq!(local(elsewhere), "/", "{elsewhere}");
        }
    }
}
