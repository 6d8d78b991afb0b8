//! The public page “Schedule a consultation”: a name, a telephone and a request become a task for the desk. Programs that
//! fill in forms are recognised by a field that people do not see, by the stamp of the form, and by how many forms come
//! from one address; no other service is asked.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::consultation_words::{Words, preferred};
use crate::actions::incoming::consultation_request;
use crate::actions::incoming::consultation_request::{NewWish, Sent};
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Error};
use crate::domain::patient::name::cleaned;
use crate::domain::patient::phone::Dialled;
use crate::domain::patient::{Email, Language, PhoneError};
use crate::domain::text::{Line, Wish};
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::control::{Control, errors_of_page, focus_first_wrong};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::field_error::{FieldError, required_text, text_problem};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::page::{public_page, redirect, status_of, tel_link};

/// The field that people do not see; a program that fills in every field fills it in too.
const TRAP: &str = "website";

#[derive(Template)]
#[template(path = "patient/consultation.html", config = ".askama.toml")]
struct ConsultationPage {
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
fn language(query: &Form, headers: &HeaderMap) -> Language {
    match query.parse("lang") {
        Some(language) => language,
        None => preferred(
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        ),
    }
}

pub(in crate::web) async fn request_page(
    State(app): State<App>,
    Query(query): Query,
    headers: HeaderMap,
) -> PageResult {
    let words = Words::for_language(language(&query, &headers));
    let stamp = consultation_request::stamp(&app).await?;
    Ok(answer(StatusCode::OK, &page_of_form(&app, words, &Form::default(), &[], stamp)))
}

/// What is said once a request was taken, or seemed to be.
pub(in crate::web) async fn thanks_page(
    State(app): State<App>,
    Query(query): Query,
    headers: HeaderMap,
) -> Response {
    let words = Words::for_language(language(&query, &headers));
    let page = page_of_form(&app, words, &Form::default(), &[], String::new());
    answer(StatusCode::OK, &ConsultationPage { thanks: true, ..page })
}

/// Sends a request.
pub(in crate::web) async fn send_request(
    State(app): State<App>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    Query(query): Query,
    headers: HeaderMap,
    form: Form,
) -> PageResult {
    let language = language(&query, &headers);
    let words = Words::for_language(language);
    // The other language, with all that is typed.
    if let Some(other) = form.parse("in") {
        return same_form(&app, Words::for_language(other), StatusCode::OK, &form, &[]).await;
    }
    match consultation_request::count(&app, from) {
        Ok(()) => (),
        Err(Error::SlowDown(seconds)) => {
            let wrong = [FieldError::of_form(words.slow_down(seconds.div_ceil(60)))];
            return same_form(&app, words, StatusCode::TOO_MANY_REQUESTS, &form, &wrong).await;
        }
        Err(error) => return Err(error.into()),
    }
    let lang: &str = language.into();
    let taken = || Ok(redirect(&format!("/consultation/thanks?lang={lang}")));
    // A program that filled in the hidden field is answered as if the request was taken.
    if !form.get(TRAP).is_empty() {
        return taken();
    }
    let wrong = match request_from_form(words, &form) {
        Ok(new) if !consultation_request::can_be_written_to(&app, &new) => {
            vec![FieldError::at_field("email", words.bad_email)]
        }
        Ok(new) => match consultation_request::send(&app, &new, form.get("stamp")).await? {
            Sent::Taken => return taken(),
            Sent::TooSoon => vec![FieldError::of_form(words.too_soon)],
            Sent::TooOld => vec![FieldError::of_form(words.too_old)],
        },
        Err(wrong) => wrong,
    };
    same_form(&app, words, status_of(true), &form, &wrong).await
}

/// The form once more, as it was filled in.
async fn same_form(
    app: &App,
    words: &'static Words,
    status: StatusCode,
    form: &Form,
    wrong: &[FieldError],
) -> PageResult {
    let stamp = consultation_request::stamp_again(app, form.get("stamp")).await?;
    Ok(answer(status, &page_of_form(app, words, form, wrong, stamp)))
}

fn answer(status: StatusCode, page: &ConsultationPage) -> Response {
    let vary = [(header::VARY, "accept-language")];
    (vary, public_page(status, page)).into_response()
}

fn page_of_form(
    app: &App,
    words: &'static Words,
    form: &Form,
    wrong: &[FieldError],
    stamp: String,
) -> ConsultationPage {
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
    let mut controls = fields.map(|field| field.control(form, wrong)).to_vec();
    focus_first_wrong(controls.iter_mut());
    let shown: Vec<_> = controls.iter().collect();
    let phone = app.profile.phone.to_string();
    ConsultationPage {
        lang: words.language.into(),
        words,
        trap: TRAP,
        stamp,
        problems: errors_of_page(words.language, wrong, &shown),
        controls,
        thanks: false,
        phone_link: tel_link(&phone),
        phone,
        label: app.profile.label.to_string(),
    }
}

/// The request that a form describes, or all that is wrong with it.
fn request_from_form(words: &Words, form: &Form) -> Result<NewWish, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let name = Line::try_from(form.get("name"))
        .and_then(|name| Line::try_from(cleaned(name.as_str())))
        .map_err(|error| {
            wrong.push(FieldError::at_field("name", text_problem(words.language, &error)));
        });
    let phone = match form.get("phone") {
        "" => Err(required_text(words.language)),
        text => Dialled::try_from(text).map_err(|error| match error {
            PhoneError::Letters => words.letters_in_phone,
            _ => words.bad_phone,
        }),
    };
    let phone = phone.map_err(|problem| wrong.push(FieldError::at_field("phone", problem)));
    let email = match form.get("email") {
        "" => Ok(None),
        text => Email::try_from(text.to_owned())
            .map(Some)
            .map_err(|_| wrong.push(FieldError::at_field("email", words.bad_email))),
    };
    let wish = Wish::try_from(form.get("wish")).map_err(|error| {
        wrong.push(FieldError::at_field("wish", text_problem(words.language, &error)));
    });
    match (name, phone, email, wish) {
        (Ok(name), Ok(dialled), Ok(email), Ok(wish)) => {
            Ok(NewWish { name, dialled, email, wish, language: words.language })
        }
        _ => Err(wrong),
    }
}
