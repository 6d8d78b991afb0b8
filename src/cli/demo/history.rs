//! Plays the demo's stories: each visit gets a free time on its day or near it, by
//! the same rules as every booking, and the end that its story says.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use super::catalogue::Clinic;
use super::read::{LoadError, read, with};
use super::session;
use super::story::{Ending, Story, Visit};
use crate::actions::App;
use crate::clock::Clock;
use crate::domain::booking::availability;
use crate::domain::booking::availability::Slot;
use crate::domain::booking::diary::{Diary, Wanted};
use crate::domain::catalogue::device::{Device, Limits};
use crate::domain::catalogue::service::Service;
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::course::{Course, Depth, Pigment};
use crate::domain::time::civil;
use crate::storage::Tx;

/// How far ahead the clinic is booked: ten weeks.
const AHEAD: i64 = 70;

/// Plays `stories` in `clinic`, around the clock's now.
pub(super) async fn play(
    tx: &mut Tx,
    app: &App,
    clinic: Clinic,
    stories: &[Story],
) -> Result<(), LoadError> {
    let (Some(service), Some(first)) = (clinic.services.first(), stories.first()) else {
        return Ok(());
    };
    let mut diary = Diary {
        zone: app.zone,
        policy: app.policy.clone(),
        // The stories begin in the past, and nothing is in the way of booking them there.
        now: app.clock.now() - Duration::days(500),
        site: clinic.site,
        shop: None,
        service: service.clone(),
        patient: first.course.patient_id,
        case: None,
        pardoned: Vec::new(),
        wanted: Wanted::default(),
        practitioners: clinic.practitioners,
        rooms: clinic.rooms,
        devices: Vec::new(),
        windows: clinic.windows,
        closures: Vec::new(),
        claims: HashMap::new(),
        look_alikes: Vec::new(),
    };
    for (index, story) in stories.iter().enumerate() {
        diary.patient = story.course.patient_id;
        diary.devices.clone_from(&clinic.devices);
        diary.devices.retain(|laser| laser.details.code.as_str() == story.laser);
        // Not every patient comes to the first of the list.
        diary.practitioners.rotate_left(1);
        tell(tx, app, &mut diary, &clinic.services, story, index).await?;
    }
    Ok(())
}

async fn tell(
    tx: &mut Tx,
    app: &App,
    diary: &mut Diary,
    services: &[Service],
    story: &Story,
    index: usize,
) -> Result<(), LoadError> {
    let now = app.clock.now();
    let mut been = Vec::new();
    for (turn, visit) in story.visits.iter().enumerate().filter(|(_, visit)| visit.day <= AHEAD) {
        let missing = || LoadError::NoTime(visit.service.to_owned());
        let named = |service: &&Service| service.details.code.as_str() == visit.service;
        diary.service = services.iter().find(named).ok_or_else(missing)?.clone();
        let first = first_day(&been, visit.service, story.darker);
        let slot = slot(diary, now, visit, first, index * 7 + turn * 3).ok_or_else(missing)?;
        write(tx, &app.clock, diary, &story.course, visit, slot).await?;
        been.push((civil::date_of(diary.zone, slot.start), visit));
        // What follows is booked once these were done (rules 12 and 24).
        if slot.start > now && ["consultation", "test_patch"].contains(&visit.service) {
            break;
        }
    }
    Ok(())
}

/// The first day for `service` after the visits that have been: the clinic keeps to its own
/// waits (rules 13, 25, 27, 31 and 32), and grades a result after four weeks (rule 70).
fn first_day(been: &[(NaiveDate, &Visit)], service: &str, darker: bool) -> Option<NaiveDate> {
    let is_laser = |service: &str| service.starts_with("laser");
    let wait = |visit: &Visit| match visit.service {
        // A patient who was not treated waits for nothing, but comes again another day.
        _ if visit.ending != Ending::Done => 1,
        "test_patch" if is_laser(service) => 14 * if darker { 2 } else { 1 },
        last if is_laser(last) && is_laser(service) => 42 + if darker { 14 } else { 0 },
        last if is_laser(last) && service == "review" => 28,
        last @ ("saline" | "chemical") if last == service => 28,
        "adjustment" if service == "adjustment" => 10,
        _ => 1,
    };
    been.iter().map(|(day, visit)| *day + Duration::days(wait(visit))).max()
}

