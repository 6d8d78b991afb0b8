//! A course at a glance: its sessions in order with the intervals between them, their settings and results, and a
//! chart of clearance with what the estimate says remains.

use std::fmt::Write as _;

use askama::Template;
use axum::http::StatusCode;
use chrono::{DateTime, FixedOffset};

use super::panel::course_title;
use super::words::{sentences, state_words, status_symbol};
use crate::actions::course::session_view::SessionView;
use crate::actions::course::view::CourseView;
use crate::actions::patient::{courses, patients};
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::CourseId;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::app_page;
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{code_words, full_name};

/// A session on the line.
struct Stop {
    href: String,
    shape: &'static str,
    state: String,
    day: String,
    interval: Option<String>,
    what: String,
    settings: Vec<String>,
    results: Vec<String>,
    concerns: Vec<String>,
}

/// A point of the chart.
struct Point {
    x: i64,
    y: i64,
    number: usize,
    percent: u16,
}

/// The chart of clearance: a drawing in its own units.
struct Chart {
    width: i64,
    points: Vec<Point>,
    line: String,
    /// From the last point to where the estimate says that the pigment is gone.
    to_come: Option<(i64, i64, i64)>,
    ticks: Vec<(i64, usize)>,
    words: String,
}

#[derive(Template)]
#[template(path = "desk/course.html", config = ".askama.toml")]
struct CoursePage {
    layout: Layout,
    name: String,
    patient_href: String,
    plan_href: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    stops: Vec<Stop>,
    chart: Option<Chart>,
}

pub(super) async fn course_page(user: SignedIn, Id(id): Id<CourseId>) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let course = courses::get(app, &caller, id).await?.into_inner();
    let patient = patients::get(app, &caller, course.patient_id).await?.into_inner();
    let page = CoursePage {
        layout: Layout::new(&user, NavItem::Day),
        name: full_name(&patient),
        patient_href: format!("/desk?patient={}&course={id}", patient.id),
        plan_href: format!("/desk/courses/{id}/plan"),
        title: course_title(&course),
        facts: facts(&course),
        stops: stops(&course),
        chart: chart(&course),
    };
    Ok(app_page(StatusCode::OK, &page))
}

fn facts(course: &CourseView) -> Vec<(&'static str, String)> {
    let progress = course.progress;
    let mut facts = vec![
        ("Status", code_words(&course.details.status)),
        (
            "Pigment",
            format!(
                "{}, {}",
                code_words(&course.details.pigment),
                code_words(&course.details.depth)
            ),
        ),
        ("Done", progress.done.to_string()),
        ("Booked", progress.booked.to_string()),
    ];
    facts.extend(progress.planned.map(|planned| ("Planned", planned.to_string())));
    if let Some(estimate) = &course.estimate {
        facts.push(("Estimate", estimate.text.clone()));
        facts.extend(estimate.note.clone().map(|note| ("Note", note)));
    }
    if let Some(window) = course.next_window {
        facts.push(("Next from", spoken_day(window.from)));
        facts.push(("Best about", spoken_day(window.suggested)));
    }
    facts
}

fn stops(course: &CourseView) -> Vec<Stop> {
    let mut before: Option<DateTime<FixedOffset>> = None;
    let mut stops = Vec::new();
    for session in
        course.sessions.iter().filter(|session| session.status != SessionStatus::EnteredInError)
    {
        let took_place =
            !matches!(session.status, SessionStatus::Cancelled | SessionStatus::Noshow);
        let days =
            before.map(|before| (session.start.date_naive() - before.date_naive()).num_days());
        let concerns = course.concerns.iter().filter(|concern| concern.session_id == session.id);
        stops.push(Stop {
            href: format!("/desk?day={}&session={}", session.start.date_naive(), session.id),
            shape: status_symbol(session.status),
            state: state_words(session),
            day: format!(
                "{}, {}",
                spoken_day(session.start.date_naive()),
                session.start.format("%H:%M")
            ),
            interval: days.filter(|_| took_place).map(|days| match days {
                0 => "the same day".to_owned(),
                1 => "1 day later".to_owned(),
                days if days >= 14 => format!("{days} days later ({} weeks)", (days + 3) / 7),
                days => format!("{days} days later"),
            }),
            what: code_words(&session.service),
            settings: session.record.as_ref().map(settings).unwrap_or_default(),
            results: session.record.as_ref().map(results).unwrap_or_default(),
            concerns: sentences(
                &concerns.flat_map(|concern| concern.violations.clone()).collect::<Vec<_>>(),
            ),
        });
        if took_place {
            before = Some(session.start);
        }
    }
    stops
}

