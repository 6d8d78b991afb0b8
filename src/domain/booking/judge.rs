//! Whether one time can be booked, and with whom, where and with what: the rules of
//! removal (`rules`), rules 34–36, 38–40 and the horizon, every failing one at once.
//! What is left out is chosen. Which wall time means which instant (rule 44) is decided
//! before, by `starts_at`.

use chrono::{DateTime, NaiveDate, Utc};

use super::diary::{Diary, Taken};
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::course::laser::Laser;
use crate::domain::course::rules;
use crate::domain::course::session::Place;
use crate::domain::ids::{DeviceId, PractitionerId, ResourceId, RoomId};
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

/// One thing that could be chosen, with what speaks against it.
struct Candidate<'a, T> {
    thing: &'a T,
    against: Vec<Refusal>,
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

/// How much a refusal weighs when the nearest of several candidates is to be explained:
/// what another time would cure weighs least.
#[must_use]
pub fn weight(refusals: &[Refusal]) -> usize {
    refusals
        .iter()
        .map(|refusal| match refusal.code {
            code if code.is_conflict() => 1,
            Code::PractitionerNotWorking | Code::OutsideRentalWindow | Code::RoomClosed => 2,
            // The device that the patient has a test patch with is nearer than one without.
            Code::TestPatchWait => 1,
            Code::TestPatchRequired if refusal.earliest.is_some() => 2,
            Code::TestPatchRequired => 8,
            _ => 10,
        })
        .sum()
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
    let of_rules = of_removal.into_iter().chain(of_shop).chain(of_laser);
    let (mut overridden, mut refusals): (Vec<_>, Vec<_>) =
        of_rules.partition(|refusal| pardoned(diary, refusal));
    refusals.extend(time_faults(diary, start, date));
    refusals.extend(site_faults(diary, start, date));
    if clashes(diary, diary.patient, Taken::Present, start) {
        refusals.push(Refusal::new(
            Code::ConflictPatient,
            "The patient already has a session at that time.",
        ));
    }
    let pair = nearest_pair(diary, start, date);
    let room = nearest_room(diary, start, date);
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

/// Whether the caller goes past this refusal.
fn pardoned(diary: &Diary, refusal: &Refusal) -> bool {
    diary.pardoned.contains(&refusal.code)
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

/// `09:00 to 12:00 and 13:00 to 18:00`.
fn spans(zone: Tz, hours: &[Interval]) -> String {
    let clock = |at| civil::wall_of(zone, at).format("%H:%M");
    let spans: Vec<_> = hours
        .iter()
        .map(|span| format!("{} to {}", clock(span.start()), clock(span.end())))
        .collect();
    spans.join(" and ")
}

fn clashes(
    diary: &Diary,
    resource: impl Into<ResourceId>,
    taken: Taken,
    start: DateTime<Utc>,
) -> bool {
    let Some(claim) = diary.claim(taken, start) else {
        return false;
    };
    diary.taken(resource).iter().any(|busy| busy.overlaps(claim))
}

/// Who treats, with what.
struct Pair {
    practitioner: PractitionerId,
    device: Option<DeviceId>,
    overridden: Vec<Refusal>,
}

/// The practitioner and, where one is needed, the device; or why there is no such pair.
fn nearest_pair(
    diary: &Diary,
    start: DateTime<Utc>,
    date: NaiveDate,
) -> Result<Pair, Vec<Refusal>> {
    let people: Vec<_> = diary
        .practitioners
        .iter()
        .map(|thing| Candidate { thing, against: against_practitioner(diary, thing, start, date) })
        .collect();
    if !diary.needs_device() {
        return match people.into_iter().min_by_key(|person| weight(&person.against)) {
            Some(person) if person.against.is_empty() => {
                Ok(Pair { practitioner: person.thing.id, device: None, overridden: Vec::new() })
            }
            Some(person) => Err(person.against),
            None => Err(vec![nobody(diary)]),
        };
    }
    let devices: Vec<_> = diary
        .devices
        .iter()
        .map(|thing| Candidate { thing, against: against_device(diary, thing, start, date) })
        .collect();
    let pairs = people.iter().flat_map(|person| devices.iter().map(move |device| (person, device)));
    let nearest = pairs
        .map(|(person, device)| {
            let mut against = [person.against.as_slice(), device.against.as_slice()].concat();
            let fit =
                person.against.iter().all(|refusal| refusal.code != Code::OperatorNotAuthorised);
            if fit && !person.thing.may_use(device.thing.id, date) {
                let (name, code) = (&person.thing.details.name, &device.thing.details.code);
                against.push(Refusal::new(
                    Code::OperatorNotAuthorised,
                    format!("{name} is not authorised on {code} for that day."),
                ));
            }
            let (overridden, against): (Vec<_>, Vec<_>) =
                against.into_iter().partition(|refusal| pardoned(diary, refusal));
            let pair =
                Pair { practitioner: person.thing.id, device: Some(device.thing.id), overridden };
            (pair, against)
        })
        .min_by_key(|(pair, against)| (weight(against), weight(&pair.overridden)));
    match nearest {
        Some((pair, against)) if against.is_empty() => Ok(pair),
        Some((_, against)) => Err(against),
        None => {
            let mut missing = Vec::new();
            if diary.practitioners.is_empty() {
                missing.push(nobody(diary));
            }
            if diary.devices.is_empty() {
                missing.push(Refusal::new(
                    Code::DeviceNotAvailable,
                    format!("There is no laser at {}.", diary.site.details.name),
                ));
            }
            Err(missing)
        }
    }
}

fn nobody(diary: &Diary) -> Refusal {
    let (site, service) = (&diary.site.details.name, &diary.service.details.name);
    Refusal::new(Code::OperatorNotAuthorised, format!("Nobody at {site} does {service}."))
}

fn elsewhere(what: &str, site: &str) -> Refusal {
    Refusal::new(Code::NotAtThisSite, format!("{what} is not at {site}."))
}

/// Rules 34, 35 and 39 for one person.
fn against_practitioner(
    diary: &Diary,
    person: &Practitioner,
    start: DateTime<Utc>,
    date: NaiveDate,
) -> Vec<Refusal> {
    let name = person.details.name.as_str();
    let mut against = Vec::new();
    if person.details.site_id != diary.site.id {
        against.push(elsewhere(name, diary.site.details.name.as_str()));
    }
    if diary.shop.is_some() {
        // Who treats there, and when they work, is the shop's own business; its papers say that they may.
        if !person.details.active {
            against.push(Refusal::new(
                Code::OperatorNotAuthorised,
                format!("{name} no longer works there."),
            ));
        }
        return against;
    }
    if let Some(reason) = person.unfit_for(&diary.service, date) {
        against.push(Refusal::new(Code::OperatorNotAuthorised, reason));
    }
    let works = diary.over(date, date, |day| diary.opening().works_on(person, day));
    if !covered(diary, &works, start) {
        let hours = diary.opening().works_on(person, date);
        let message = match diary
            .reason_of(date, |closed| closed.practitioner_id == Some(person.id))
        {
            Some(reason) => format!("{name} is away on {} ({reason}).", civil::spoken_day(date)),
            None if hours.is_empty() => {
                format!("{name} does not work on {}.", civil::spoken_day(date))
            }
            None => format!(
                "{name} works {} on {}.",
                spans(diary.zone, &hours),
                civil::spoken_day(date)
            ),
        };
        against.push(Refusal::new(Code::PractitionerNotWorking, message));
    }
    if clashes(diary, person.id, Taken::AtWork, start) {
        against.push(Refusal::new(
            Code::ConflictPractitioner,
            format!("{name} is already booked at that time."),
        ));
    }
    against
}

/// Whether the visit lies within one of `hours`.
fn covered(diary: &Diary, hours: &[Interval], start: DateTime<Utc>) -> bool {
    Interval::new(start, start + diary.service.duration())
        .is_some_and(|visit| hours.iter().any(|span| span.contains(visit)))
}

/// Rules 34, 36 and 38 for one device.
fn against_device(
    diary: &Diary,
    device: &Device,
    start: DateTime<Utc>,
    date: NaiveDate,
) -> Vec<Refusal> {
    let code = device.details.code.as_str();
    let mut against = Vec::new();
    if device.details.site_id != diary.site.id {
        against.push(elsewhere(code, diary.site.details.name.as_str()));
    }
    if let Some(ask) = diary.ask(start) {
        against.extend(rules::refusals_of_laser(&ask, Laser::Device(device)));
    }
    if let Some(reason) = device.unfit_on(date) {
        against.push(Refusal::new(Code::DeviceNotAvailable, reason));
    } else if !covered(
        diary,
        &diary.over(date, date, |day| diary.opening().device_on(device, day)),
        start,
    ) {
        let reason =
            diary.reason_of(date, |closed| closed.device_id == Some(device.id)).unwrap_or("closed");
        against.push(Refusal::new(
            Code::DeviceNotAvailable,
            format!("{code} is not to be had then ({reason})."),
        ));
    }
    if device.is_rented() && !covered(diary, &diary.windows_of(device), start) {
        against.push(outside_window(diary, device, date));
    }
    if clashes(diary, device.id, Taken::AtWork, start) {
        against.push(Refusal::new(
            Code::ConflictDevice,
            format!("{code} is already booked at that time."),
        ));
    }
    against
}

fn outside_window(diary: &Diary, device: &Device, date: NaiveDate) -> Refusal {
    let code = &device.details.code;
    let that_day: Vec<_> = diary
        .windows_of(device)
        .into_iter()
        .filter(|window| civil::date_of(diary.zone, window.start()) == date)
        .collect();
    let message = if that_day.is_empty() {
        format!("{code} is rented and not here on {}.", civil::spoken_day(date))
    } else {
        format!(
            "{code} is rented and can be used {} on {}.",
            spans(diary.zone, &that_day),
            civil::spoken_day(date)
        )
    };
    Refusal::new(Code::OutsideRentalWindow, message)
}

/// The room, where one is needed; or why there is none.
fn nearest_room(
    diary: &Diary,
    start: DateTime<Utc>,
    date: NaiveDate,
) -> Result<Option<RoomId>, Vec<Refusal>> {
    if !diary.needs_room() {
        return Ok(None);
    }
    let nearest = diary
        .rooms
        .iter()
        .map(|room| (room.id, against_room(diary, room, start, date)))
        .min_by_key(|(_, against)| weight(against));
    match nearest {
        Some((room, against)) if against.is_empty() => Ok(Some(room)),
        Some((_, against)) => Err(against),
        None => Err(vec![Refusal::new(
            Code::RoomNotSuitable,
            format!("There is no room at {}.", diary.site.details.name),
        )]),
    }
}

/// Rules 34 and 40 for one room.
fn against_room(diary: &Diary, room: &Room, start: DateTime<Utc>, date: NaiveDate) -> Vec<Refusal> {
    let name = room.details.name.as_str();
    let mut against = Vec::new();
    if room.details.site_id != diary.site.id {
        against.push(elsewhere(name, diary.site.details.name.as_str()));
    }
    if let Some(reason) = room_unfit(diary, room) {
        against.push(Refusal::new(Code::RoomNotSuitable, reason));
    }
    let present = Interval::new(start - diary.service.arrival(), start + diary.service.duration());
    let open = diary.over(date, date, |day| diary.opening().room_on(room, day));
    if !present.is_some_and(|present| open.iter().any(|hours| hours.contains(present))) {
        let reason =
            diary.reason_of(date, |closed| closed.room_id == Some(room.id)).unwrap_or("closed");
        against.push(Refusal::new(
            Code::RoomClosed,
            format!("{name} is not to be had then ({reason})."),
        ));
    }
    if clashes(diary, room.id, Taken::Present, start) {
        against.push(Refusal::new(
            Code::ConflictRoom,
            format!("{name} is already booked at that time."),
        ));
    }
    against
}

/// Why `room` is not fitted for the service at any time (rule 40).
#[must_use]
pub fn room_unfit(diary: &Diary, room: &Room) -> Option<String> {
    let name = &room.details.name;
    if !room.details.active {
        return Some(format!("{name} is no longer used."));
    }
    if diary.shop.is_some() {
        return None;
    }
    let needed = diary.service.room()?;
    let fitted = room.details.capabilities.contains(&needed);
    (!fitted).then(|| {
        format!("{name} is not {}, which {} needs.", needed.in_words(), diary.service.details.name)
    })
}