/// A free time on the visit's day or the nearest one from `first` on, so that what is past stays
/// past and what is to come stays to come; which time of the day, `turn` chooses.
fn slot(
    diary: &Diary,
    now: DateTime<Utc>,
    visit: &Visit,
    first: Option<NaiveDate>,
    turn: usize,
) -> Option<Slot> {
    let planned = civil::date_of(diary.zone, now).checked_add_signed(Duration::days(visit.day))?;
    let free = |date: NaiveDate, past: bool| {
        let mut slots = availability::find(diary, date, date).slots;
        slots.retain(|slot| {
            if past { slot.end + diary.service.turnaround() < now } else { slot.start > now }
        });
        slots.get(turn % slots.len().max(1)).copied()
    };
    let near = |past| {
        (0..=21)
            .flat_map(|away| [planned + Duration::days(away), planned - Duration::days(away)])
            .filter(|date| first.is_none_or(|first| first <= *date))
            .find_map(|date| free(date, past))
    };
    // A wait may reach past today; then the visit is still to come.
    (visit.day < 0).then(|| near(true)).flatten().or_else(|| near(false))
}

/// The states of a session that ended so, or is still to come.
fn statuses(ending: Option<Ending>) -> (SessionStatus, ProcedureStatus) {
    match ending {
        None => (SessionStatus::Booked, ProcedureStatus::Preparation),
        Some(Ending::Done) => (SessionStatus::Fulfilled, ProcedureStatus::Completed),
        Some(Ending::NotDone) => (SessionStatus::Fulfilled, ProcedureStatus::NotDone),
        Some(Ending::NoShow) => (SessionStatus::Noshow, ProcedureStatus::Preparation),
        Some(Ending::Cancelled | Ending::CancelledLate) => {
            (SessionStatus::Cancelled, ProcedureStatus::Preparation)
        }
    }
}

async fn write(
    tx: &mut Tx,
    clock: &Clock,
    diary: &mut Diary,
    course: &Course,
    visit: &Visit,
    slot: Slot,
) -> Result<(), LoadError> {
    let ending = (slot.start < clock.now()).then_some(visit.ending);
    let booked_at = (slot.start - Duration::days(14))
        .min(clock.now() - Duration::hours(2))
        .max(course.created_at);
    let (status, procedure_status) = statuses(ending);
    let changed_at = match ending {
        None => booked_at,
        Some(Ending::Cancelled) => (slot.start - Duration::days(4)).max(booked_at),
        Some(Ending::CancelledLate) => (slot.start - Duration::hours(20)).max(booked_at),
        Some(Ending::Done | Ending::NotDone | Ending::NoShow) => slot.end,
    };
    let device = diary.devices.iter().find(|device| Some(device.id) == slot.place.device_id);
    let record = match ending {
        Some(Ending::Done) => Some(read(record(device, course, visit))?),
        Some(Ending::NotDone) => {
            Some(read(json!({"outcome": "not-done", "reason": "Deferred at screening."}))?)
        }
        _ => None,
    };
    let session = Session {
        status,
        procedure_status,
        cancel_reason: (status == SessionStatus::Cancelled).then_some(CancelReason::PatientRequest),
        record,
        updated_at: changed_at,
        ..Session::booked(
            (clock.id(), clock.opaque()),
            (course.id, course.patient_id),
            &diary.service,
            slot.place,
            slot.start,
            diary.zone,
            booked_at,
        )
    };
    let mut claims = Vec::new();
    if status != SessionStatus::Cancelled {
        let claimed = diary.claims_of(slot.place, slot.start);
        claims.extend(claimed.into_iter().map(|claim| (claim.resource, claim.when)));
    }
    session::write(tx, clock, &session, &[("book", booked_at)], &claims).await?;
    for (resource, when) in claims {
        diary.claims.entry(resource).or_default().push(when);
    }
    Ok(())
}

/// What was done, as its story says; with settings well within the limits of the laser.
fn record(laser: Option<&Device>, course: &Course, visit: &Visit) -> Value {
    let mut record = json!({"outcome": "completed"});
    if let Some(mode) = laser.and_then(|laser| laser.details.modes.first()) {
        let third =
            |limits: Limits| ((limits.min + (limits.max - limits.min) / 3.0) * 10.0).round() / 10.0;
        let zones = &course.details.zones;
        let set = json!({"wavelength_nm": mode.wavelength_nm, "fluence_j_cm2": third(mode.fluence_j_cm2), "spot_mm": third(mode.spot_mm),
            "pulse_width": third(mode.pulse_width), "pulse_width_unit": mode.pulse_width_unit, "frequency_hz": third(mode.frequency_hz),
            "pulse_count": if visit.service == "test_patch" { 12 } else { 160 * zones.len() }, "passes": 1});
        // Pigment that sits like a tattoo's hurts like a tattoo's (F4).
        let like_a_tattoo =
            course.details.depth == Depth::TooDeep || course.details.pigment == Pigment::TattooInk;
        record = json!({"outcome": "completed", "zones": zones, "parameter_sets": [set], "endpoint": "frosting",
            "pain": if like_a_tattoo { 6 } else { 3 }, "eyewear_checked": true});
    }
    with(record, visit.extra.clone())
}