/// The settings, a line for each set.
pub(super) fn settings(record: &TreatmentRecord) -> Vec<String> {
    let number = |quantity| f64::from(quantity);
    let set = |set: &crate::domain::course::record::ParameterSet| {
        format!(
            "{} nm, {} J/cm², {} mm, {} {}, {} Hz, {} pulses, {} {}",
            u16::from(set.wavelength_nm),
            number(set.fluence_j_cm2),
            number(set.spot_mm),
            number(set.pulse_width),
            set.pulse_width_unit,
            number(set.frequency_hz),
            set.pulse_count,
            set.passes,
            if set.passes == 1 { "pass" } else { "passes" },
        )
    };
    record.parameter_sets.iter().map(set).collect()
}

pub(super) fn results(record: &TreatmentRecord) -> Vec<String> {
    let mut lines = vec![code_words(&record.outcome)];
    lines.extend(record.clearance_percent.map(|percent| format!("{} % clear", u16::from(percent))));
    lines.extend(record.endpoint.as_ref().map(code_words));
    lines.extend(record.pain.map(|pain| format!("pain {}", u16::from(pain))));
    lines.extend(
        record.test_patch_result.map(|result| format!("test patch: {}", code_words(&result))),
    );
    lines.extend(
        record.adverse_events.iter().map(|event| format!("{}, {}", event.kind, event.severity)),
    );
    lines.extend(record.reason.as_ref().map(ToString::to_string));
    lines
}

/// Units of the drawing: one session is 60 wide, one percent 2 high, with room for words around.
const STEP: i64 = 60;
const LEFT: i64 = 44;
const TOP: i64 = 14;

fn height_of(percent: u16) -> i64 {
    TOP + 2 * (100 - i64::from(percent.min(100)))
}

/// The chart; none where no clearance was recorded.
fn chart(course: &CourseView) -> Option<Chart> {
    let done: Vec<&SessionView> = course
        .sessions
        .iter()
        .filter(|session| session.status == SessionStatus::Fulfilled && session.record.is_some())
        .collect();
    let graded = done.iter().zip(1..).filter_map(|(session, number)| {
        let percent = session.record.as_ref()?.clearance_percent?;
        Some((number, u16::from(percent)))
    });
    let graded: Vec<(usize, u16)> = graded.collect();
    let (last_number, last_percent) = *graded.last()?;
    let at = |number: usize| LEFT + STEP * i64::try_from(number).unwrap_or_default();
    let points: Vec<Point> = graded
        .iter()
        .map(|(number, percent)| Point {
            x: at(*number),
            y: height_of(*percent),
            number: *number,
            percent: *percent,
        })
        .collect();
    let mut line = String::new();
    let _ = write!(line, "{LEFT},{}", height_of(0));
    for point in &points {
        let _ = write!(line, " {},{}", point.x, point.y);
    }
    let left = course.progress.left.unwrap_or_default() + course.progress.booked;
    let expected = last_number + left;
    let remains = 100 - last_percent.min(100);
    let words = match left {
        0 => format!(
            "{last_percent} % clear after {last_number} sessions; no further session is planned."
        ),
        left => format!(
            "{last_percent} % clear after {last_number} sessions; {remains} % remain, for which {left} more are planned."
        ),
    };
    let most = expected.max(last_number);
    Some(Chart {
        width: at(most) + STEP,
        to_come: (left > 0).then(|| {
            (points.last().map_or(LEFT, |point| point.x), height_of(last_percent), at(expected))
        }),
        ticks: (1..=most).map(|number| (at(number), number)).collect(),
        points,
        line,
        words,
    })
}
