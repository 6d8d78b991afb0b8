//! The page of a day: grid and panel, filled from what its address says is open.

use askama::Template;
use axum::http::StatusCode;
use chrono::{Days, NaiveDate};

use super::grid::{CardView, Grid, card_view, grid};
use super::session_panel::SessionAsked;
use super::view::{Open, View};
use super::words::{Problem, TwoPeople, done_message, problem_from};
use super::{new_caller, panel, session_panel};
use crate::actions::desk::day;
use crate::actions::desk::day::By;
use crate::actions::{Error, Result};
use crate::domain::ids::SessionId;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::errors::{PageError, PageResult};
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect};
use crate::web::frame::signed_in::SignedIn;

/// What the columns can be, as a switch shows them.
const COLUMNS: [(By, &str); 3] =
    [(By::Practitioner, "People"), (By::Room, "Rooms"), (By::Device, "Devices")];

/// The session whose last change a note offers to undo.
struct Undo {
    id: SessionId,
    version: i64,
}

#[derive(Template)]
#[template(path = "desk/day.html", config = ".askama.toml")]
struct DayPage {
    layout: Layout,
    heading: String,
    day: NaiveDate,
    before: NaiveDate,
    after: NaiveDate,
    is_today: bool,
    by: By,
    columns_by: [(By, &'static str); 3],
    closed: Option<String>,
    grid: Grid,
    stamp: String,
    cancelled: Vec<CardView>,
    q: String,
    focus_search: bool,
    done: Option<&'static str>,
    undo: Option<Undo>,
    problem: Vec<String>,
    /// What to send again where the caller is another person than the one of the same name.
    again: Option<TwoPeople>,
    panel: String,
}

#[derive(Template)]
#[template(path = "desk/grid.html", config = ".askama.toml")]
struct GridPart {
    grid: Grid,
    stamp: String,
}

pub(super) async fn day_page(user: SignedIn, Query(query): Query) -> PageResult {
    let view = View::from_form(&user, &query);
    match day_page_with(&user, &view, query.get("done"), &query, None).await {
        // The link of a record that was merged leads to the one that was kept.
        Err(PageError(Error::Merged(kept))) => Ok(redirect(&view.patient(kept, None).address())),
        page => page,
    }
}

/// The grid alone, for a page that keeps itself up to date.
pub(super) async fn grid_part(user: SignedIn, Query(query): Query) -> PageResult {
    let view = View::from_form(&user, &query);
    let day = day::day(&user.app, &user.caller(), view.day, view.by).await?;
    let part = GridPart { grid: grid(user.app.zone, &day, &view), stamp: day.stamp };
    Ok(app_page(StatusCode::OK, &part))
}

/// The page after a command was refused: as it was, with the reasons, and with what was typed.
pub(super) async fn refused_page(
    user: &SignedIn,
    view: &View,
    form: &Form,
    error: Error,
) -> PageResult {
    day_page_with(user, view, "", form, Some(problem_from(error)?)).await
}

/// The page with `view` open. `word` says what was done, and `form` is what was typed, if anything was.
pub(super) async fn day_page_with(
    user: &SignedIn,
    view: &View,
    word: &str,
    form: &Form,
    problem: Option<Problem>,
) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let (status, mut problem, again) = match problem {
        Some(Problem { sentences, status, two_people }) => (status, sentences, two_people),
        None => (StatusCode::OK, Vec::new(), None),
    };
    let done = done_message(word);
    let (view, panel) = panel_of(user, view, form, &mut problem, done.is_some()).await?;
    let day = day::day(app, &caller, view.day, view.by).await?;
    // What was undone just now is not offered to be undone.
    let undo = match (&view.open, done.filter(|_| word != "undone")) {
        (Open::Session(session), Some(_)) => day::card(app, &caller, view.day, session.id)
            .await?
            .filter(|card| card.can_undo)
            .map(|card| Undo { id: session.id, version: card.session.version }),
        _ => None,
    };
    let page = DayPage {
        layout: Layout::new(user, NavItem::Day),
        heading: spoken_day(view.day),
        day: view.day,
        before: view.day.checked_sub_days(Days::new(1)).unwrap_or(view.day),
        after: view.day.checked_add_days(Days::new(1)).unwrap_or(view.day),
        is_today: view.day == day.today,
        by: view.by,
        columns_by: COLUMNS,
        grid: grid(app.zone, &day, &view),
        cancelled: day.called_off.iter().map(|card| card_view(card, &view, app.zone)).collect(),
        closed: day.closed,
        stamp: day.stamp,
        q: match &view.open {
            Open::Search(q) => q.clone(),
            _ => String::new(),
        },
        focus_search: view.open == Open::Nothing,
        done: done.filter(|_| problem.is_empty()),
        undo,
        problem,
        again,
        panel,
    };
    Ok(app_page(status, &page))
}

/// The panel, and what is open in it: a search that finds one patient opens them.
async fn panel_of(
    user: &SignedIn,
    view: &View,
    form: &Form,
    problem: &mut Vec<String>,
    noted: bool,
) -> Result<(View, String)> {
    let panel = match &view.open {
        Open::Nothing => panel::empty_panel(view),
        Open::NewCaller(caller) => new_caller::new_caller_panel(view, form, caller),
        Open::Search(q) => match Box::pin(panel::search_panel(user, view, q)).await {
            Err(Error::Invalid { detail, .. }) => {
                problem.push(format!("What you look for {detail}."));
                Ok(String::new())
            }
            found => return found,
        },
        Open::Patient(query) => Box::pin(panel::patient_panel(user, view, query)).await,
        Open::Session(query) => {
            let asked = SessionAsked { query, noted };
            Box::pin(session_panel::session_panel(user, view, asked, problem)).await
        }
    };
    Ok((view.clone(), panel?))
}
