//! The addresses that a shop keeps: its calendar to subscribe to, and the links to its list. A new
//! one is shown once, on the page that made it, and is stored nowhere.

use askama::Template;
use axum::http::StatusCode;
use chrono::{DateTime, FixedOffset};

use super::words::Words;
use crate::actions::calendar::feeds;
use crate::actions::partner::links::{NewShopLink, ShopLinkView};
use crate::actions::partner::{links, pages};
use crate::actions::{Error, Result};
use crate::domain::ids::{FeedId, ShopLinkId};
use crate::domain::messages::wording;
use crate::domain::text::Line;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::control::{Control, focus_first_wrong};
use crate::web::frame::form::field::{Field, Kind};
use crate::web::frame::form::field_error::{FieldError, text_problem};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::form::spec::expected;
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect, status_of};
use crate::web::frame::signed_in::SignedIn;

struct Calendar {
    id: FeedId,
    version: i64,
    made: String,
    fetched: Option<String>,
}

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
#[template(path = "partner/addresses.html", config = ".askama.toml")]
struct AddressesPage {
    layout: Layout,
    words: &'static Words,
    note: Option<&'static str>,
    problem: Option<&'static str>,
    fresh: Option<Fresh>,
    calendar: Option<Calendar>,
    links: Vec<Link>,
    control: Control,
}

/// What a command came to, as the page shows it.
#[derive(Default)]
struct Outcome {
    fresh: Option<Fresh>,
    note: Option<&'static str>,
    problem: Option<&'static str>,
    form: Form,
    wrong: Vec<FieldError>,
}

pub(super) async fn addresses_page(user: SignedIn, Query(query): Query) -> PageResult {
    addresses_page_with(&user, StatusCode::OK, |words| Outcome {
        note: query.has("revoked").then_some(words.revoked),
        ..Outcome::default()
    })
    .await
}

async fn addresses_page_with(
    user: &SignedIn,
    status: StatusCode,
    outcome: impl FnOnce(&'static Words) -> Outcome,
) -> PageResult {
    let addresses = pages::addresses(&user.app, &user.caller()).await?;
    let language = addresses.front.language;
    let words = Words::for_language(language);
    let Outcome { fresh, note, problem, form, wrong } = outcome(words);
    let label = Field::new("label", words.label, Kind::Text)
        .max_length(200)
        .hint(words.label_hint)
        .required();
    let mut control = label.control(&form, &wrong);
    focus_first_wrong(std::iter::once(&mut control));
    let day = |at: DateTime<FixedOffset>| wording::day(language, at.naive_local());
    let link = |link: ShopLinkView| Link {
        id: link.id,
        version: link.version,
        label: link.label.to_string(),
        made: day(link.created_at),
    };
    let page = AddressesPage {
        layout: Layout::for_shop(user, NavItem::PartnerAddresses, language),
        words,
        note,
        problem,
        fresh,
        calendar: addresses.feed.map(|feed| Calendar {
            id: feed.id,
            version: feed.version,
            made: day(feed.rotated_at),
            fetched: feed.last_fetched_at.map(day),
        }),
        links: addresses.links.into_iter().map(link).collect(),
        control,
    };
    Ok(app_page(status, &page))
}

/// The page after a command failed, which says so where something has changed meanwhile.
async fn failed_page(user: &SignedIn, error: Error) -> PageResult {
    match error {
        // What is not there any more was revoked a moment ago, perhaps by this very button.
        Error::Stale | Error::AnsweredMeanwhile | Error::NotThere(_) => {
            addresses_page_with(user, status_of(true), |words| Outcome {
                problem: Some(words.stale),
                ..Outcome::default()
            })
            .await
        }
        error => Err(error.into()),
    }
}

/// The page with an address that was just made.
async fn fresh_page(
    user: &SignedIn,
    fresh: impl FnOnce(&'static Words) -> Option<Fresh>,
) -> PageResult {
    addresses_page_with(user, StatusCode::CREATED, |words| Outcome {
        fresh: fresh(words),
        ..Outcome::default()
    })
    .await
}

async fn revoked_page(user: &SignedIn, revoked: Result<()>) -> PageResult {
    match revoked {
        Ok(()) => Ok(redirect("/partner/calendar?revoked")),
        Err(error) => failed_page(user, error).await,
    }
}

/// Gives the calendar an address, or another one.
pub(super) async fn make_calendar(user: SignedIn, form: Form) -> PageResult {
    let seen = form.parse("id").zip(form.parse("version"));
    match pages::new_calendar(&user.app, &user.caller(), seen).await {
        Ok(made) => {
            let feed = made.into_inner();
            fresh_page(&user, |words| {
                feed.url.map(|address| Fresh {
                    label: words.calendar_address,
                    address,
                    webcal: feed.webcal_url,
                    google: feed.google_url,
                })
            })
            .await
        }
        Err(error) => failed_page(&user, error).await,
    }
}

pub(super) async fn revoke_calendar(user: SignedIn, form: Form) -> PageResult {
    let revoked = match form.parse("id") {
        Some(id) => feeds::revoke(&user.app, &user.caller(), id, &expected(&form)).await,
        None => Err(Error::NotThere("feed")),
    };
    revoked_page(&user, revoked).await
}

/// Makes a link to the list.
pub(super) async fn make_link(user: SignedIn, form: Form) -> PageResult {
    let front = pages::front(&user.app, &user.caller()).await?;
    let label = match Line::try_from(form.get("label")) {
        Ok(label) => label,
        Err(error) => {
            let wrong = vec![FieldError::at_field("label", text_problem(front.language, &error))];
            let outcome = Outcome { form, wrong, ..Outcome::default() };
            return addresses_page_with(&user, status_of(true), |_| outcome).await;
        }
    };
    let made = links::make(&user.app, &user.caller(), front.id, NewShopLink { label }).await?;
    let url = made.into_inner().url;
    fresh_page(&user, |words| {
        url.map(|address| Fresh { label: words.link_address, address, webcal: None, google: None })
    })
    .await
}

pub(super) async fn revoke_link(user: SignedIn, form: Form) -> PageResult {
    let front = pages::front(&user.app, &user.caller()).await?;
    let revoked = match form.parse("id") {
        Some(id) => links::revoke(&user.app, &user.caller(), front.id, id, &expected(&form)).await,
        None => Err(Error::NotThere("link")),
    };
    revoked_page(&user, revoked).await
}
