//! Signing in and out: the password, the code of the second factor, the locked page. A form that was being sent when
//! the sign-in ended is shown once more and sent on with one press.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Browser, with_cookie, without_cookie};
use crate::actions::access::browsers;
use crate::actions::access::browsers::{Access, Person};
use crate::actions::{App, Error};
use crate::domain::access::browser::Stage;
use crate::domain::role::Role;
use crate::web::frame::errors::{PageError, PageResult};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::page::{public_page, redirect};
use crate::web::frame::signed_in::SignedIn;

/// What is missing before the user is signed in.
pub(super) enum Step {
    /// Email and password.
    SignIn,
    /// The password of a user whose page was locked.
    Unlock(Person),
    /// The code of the second factor.
    Code,
    /// A second factor.
    Enrolment,
}

#[derive(Template)]
#[template(path = "access/sign_in.html", config = ".askama.toml")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is asked for is one yes or no for each field"
)]
struct StepPage<'a> {
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
pub(super) fn step_page(
    app: &App,
    status: StatusCode,
    step: &Step,
    then: &str,
    sent: &Form,
    problem: Option<String>,
) -> Response {
    let (title, words, action) = match step {
        Step::Enrolment => return redirect("/account"),
        Step::Unlock(_) => (
            "Locked",
            "Nobody was here for a while. Your password opens the page again.",
            "/unlock",
        ),
        Step::Code => (
            "The second step",
            "Type the six digits that your authenticator shows now.",
            "/sign-in/code",
        ),
        Step::SignIn => ("Sign in", "", "/sign-in"),
    };
    let email = match step {
        Step::Unlock(person) => person.email.as_str(),
        _ => sent.get("email"),
    };
    let keeps = |name: &str| name == "post" || name.starts_with("keep:");
    let kept = sent.pairs().iter().filter(|(name, _)| keeps(name));
    let asks_code = matches!(step, Step::Code);
    let page = StepPage {
        title,
        words,
        action,
        asks_email: matches!(step, Step::SignIn),
        email,
        asks_password: !asks_code,
        asks_code,
        problem,
        then,
        kept: kept.map(|(name, text)| (name.as_str(), text.as_str())).collect(),
        demonstration: app.is_demonstration(),
    };
    public_page(status, &page)
}

/// The same page, for what a form sent.
fn next_step(app: &App, status: StatusCode, step: &Step, form: &Form) -> Response {
    step_page(app, status, step, form.get("then"), form, None)
}

pub(in crate::web) async fn sign_in_page(State(app): State<App>, Query(query): Query) -> Response {
    step_page(&app, StatusCode::OK, &Step::SignIn, query.get("then"), &Form::default(), None)
}

/// Signs in with email and password.
pub(in crate::web) async fn sign_in(browser: Browser, form: Form) -> PageResult {
    let password = form.raw("password").unwrap_or_default().to_owned();
    match browsers::begin(&browser.app, form.get("email"), password, browser.from).await {
        Ok((secret, stage)) => {
            let response = match stage {
                Stage::Code => next_step(&browser.app, StatusCode::OK, &Step::Code, &form),
                Stage::Enrolment => redirect("/account"),
                Stage::In => continue_page(&form),
            };
            Ok(with_cookie(response, &secret))
        }
        Err(error) => failed_page(&browser.app, &Step::SignIn, &form, error),
    }
}

/// Takes the code of the second factor.
pub(in crate::web) async fn give_code(browser: Browser, form: Form) -> PageResult {
    let Browser { app, from, .. } = &browser;
    match browser.authenticate(true).await? {
        Access::AwaitsCode(person) => {
            match browsers::give_code(app, &person, form.get("code"), *from).await {
                Ok(()) => Ok(continue_page(&form)),
                Err(error) => failed_page(app, &Step::Code, &form, error),
            }
        }
        Access::Granted(_) => Ok(continue_page(&form)),
        _ => Ok(next_step(app, StatusCode::OK, &Step::SignIn, &form)),
    }
}

