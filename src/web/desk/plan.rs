//! Planning a whole course: preferences, the dates that are proposed, each of which can be
//! swapped for another, and one press that books them all.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::offers::at;
use super::panel::title;
use super::words::{problem, sentences};
use crate::actions::access::browsers::Person;
use crate::actions::booking::plan::book::{PlacedStart, PlanBooking, StartWanted};
use crate::actions::booking::plan::propose::{Plan, PlanWanted};
use crate::actions::booking::plan::{book, propose};
use crate::actions::booking::slots::SlotView;
use crate::actions::desk::panel;
use crate::actions::desk::panel::Rather;
use crate::actions::patient::courses;
use crate::actions::{App, Error, Result};
use crate::domain::ids::CourseId;
use crate::domain::text::Code;
use crate::domain::time::civil::When;
use crate::domain::time::hours::NamedWeekday;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::{Asked, Form};
use crate::web::frame::layout::{Here, Shell};
use crate::web::frame::page::{Named, named, shown_with_scripts};

/// The days that can be preferred.
const WEEKDAYS: [(&str, &str); 7] = [
    ("mon", "Mon"),
    ("tue", "Tue"),
    ("wed", "Wed"),
    ("thu", "Thu"),
    ("fri", "Fri"),
    ("sat", "Sat"),
    ("sun", "Sun"),
];

/// A time that can be chosen, as a form carries it, and in words.
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

struct Row {
    number: usize,
    choices: Vec<Choice>,
    warnings: Vec<String>,
}

struct Proposed {
    rows: Vec<Row>,
    why_not: Vec<String>,
    takes: String,
}

#[derive(Template)]
#[template(path = "desk/plan.html", config = ".askama.toml")]
struct Page {
    shell: Shell,
    id: CourseId,
    name: String,
    title: String,
    patient_href: String,
    services: Vec<(Code, String)>,
    service: String,
    count: String,
    weekdays: Vec<(&'static str, &'static str, bool)>,
    from: String,
    not_before: String,
    not_after: String,
    proposed: Option<Proposed>,
    problem: Vec<String>,
}

/// The preferences, and what is proposed for them.
pub(super) async fn page(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    Asked(asked): Asked,
) -> Response {
    let Ok(id) = named(id).parse() else {
        return error_page(Error::NotThere("course"));
    };
    match filled(&app, &person, id, &asked, Vec::new()).await {
        Ok(page) => shown_with_scripts(StatusCode::OK, &page),
        Err(error) => error_page(error),
    }
}

async fn filled(
    app: &App,
    person: &Person,
    id: CourseId,
    form: &Form,
    mut problems: Vec<String>,
) -> Result<Page> {
    let caller = person.caller();
    let course = courses::get(app, &caller, id).await?.into_inner();
    let rather = Rather { course: Some(id), ..Rather::default() };
    let panel = panel::patient(app, &caller, course.patient_id, &rather).await?;
    let next =
        panel.courses.iter().find_map(|one| one.proposed.as_ref()).map(|next| next.service.clone());
    let service = match form.get("service") {
        "" => next.map(|code| code.to_string()).unwrap_or_default(),
        named => named.to_owned(),
    };
    let left = course.progress.left.filter(|left| *left > 0);
    let count = match form.get("count") {
        "" => left.map(|left| left.to_string()).unwrap_or_default(),
        typed => typed.to_owned(),
    };
    let proposed = match wanted(form, &service, &count) {
        Ok(wanted) => match propose::propose(app, &caller, id, wanted).await {
            Ok(plan) => Some(proposed(plan.into_inner(), form)),
            Err(error) => {
                problems.extend(problem(error)?.sentences);
                alone(form)
            }
        },
        Err(words) => {
            problems.push(words);
            alone(form)
        }
    };
    let patient = &panel.patient;
    let preferred: Vec<_> = form.all("weekday").collect();
    Ok(Page {
        shell: Shell::of(app, person, Here::Day),
        id,
        name: format!("{} {}", patient.details.given_name, patient.details.family_name),
        title: title(&course),
        patient_href: format!("/desk?patient={}&course={id}", patient.id),
        services: panel.services,
        service,
        count,
        weekdays: WEEKDAYS
            .iter()
            .map(|(code, words)| (*code, *words, preferred.contains(code)))
            .collect(),
        from: form.get("from").to_owned(),
        not_before: form.get("not_before").to_owned(),
        not_after: form.get("not_after").to_owned(),
        proposed,
        problem: problems,
    })
}

/// What is to be planned, or what is wrong with the form.
fn wanted(form: &Form, service: &str, count: &str) -> std::result::Result<PlanWanted, String> {
    let optional = |name: &str, words: &str| match form.get(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| words.to_owned()),
    };
    let weekdays = form.all("weekday").map(|day| NamedWeekday::try_from(day.to_owned()));
    // Dates before the one that was swapped stay; those after it follow.
    let kept = form.read::<usize>("swapped").unwrap_or_default();
    let starts = form
        .all("start")
        .take(kept)
        .filter_map(|value| value.split(' ').next()?.parse::<When>().ok());
    Ok(PlanWanted {
        service: Code::try_from(service.to_owned()).map_err(|_| "Choose a service.".to_owned())?,
        count: match count {
            "" => None,
            typed => {
                let number: u16 =
                    typed.parse().map_err(|_| "The number of sessions is 1 to 60.".to_owned())?;
                Some(
                    number
                        .try_into()
                        .map_err(|_| "The number of sessions is 1 to 60.".to_owned())?,
                )
            }
        },
        from: optional("from", "The first day is not a day.")?,
        weekdays: weekdays
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| "A weekday is not one.".to_owned())?,
        not_before: match form.get("not_before") {
            "" => None,
            text => {
                Some(text.parse().map_err(|_| "“Not before” is a time such as 15:00.".to_owned())?)
            }
        },
        not_after: match form.get("not_after") {
            "" => None,
            text => {
                Some(text.parse().map_err(|_| "“Not after” is a time such as 17:00.".to_owned())?)
            }
        },
        site_id: None,
        practitioner_id: None,
        room_id: None,
        device_id: None,
        starts: starts.collect(),
        overriding: None,
    })
}

