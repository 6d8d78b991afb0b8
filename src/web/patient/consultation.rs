//! The public page “Schedule a consultation”: a name, a telephone and a wish become a task for the desk.
//! Programs that fill in forms are told by a field that no person sees, by the stamp of the form, and by
//! how many come from one address; no other service is asked.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::consultation_words::{Words, preferred};
use crate::actions::incoming::consultation_request;
use crate::actions::incoming::consultation_request::{NewWish, Sent};
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Error};
use crate::domain::patient::{Email, Language, Phone};
use crate::domain::text::{Line, Wish};
use crate::web::frame::error::error_page;
use crate::web::frame::form::control::{Control, focus_first_wrong, said_above};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::wrong::{Wrong, needed, text_problem};
use crate::web::frame::page::{code, shown_as};
use crate::web::frame::style::STYLE;

/// The field that no person sees; a program that fills in whatever there is fills it in too.
const TRAP: &str = "website";

#[derive(Template)]
#[template(path = "consultation.html", config = ".askama.toml")]
struct Page {
    style: &'static str,
    lang: &'static str,
    words: &'static Words,
    trap: &'static str,
    stamp: String,
    problems: Vec<String>,
    controls: Vec<Control>,
    thanks: bool,
    phone: String,
    phone_link: String,
    label: String,
}

/// The language that is asked for: by the address, or else by the browser.
fn language(asked: &Form, headers: &HeaderMap) -> Language {
    match asked.read("lang") {
        Some(language) => language,
        None => preferred(
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        ),
    }
}

/// The page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let words = Words::of(language(&asked, &headers));
    match consultation_request::stamp(&app).await {
        Ok(stamp) => answered(StatusCode::OK, &filled(&app, words, &Form::default(), &[], stamp)),
        Err(error) => error_page(error),
    }
}

/// What is said once a wish was taken, or seemed to be.
pub(in crate::web) async fn thanks(
    State(app): State<App>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let words = Words::of(language(&asked, &headers));
    let page = Page { thanks: true, ..filled(&app, words, &Form::default(), &[], String::new()) };
    answered(StatusCode::OK, &page)
}

/// The wish.
pub(in crate::web) async fn send(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    Asked(asked): Asked,
    headers: HeaderMap,
    form: Form,
) -> Response {
    let language = language(&asked, &headers);
    let words = Words::of(language);
    // The other language, with all that is typed.
    if let Some(other) = form.read("in") {
        return again(&app, Words::of(other), StatusCode::OK, &form, &[]).await;
    }
    let taken =
        || Redirect::to(&format!("/consultation/thanks?lang={}", code(language))).into_response();
    if let Err(error) = consultation_request::count(&app, from) {
        return match error {
            Error::SlowDown(seconds) => {
                let wrong = vec![Wrong::of_all(words.slow_down(seconds.div_ceil(60)))];
                again(&app, words, StatusCode::TOO_MANY_REQUESTS, &form, &wrong).await
            }
            error => error_page(error),
        };
    }
    // A program learns nothing of having been found out.
    if !form.get(TRAP).is_empty() {
        return taken();
    }
    let sent = match read(words, &form) {
        Ok(new) => consultation_request::send(&app, &new, form.get("stamp")).await,
        Err(wrong) => {
            return again(&app, words, StatusCode::UNPROCESSABLE_ENTITY, &form, &wrong).await;
        }
    };
    let wrong = match sent {
        Ok(Sent::Taken) => return taken(),
        Ok(Sent::TooSoon) => Wrong::of_all(words.too_soon),
        Ok(Sent::TooOld) => Wrong::of_all(words.too_old),
        Err(error) => return error_page(error),
    };
    again(&app, words, StatusCode::UNPROCESSABLE_ENTITY, &form, &[wrong]).await
}

/// The form once more, as it was filled in.
async fn again(
    app: &App,
    words: &'static Words,
    status: StatusCode,
    form: &Form,
    wrong: &[Wrong],
) -> Response {
    match consultation_request::stamp_again(app, form.get("stamp")).await {
        Ok(stamp) => answered(status, &filled(app, words, form, wrong, stamp)),
        Err(error) => error_page(error),
    }
}

fn answered(status: StatusCode, page: &Page) -> Response {
    let mut response = shown_as(status, page);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

fn filled(app: &App, words: &'static Words, form: &Form, wrong: &[Wrong], stamp: String) -> Page {
    let fields = [
        Field::new("name", words.name, Kind::Text).max_length(200).autocomplete("name").required(),
        Field::new("phone", words.phone, Kind::Tel)
            .max_length(40)
            .autocomplete("tel")
            .hint(words.phone_hint)
            .required(),
        Field::new("email", words.email, Kind::Email)
            .max_length(254)
            .autocomplete("email")
            .hint(words.email_hint),
        Field::new("wish", words.wish, Kind::Area)
            .max_length(2000)
            .hint(words.wish_hint)
            .required(),
    ];
    let mut controls = fields.map(|field| field.filled(form, wrong)).to_vec();
    focus_first_wrong(controls.iter_mut());
    let shown: Vec<_> = controls.iter().collect();
    let phone = app.profile.phone.to_string();
    Page {
        style: &STYLE,
        lang: code(words.language),
        words,
        trap: TRAP,
        stamp,
        problems: said_above(words.language, wrong, &shown),
        controls,
        thanks: false,
        phone_link: phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        phone,
        label: app.profile.label.to_string(),
    }
}

/// What the form says, or all that is wrong with it at once.
fn read(words: &Words, form: &Form) -> Result<NewWish, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let name = Line::try_from(form.get("name"))
        .map_err(|error| wrong.push(Wrong::with("name", text_problem(words.language, &error))));
    let phone = match form.get("phone") {
        "" => Err(needed(words.language)),
        text => Phone::try_from(text.to_owned()).map_err(|_| words.bad_phone),
    };
    let phone = phone.map_err(|problem| wrong.push(Wrong::with("phone", problem)));
    let email = match form.get("email") {
        "" => Ok(None),
        text => Email::try_from(text.to_owned())
            .map(Some)
            .map_err(|_| wrong.push(Wrong::with("email", words.bad_email))),
    };
    let wish = Wish::try_from(form.get("wish"))
        .map_err(|error| wrong.push(Wrong::with("wish", text_problem(words.language, &error))));
    match (name, phone, email, wish) {
        (Ok(name), Ok(phone), Ok(email), Ok(wish)) => {
            Ok(NewWish { name, phone, email, wish, language: words.language })
        }
        _ => Err(wrong),
    }
}
