//! The figures: charts, and below each the same numbers as a table.

use askama::Template;

use super::chart::{Chart, bar_chart};
use super::sections::{Section, manage_layout};
use crate::actions::Error;
use crate::actions::manage::figures;
use crate::actions::manage::figures::{ClinicFigures, ClinicFiguresWanted, UseOf};
use crate::domain::manage::figures::{Hours, Share};
use crate::domain::partner::settlement::Month;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::field_error::sentence;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, status_of};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::title_words;

#[derive(Template)]
#[template(path = "manage/figures.html", config = ".askama.toml")]
struct FiguresPage {
    layout: Layout,
    from: String,
    months: String,
    problem_from: Option<String>,
    problem_months: Option<String>,
    figures: Option<ChartsAndTables>,
}

struct ChartsAndTables {
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
pub(super) async fn figures_page(user: SignedIn, Query(query): Query) -> PageResult {
    let mut page = FiguresPage {
        layout: manage_layout(&user, Some(Section::Figures)),
        from: query.get("from").to_owned(),
        months: query.get("months").to_owned(),
        problem_from: None,
        problem_months: None,
        figures: None,
    };
    match wanted(&query) {
        Ok(wanted) => match figures::figures(&user.app, &user.caller(), wanted).await {
            Ok(found) => {
                page.from = found.months.first().map(ToString::to_string).unwrap_or_default();
                page.months = found.months.len().to_string();
                page.figures = Some(charts_and_tables(found));
            }
            Err(Error::Invalid { detail, .. }) => page.problem_months = Some(sentence(&detail)),
            Err(error) => return Err(error.into()),
        },
        Err(Unreadable::From(words)) => page.problem_from = Some(words),
        Err(Unreadable::Months(words)) => page.problem_months = Some(words),
    }
    Ok(app_page(status_of(page.figures.is_none()), &page))
}

/// The field that cannot be read.
enum Unreadable {
    From(String),
    Months(String),
}

fn wanted(query: &Form) -> Result<ClinicFiguresWanted, Unreadable> {
    let from = match query.get("from") {
        "" => None,
        text => Some(
            text.parse::<Month>()
                .map_err(|error| Unreadable::From(sentence(&error.to_string())))?,
        ),
    };
    let months = match query.get("months") {
        "" => None,
        text => Some(
            text.parse::<u16>()
                .map_err(|_| Unreadable::Months("Write a whole number of months.".to_owned()))?,
        ),
    };
    Ok(ClinicFiguresWanted { from, months })
}

fn charts_and_tables(found: ClinicFigures) -> ChartsAndTables {
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
        (title_words(&one.goal), one.days.twice(), words)
    });
    ChartsAndTables {
        // A tenth of the visits is much; the drawing is at least as wide as that.
        attendance: bar_chart("Share of no-shows, month by month", missed.collect(), 100),
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
        overdue: bar_chart(
            "Courses that are overdue, by how long",
            late.iter()
                .map(|(label, count)| ((*label).to_owned(), *count, count.to_string()))
                .collect(),
            5,
        ),
        overdue_total: overdue.total(),
        overdue_rows: late.to_vec(),
        lasted: bar_chart("Median days from the first treatment to the last", took.collect(), 2),
        lasted_rows: lasted
            .iter()
            .map(|one| LastedRow {
                goal: title_words(&one.goal),
                courses: one.courses,
                days: one.days.to_string(),
                sessions: one.sessions.to_string(),
            })
            .collect(),
        months: months.iter().map(ToString::to_string).collect(),
    }
}

fn in_use(title: &str, all: &[UseOf]) -> InUse {
    let words = |booked: Hours, open: Hours| match Share::of_whole(booked.minutes(), open.minutes())
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
        (name(one), length, words(booked, open))
    };
    let row = |one: &UseOf| {
        let (booked, open) = sums(one);
        UseRow {
            name: name(one),
            months: one.months.iter().map(|month| words(month.booked, month.open)).collect(),
            all: words(booked, open),
        }
    };
    InUse {
        chart: bar_chart(title, all.iter().map(bar).collect(), 1000),
        rows: all.iter().map(row).collect(),
    }
}
