//! The addresses that a shop keeps: its calendar to subscribe to, and the links to its list. A new
//! one is shown once, on the page that made it, and is stored nowhere.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, FixedOffset};

use super::path::expected;
use super::words::Words;
use crate::actions::access::browsers::Person;
use crate::actions::calendar::feeds;
use crate::actions::partner::links::NewShopLink;
use crate::actions::partner::pages::Addresses;
use crate::actions::partner::{links, pages};
use crate::actions::{App, Error};
use crate::domain::ids::{FeedId, ShopLinkId};
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::text::Line;
use crate::web::frame::error::error_page;
use crate::web::frame::form::control::{Control, focus_first_wrong};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::wrong::{Wrong, text_problem};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

/// A calendar that there is.
struct Calendar {
    id: FeedId,
    version: i64,
    made: String,
    fetched: Option<String>,
}

/// A link that there is.
struct Link {
    id: ShopLinkId,
    version: i64,
    label: String,
    made: String,
}

/// An address that was just made.
struct Fresh {
    label: &'static str,
    address: String,
    webcal: Option<String>,
    google: Option<String>,
}

#[derive(Template)]
#[template(path = "partner_addresses.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    words: &'static Words,
    note: Option<&'static str>,
    problem: Option<&'static str>,
    fresh: Option<Fresh>,
    calendar: Option<Calendar>,
    links: Vec<Link>,
    control: Control,
}

/// What a page shows besides what there is.
#[derive(Default)]
struct Beside {
    fresh: Option<Fresh>,
    note: Option<&'static str>,
    problem: Option<&'static str>,
    form: Form,
    wrong: Vec<Wrong>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    shown(&app, &person, StatusCode::OK, |words| Beside {
        note: asked.has("revoked").then_some(words.revoked),
        ..Beside::default()
    })
    .await
}

async fn shown(
    app: &App,
    person: &Person,
    status: StatusCode,
    beside: impl FnOnce(&'static Words) -> Beside,
) -> Response {
    match pages::addresses(app, &person.caller()).await {
        Ok(addresses) => {
            let words = Words::of(addresses.front.language);
            shown_with_scripts(status, &filled(app, person, addresses, beside(words)))
        }
        Err(error) => error_page(error),
    }
}

fn filled(app: &App, person: &Person, addresses: Addresses, beside: Beside) -> Page {
    let language = addresses.front.language;
    let words = Words::of(language);
    let label = Field::new("label", words.label, Kind::Text)
        .max_length(200)
        .hint(words.label_hint)
        .required();
    let mut control = label.filled(&beside.form, &beside.wrong);
    focus_first_wrong(std::iter::once(&mut control));
    Page {
        shell: Shell::for_shop(app, person, Here::PartnerAddresses, language),
        words,
        note: beside.note,
        problem: beside.problem,
        fresh: beside.fresh,
        calendar: addresses.feed.map(|feed| Calendar {
            id: feed.id,
            version: feed.version,
            made: day(language, feed.rotated_at),
            fetched: feed.last_fetched_at.map(|at| day(language, at)),
        }),
        links: addresses
            .links
            .into_iter()
            .map(|link| Link {
                id: link.id,
                version: link.version,
                label: link.label.to_string(),
                made: day(language, link.created_at),
            })
            .collect(),
        control,
    }
}

fn day(language: Language, at: DateTime<FixedOffset>) -> String {
    wording::day(language, at.naive_local())
}

/// The page after something failed: it says that things have changed, where that is why.
async fn changed(app: &App, person: &Person, error: Error) -> Response {
    match error {
        // What is not there any more was revoked a moment ago, perhaps by this very button.
        Error::Stale | Error::AnsweredMeanwhile | Error::NotThere(_) => {
            shown(app, person, StatusCode::UNPROCESSABLE_ENTITY, |words| Beside {
                problem: Some(words.stale),
                ..Beside::default()
            })
            .await
        }
        error => error_page(error),
    }
}

/// Gives the calendar an address, or another one.
pub(super) async fn make_calendar(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let seen = form.read("id").zip(form.read("version"));
    match pages::new_calendar(&app, &person.caller(), seen).await {
        Ok(made) => {
            let feed = made.into_inner();
            shown(&app, &person, StatusCode::CREATED, |words| Beside {
                fresh: feed.url.map(|address| Fresh {
                    label: words.calendar_address,
                    address,
                    webcal: feed.webcal_url,
                    google: feed.google_url,
                }),
                ..Beside::default()
            })
            .await
        }
        Err(error) => changed(&app, &person, error).await,
    }
}

/// Revokes the calendar.
pub(super) async fn revoke_calendar(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let revoked = match form.read("id") {
        Some(id) => feeds::revoke(&app, &person.caller(), id, &expected(&form)).await,
        None => Err(Error::NotThere("feed")),
    };
    match revoked {
        Ok(()) => Redirect::to("/partner/calendar?revoked").into_response(),
        Err(error) => changed(&app, &person, error).await,
    }
}

/// Makes a link to the list.
pub(super) async fn make_link(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let caller = person.caller();
    let front = match pages::front(&app, &caller).await {
        Ok(front) => front,
        Err(error) => return error_page(error),
    };
    let label = match Line::try_from(form.get("label")) {
        Ok(label) => label,
        Err(error) => {
            let wrong = vec![Wrong::with("label", text_problem(front.language, &error))];
            return shown(&app, &person, StatusCode::UNPROCESSABLE_ENTITY, |_| Beside {
                form,
                wrong,
                ..Beside::default()
            })
            .await;
        }
    };
    match links::make(&app, &caller, front.id, NewShopLink { label }).await {
        Ok(made) => {
            let url = made.into_inner().url;
            shown(&app, &person, StatusCode::CREATED, |words| Beside {
                fresh: url.map(|address| Fresh {
                    label: words.link_address,
                    address,
                    webcal: None,
                    google: None,
                }),
                ..Beside::default()
            })
            .await
        }
        Err(error) => error_page(error),
    }
}

/// Revokes a link.
pub(super) async fn revoke_link(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    form: Form,
) -> Response {
    let caller = person.caller();
    let front = match pages::front(&app, &caller).await {
        Ok(front) => front,
        Err(error) => return error_page(error),
    };
    let revoked = match form.read("id") {
        Some(id) => links::revoke(&app, &caller, front.id, id, &expected(&form)).await,
        None => Err(Error::NotThere("link")),
    };
    match revoked {
        Ok(()) => Redirect::to("/partner/calendar?revoked").into_response(),
        Err(error) => changed(&app, &person, error).await,
    }
}
