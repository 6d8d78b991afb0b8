//! Rules 12 and 13: removal is no choice to make impulsively (F12, F25). A consultation
//! comes before any laser, and a day to think after it.

use chrono::{DateTime, Duration, Utc};

use super::Ask;
use super::goal::asks_for_laser_gates;
use crate::domain::catalogue::service::{Purpose, Treatment};
use crate::domain::course::case::Happened;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;

/// Rule 12: no consultation was held in this course.
#[must_use]
pub fn consultation_required(ask: &Ask) -> Option<Refusal> {
    if !asks_for_laser_gates(ask) || ask.case.consulted_at().is_some() {
        return None;
    }
    let booked = ask
        .case
        .of_course()
        .find(|visit| visit.purpose == Purpose::Consultation && visit.happened == Happened::ToCome);
    let message = match booked {
        Some(visit) => format!(
            "The consultation comes first; it is booked for {} and has to be held.",
            civil::spoken(ask.zone, visit.starts_at)
        ),
        None => "A consultation comes before any laser; book one first.".to_owned(),
    };
    let earliest = booked.map(|visit| civil::date_of(ask.zone, visit.over_at + cooling(ask)));
    Some(Refusal::new(Code::ConsultationRequired, message).with_earliest(earliest))
}

/// Rule 13: the first laser exposure, before the patient had time to think.
#[must_use]
pub fn cooling_off(ask: &Ask) -> Option<Refusal> {
    let until = cooling_off_until(ask)?;
    (ask.start < until).then(|| {
        Refusal::new(
            Code::CoolingOff,
            format!(
                "The patient has {} hours to think after the consultation; the laser is possible from {} on.",
                ask.policy.cooling_off_hours,
                civil::spoken(ask.zone, until)
            ),
        )
        .with_earliest(Some(civil::date_of(ask.zone, until)))
    })
}

/// Until when the time to think lasts, where it is asked for.
#[must_use]
pub fn cooling_off_until(ask: &Ask) -> Option<DateTime<Utc>> {
    let exposed = |visit: &crate::domain::course::case::Visit| {
        visit.happened == Happened::Done && visit.treatment.is_some_and(Treatment::is_exposure)
    };
    if !asks_for_laser_gates(ask) || ask.case.of_course().any(exposed) {
        return None;
    }
    Some(ask.case.consulted_at()? + cooling(ask))
}

fn cooling(ask: &Ask) -> Duration {
    Duration::hours(ask.policy.cooling_off_hours.into())
}
