//! Planning a whole course: preferences, the dates that are proposed, each of which can be swapped for another, and
//! one press that books them all.

use std::str::FromStr;

use askama::Template;
use axum::http::StatusCode;

use super::panel::course_title;
use super::words::{problem_from, sentences};
use crate::actions::Error;
use crate::actions::booking::plan::book::{PlacedStart, PlanBooking, StartWanted};
use crate::actions::booking::plan::propose::{Plan, PlanWanted};
use crate::actions::booking::plan::{book, propose};
use crate::actions::booking::slots::SlotView;
use crate::actions::desk::panel;
use crate::actions::desk::proposed::Rather;
use crate::actions::patient::courses;
use crate::domain::ids::CourseId;
use crate::domain::text::Code;
use crate::domain::time::civil::When;
use crate::domain::time::hours::NamedWeekday;
use crate::web::frame::address::Id;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::{Form, Query};
use crate::web::frame::layout::{Layout, NavItem};
use crate::web::frame::page::{app_page, redirect};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{date_and_time, full_name};

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
struct DateChoice {
    value: String,
    words: String,
    chosen: bool,
}

struct Row {
    number: usize,
    choices: Vec<DateChoice>,
    warnings: Vec<String>,
}

struct ProposedDates {
    rows: Vec<Row>,
    why_not: Vec<String>,
    takes: String,
}

#[derive(Template)]
#[template(path = "desk/plan.html", config = ".askama.toml")]
struct PlanPage {
    layout: Layout,
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
    proposed: Option<ProposedDates>,
    problem: Vec<String>,
}

/// The preferences, and what is proposed for them.
pub(super) async fn plan_page(
    user: SignedIn,
    Id(id): Id<CourseId>,
    Query(query): Query,
) -> PageResult {
    plan_page_with(&user, id, &query, StatusCode::OK, Vec::new()).await
}

async fn plan_page_with(
    user: &SignedIn,
    id: CourseId,
    form: &Form,
    status: StatusCode,
    mut problems: Vec<String>,
) -> PageResult {
    let (app, caller) = (&user.app, user.caller());
    let course = courses::get(app, &caller, id).await?.into_inner();
    let rather = Rather { course: Some(id), ..Rather::default() };
    let panel = panel::patient(app, &caller, course.patient_id, &rather).await?;
    let typed = |name: &str, or: Option<String>| match form.get(name) {
        "" => or.unwrap_or_default(),
        typed => typed.to_owned(),
    };
    let next = panel.courses.iter().find_map(|one| one.proposed.as_ref());
    let service = typed("service", next.map(|next| next.service.to_string()));
    let left = course.progress.left.filter(|left| *left > 0);
    let count = typed("count", left.map(|left| left.to_string()));
    let planned = match plan_wanted(form, &service, &count) {
        Ok(wanted) => match propose::propose(app, &caller, id, wanted).await {
            Ok(plan) => Ok(proposed_dates(plan.into_inner(), form)),
            Err(error) => Err(problem_from(error)?.sentences),
        },
        Err(words) => Err(vec![words]),
    };
    let proposed = match planned {
        Ok(proposed) => Some(proposed),
        Err(sentences) => {
            problems.extend(sentences);
            typed_dates(form)
        }
    };
    let patient = &panel.patient;
    let preferred: Vec<_> = form.values("weekday").collect();
    let weekdays = WEEKDAYS.iter().map(|(code, words)| (*code, *words, preferred.contains(code)));
    let page = PlanPage {
        layout: Layout::new(user, NavItem::Day),
        id,
        name: full_name(patient),
        title: course_title(&course),
        patient_href: format!("/desk?patient={}&course={id}", patient.id),
        service,
        count,
        weekdays: weekdays.collect(),
        from: form.get("from").to_owned(),
        not_before: form.get("not_before").to_owned(),
        not_after: form.get("not_after").to_owned(),
        proposed,
        problem: problems,
        services: panel.services,
    };
    Ok(app_page(status, &page))
}