fn proposed(plan: Plan, form: &Form) -> Proposed {
    let typed: Vec<_> = form.all("start").collect();
    let keeps_typed = form.get("swapped").is_empty();
    let rows = plan.proposals.into_iter().enumerate().map(|(index, proposal)| {
        let all = std::iter::once(&proposal.slot).chain(&proposal.alternatives);
        let wished = typed.get(index).filter(|_| keeps_typed);
        let mut choices: Vec<_> = all
            .map(|slot| {
                let value = value(slot);
                Choice {
                    chosen: wished.is_some_and(|wished| *wished == value),
                    words: at(slot.start),
                    value,
                }
            })
            .collect();
        // What was agreed with the caller is not replaced in silence, though it is not among the best any more.
        if let Some(wished) = wished.filter(|_| !choices.iter().any(|one| one.chosen)) {
            choices.extend(as_typed(wished));
        }
        Row {
            number: proposal.number,
            choices,
            warnings: proposal.warnings.iter().map(|warning| warning.message.clone()).collect(),
        }
    });
    let weeks = (plan.quote.span_days + 3) / 7;
    let dollars = |cents: i64| format!("${}", cents / 100);
    let cost = plan.quote.cost_cents.map(|cost| {
        if cost.min == cost.max {
            dollars(cost.max)
        } else {
            format!("{} to {}", dollars(cost.min), dollars(cost.max))
        }
    });
    Proposed {
        rows: rows.collect(),
        why_not: sentences(&plan.refused),
        takes: [Some(format!("About {weeks} weeks from first to last")), cost]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// A time as it was typed, chosen.
fn as_typed(value: &str) -> Option<Choice> {
    let start: chrono::DateTime<chrono::FixedOffset> = value.split(' ').next()?.parse().ok()?;
    Some(Choice {
        chosen: true,
        words: format!("{}, as chosen", at(start)),
        value: value.to_owned(),
    })
}

/// The dates that were typed, where none can be proposed for them.
fn alone(form: &Form) -> Option<Proposed> {
    let typed = form.all("start").zip(1..).map(|(start, number)| Row {
        number,
        choices: as_typed(start).into_iter().collect(),
        warnings: Vec::new(),
    });
    let rows: Vec<_> = typed.collect();
    (!rows.is_empty()).then(|| Proposed {
        rows,
        why_not: Vec::new(),
        takes: "As chosen".to_owned(),
    })
}

/// A time with its place, in one text without blanks within its parts.
fn value(slot: &SlotView) -> String {
    let or_none = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    format!(
        "{} {} {} {}",
        slot.start.to_rfc3339(),
        slot.practitioner_id,
        or_none(slot.room_id.map(|id| id.to_string())),
        or_none(slot.device_id.map(|id| id.to_string()))
    )
}

fn placed(value: &str) -> Option<StartWanted> {
    let mut parts = value.split(' ');
    Some(StartWanted::Placed(PlacedStart {
        start: parts.next()?.parse().ok()?,
        practitioner_id: parts.next().and_then(|id| id.parse().ok()),
        room_id: parts.next().and_then(|id| id.parse().ok()),
        device_id: parts.next().and_then(|id| id.parse().ok()),
    }))
}

/// Books all of it.
pub(super) async fn book(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    id: Named,
    form: Form,
) -> Response {
    let Ok(id) = named(id).parse() else {
        return error_page(Error::NotThere("course"));
    };
    let booked = match Code::try_from(form.get("service").to_owned()) {
        Ok(service) => {
            let new = PlanBooking {
                service,
                starts: form.all("start").filter_map(placed).collect(),
                site_id: None,
                practitioner_id: None,
                room_id: None,
                device_id: None,
                overriding: None,
            };
            book::book(&app, &person.caller(), id, new).await
        }
        Err(_) => Err(Error::invalid("/service", "is missing")),
    };
    let refused = match booked {
        Ok(booked) => {
            let first = booked.into_inner().sessions.into_iter().next();
            let there = first.map_or_else(
                || "/desk?".to_owned(),
                |one| {
                    format!(
                        "/desk?day={}&patient={}&course={id}",
                        one.start.date_naive(),
                        one.patient_id
                    )
                },
            );
            return Redirect::to(&format!("{there}&done=planned")).into_response();
        }
        Err(error) => match problem(error) {
            Ok(problem) => problem,
            Err(error) => return error_page(error),
        },
    };
    match filled(&app, &person, id, &form, refused.sentences).await {
        Ok(page) => shown_with_scripts(refused.status, &page),
        Err(error) => error_page(error),
    }
}
