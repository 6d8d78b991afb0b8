//! The week: the same cards, smaller, a list for each day.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, Days, NaiveDate};

use super::day::view_of;
use super::grid::{Shown, shown};
use crate::actions::access::browsers::Person;
use crate::actions::desk::day;
use crate::actions::desk::day::By;
use crate::actions::{App, Result};
use crate::domain::time::civil;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::Asked;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

struct OneDay {
    date: NaiveDate,
    words: String,
    is_today: bool,
    cards: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "desk/week.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    heading: String,
    first: NaiveDate,
    before: NaiveDate,
    after: NaiveDate,
    by: By,
    days: Vec<OneDay>,
    stamp: String,
}

/// The week in which a day lies, from its Monday on.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    let view = view_of(&app, &asked);
    let into = u64::from(view.day.weekday().num_days_from_monday());
    let first = view.day.checked_sub_days(Days::new(into)).unwrap_or(view.day);
    match filled(&app, &person, &view, first).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn filled(
    app: &App,
    person: &Person,
    view: &super::view::View,
    first: NaiveDate,
) -> Result<Page> {
    let today = civil::date_of(app.zone, app.clock.now());
    let (days, stamp) = day::week(app, &person.caller(), first).await?;
    let days = days.into_iter().map(|(date, cards)| OneDay {
        date,
        words: date.format("%a %-d %b").to_string(),
        is_today: date == today,
        cards: cards.iter().map(|card| shown(card, view, app.zone)).collect(),
    });
    Ok(Page {
        shell: Shell::of(app, person, Here::Week),
        heading: format!("Week of {}", spoken_day(first)),
        first,
        before: first.checked_sub_days(Days::new(7)).unwrap_or(first),
        after: first.checked_add_days(Days::new(7)).unwrap_or(first),
        by: view.by,
        days: days.collect(),
        stamp,
    })
}
