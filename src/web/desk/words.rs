//! The words of the desk: states in words and symbols, times, and what was done or refused.

use axum::http::StatusCode;
use chrono::NaiveDate;

use crate::actions::Error;
use crate::actions::course::session_view::SessionView;
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil::spoken_day;

/// A status as a symbol, so that colour is never the only sign of it.
pub(super) fn status_symbol(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::Proposed | SessionStatus::Pending | SessionStatus::Waitlist => "◌",
        SessionStatus::Booked => "○",
        SessionStatus::Arrived => "◐",
        SessionStatus::CheckedIn => "●",
        SessionStatus::Fulfilled => "✓",
        SessionStatus::Cancelled | SessionStatus::EnteredInError => "×",
        SessionStatus::Noshow => "∅",
    }
}

pub(super) fn state_words(session: &SessionView) -> String {
    let confirmed = session.confirmed_at.is_some();
    let words = match session.status {
        SessionStatus::Proposed => "proposed",
        SessionStatus::Waitlist => "waiting list",
        SessionStatus::Pending if session.rebook_reason.is_some() => "book anew",
        SessionStatus::Pending => "not accepted yet",
        SessionStatus::Booked if confirmed => "confirmed",
        SessionStatus::Booked => "booked",
        SessionStatus::Arrived => "arrived",
        SessionStatus::CheckedIn => "checked in",
        SessionStatus::Fulfilled if session.procedure_status == ProcedureStatus::NotDone => {
            "came, not treated"
        }
        SessionStatus::Fulfilled if session.procedure_status == ProcedureStatus::Stopped => {
            "stopped"
        }
        SessionStatus::Fulfilled => "done",
        SessionStatus::Cancelled => "called off",
        SessionStatus::Noshow => "did not come",
        SessionStatus::EnteredInError => "entered in error",
    };
    words.to_owned()
}

/// When a session is, within its day.
pub(super) fn hours_of(session: &SessionView) -> String {
    format!("{}–{}", session.start.format("%H:%M"), session.end.format("%H:%M"))
}

/// The sentence for a change by another user.
pub(super) const STALE: &str =
    "Somebody changed it a moment ago. This is how it is now; decide again.";

/// What is in the way, a sentence each.
pub(super) struct Problem {
    pub(super) sentences: Vec<String>,
    pub(super) status: StatusCode,
    /// What to send again, with a reason, where nothing is in the way but that somebody of the same name is booked then.
    pub(super) two_people: Option<TwoPeople>,
}

/// A form that was refused because somebody of the same name is booked then, to be sent again for another person.
pub(super) struct TwoPeople {
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, sentences: Vec<String>) -> Self {
        Self { sentences, status, two_people: None }
    }
}

/// Whether nothing is in the way but that somebody of the same name is booked then, which the desk may go past.
pub(super) fn is_same_patient_alone(error: &Error) -> bool {
    let alone = |refusal: &Refusal| refusal.code == Code::PossibleSamePatient;
    matches!(error, Error::Refused(all) | Error::Explained(all, _) if all.iter().all(alone))
}

/// Refusals as sentences, with the first day that works where there is one.
pub(super) fn sentences(refusals: &[Refusal]) -> Vec<String> {
    let sentence = |refusal: &Refusal| match refusal.earliest {
        Some(day) if !refusal.message.contains(&spoken_day(day)) => {
            format!("{} It works from {} on.", refusal.message, spoken_day(day))
        }
        _ => refusal.message.clone(),
    };
    let mut sentences: Vec<String> = Vec::new();
    for one in refusals.iter().map(sentence) {
        if !sentences.contains(&one) {
            sentences.push(one);
        }
    }
    sentences
}

pub(super) fn first_day_words(day: NaiveDate) -> String {
    format!("The first day that works is {}.", spoken_day(day))
}

/// What the page says of an error; an error that no form can mend is returned.
pub(super) fn problem_from(error: Error) -> Result<Problem, Error> {
    let (status, sentences) = match error {
        Error::Refused(refusals) => (StatusCode::UNPROCESSABLE_ENTITY, sentences(&refusals)),
        Error::Explained(refusals, first_day) => {
            let mut sentences = sentences(&refusals);
            sentences.extend(first_day.map(first_day_words));
            (StatusCode::UNPROCESSABLE_ENTITY, sentences)
        }
        Error::Stale => (StatusCode::CONFLICT, vec![STALE.to_owned()]),
        Error::Taken(detail) => (StatusCode::CONFLICT, vec![format!("{detail}.")]),
        Error::Invalid { pointer, detail } => {
            let name = pointer.trim_start_matches('/').replace(['/', '_'], " ");
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                vec![format!("{name} {detail}.").trim_start().to_owned()],
            )
        }
        error => return Err(error),
    };
    Ok(Problem::new(status, sentences))
}

/// What was done, by the word in the address.
pub(super) fn done_message(word: &str) -> Option<&'static str> {
    Some(match word {
        "booked" => "Booked. Until the confirmation goes out, Undo leaves no trace.",
        "checked-in" => "Checked in.",
        "arrived" => "Arrived, but something is missing before the treatment.",
        "no-show" => "Noted: they did not come.",
        "called-off" => "Called off.",
        "moved" => "Moved.",
        "undone" => "Undone.",
        "planned" => "The whole course is booked.",
        "registered" => "Registered.",
        "mended" => "Noted. What they have not been told goes there now.",
        "consented" => "The consent is written down.",
        "written-up" => "Written up.",
        "corrected" => "Corrected; what was there before is kept.",
        _ => return None,
    })
}
