//! Plays the demo's stories: each visit gets a free time on its day or near it, by
//! the same rules as every booking, and the end that its story says.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::catalogue::Clinic;
use super::patients::{Ending, Story, Visit};
use super::{LoadError, read, with};
use crate::clock::Clock;
use crate::domain::availability::{self, Slot};
use crate::domain::civil;
use crate::domain::course::Course;
use crate::domain::diary::{Diary, Wanted};
use crate::domain::policy::Policy;
use crate::domain::service::Service;
use crate::domain::session::{CancelReason, Session};
use crate::domain::status::{ProcedureStatus, SessionStatus};
use crate::storage::claims::Claimant;
use crate::storage::history::Change;
use crate::storage::{self, Tx};

/// How far ahead the clinic is booked: ten weeks.
const AHEAD: i64 = 70;

/// Plays `stories` in `clinic`, around the clock's now.
pub(super) async fn play(
    tx: &mut Tx,
    clock: &Clock,
    zone: Tz,
    policy: &Policy,
    clinic: Clinic,
    stories: Vec<Story>,
) -> Result<(), LoadError> {
    let now = clock.now();
    let services: HashMap<String, Service> = clinic
        .services
        .iter()
        .map(|service| (service.details.code.to_string(), service.clone()))
        .collect();
    let (Some(first_service), Some(first_story)) = (clinic.services.first(), stories.first()) else {
        return Ok(());
    };
    let mut diary = Diary {
        zone,
        policy: policy.clone(),
        // The stories begin in the past, and nothing is in the way of booking them there.
        now: now - Duration::days(500),
        site: clinic.site,
        service: first_service.clone(),
        patient: first_story.course.patient_id,
        wanted: Wanted::default(),
        practitioners: clinic.practitioners,
        rooms: clinic.rooms,
        devices: clinic.devices,
        windows: clinic.windows,
        closures: Vec::new(),
        claims: HashMap::new(),
    };
    for (index, story) in stories.iter().enumerate() {
        for (turn, visit) in story.visits.iter().enumerate().filter(|(_, visit)| visit.day <= AHEAD) {
            let Some(service) = services.get(visit.service) else {
                return Err(LoadError::NoTime(visit.service.to_owned()));
            };
            diary.service = service.clone();
            diary.patient = story.course.patient_id;
            let slot = slot(&diary, now, visit, index * 7 + turn * 3).ok_or_else(|| LoadError::NoTime(visit.service.to_owned()))?;
            write(tx, clock, &mut diary, &story.course, visit, slot).await?;
        }
    }
    Ok(())
}

/// A free time on the visit's day, or on the nearest day away from today, so that what is past stays
/// past and what is to come stays to come; which time of the day, `turn` chooses.
fn slot(diary: &Diary, now: DateTime<Utc>, visit: &Visit, turn: usize) -> Option<Slot> {
    let today = civil::date_of(diary.zone, now);
    let past = visit.day < 0;
    (0..14).find_map(|away| {
        let date = today.checked_add_signed(Duration::days(if past { visit.day - away } else { visit.day + away }))?;
        let mut slots = availability::find(diary, date, date).slots;
        slots.retain(|slot| (slot.end + diary.service.turnaround() < now) == past);
        slots.get(turn % slots.len().max(1)).copied()
    })
}

async fn write(tx: &mut Tx, clock: &Clock, diary: &mut Diary, course: &Course, visit: &Visit, slot: Slot) -> Result<(), LoadError> {
    let past = visit.day < 0;
    let ending = if past { Some(visit.ending) } else { None };
    let booked_at = (slot.start - Duration::days(14)).min(clock.now() - Duration::hours(2));
    let (status, procedure_status) = match ending {
        None => (SessionStatus::Booked, ProcedureStatus::Preparation),
        Some(Ending::Done) => (SessionStatus::Fulfilled, ProcedureStatus::Completed),
        Some(Ending::NotDone) => (SessionStatus::Fulfilled, ProcedureStatus::NotDone),
        Some(Ending::NoShow) => (SessionStatus::Noshow, ProcedureStatus::Preparation),
        Some(Ending::Cancelled) => (SessionStatus::Cancelled, ProcedureStatus::Preparation),
    };
    let record = match ending {
        Some(Ending::Done) => Some(read(record(&diary.service, course, visit))?),
        Some(Ending::NotDone) => Some(read(json!({"outcome": "not-done", "reason": "Deferred at screening."}))?),
        _ => None,
    };
    let session = Session {
        id: clock.id(),
        uid: clock.opaque(),
        sequence: 0,
        version: 1,
        course_id: course.id,
        patient_id: course.patient_id,
        service_id: diary.service.id,
        place: slot.place,
        status,
        procedure_status,
        local_start: civil::wall_of(diary.zone, slot.start).format("%Y-%m-%dT%H:%M").to_string(),
        zone: diary.zone.name().to_owned(),
        starts_at: slot.start,
        ends_at: slot.end,
        cancel_reason: (status == SessionStatus::Cancelled).then_some(CancelReason::PatientRequest),
        rebook_reason: None,
        record,
        created_at: booked_at,
        updated_at: if past { slot.end.max(booked_at) } else { booked_at },
    };
    storage::sessions::insert(tx, &session).await?;
    let booked = Change {
        id: clock.id(),
        at: booked_at,
        change: "book".to_owned(),
        before: None,
    };
    storage::history::insert(tx, &booked, session.id, None).await?;
    if status != SessionStatus::Cancelled {
        for claim in diary.claims_of(slot.place, slot.start) {
            storage::claims::insert(tx, clock.id(), claim.resource, Claimant::Session(session.id), claim.when).await?;
            diary.claims.entry(claim.resource).or_default().push(claim.when);
        }
    }
    Ok(())
}

/// What was done, as its story says.
fn record(service: &Service, course: &Course, visit: &Visit) -> Value {
    let mut record = json!({"outcome": "completed"});
    if service.is_laser() {
        let set = json!({"wavelength_nm": 1064, "fluence_j_cm2": 3.2, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns",
            "frequency_hz": 5.0, "pulse_count": 420, "passes": 1});
        record = json!({"outcome": "completed", "zones": course.details.zones, "parameter_sets": [set], "endpoint": "frosting",
            "pain": 4, "eyewear_checked": true});
    }
    with(record, visit.extra.clone())
}
