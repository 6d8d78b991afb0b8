//! A user's own account: the second factor, and signing out everywhere. And the first start, when the first manager
//! is made.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;

use super::browser::{Browser, without_cookie};
use super::sign_in::{Step, step_page, too_many_tries};
use crate::actions::access::browsers::Access;
use crate::actions::access::{browsers, first_start, second_factor};
use crate::actions::{App, Error, Result};
use crate::domain::patient::Email;
use crate::domain::text::Line;
use crate::web::frame::errors::{PageError, PageResult};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, public_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

#[derive(Template)]
#[template(path = "access/account.html", config = ".askama.toml")]
struct AccountPage {
    layout: Layout,
    email: String,
    has_second_factor: bool,
    required: bool,
    waits: bool,
    note: Option<&'static str>,
    problem: Option<String>,
    secret: String,
    qr: String,
}

/// The user with whether they wait for a second factor, or the page of a step of signing in.
type UserOrStep = std::result::Result<(SignedIn, bool), Response>;

/// The user, and whether they wait for a second factor; or else the page of the step that is missing.
async fn user_of(browser: &Browser) -> Result<UserOrStep> {
    let app = &browser.app;
    let step = match browser.authenticate(true).await? {
        Access::Granted(person) => return Ok(Ok((SignedIn { app: app.clone(), person }, false))),
        Access::AwaitsEnrolment(person) => {
            return Ok(Ok((SignedIn { app: app.clone(), person }, true)));
        }
        Access::Locked(person) => Step::Unlock(person),
        Access::AwaitsCode(_) => Step::Code,
        Access::SignedOut => Step::SignIn,
    };
    let page = step_page(app, StatusCode::UNAUTHORIZED, &step, "/account", &Form::default(), None);
    Ok(Err(page))
}

pub(in crate::web) async fn account_page(browser: Browser, Query(query): Query) -> PageResult {
    match user_of(&browser).await? {
        Ok((user, waits)) => {
            let note = query.has("set-up").then_some("The second factor is set up.");
            account_page_with(&user, waits, note, None).await
        }
        Err(page) => Ok(page),
    }
}

async fn account_page_with(
    user: &SignedIn,
    waits: bool,
    note: Option<&'static str>,
    problem: Option<String>,
) -> PageResult {
    let person = &user.person;
    let offered = if person.has_second_factor {
        None
    } else {
        Some(second_factor::offer(&user.app, person).await?)
    };
    let status = status_of(problem.is_some());
    let page = AccountPage {
        layout: Layout::new(user, NavItem::Account),
        email: person.email.clone(),
        has_second_factor: person.has_second_factor,
        required: person.second_factor_required,
        waits,
        note,
        problem,
        qr: offered.as_ref().map(|offered| qr_code(&offered.address)).unwrap_or_default(),
        secret: offered.map(|offered| offered.secret).unwrap_or_default(),
    };
    Ok(app_page(status, &page))
}

/// The QR code of an address, as a drawing in the page itself; nothing where it does not fit into one.
fn qr_code(address: &str) -> String {
    let Ok(code) = QrCode::new(address) else {
        return String::new();
    };
    let drawing = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // The declaration before it belongs to a file of its own.
    drawing.split_once("?>").map_or(drawing.clone(), |(_, drawing)| drawing.to_owned())
}

/// Confirms the second factor that was offered, with a code of it.
pub(in crate::web) async fn confirm_second_factor(browser: Browser, form: Form) -> PageResult {
    let (user, waits) = match user_of(&browser).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    let code = form.get("code");
    let problem = match second_factor::confirm(&user.app, &user.person, code, browser.from).await {
        Ok(()) => return Ok(redirect("/account?set-up")),
        Err(Error::WrongPassword) => {
            "That is not the code of this half minute. Check the clock of your telephone."
                .to_owned()
        }
        Err(Error::SlowDown(seconds)) => too_many_tries(seconds),
        Err(error) => return Err(PageError(error)),
    };
    account_page_with(&user, waits, None, Some(problem)).await
}

/// Signs every browser of the user out.
pub(in crate::web) async fn sign_out_everywhere(user: SignedIn) -> PageResult {
    browsers::end_everywhere(&user.app, &user.person).await?;
    Ok(without_cookie(redirect("/sign-in")))
}

#[derive(Template)]
#[template(path = "access/first_start.html", config = ".askama.toml")]
struct FirstStartPage<'a> {
    form: &'a Form,
    problem: Option<String>,
}

/// The page of the first start; there while no user can sign in.
pub(in crate::web) async fn first_start_page(State(app): State<App>) -> PageResult {
    if !first_start::is_open(&app).await? {
        return Err(PageError(Error::NotThere("page")));
    }
    let page = FirstStartPage { form: &Form::default(), problem: None };
    Ok(public_page(StatusCode::OK, &page))
}

pub(in crate::web) async fn make_first_manager(browser: Browser, form: Form) -> PageResult {
    let problem = match make_manager(&browser, &form).await {
        Ok(()) => return Ok(redirect("/sign-in")),
        Err(Error::WrongPassword) => {
            "That is not the code in the log of this server’s last start.".to_owned()
        }
        Err(Error::Invalid { detail, pointer }) => format!("The {pointer} {detail}."),
        Err(Error::SlowDown(seconds)) => too_many_tries(seconds),
        Err(error) => return Err(PageError(error)),
    };
    let page = FirstStartPage { form: &form, problem: Some(problem) };
    Ok(public_page(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn make_manager(browser: &Browser, form: &Form) -> Result<()> {
    let email = Email::try_from(form.get("email").to_owned())
        .map_err(|error| Error::invalid("email", format!("is {error}")))?;
    let name = Line::try_from(form.get("name"))
        .map_err(|error| Error::invalid("name", error.to_string()))?;
    let password = form.raw("password").unwrap_or_default().to_owned();
    first_start::make_manager(&browser.app, form.get("code"), email, name, password, browser.from)
        .await
}
