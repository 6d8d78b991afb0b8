//! A shop's list behind its link: today and the coming days, each visit with the packet, in the
//! language that the shop reads. It shows and changes nothing; the shop answers on its own pages, once signed in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{Days, NaiveDate};

use super::list_words::ListWords;
use super::rows::{DayOfRows, by_day};
use crate::actions::partner::list;
use crate::actions::partner::list::OpenedList;
use crate::actions::{App, Error};
use crate::domain::messages::wording;
use crate::domain::time::civil::Day;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::page::{Named, code, named, shown};
use crate::web::frame::style::STYLE;

/// How far the links to earlier and later days go.
const STEP: Days = Days::new(14);

#[derive(Template)]
#[template(path = "shop.html", config = ".askama.toml")]
struct Page<'a> {
    style: &'static str,
    lang: &'static str,
    words: &'static ListWords,
    name: &'a str,
    path: String,
    from: String,
    earlier: NaiveDate,
    later: NaiveDate,
    days: Vec<DayOfRows>,
}

/// From which day a list is asked for; nothing where that is no day.
pub(super) fn first_day(asked: &Form) -> Result<Option<Day>, Error> {
    let day = |text: &str| text.parse::<NaiveDate>().ok().and_then(|day| Day::try_from(day).ok());
    match asked.raw("from") {
        None | Some("") => Ok(None),
        Some(text) => day(text).map(Some).ok_or(Error::NotThere("page")),
    }
}

/// The first days of the page before a page that begins with `first`, and of the one after it.
pub(super) fn around(first: NaiveDate) -> (NaiveDate, NaiveDate) {
    (first.checked_sub_days(STEP).unwrap_or(first), first.checked_add_days(STEP).unwrap_or(first))
}

pub(in crate::web) async fn page(
    State(app): State<App>,
    secret: Named,
    Asked(asked): Asked,
) -> Response {
    let secret = named(secret);
    let opened = match first_day(&asked) {
        Ok(from) => list::behind_link(&app, &secret, from).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(opened) => shown(&filled(&opened, &secret)),
        Err(error) => error_page(error),
    }
}

fn filled<'a>(opened: &'a OpenedList, secret: &str) -> Page<'a> {
    let language = opened.language;
    let (earlier, later) = around(opened.from.date_naive());
    Page {
        style: &STYLE,
        lang: code(language),
        words: ListWords::of(language),
        name: &opened.name,
        path: format!("/shop/{secret}"),
        from: wording::day(language, opened.from.naive_local()),
        earlier,
        later,
        days: by_day(language, &opened.visits, |_| None),
    }
}
