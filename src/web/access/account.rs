//! One's own account: the second factor, and signing out everywhere. And the first start, when the
//! first manager is made.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use qrcode::QrCode;
use qrcode::render::svg;

use super::cookie::{door_of, without_cookie};
use super::sign_in::{Asking, ask};
use crate::actions::access::browsers::{Door, Person};
use crate::actions::access::{browsers, first_start, second_factor};
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Error, Result};
use crate::domain::patient::Email;
use crate::domain::text::Line;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{shown_as, shown_with_scripts};
use crate::web::frame::style::STYLE;

#[derive(Template)]
#[template(path = "account.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    email: String,
    has_second_factor: bool,
    required: bool,
    waits: bool,
    note: Option<&'static str>,
    problem: Option<String>,
    secret: String,
    qr: String,
}

/// Whoever is signed in, or signed in but for a second factor.
async fn somebody(
    app: &App,
    headers: &HeaderMap,
    from: Option<std::net::IpAddr>,
) -> std::result::Result<(Person, bool), Response> {
    let asking = match door_of(app, headers, from, true).await {
        Ok(Door::In(person)) => return Ok((person, false)),
        Ok(Door::AwaitsEnrolment(person)) => return Ok((person, true)),
        Ok(Door::Locked(person)) => Asking::Unlock(person),
        Ok(Door::AwaitsCode(_)) => Asking::Code,
        Ok(Door::Nobody) => Asking::SignIn,
        Err(error) => return Err(error_page(error)),
    };
    Err(ask(app, StatusCode::UNAUTHORIZED, &asking, "/account", &Form::default(), None))
}

/// The page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let (person, waits) = match somebody(&app, &headers, from).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let note = asked.has("set-up").then_some("The second factor is set up.");
    match filled(&app, &person, waits, note, None).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn filled(
    app: &App,
    person: &Person,
    waits: bool,
    note: Option<&'static str>,
    problem: Option<String>,
) -> Result<Page> {
    let offered = if person.has_second_factor {
        None
    } else {
        Some(second_factor::offer(app, person).await?)
    };
    let qr = offered.as_ref().map(|offered| qr(&offered.address)).unwrap_or_default();
    Ok(Page {
        shell: Shell::of(app, person, Here::Account),
        email: person.email.clone(),
        has_second_factor: person.has_second_factor,
        required: person.second_factor_required,
        waits,
        note,
        problem,
        secret: offered.map(|offered| offered.secret).unwrap_or_default(),
        qr,
    })
}

/// The QR code of an address, as a drawing in the page itself; nothing where it does not fit into one.
fn qr(address: &str) -> String {
    let Ok(code) = QrCode::new(address) else {
        return String::new();
    };
    let drawing = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // The declaration before it belongs to a file of its own.
    drawing.split_once("?>").map_or(drawing.clone(), |(_, drawing)| drawing.to_owned())
}

/// A code of the second factor that was offered.
pub(in crate::web) async fn set_up(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
    form: Form,
) -> Response {
    let (person, waits) = match somebody(&app, &headers, from).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let problem = match second_factor::confirm(&app, &person, form.get("code"), from).await {
        Ok(()) => return Redirect::to("/account?set-up").into_response(),
        Err(Error::WrongPassword) => {
            "That is not the code of this half minute. Check the clock of your telephone."
                .to_owned()
        }
        Err(Error::SlowDown(seconds)) => format!("Too many tries. Try again in {seconds} seconds."),
        Err(error) => return error_page(error),
    };
    match filled(&app, &person, waits, None, Some(problem)).await {
        Ok(page) => shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => error_page(error),
    }
}

/// Signs every browser out.
pub(in crate::web) async fn leave_everywhere(
    State(app): State<App>,
    Extension(person): Extension<Person>,
) -> Response {
    match browsers::end_everywhere(&app, &person).await {
        Ok(()) => without_cookie(Redirect::to("/sign-in").into_response()),
        Err(error) => error_page(error),
    }
}

#[derive(Template)]
#[template(path = "first.html", config = ".askama.toml")]
struct First<'a> {
    style: &'static str,
    form: &'a Form,
    problem: Option<String>,
}

/// The page of the first start; there while nobody can sign in.
pub(in crate::web) async fn first(State(app): State<App>) -> Response {
    match first_start::is_open(&app).await {
        Ok(true) => shown_as(
            StatusCode::OK,
            &First { style: &STYLE, form: &Form::default(), problem: None },
        ),
        Ok(false) => error_page(Error::NotThere("page")),
        Err(error) => error_page(error),
    }
}

/// Makes the first manager.
pub(in crate::web) async fn make_first(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    form: Form,
) -> Response {
    let problem = match made(&app, &form, from).await {
        Ok(()) => return Redirect::to("/sign-in").into_response(),
        Err(Error::WrongPassword) => {
            "That is not the code in the log of this server’s last start.".to_owned()
        }
        Err(Error::Invalid { detail, pointer }) => format!("The {pointer} {detail}."),
        Err(Error::SlowDown(seconds)) => format!("Too many tries. Try again in {seconds} seconds."),
        Err(error) => return error_page(error),
    };
    shown_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        &First { style: &STYLE, form: &form, problem: Some(problem) },
    )
}

async fn made(app: &App, form: &Form, from: Option<std::net::IpAddr>) -> Result<()> {
    let email = Email::try_from(form.get("email").to_owned())
        .map_err(|error| Error::invalid("email", format!("is {error}")))?;
    let name = Line::try_from(form.get("name"))
        .map_err(|error| Error::invalid("name", error.to_string()))?;
    let password = form.raw("password").unwrap_or_default().to_owned();
    first_start::make_manager(app, form.get("code"), email, name, password, from).await
}
