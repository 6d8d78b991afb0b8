//! The panel: what was found, the form for a new caller, and a patient with each course as a
//! row of circles, the next window and the best times.

use askama::Template;
use chrono::NaiveDate;

use super::offers::{GOALS, Time, time, written};
use super::view::{Open, View};
use super::words::{sentences, shape};
use crate::actions::course::session_view::SessionView;
use crate::actions::course::view::CourseView;
use crate::actions::desk::day::By;
use crate::actions::desk::panel;
use crate::actions::desk::panel::{CoursePanel, Elsewhere, PatientPanel, Proposed, Rather};
use crate::actions::patient::patients;
use crate::actions::work::page::Page;
use crate::actions::{App, Caller, Result};
use crate::domain::course::progress::Phase;
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::course::{CourseStatus, Goal};
use crate::domain::ids::{CourseId, PatientId};
use crate::domain::patient::{Email, Language, Patient};
use crate::domain::text::Code;
use crate::domain::time::civil::spoken_day;

/// How many are listed of those that were found.
const LISTED: u16 = 12;

struct Person {
    name: String,
    phone: String,
    email: Option<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/found.html", config = ".askama.toml")]
struct Found {
    people: Vec<Person>,
    more: bool,
    new_caller: String,
}

#[derive(Template)]
#[template(path = "desk/nobody.html", config = ".askama.toml")]
struct Nobody {
    new_caller: String,
}

/// Nobody is open.
pub(super) fn nobody(view: &View) -> Result<String> {
    written(&Nobody { new_caller: view.with(Open::NewCaller(String::new())).address() })
}

fn name_of(patient: &Patient) -> String {
    format!("{} {}", patient.details.given_name, patient.details.family_name)
}

fn opened(view: &View, id: PatientId) -> View {
    view.with(Open::Patient { id, course: None, service: None, from: None, everywhere: false })
}

/// Who is found by `q`; one alone is opened.
pub(super) async fn found(
    app: &App,
    caller: &Caller,
    view: &View,
    q: &str,
) -> Result<(View, String)> {
    let page = Page { limit: Some(LISTED), after: None };
    let found = patients::search(app, caller, q, &page).await?;
    if let [only] = found.items.as_slice() {
        let view = opened(view, only.id);
        let html = patient(app, caller, &view, only.id).await?;
        return Ok((view, html));
    }
    let person = |one: &Patient| Person {
        name: name_of(one),
        phone: one.details.phone.to_string(),
        email: one.details.email.as_ref().map(Email::to_string),
        href: opened(view, one.id).address(),
    };
    let html = written(&Found {
        people: found.items.iter().map(person).collect(),
        more: found.next.is_some(),
        new_caller: view.with(Open::NewCaller(q.to_owned())).address(),
    })?;
    Ok((view.clone(), html))
}

struct Circle {
    class: &'static str,
    mark: String,
    words: String,
    href: Option<String>,
}

/// A shop with its times, or why there are none.
struct Place {
    name: String,
    offers: Vec<Time>,
    why_not: Vec<String>,
}

struct Next {
    /// Whether nothing is left to book.
    all_booked: bool,
    everywhere: String,
    elsewhere: Vec<Place>,
    service: Code,
    name: String,
    offers: Vec<Time>,
    why_not: Vec<String>,
    first_day: Option<String>,
    /// What has to come first: where its times are, and its name.
    first: Option<(String, String)>,
    from: String,
}

struct Course {
    id: CourseId,
    href: String,
    plan: String,
    opens: Option<String>,
    title: String,
    circles: Vec<Circle>,
    stands: String,
    window: Option<String>,
    proposed: Option<Next>,
}

#[derive(Template)]
#[template(path = "desk/patient.html", config = ".askama.toml")]
struct PatientPage {
    patient_id: PatientId,
    name: String,
    phone: String,
    email: Option<String>,
    french: bool,
    no_shows: i64,
    courses: Vec<Course>,
    services: Vec<(Code, String)>,
    goals: [(Goal, &'static str); 4],
    day: NaiveDate,
    by: By,
    focus: bool,
}

/// A patient.
pub(super) async fn patient(
    app: &App,
    caller: &Caller,
    view: &View,
    id: PatientId,
) -> Result<String> {
    let rather = match &view.open {
        Open::Patient { course, service, from, everywhere, .. } => Rather {
            service: service.clone(),
            from: *from,
            course: *course,
            everywhere: *everywhere,
        },
        _ => Rather::default(),
    };
    let PatientPanel { patient, courses, no_shows, services } =
        panel::patient(app, caller, id, &rather).await?;
    let courses = courses.into_iter().map(|panel| course(view, id, &rather, panel)).collect();
    written(&PatientPage {
        patient_id: id,
        name: name_of(&patient),
        phone: patient.details.phone.to_string(),
        email: patient.details.email.as_ref().map(Email::to_string),
        french: patient.details.preferred_language == Language::Fr,
        no_shows,
        courses,
        services,
        goals: GOALS,
        day: view.day,
        by: view.by,
        focus: true,
    })
}

fn course(view: &View, patient: PatientId, rather: &Rather, panel: CoursePanel) -> Course {
    let CoursePanel { course, proposed } = panel;
    let opens = (proposed.is_none() && course.details.closed_to_booking().is_none()).then(|| {
        let there = view.with(Open::Patient {
            id: patient,
            course: Some(course.id),
            service: None,
            from: None,
            everywhere: false,
        });
        there.address()
    });
    Course {
        id: course.id,
        href: format!("/desk/courses/{}", course.id),
        plan: format!("/desk/courses/{}/plan", course.id),
        opens,
        title: title(&course),
        circles: circles(view, &course),
        stands: stands(&course),
        window: course.next_window.map(|window| {
            if window.suggested > window.from {
                format!(
                    "Next from {}, best about {}.",
                    spoken_day(window.from),
                    spoken_day(window.suggested)
                )
            } else {
                format!("Next from {} on.", spoken_day(window.from))
            }
        }),
        proposed: proposed.map(|proposed| {
            let first = proposed.first.clone().map(|(code, name)| {
                let there = view.with(Open::Patient {
                    id: patient,
                    course: Some(course.id),
                    service: Some(code),
                    from: None,
                    everywhere: false,
                });
                (there.address(), name)
            });
            let everywhere = view.with(Open::Patient {
                id: patient,
                course: Some(course.id),
                service: Some(proposed.service.clone()),
                from: rather.from,
                everywhere: true,
            });
            next(rather, proposed, first, everywhere.address())
        }),
    }
}

/// What a course is called at the desk.
pub(super) fn title(course: &CourseView) -> String {
    let goal = match course.details.goal {
        Goal::Remove => "Removal",
        Goal::Lighten => "Lightening",
        Goal::Fade => "Fading",
        Goal::Adjust => "Correction",
    };
    let zones: Vec<_> =
        course.details.zones.iter().map(|zone| zone.to_string().replace('_', " ")).collect();
    if zones.is_empty() { goal.to_owned() } else { format!("{goal}: {}", zones.join(", ")) }
}

fn stands(course: &CourseView) -> String {
    let progress = course.progress;
    let count = match progress.planned {
        Some(planned) => format!("{} of {planned} done, {} booked", progress.done, progress.booked),
        None => format!("{} done, {} booked", progress.done, progress.booked),
    };
    let phase = match (course.details.status, course.phase) {
        (CourseStatus::OnHold, _) => "on hold",
        (_, Some(Phase::AwaitingConsultation)) => "awaits its consultation",
        (_, Some(Phase::Assessing)) => "to be assessed",
        (_, Some(Phase::Quoted)) => "consent to the laser is missing",
        (_, Some(Phase::CoolingOff)) => "time to think after the consultation",
        (_, Some(Phase::Consented)) => "test patch next",
        (_, Some(Phase::TestPatch)) => "test patch made",
        (_, Some(Phase::Treating)) => "under treatment",
        (_, Some(Phase::InReview)) => "to be reviewed",
        (_, None) => "ended",
    };
    format!("{count} · {phase}")
}

/// A circle for each session that the course counts, by its number among them, and a smaller mark for what leads up to them.
fn circles(view: &View, course: &CourseView) -> Vec<Circle> {
    let mut number = 0;
    let mut circles = Vec::new();
    let stands = |session: &&SessionView| {
        !matches!(session.status, SessionStatus::Cancelled | SessionStatus::EnteredInError)
    };
    for session in course.sessions.iter().filter(stands) {
        let done = session.status == SessionStatus::Fulfilled;
        let missed = session.status == SessionStatus::Noshow;
        let counts = course.counted.contains(&session.id);
        if counts && !missed {
            number += 1;
        }
        let service = session.service.as_str().replace('_', " ");
        let mark = match (counts, done || missed) {
            _ if session.procedure_status == ProcedureStatus::NotDone => "–".to_owned(),
            (_, true) => shape(session.status).to_owned(),
            (true, false) => number.to_string(),
            (false, false) => service.chars().take(1).flat_map(char::to_uppercase).collect(),
        };
        let day = session.start.date_naive();
        let open = View { day, ..view.session(session.id) };
        circles.push(Circle {
            class: match (counts, done) {
                (true, true) => "is-done",
                (true, false) => "is-booked",
                (false, _) => "is-aside",
            },
            words: format!(
                "{mark}: {service}, {}, {}",
                super::words::state(session),
                spoken_day(day)
            ),
            mark,
            href: Some(open.address()),
        });
    }
    for _ in 0..course.progress.left.unwrap_or_default().min(20) {
        circles.push(Circle {
            class: "is-left",
            mark: String::new(),
            words: "still to book".to_owned(),
            href: None,
        });
    }
    circles
}

fn next(
    rather: &Rather,
    proposed: Proposed,
    first: Option<(String, String)>,
    everywhere: String,
) -> Next {
    let place = |place: Elsewhere| Place {
        name: place.name,
        why_not: sentences(&place.refused),
        offers: place.offers.into_iter().map(time).collect(),
    };
    Next {
        all_booked: proposed.all_booked,
        everywhere,
        elsewhere: proposed.elsewhere.into_iter().map(place).collect(),
        first,
        why_not: sentences(&proposed.refused),
        first_day: proposed
            .first_day
            .map(|day| format!("The first day that works is {}.", spoken_day(day))),
        from: rather.from.map(|day| day.to_string()).unwrap_or_default(),
        offers: proposed.offers.into_iter().map(time).collect(),
        service: proposed.service,
        name: proposed.name,
    }
}
