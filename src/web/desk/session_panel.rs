//! A session in the panel: how it stands, what can be done with it, and to which times it could
//! move, each with what that does to those after it.

use askama::Template;
use chrono::NaiveDate;

use super::grid::what;
use super::offers::{Time, at, time, written};
use super::view::{Open, View};
use super::words::{hours_of, problem, sentences, shape, state};
use crate::actions::booking::later::LaterSession;
use crate::actions::course::view::CourseView;
use crate::actions::desk::day::By;
use crate::actions::desk::panel;
use crate::actions::desk::panel::{MoveOffer, Rather, SessionPanel};
use crate::actions::{App, Caller, Result};
use crate::domain::course::session::CancelReason;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, PractitionerId, SessionId};
use crate::domain::role::{PRACTITIONERS, Role};
use crate::domain::text::Code;
use crate::domain::time::civil::{When, spoken_day};

/// Why a session is called off, as the desk says it.
const REASONS: [(CancelReason, &str); 5] = [
    (CancelReason::PatientRequest, "the patient asked"),
    (CancelReason::Unwell, "the patient is unwell"),
    (CancelReason::ClinicRequest, "the clinic has to"),
    (CancelReason::BookedByMistake, "it was booked by mistake"),
    (CancelReason::Other, "another reason"),
];

/// What is asked about the session.
pub(super) struct Asked {
    /// To move it to this time, …
    pub(super) to: Option<When>,
    /// … with somebody in particular.
    pub(super) with: Option<PractitionerId>,
    /// Whether they did not come.
    pub(super) no_show: bool,
    /// Whether something was done to it just now, which the page says above.
    pub(super) noted: bool,
}

/// A move as a button.
struct Move {
    words: String,
    place: String,
    effects: Vec<String>,
    fields: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "desk/session.html", config = ".askama.toml")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a page offers is one yes or no for each button"
)]
struct Page {
    id: SessionId,
    version: i64,
    day: NaiveDate,
    by: By,
    course_id: CourseId,
    service: Code,
    patient_id: String,
    name: String,
    phone: String,
    patient_href: String,
    course_href: String,
    no_show_href: String,
    back: String,
    when: String,
    what: String,
    place: String,
    shape: &'static str,
    state: String,
    why_off: Option<String>,
    missing: Option<&'static str>,
    concerns: Vec<String>,
    asks_no_show: bool,
    can_check_in: bool,
    can_no_show: bool,
    can_undo: bool,
    noted: bool,
    can_move: bool,
    can_call_off: bool,
    record_href: Option<(String, &'static str)>,
    move_to: Option<Move>,
    moves: Vec<Move>,
    why_not: Vec<String>,
    typed_to: String,
    again: Vec<Time>,
    reasons: [(CancelReason, &'static str); 5],
}

/// A session.
pub(super) async fn session(
    app: &App,
    caller: &Caller,
    view: &View,
    id: SessionId,
    asked: Asked,
    problems: &mut Vec<String>,
) -> Result<String> {
    let SessionPanel { card, patient, course, moves, refused } =
        Box::pin(panel::session(app, caller, id)).await?;
    let session = &card.session;
    let move_to = match asked.to {
        None => None,
        Some(to) => match panel::preview(app, caller, id, to, asked.with).await {
            Ok(offer) => Some(as_move(offer)),
            Err(error) => {
                problems.extend(problem(error)?.sentences);
                None
            }
        },
    };
    let again = if session.status == SessionStatus::Noshow {
        let rather = Rather {
            service: Some(session.service.clone()),
            course: Some(course.id),
            ..Rather::default()
        };
        let panel = panel::patient(app, caller, patient.id, &rather).await?;
        let proposed = panel.courses.into_iter().find_map(|course| course.proposed);
        proposed.map(|proposed| proposed.offers.into_iter().map(time).collect()).unwrap_or_default()
    } else {
        Vec::new()
    };
    let open_patient = view.with(Open::Patient {
        id: patient.id,
        course: Some(course.id),
        service: None,
        from: None,
        everywhere: false,
    });
    let no_show = view.with(Open::Session { id, to: None, with: None, no_show: true });
    let day_and_hours =
        format!("{}, {}", spoken_day(session.start.date_naive()), hours_of(session));
    written(&Page {
        id,
        version: session.version,
        day: view.day,
        by: view.by,
        course_id: course.id,
        service: session.service.clone(),
        patient_id: patient.id.to_string(),
        name: card.name.clone(),
        phone: card.phone.to_string(),
        patient_href: open_patient.address(),
        course_href: format!("/desk/courses/{}", course.id),
        no_show_href: no_show.address(),
        back: view.session(id).address(),
        when: day_and_hours,
        what: what(&card.service, card.count.as_deref()),
        place: card.place.join(", "),
        shape: shape(session.status),
        state: state(session),
        why_off: session.cancel_reason.map(|reason| reason.to_string().replace('_', " ")),
        missing: card.missing,
        concerns: concerns(&course, id),
        asks_no_show: asked.no_show && card.can_no_show,
        can_check_in: card.can_check_in,
        can_no_show: card.can_no_show,
        can_undo: card.can_undo,
        noted: asked.noted,
        can_move: matches!(session.status, SessionStatus::Booked | SessionStatus::Pending),
        can_call_off: session.status.is_live(),
        record_href: record_words(caller.actor.role, session.status)
            .map(|words| (format!("/desk/sessions/{id}/record"), words)),
        typed_to: asked.to.map_or_else(
            || session.local_start.clone(),
            |to| to.to_string().chars().take(16).collect(),
        ),
        move_to,
        moves: moves.into_iter().map(as_move).collect(),
        why_not: sentences(&refused),
        again,
        reasons: REASONS,
    })
}

/// What the record of a session of this status is called where it leads there, for those who treat.
fn record_words(role: Role, status: SessionStatus) -> Option<&'static str> {
    let words = match status {
        SessionStatus::CheckedIn => "Write up",
        SessionStatus::Fulfilled => "Correct the record",
        _ => return None,
    };
    PRACTITIONERS.contains(&role).then_some(words)
}

/// What the rules have against the session as things stand.
fn concerns(course: &CourseView, id: SessionId) -> Vec<String> {
    let own = course.concerns.iter().filter(|concern| concern.session_id == id);
    sentences(&own.flat_map(|concern| concern.violations.clone()).collect::<Vec<_>>())
}

fn as_move(offer: MoveOffer) -> Move {
    let mut fields = vec![("start", offer.start.to_rfc3339())];
    fields.extend(offer.practitioner_id.map(|id| ("with", id.to_string())));
    for later in &offer.later {
        if let Some(proposal) = &later.proposal {
            fields.push(("also", format!("{} {}", later.session_id, proposal.start.to_rfc3339())));
        }
    }
    Move {
        words: at(offer.start),
        place: offer.place,
        effects: offer.later.iter().map(effect).collect(),
        fields,
    }
}

/// What a move does to a later session.
fn effect(later: &LaterSession) -> String {
    let was = at(later.start);
    match &later.proposal {
        Some(proposal) => format!("moves {was} to {}", at(proposal.start)),
        None => format!(
            "{was} would come too soon, and no other time was found for it: move it by hand"
        ),
    }
}