/// Unlocks the page with the password.
pub(in crate::web) async fn unlock(browser: Browser, form: Form) -> PageResult {
    let Browser { app, from, .. } = &browser;
    match browser.authenticate(true).await? {
        // A page that covered itself may still be unlocked on the server; the password is asked for all the same.
        Access::Locked(person) | Access::Granted(person) => {
            let password = form.raw("password").unwrap_or_default().to_owned();
            match browsers::unlock(app, &person, password, *from).await {
                Ok(()) => Ok(continue_page(&form)),
                Err(error) => failed_page(app, &Step::Unlock(person), &form, error),
            }
        }
        _ => Ok(next_step(app, StatusCode::FORBIDDEN, &Step::SignIn, &form)),
    }
}

/// The page of a step whose password or code was wrong, or that was tried too often.
fn failed_page(app: &App, step: &Step, form: &Form, error: Error) -> PageResult {
    let (status, problem) = match (error, step) {
        (Error::WrongPassword, Step::Code) => (
            StatusCode::UNAUTHORIZED,
            "That is not the code of this half minute, or it was used already.".to_owned(),
        ),
        (Error::WrongPassword, Step::Unlock(_)) => {
            (StatusCode::UNAUTHORIZED, "That is not the password.".to_owned())
        }
        (Error::WrongPassword, _) => {
            (StatusCode::UNAUTHORIZED, "That email and password do not go together.".to_owned())
        }
        (Error::SlowDown(seconds), _) => (StatusCode::TOO_MANY_REQUESTS, too_many_tries(seconds)),
        (error, _) => return Err(PageError(error)),
    };
    Ok(step_page(app, status, step, form.get("then"), form, Some(problem)))
}

pub(super) fn too_many_tries(seconds: u64) -> String {
    format!("Too many tries. Try again in {seconds} seconds.")
}

#[derive(Template)]
#[template(path = "access/resend.html", config = ".askama.toml")]
struct ResendPage<'a> {
    then: &'a str,
    kept: Vec<(&'a str, &'a str)>,
    typed: Vec<(String, &'a str)>,
}

/// What follows a sign-in: the form that was being sent, to be sent again, or else the page that was asked for.
fn continue_page(form: &Form) -> Response {
    let then = local_address(form.get("then"));
    if !form.has("post") {
        return redirect(then);
    }
    let kept = form
        .pairs()
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("keep:")?, text.as_str())));
    let kept: Vec<_> = kept.collect();
    // Ids and versions were not typed; a password is not shown on a screen.
    let typed = kept.iter().filter(|(name, text)| {
        !text.is_empty() && !name.ends_with("_id") && !["version", "password"].contains(name)
    });
    let typed = typed.map(|(name, text)| (name.replace('_', " "), *text)).collect();
    public_page(StatusCode::OK, &ResendPage { then, kept, typed })
}

/// `then` if it is an address of this program, else the front page.
fn local_address(then: &str) -> &str {
    let here = then.starts_with('/')
        && !then.starts_with("//")
        && !then.contains('\\')
        && then.bytes().all(|b| b.is_ascii_graphic());
    if here { then } else { "/" }
}

/// Signs this browser out.
pub(in crate::web) async fn sign_out(browser: Browser) -> PageResult {
    match browser.authenticate(false).await? {
        Access::Granted(person)
        | Access::Locked(person)
        | Access::AwaitsCode(person)
        | Access::AwaitsEnrolment(person) => browsers::end(&browser.app, &person).await?,
        Access::SignedOut => (),
    }
    Ok(without_cookie(redirect("/sign-in")))
}

/// Locks the page until the password is given again.
pub(in crate::web) async fn lock(user: SignedIn, form: Form) -> PageResult {
    browsers::lock(&user.app, &user.person).await?;
    Ok(redirect(local_address(form.get("then"))))
}

/// Keeps the user signed in while they type; the guard of the route has noted that they are there.
pub(in crate::web) async fn keep_signed_in() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The first page of a user.
pub(in crate::web) async fn home_page(user: SignedIn) -> Response {
    redirect(if user.role() == Role::Partner { "/partner" } else { "/desk" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_program_are_followed() {
        assert_eq!(local_address("/desk?day=2027-01-04"), "/desk?day=2027-01-04");
        for elsewhere in [
            "",
            "https://example.test/",
            "//example.test",
            "/\\example.test",
            "javascript:alert(1)",
            "/\r\nx",
            "/\t/example.test",
        ] {
            assert_eq!(local_address(elsewhere), "/", "{elsewhere}");
        }
    }
}
