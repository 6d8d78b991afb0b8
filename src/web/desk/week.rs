//! The week: the same cards, smaller, a list for each day.

use askama::Template;
use axum::http::StatusCode;
use chrono::{Datelike, Days, NaiveDate};

use super::grid::{CardView, card_view};
use super::view::View;
use crate::actions::desk::day;
use crate::actions::desk::day::By;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::Query;
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::app_page;
use crate::web::frame::signed_in::SignedIn;

struct DayOfWeek {
    date: NaiveDate,
    words: String,
    is_today: bool,
    cards: Vec<CardView>,
}

#[derive(Template)]
#[template(path = "desk/week.html", config = ".askama.toml")]
struct WeekPage {
    layout: Layout,
    heading: String,
    first: NaiveDate,
    before: NaiveDate,
    after: NaiveDate,
    by: By,
    days: Vec<DayOfWeek>,
    stamp: String,
}

/// The week in which a day lies, from its Monday on.
pub(super) async fn week_page(user: SignedIn, Query(query): Query) -> PageResult {
    let view = View::from_form(&user, &query);
    let into = u64::from(view.day.weekday().num_days_from_monday());
    let first = view.day.checked_sub_days(Days::new(into)).unwrap_or(view.day);
    let today = user.today();
    let (days, stamp) = day::week(&user.app, &user.caller(), first).await?;
    let days = days.into_iter().map(|(date, cards)| DayOfWeek {
        date,
        words: date.format("%a %-d %b").to_string(),
        is_today: date == today,
        cards: cards.iter().map(|card| card_view(card, &view, user.app.zone)).collect(),
    });
    let page = WeekPage {
        layout: Layout::new(&user, NavItem::Week),
        heading: format!("Week of {}", spoken_day(first)),
        first,
        before: first.checked_sub_days(Days::new(7)).unwrap_or(first),
        after: first.checked_add_days(Days::new(7)).unwrap_or(first),
        by: view.by,
        days: days.collect(),
        stamp,
    };
    Ok(app_page(StatusCode::OK, &page))
}
