//! The panel: the patients that a search finds, and a patient with each course as a row of circles, the next window
//! and the best times.

use askama::Template;
use chrono::NaiveDate;

use super::offers::{GOALS, OfferButton, offer_buttons, rendered};
use super::promise_words;
use super::promise_words::{Notice, PromiseLine};
use super::view::{Caller, Open, PatientQuery, View};
use super::words::{first_day_words, sentences, state_words, status_symbol};
use crate::actions::Result;
use crate::actions::course::session_view::SessionView;
use crate::actions::course::view::CourseView;
use crate::actions::desk::day::By;
use crate::actions::desk::panel;
use crate::actions::desk::panel::{CoursePanel, PatientPanel};
use crate::actions::desk::proposed::{Elsewhere, Proposed};
use crate::actions::patient::patients;
use crate::actions::work::page::Page;
use crate::domain::course::progress::Phase;
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::course::{CourseStatus, Goal};
use crate::domain::ids::{CourseId, PatientId, SessionId};
use crate::domain::patient::{Email, Language, Patient};
use crate::domain::role::MANAGERS;
use crate::domain::text::Code;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{PhoneLink, code_words, full_name};

/// How many of the patients found are listed.
const LISTED: u16 = 12;

#[derive(Template)]
#[template(path = "desk/empty_panel.html", config = ".askama.toml")]
struct EmptyPart {
    new_caller: String,
}

/// The panel while nothing is open.
pub(super) fn empty_panel(view: &View) -> Result<String> {
    rendered(&EmptyPart { new_caller: view.with(Open::NewCaller(Caller::default())).address() })
}

