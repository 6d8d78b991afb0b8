//! Whether one time can be booked: the rules of removal (`rules`), rule 35, the horizon, and the
//! nearest practitioner, device and room (`candidates`); every failing rule at once. Which wall time
//! means which instant (rule 44) is decided before, by `starts_at`.

use chrono::{DateTime, NaiveDate, Utc};

use super::candidates::{At, spans};
use super::diary::{Diary, Taken};
use crate::domain::course::rules;
use crate::domain::course::session::Place;
use crate::domain::refusal::{Code, Refusal, Warning};
use crate::domain::time::civil;
use crate::domain::time::civil::{Civil, Edge, When};
use crate::domain::time::interval::Interval;
use crate::domain::time::time_zone::Tz;

/// The instant that a client means by `when`, and what to tell them about it (rule 44):
/// a skipped wall time is refused, a repeated one means the first.
pub fn starts_at(zone: Tz, when: When) -> Result<(DateTime<Utc>, Option<String>), Refusal> {
    let wall = match when {
        When::At(at) => return Ok((at.to_utc(), None)),
        When::Wall(wall) => wall,
    };
    match civil::resolve(zone, wall) {
        Civil::Exact(instant) => Ok((instant, None)),
        Civil::Repeated { first, .. } => Ok((
            first,
            Some(format!(
                "The clock shows {} twice that day; this is the first, {}.",
                wall.format("%H:%M"),
                civil::shown(zone, first).to_rfc3339()
            )),
        )),
        Civil::Skipped { resumes } => Err(Refusal::new(
            Code::NoSuchLocalTime,
            format!(
                "There is no {} on {}: the clock goes forward then. The first time after it is {}.",
                wall.format("%H:%M"),
                civil::spoken_day(wall.date()),
                civil::wall_of(zone, resumes).format("%H:%M")
            ),
        )
        .with_earliest(Some(civil::date_of(zone, resumes)))),
    }
}

/// The instant from which on `edge` means: the beginning of a day, or the time itself.
pub fn from_edge(zone: Tz, edge: Edge) -> Result<DateTime<Utc>, Refusal> {
    match edge {
        Edge::Day(day) => Ok(civil::day_start(zone, day.date())),
        Edge::Time(when) => starts_at(zone, when).map(|(instant, _)| instant),
    }
}

/// The instant before which `edge` means: the end of a day, or the time itself.
pub fn until_edge(zone: Tz, edge: Edge) -> Result<DateTime<Utc>, Refusal> {
    match edge {
        Edge::Day(day) => Ok(civil::day_start(zone, day.date() + chrono::Days::new(1))),
        Edge::Time(when) => starts_at(zone, when).map(|(instant, _)| instant),
    }
}

/// What a session takes, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Who, where and what.
    pub place: Place,
    /// Rules that would have refused, had the caller not gone past them.
    pub overridden: Vec<Refusal>,
    /// What should be known of it.
    pub warnings: Vec<Warning>,
}

/// Whether a session may start at `start`, and what it then takes; or every reason why not.
pub fn judge(diary: &Diary, start: DateTime<Utc>) -> Result<Granted, Vec<Refusal>> {
    let date = civil::date_of(diary.zone, start);
    let ask = diary.ask(start);
    let of_removal = ask.as_ref().map(rules::refusals).unwrap_or_default();
    let of_shop = diary.refusals_of_shop(date);
    let of_laser = match (&ask, diary.laser_of_shop()) {
        (Some(ask), Some(laser)) => rules::refusals_of_laser(ask, laser),
        _ => Vec::new(),
    };
    let same_patient = diary.same_patient_elsewhere(start);
    let of_rules = of_removal.into_iter().chain(of_shop).chain(of_laser).chain(same_patient);
    let (mut overridden, mut refusals): (Vec<_>, Vec<_>) =
        of_rules.partition(|refusal| diary.pardons(refusal));
    refusals.extend(time_faults(diary, start, date));
    refusals.extend(site_faults(diary, start, date));
    let at = At { diary, start, date };
    refusals.extend(at.conflict(
        diary.patient,
        Taken::Present,
        Code::ConflictPatient,
        "The patient already has a session at that time.".to_owned(),
    ));
    let (pair, room) = (at.nearest_pair(), at.nearest_room());
    match (pair, room) {
        (Ok(pair), Ok(room_id)) if refusals.is_empty() => {
            overridden.extend(pair.overridden);
            let place = Place {
                site_id: diary.site.id,
                practitioner_id: pair.practitioner,
                room_id,
                device_id: pair.device,
            };
            Ok(Granted {
                place,
                overridden,
                warnings: ask.as_ref().map(rules::warnings).unwrap_or_default(),
            })
        }
        (pair, room) => {
            refusals.extend(pair.err().unwrap_or_default());
            refusals.extend(room.err().unwrap_or_default());
            Err(refusals)
        }
    }
}

fn time_faults(diary: &Diary, start: DateTime<Utc>, date: NaiveDate) -> Vec<Refusal> {
    let mut faults = Vec::new();
    if start < diary.now {
        faults.push(Refusal::new(Code::StartInPast, "That time has passed."));
    }
    let last = last_day(diary);
    if date > last {
        faults.push(Refusal::new(
            Code::TooFarAhead,
            format!("Sessions are booked up to {}.", civil::spoken_day(last)),
        ));
    }
    if !diary.service.details.active {
        faults.push(Refusal::new(
            Code::ServiceNotOffered,
            format!("{} is no longer offered.", diary.service.details.name),
        ));
    }
    faults
}

/// The last day on which a session may start.
#[must_use]
pub fn last_day(diary: &Diary) -> NaiveDate {
    let today = civil::date_of(diary.zone, diary.now);
    today.checked_add_days(chrono::Days::new(diary.policy.horizon_days.into())).unwrap_or(today)
}

/// Rule 35: the day and the hours of the site.
fn site_faults(diary: &Diary, start: DateTime<Utc>, date: NaiveDate) -> Option<Refusal> {
    let name = &diary.site.details.name;
    let day = civil::spoken_day(date);
    if !diary.site.details.active {
        return Some(Refusal::new(
            Code::ClinicClosed,
            format!("Nothing is booked at {name} any more."),
        ));
    }
    if diary.is_proposed() {
        return None;
    }
    // The patient is there from the anaesthetic on.
    let present = Interval::new(
        start - diary.service.arrival() + diary.service.preparation(),
        start + diary.service.duration(),
    )?;
    let open = diary.over(date, date, |day| diary.opening().open_on(day));
    if open.iter().any(|hours| hours.contains(present)) {
        return None;
    }
    let message = match diary.opening().closed_all_day(date) {
        Some(reason) => format!("{name} is closed on {day} ({reason})."),
        None => format!(
            "{name} is open on {day} {}; the visit must lie within.",
            spans(diary.zone, &diary.opening().open_on(date))
        ),
    };
    Some(Refusal::new(Code::ClinicClosed, message))
}
