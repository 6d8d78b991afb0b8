//! A session in the panel: its state, what can be done with it, and the times to which it can move, each with what
//! that does to the sessions after it.

use askama::Template;
use chrono::NaiveDate;

use super::grid::{can_be_moved, service_and_count};
use super::offers::{OfferButton, offer_buttons, rendered};
use super::promise_words;
use super::promise_words::{Notice, PromiseLine};
use super::view::{Open, SessionQuery, View};
use super::words::{hours_of, problem_from, sentences, state_words, status_symbol};
use crate::actions::Result;
use crate::actions::booking::later::LaterSession;
use crate::actions::course::view::CourseView;
use crate::actions::desk::day::By;
use crate::actions::desk::panel;
use crate::actions::desk::panel::{MoveOffer, SessionPanel};
use crate::actions::desk::proposed::Rather;
use crate::domain::course::session::CancelReason;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, PatientId, SessionId};
use crate::domain::patient::Language;
use crate::domain::role::{PRACTITIONERS, Role};
use crate::domain::text::Code;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{PhoneLink, code_words, date_and_time};

/// Why a session is cancelled, as the desk says it.
const REASONS: [(CancelReason, &str); 5] = [
    (CancelReason::PatientRequest, "the patient asked"),
    (CancelReason::Unwell, "the patient is unwell"),
    (CancelReason::ClinicRequest, "the clinic has to"),
    (CancelReason::BookedByMistake, "it was booked by mistake"),
    (CancelReason::Other, "another reason"),
];

/// What is asked about a session.
pub(super) struct SessionAsked<'a> {
    pub(super) query: &'a SessionQuery,
    /// Whether something was done to it just now, which the page says above.
    pub(super) noted: bool,
}

