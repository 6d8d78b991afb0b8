//! The page of a day: grid and panel, filled from what its address says is open.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Days, NaiveDate};

use super::grid::{Grid, Shown, grid, shown};
use super::view::{Open, View};
use super::words::{Problem, done, problem};
use super::{new_caller, panel, session_panel};
use crate::actions::access::browsers::Person;
use crate::actions::desk::day;
use crate::actions::desk::day::By;
use crate::actions::{App, Caller, Error, Result};
use crate::domain::ids::SessionId;
use crate::domain::time::civil;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

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
struct Page {
    shell: Shell,
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
    called_off: Vec<Shown>,
    q: String,
    focus_search: bool,
    done: Option<&'static str>,
    undo: Option<Undo>,
    problem: Vec<String>,
    panel: String,
}

#[derive(Template)]
#[template(path = "desk/grid.html", config = ".askama.toml")]
struct GridAlone {
    grid: Grid,
    stamp: String,
}

/// The day.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    let view = view_of(&app, &asked);
    drawn(&app, &person, &view, asked.get("done"), &asked, None).await
}

/// What an address or a form says is open.
pub(super) fn view_of(app: &App, form: &Form) -> View {
    View::read(form, civil::date_of(app.zone, app.clock.now()))
}

/// The grid alone, for a page that keeps itself up to date.
pub(super) async fn grid_alone(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    let view = view_of(&app, &asked);
    let day = match day::day(&app, &person.caller(), view.day, view.by).await {
        Ok(day) => day,
        Err(error) => return error_page(error),
    };
    shown_with_scripts(
        StatusCode::OK,
        &GridAlone { grid: grid(app.zone, &day, &view), stamp: day.stamp },
    )
}

/// The page after a deed that was refused: as it was, with the reasons, and with what was typed.
pub(super) async fn refused(
    app: &App,
    person: &Person,
    view: &View,
    form: &Form,
    error: Error,
) -> Response {
    match problem(error) {
        Ok(problem) => drawn(app, person, view, "", form, Some(problem)).await,
        Err(error) => error_page(error),
    }
}

/// The page with `view` open. `form` is what was typed into it, if anything was.
pub(super) async fn drawn(
    app: &App,
    person: &Person,
    view: &View,
    word: &str,
    form: &Form,
    problem: Option<Problem>,
) -> Response {
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    match filled(app, person, view, word, form, problem).await {
        Ok(page) => shown_with_scripts(status, &page),
        Err(error) => error_page(error),
    }
}

async fn filled(
    app: &App,
    person: &Person,
    view: &View,
    word: &str,
    form: &Form,
    problem: Option<Problem>,
) -> Result<Page> {
    let caller = person.caller();
    let mut problem = problem.map(|problem| problem.sentences).unwrap_or_default();
    let (view, panel) =
        panel_of(app, &caller, view, form, &mut problem, done(word).is_some()).await?;
    let day = day::day(app, &caller, view.day, view.by).await?;
    // What was undone just now is not offered to be undone.
    let undo = match (&view.open, done(word).filter(|_| word != "undone")) {
        (Open::Session { id, .. }, Some(_)) => day::card(app, &caller, view.day, *id)
            .await?
            .filter(|card| card.can_undo)
            .map(|card| Undo { id: *id, version: card.session.version }),
        _ => None,
    };
    Ok(Page {
        shell: Shell::of(app, person, Here::Day),
        heading: spoken_day(view.day),
        day: view.day,
        before: view.day.checked_sub_days(Days::new(1)).unwrap_or(view.day),
        after: view.day.checked_add_days(Days::new(1)).unwrap_or(view.day),
        is_today: view.day == day.today,
        by: view.by,
        columns_by: COLUMNS,
        grid: grid(app.zone, &day, &view),
        called_off: day.called_off.iter().map(|card| shown(card, &view, app.zone)).collect(),
        closed: day.closed,
        stamp: day.stamp,
        q: match &view.open {
            Open::Found(q) => q.clone(),
            _ => String::new(),
        },
        focus_search: view.open == Open::Nothing,
        done: done(word).filter(|_| problem.is_empty()),
        undo,
        problem,
        panel,
    })
}

/// The panel, and what is open in it: a search that finds one caller opens them.
async fn panel_of(
    app: &App,
    caller: &Caller,
    view: &View,
    form: &Form,
    problem: &mut Vec<String>,
    noted: bool,
) -> Result<(View, String)> {
    let drawn = match &view.open {
        Open::Nothing => return Ok((view.clone(), panel::nobody(view)?)),
        Open::NewCaller(q) => new_caller::new_caller(view, form, q),
        Open::Found(q) => match Box::pin(panel::found(app, caller, view, q)).await {
            Ok((opened, html)) => return Ok((opened, html)),
            Err(Error::Invalid { detail, .. }) => {
                problem.push(format!("What you look for {detail}."));
                return Ok((view.clone(), String::new()));
            }
            Err(error) => Err(error),
        },
        Open::Patient { id, .. } => Box::pin(panel::patient(app, caller, view, *id)).await,
        Open::Session { id, to, with, no_show } => {
            let asked = session_panel::Asked { to: *to, with: *with, no_show: *no_show, noted };
            Box::pin(session_panel::session(app, caller, view, *id, asked, problem)).await
        }
    };
    Ok((view.clone(), drawn?))
}