/// What is to be planned, or what is wrong with the form.
fn plan_wanted(form: &Form, service: &str, count: &str) -> std::result::Result<PlanWanted, String> {
    fn optional<T: FromStr>(text: &str, wrong: &str) -> std::result::Result<Option<T>, String> {
        match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| wrong.to_owned()),
        }
    }
    const COUNT: &str = "The number of sessions is 1 to 60.";
    let service = Code::try_from(service.to_owned()).map_err(|_| "Choose a service.".to_owned())?;
    let count = optional::<u16>(count, COUNT)?.map(TryInto::try_into).transpose();
    let count = count.map_err(|_| COUNT.to_owned())?;
    let from = optional(form.get("from"), "The first day is not a day.")?;
    let weekdays = form.values("weekday").map(|day| NamedWeekday::try_from(day.to_owned()));
    let weekdays = weekdays.collect::<std::result::Result<_, _>>();
    // Dates before the one that was swapped stay; those after it follow.
    let kept = form.parse::<usize>("swapped").unwrap_or_default();
    let starts = form
        .values("start")
        .take(kept)
        .filter_map(|value| value.split(' ').next()?.parse::<When>().ok());
    Ok(PlanWanted {
        service,
        count,
        from,
        weekdays: weekdays.map_err(|_| "A weekday is not one.".to_owned())?,
        not_before: optional(form.get("not_before"), "“Not before” is a time such as 15:00.")?,
        not_after: optional(form.get("not_after"), "“Not after” is a time such as 17:00.")?,
        site_id: None,
        practitioner_id: None,
        room_id: None,
        device_id: None,
        starts: starts.collect(),
        overriding: None,
    })
}

fn proposed_dates(plan: Plan, form: &Form) -> ProposedDates {
    let typed: Vec<_> = form.values("start").collect();
    let keeps_typed = form.get("swapped").is_empty();
    let rows = plan.proposals.into_iter().enumerate().map(|(index, proposal)| {
        let all = std::iter::once(&proposal.slot).chain(&proposal.alternatives);
        let chosen = typed.get(index).filter(|_| keeps_typed);
        let mut choices: Vec<_> = all
            .map(|slot| {
                let value = slot_value(slot);
                DateChoice {
                    chosen: chosen.is_some_and(|chosen| *chosen == value),
                    words: date_and_time(slot.start),
                    value,
                }
            })
            .collect();
        // A date that was agreed with the caller stays chosen, even when it is no longer among the best.
        if let Some(chosen) = chosen.filter(|_| !choices.iter().any(|one| one.chosen)) {
            choices.extend(as_typed(chosen));
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
    ProposedDates {
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
fn as_typed(value: &str) -> Option<DateChoice> {
    let start: chrono::DateTime<chrono::FixedOffset> = value.split(' ').next()?.parse().ok()?;
    Some(DateChoice {
        chosen: true,
        words: format!("{}, as chosen", date_and_time(start)),
        value: value.to_owned(),
    })
}

/// The dates that were typed, where none can be proposed for them.
fn typed_dates(form: &Form) -> Option<ProposedDates> {
    let typed = form.values("start").zip(1..).map(|(start, number)| Row {
        number,
        choices: as_typed(start).into_iter().collect(),
        warnings: Vec::new(),
    });
    let rows: Vec<_> = typed.collect();
    (!rows.is_empty()).then(|| ProposedDates {
        rows,
        why_not: Vec::new(),
        takes: "As chosen".to_owned(),
    })
}

/// A time with its place, in one text without blanks within its parts.
fn slot_value(slot: &SlotView) -> String {
    let or_none = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    format!(
        "{} {} {} {}",
        slot.start.to_rfc3339(),
        slot.practitioner_id,
        or_none(slot.room_id.map(|id| id.to_string())),
        or_none(slot.device_id.map(|id| id.to_string()))
    )
}

/// The start and place that `slot_value` wrote.
fn placed_start(value: &str) -> Option<StartWanted> {
    let mut parts = value.split(' ');
    Some(StartWanted::Placed(PlacedStart {
        start: parts.next()?.parse().ok()?,
        practitioner_id: parts.next().and_then(|id| id.parse().ok()),
        room_id: parts.next().and_then(|id| id.parse().ok()),
        device_id: parts.next().and_then(|id| id.parse().ok()),
    }))
}

/// Books every date of the plan.
pub(super) async fn book_plan(user: SignedIn, Id(id): Id<CourseId>, form: Form) -> PageResult {
    let booked = match Code::try_from(form.get("service").to_owned()) {
        Ok(service) => {
            let new = PlanBooking {
                service,
                starts: form.values("start").filter_map(placed_start).collect(),
                site_id: None,
                practitioner_id: None,
                room_id: None,
                device_id: None,
                overriding: None,
            };
            book::book(&user.app, &user.caller(), id, new).await
        }
        Err(_) => Err(Error::invalid("/service", "is missing")),
    };
    match booked {
        Ok(booked) => {
            let first = booked.into_inner().sessions.into_iter().next();
            let view = first.map(|one| {
                let day = one.start.date_naive();
                format!("day={day}&patient={}&course={id}", one.patient_id)
            });
            Ok(redirect(&format!("/desk?{}&done=planned", view.unwrap_or_default())))
        }
        Err(error) => {
            let problem = problem_from(error)?;
            plan_page_with(&user, id, &form, problem.status, problem.sentences).await
        }
    }
}