/// A move as a button.
struct MoveButton {
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
struct SessionPart {
    id: SessionId,
    version: i64,
    day: NaiveDate,
    by: By,
    course_id: CourseId,
    service: Code,
    patient_id: String,
    name: String,
    phone: PhoneLink,
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
    promises: Vec<PromiseLine>,
    concerns: Vec<String>,
    asks_no_show: bool,
    can_check_in: bool,
    can_no_show: bool,
    can_undo: bool,
    noted: bool,
    can_move: bool,
    can_cancel: bool,
    record_href: Option<(String, &'static str)>,
    move_to: Option<MoveButton>,
    moves: Vec<MoveButton>,
    why_not: Vec<String>,
    typed_to: String,
    rebook_offers: Vec<OfferButton>,
    reasons: [(CancelReason, &'static str); 5],
}

pub(super) async fn session_panel(
    user: &SignedIn,
    view: &View,
    asked: SessionAsked<'_>,
    problems: &mut Vec<String>,
) -> Result<String> {
    let SessionAsked { query, noted } = asked;
    let id = query.id;
    let SessionPanel { card, patient, promises, ways, course, moves, refused } =
        Box::pin(panel::session(&user.app, &user.caller(), id)).await?;
    let session = &card.session;
    let move_to = Box::pin(preview(user, query, problems)).await?;
    let now = user.app.clock.now();
    let mut lines = promise_words::promised(&promises, now, user.app.zone);
    if lines.is_empty() {
        // Nothing was changed just now: who would be told of a change.
        let notice = Notice::of(session.start.to_utc(), now, &user.app.policy);
        lines = promise_words::ways(patient.id, &ways, notice);
    }
    let no_show = SessionQuery { id, to: None, with: None, no_show: true };
    let (service, status) = (session.service.clone(), session.status);
    let rebook_offers = match status {
        SessionStatus::Noshow => rebook_offers(user, patient.id, course.id, &service).await?,
        _ => Vec::new(),
    };
    rendered(&SessionPart {
        id,
        version: session.version,
        day: view.day,
        by: view.by,
        course_id: course.id,
        service,
        patient_id: patient.id.to_string(),
        name: card.name.clone(),
        phone: PhoneLink::new(&card.phone, Language::En),
        patient_href: view.patient(patient.id, Some(course.id)).address(),
        course_href: format!("/desk/courses/{}", course.id),
        no_show_href: view.with(Open::Session(no_show)).address(),
        back: view.session(id).address(),
        when: format!("{}, {}", spoken_day(session.start.date_naive()), hours_of(session)),
        what: service_and_count(&card.service, card.count.as_deref()),
        place: card.place.join(", "),
        shape: status_symbol(status),
        state: state_words(session),
        why_off: session.cancel_reason.as_ref().map(code_words),
        missing: card.missing,
        promises: lines,
        concerns: concerns(&course, id),
        asks_no_show: query.no_show && card.can_no_show,
        can_check_in: card.can_check_in,
        can_no_show: card.can_no_show,
        can_undo: card.can_undo,
        noted,
        can_move: can_be_moved(status),
        can_cancel: status.is_live(),
        record_href: record_words(user.role(), status)
            .map(|words| (format!("/desk/sessions/{id}/record"), words)),
        typed_to: query.to.map_or_else(
            || session.local_start.clone(),
            |to| to.to_string().chars().take(16).collect(),
        ),
        move_to,
        moves: moves.into_iter().map(move_button).collect(),
        why_not: sentences(&refused),
        rebook_offers,
        reasons: REASONS,
    })
}

/// The move that is asked about, with what it does to later sessions; what is in its way goes to `problems`.
async fn preview(
    user: &SignedIn,
    query: &SessionQuery,
    problems: &mut Vec<String>,
) -> Result<Option<MoveButton>> {
    let Some(to) = query.to else { return Ok(None) };
    match panel::preview(&user.app, &user.caller(), query.id, to, query.with).await {
        Ok(offer) => Ok(Some(move_button(offer))),
        Err(error) => {
            problems.extend(problem_from(error)?.sentences);
            Ok(None)
        }
    }
}

/// The times to which a patient who did not come can be rebooked.
async fn rebook_offers(
    user: &SignedIn,
    patient: PatientId,
    course: CourseId,
    service: &Code,
) -> Result<Vec<OfferButton>> {
    let rather =
        Rather { service: Some(service.clone()), course: Some(course), ..Rather::default() };
    let panel = panel::patient(&user.app, &user.caller(), patient, &rather).await?;
    let proposed = panel.courses.into_iter().find_map(|course| course.proposed);
    Ok(proposed.map(|proposed| offer_buttons(proposed.offers)).unwrap_or_default())
}

/// The words of the link to the record of a session of this status, for those who treat.
fn record_words(role: Role, status: SessionStatus) -> Option<&'static str> {
    let words = match status {
        SessionStatus::CheckedIn => "Write up",
        SessionStatus::Fulfilled => "Correct the record",
        _ => return None,
    };
    PRACTITIONERS.contains(&role).then_some(words)
}

/// What the rules have against the session as it is.
fn concerns(course: &CourseView, id: SessionId) -> Vec<String> {
    let own = course.concerns.iter().filter(|concern| concern.session_id == id);
    sentences(&own.flat_map(|concern| concern.violations.clone()).collect::<Vec<_>>())
}

fn move_button(offer: MoveOffer) -> MoveButton {
    let mut fields = vec![("start", offer.start.to_rfc3339())];
    fields.extend(offer.practitioner_id.map(|id| ("with", id.to_string())));
    for later in &offer.later {
        if let Some(proposal) = &later.proposal {
            fields.push(("also", format!("{} {}", later.session_id, proposal.start.to_rfc3339())));
        }
    }
    MoveButton {
        words: date_and_time(offer.start),
        place: offer.place,
        effects: offer.later.iter().map(move_effect).collect(),
        fields,
    }
}

/// What a move does to a later session.
fn move_effect(later: &LaterSession) -> String {
    let was = date_and_time(later.start);
    match &later.proposal {
        Some(proposal) => format!("moves {was} to {}", date_and_time(proposal.start)),
        None => format!(
            "{was} would come too soon, and no other time was found for it: move it by hand"
        ),
    }
}