struct Found {
    name: String,
    phone: String,
    email: Option<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/search_results.html", config = ".askama.toml")]
struct SearchPart {
    people: Vec<Found>,
    more: bool,
    new_caller: String,
}

/// The patients found by `q`; a single one is opened.
pub(super) async fn search_panel(user: &SignedIn, view: &View, q: &str) -> Result<(View, String)> {
    let page = Page { limit: Some(LISTED), after: None };
    let found = patients::search(&user.app, &user.caller(), q, &page).await?;
    if let [only] = found.items.as_slice() {
        let query = PatientQuery::new(only.id, None);
        let html = patient_panel(user, view, &query).await?;
        return Ok((view.with(Open::Patient(query)), html));
    }
    let person = |patient: &Patient| Found {
        name: full_name(patient),
        phone: patient.details.dialled().to_string(),
        email: patient.details.email.as_ref().map(Email::to_string),
        href: view.patient(patient.id, None).address(),
    };
    let html = rendered(&SearchPart {
        people: found.items.iter().map(person).collect(),
        more: found.next.is_some(),
        new_caller: view.with(Open::NewCaller(Caller::found_by(q))).address(),
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
struct ShopOffers {
    name: String,
    offers: Vec<OfferButton>,
    why_not: Vec<String>,
}

/// What can be booked next in a course.
struct NextOffers {
    /// Whether nothing is left to book.
    all_booked: bool,
    everywhere: String,
    elsewhere: Vec<ShopOffers>,
    service: Code,
    name: String,
    offers: Vec<OfferButton>,
    why_not: Vec<String>,
    first_day: Option<String>,
    /// What has to come first: where its times are, and its name.
    first: Option<(String, String)>,
    from: String,
}

struct CourseSection {
    id: CourseId,
    href: String,
    plan: String,
    opens: Option<String>,
    title: String,
    circles: Vec<Circle>,
    standing: String,
    window: Option<String>,
    proposed: Option<NextOffers>,
}

#[derive(Template)]
#[template(path = "desk/patient.html", config = ".askama.toml")]
struct PatientPart {
    patient_id: PatientId,
    name: String,
    phone: PhoneLink,
    /// Where a manager merges the record with another.
    merge: Option<String>,
    email: Option<String>,
    french: bool,
    promises: Vec<PromiseLine>,
    no_shows: i64,
    courses: Vec<CourseSection>,
    services: Vec<(Code, String)>,
    goals: [(Goal, &'static str); 4],
    day: NaiveDate,
    by: By,
    focus: bool,
}

pub(super) async fn patient_panel(
    user: &SignedIn,
    view: &View,
    query: &PatientQuery,
) -> Result<String> {
    let PatientPanel { patient, courses, ways, no_shows, services } =
        panel::patient(&user.app, &user.caller(), query.id, &query.rather()).await?;
    rendered(&PatientPart {
        patient_id: query.id,
        name: full_name(&patient),
        phone: PhoneLink::new(&patient.details.dialled(), Language::En),
        merge: MANAGERS
            .contains(&user.role())
            .then(|| format!("/manage/patients/{}/merge", query.id)),
        email: patient.details.email.as_ref().map(Email::to_string),
        french: patient.details.preferred_language == Language::Fr,
        promises: promise_words::ways(query.id, &ways, Notice::Usual),
        no_shows,
        courses: courses.into_iter().map(|panel| course_section(view, query, panel)).collect(),
        services,
        goals: GOALS,
        day: view.day,
        by: view.by,
        focus: true,
    })
}

fn course_section(view: &View, query: &PatientQuery, panel: CoursePanel) -> CourseSection {
    let CoursePanel { course, proposed } = panel;
    let can_be_opened = proposed.is_none() && course.details.closed_to_booking().is_none();
    CourseSection {
        id: course.id,
        href: format!("/desk/courses/{}", course.id),
        plan: format!("/desk/courses/{}/plan", course.id),
        opens: can_be_opened.then(|| view.patient(query.id, Some(course.id)).address()),
        title: course_title(&course),
        circles: circles(view, &course),
        standing: standing(&course),
        window: course.next_window.map(|window| {
            let from = spoken_day(window.from);
            if window.suggested > window.from {
                format!("Next from {from}, best about {}.", spoken_day(window.suggested))
            } else {
                format!("Next from {from} on.")
            }
        }),
        proposed: proposed.map(|proposed| next_offers(view, query, course.id, proposed)),
    }
}

fn next_offers(
    view: &View,
    query: &PatientQuery,
    course: CourseId,
    proposed: Proposed,
) -> NextOffers {
    let address = |service: Code, from: Option<NaiveDate>, everywhere: bool| {
        let query = PatientQuery {
            service: Some(service),
            from,
            everywhere,
            ..PatientQuery::new(query.id, Some(course))
        };
        view.with(Open::Patient(query)).address()
    };
    let shop = |place: Elsewhere| ShopOffers {
        name: place.name,
        why_not: sentences(&place.refused),
        offers: offer_buttons(place.offers),
    };
    NextOffers {
        all_booked: proposed.all_booked,
        everywhere: address(proposed.service.clone(), query.from, true),
        elsewhere: proposed.elsewhere.into_iter().map(shop).collect(),
        first: proposed.first.map(|(service, name)| (address(service, None, false), name)),
        why_not: sentences(&proposed.refused),
        first_day: proposed.first_day.map(first_day_words),
        from: query.from.map(|day| day.to_string()).unwrap_or_default(),
        offers: offer_buttons(proposed.offers),
        service: proposed.service,
        name: proposed.name,
    }
}

/// What a course is called at the desk.
pub(super) fn course_title(course: &CourseView) -> String {
    let goal = match course.details.goal {
        Goal::Remove => "Removal",
        Goal::Lighten => "Lightening",
        Goal::Fade => "Fading",
        Goal::Adjust => "Correction",
    };
    let zones: Vec<_> = course.details.zones.iter().map(code_words).collect();
    if zones.is_empty() { goal.to_owned() } else { format!("{goal}: {}", zones.join(", ")) }
}

/// How far a course is, in a line.
fn standing(course: &CourseView) -> String {
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
    let counted = |session: &&SessionView| {
        !matches!(session.status, SessionStatus::Cancelled | SessionStatus::EnteredInError)
    };
    for session in course.sessions.iter().filter(counted) {
        let done = session.status == SessionStatus::Fulfilled;
        let missed = session.status == SessionStatus::Noshow;
        let counts = course.counted.contains(&session.id);
        if counts && !missed {
            number += 1;
        }
        let service = code_words(&session.service);
        let mark = match (counts, done || missed) {
            _ if session.procedure_status == ProcedureStatus::NotDone => "–".to_owned(),
            (_, true) => status_symbol(session.status).to_owned(),
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
            words: format!("{mark}: {service}, {}, {}", state_words(session), spoken_day(day)),
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
