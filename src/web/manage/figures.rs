//! The figures: charts, and below each the same numbers as a table.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::chart::{Chart, bars};
use super::tabs::{Part, Tab, tabs};
use super::words;
use crate::actions::access::browsers::Person;
use crate::actions::manage::figures;
use crate::actions::manage::figures::{ClinicFigures, ClinicFiguresWanted, UseOf};
use crate::actions::{App, Error};
use crate::domain::manage::figures::{Hours, Share};
use crate::domain::partner::settlement::Month;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::form::wrong::sentence;
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::shown_with_scripts;

#[derive(Template)]
#[template(path = "manage_figures.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    from: String,
    months: String,
    problem_from: Option<String>,
    problem_months: Option<String>,
    figures: Option<Filled>,
}

struct Filled {
    months: Vec<String>,
    attendance: Chart,
    attended: Vec<Attended>,
    rooms: InUse,
    devices: InUse,
    overdue: Chart,
    overdue_rows: Vec<(&'static str, i64)>,
    overdue_total: i64,
    lasted: Chart,
    lasted_rows: Vec<LastedRow>,
}

struct Attended {
    month: String,
    came: i64,
    missed: i64,
    share: String,
}

struct InUse {
    chart: Chart,
    rows: Vec<UseRow>,
}

struct UseRow {
    name: String,
    months: Vec<String>,
    all: String,
}

struct LastedRow {
    goal: String,
    courses: i64,
    days: String,
    sessions: String,
}

/// The figures of the months asked for.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Asked(asked): Asked,
) -> Response {
    let mut page = Page {
        shell: Shell::of(&app, &person, Here::Manage),
        tabs: tabs(Some(Part::Figures)),
        from: asked.get("from").to_owned(),
        months: asked.get("months").to_owned(),
        problem_from: None,
        problem_months: None,
        figures: None,
    };
    let wanted = match wanted(&asked) {
        Ok(wanted) => wanted,
        Err(At::From(words)) => {
            page.problem_from = Some(words);
            return shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(At::Months(words)) => {
            page.problem_months = Some(words);
            return shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    match figures::figures(&app, &person.caller(), wanted).await {
        Ok(found) => {
            page.from = found.months.first().map(ToString::to_string).unwrap_or_default();
            page.months = found.months.len().to_string();
            page.figures = Some(filled(found));
            shown_with_scripts(StatusCode::OK, &page)
        }
        Err(Error::Invalid { detail, .. }) => {
            page.problem_months = Some(sentence(&detail));
            shown_with_scripts(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => error_page(error),
    }
}

/// Which field makes no sense.
enum At {
    From(String),
    Months(String),
}

fn wanted(asked: &Form) -> Result<ClinicFiguresWanted, At> {
    let from = match asked.get("from") {
        "" => None,
        text => {
            Some(text.parse::<Month>().map_err(|error| At::From(sentence(&error.to_string())))?)
        }
    };
    let months = match asked.get("months") {
        "" => None,
        text => Some(
            text.parse::<u16>()
                .map_err(|_| At::Months("Write a whole number of months.".to_owned()))?,
        ),
    };
    Ok(ClinicFiguresWanted { from, months })
}

fn filled(found: ClinicFigures) -> Filled {
    let ClinicFigures { months, attendance, rooms, devices, overdue, lasted } = found;
    let share = |share: Option<Share>| {
        share.map_or_else(|| "no visits".to_owned(), |share| share.to_string())
    };
    let missed = attendance.iter().map(|one| {
        let length = one.share().map_or(0, Share::tenths);
        (one.month.to_string(), length, share(one.share()))
    });
    let late = [
        ("Up to 2 weeks", overdue.two_weeks),
        ("2 to 4 weeks", overdue.four_weeks),
        ("4 to 12 weeks", overdue.twelve_weeks),
        ("Longer", overdue.longer),
    ];
    let took = lasted.iter().map(|one| {
        let words = format!("{} days, {} sessions", one.days, one.sessions);
        (words::title(&one.goal), one.days.twice(), words)
    });
    Filled {
        // A tenth of the visits is much; the drawing is at least as wide as that.
        attendance: bars("Share of no-shows, month by month", missed.collect(), 100),
        attended: attendance
            .iter()
            .map(|one| Attended {
                month: one.month.to_string(),
                came: one.came,
                missed: one.missed,
                share: share(one.share()),
            })
            .collect(),
        rooms: in_use("Use of rooms", &rooms),
        devices: in_use("Use of devices", &devices),
        overdue: bars(
            "Courses that are overdue, by how long",
            late.iter()
                .map(|(label, count)| ((*label).to_owned(), *count, count.to_string()))
                .collect(),
            5,
        ),
        overdue_total: overdue.total(),
        overdue_rows: late.to_vec(),
        lasted: bars("Median days from the first treatment to the last", took.collect(), 2),
        lasted_rows: lasted
            .iter()
            .map(|one| LastedRow {
                goal: words::title(&one.goal),
                courses: one.courses,
                days: one.days.to_string(),
                sessions: one.sessions.to_string(),
            })
            .collect(),
        months: months.iter().map(ToString::to_string).collect(),
    }
}

fn in_use(title: &str, all: &[UseOf]) -> InUse {
    let told = |booked: Hours, open: Hours| match Share::of_whole(booked.minutes(), open.minutes())
    {
        Some(share) => format!("{share}: {booked} of {open}"),
        None => format!("{booked} of {open}"),
    };
    let sums = |one: &UseOf| {
        let booked: Hours = one.months.iter().map(|month| month.booked).sum();
        let open: Hours = one.months.iter().map(|month| month.open).sum();
        (booked, open)
    };
    let name = |one: &UseOf| format!("{}{}", one.name, if one.rented { " (rented)" } else { "" });
    let bar = |one: &UseOf| {
        let (booked, open) = sums(one);
        let length = Share::of_whole(booked.minutes(), open.minutes()).map_or(0, Share::tenths);
        (name(one), length, told(booked, open))
    };
    let row = |one: &UseOf| {
        let (booked, open) = sums(one);
        UseRow {
            name: name(one),
            months: one.months.iter().map(|month| told(month.booked, month.open)).collect(),
            all: told(booked, open),
        }
    };
    InUse {
        chart: bars(title, all.iter().map(bar).collect(), 1000),
        rows: all.iter().map(row).collect(),
    }
}
