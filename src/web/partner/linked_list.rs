//! A shop's list behind its link: today and the coming days, each session with the packet, in the language that the
//! shop reads. It changes nothing; the shop answers on its own pages, once signed in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{Days, NaiveDate};

use super::list_words::ListWords;
use super::rows::{DayOfRows, by_day};
use crate::actions::partner::list;
use crate::actions::{App, Error, Result};
use crate::domain::messages::wording;
use crate::domain::time::civil::Day;
use crate::web::frame::address::Secret;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::page::public_page;

/// How far the links to earlier and later days go.
const STEP: Days = Days::new(14);

#[derive(Template)]
#[template(path = "partner/linked_list.html", config = ".askama.toml")]
struct LinkedListPage {
    lang: &'static str,
    words: &'static ListWords,
    name: String,
    path: String,
    from: String,
    earlier: NaiveDate,
    later: NaiveDate,
    days: Vec<DayOfRows>,
}

/// From which day a list is asked for; nothing where that is no day.
pub(super) fn first_day(query: &Form) -> Result<Option<Day>> {
    let day = |text: &str| text.parse::<NaiveDate>().ok().and_then(|day| Day::try_from(day).ok());
    match query.raw("from") {
        None | Some("") => Ok(None),
        Some(text) => day(text).map(Some).ok_or(Error::NotThere("page")),
    }
}

/// The first days of the page before a page that begins with `first`, and of the one after it.
pub(super) fn around(first: NaiveDate) -> (NaiveDate, NaiveDate) {
    (first.checked_sub_days(STEP).unwrap_or(first), first.checked_add_days(STEP).unwrap_or(first))
}

pub(in crate::web) async fn list_page(
    State(app): State<App>,
    Secret(secret): Secret,
    Query(query): Query,
) -> PageResult {
    let opened = list::behind_link(&app, &secret, first_day(&query)?).await?;
    let language = opened.language;
    let (earlier, later) = around(opened.from.date_naive());
    let page = LinkedListPage {
        lang: language.into(),
        words: ListWords::for_language(language),
        path: format!("/shop/{secret}"),
        from: wording::day(language, opened.from.naive_local()),
        earlier,
        later,
        days: by_day(language, &opened.visits, |_| None),
        name: opened.name,
    };
    Ok(public_page(StatusCode::OK, &page))
}
