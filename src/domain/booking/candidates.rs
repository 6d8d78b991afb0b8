//! The practitioners, devices and rooms that a session could take at one time, what speaks against
//! each of them (rules 34 to 36 and 38 to 40), and which is nearest.

use chrono::{DateTime, NaiveDate, Utc};

use super::diary::{Diary, Taken};
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::course::laser::Laser;
use crate::domain::course::rules;
use crate::domain::ids::{DeviceId, PractitionerId, ResourceId, RoomId, SiteId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::domain::time::interval::Interval;
use crate::domain::time::time_zone::Tz;

/// How much a refusal weighs when the nearest of several candidates is to be explained:
/// what another time would cure weighs least.
#[must_use]
pub(super) fn weight(refusals: &[Refusal]) -> usize {
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

/// `09:00 to 12:00 and 13:00 to 18:00`.
pub(super) fn spans(zone: Tz, hours: &[Interval]) -> String {
    let clock = |at| civil::wall_of(zone, at).format("%H:%M");
    let spans: Vec<_> = hours
        .iter()
        .map(|span| format!("{} to {}", clock(span.start()), clock(span.end())))
        .collect();
    spans.join(" and ")
}

/// One time in a diary.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) diary: &'a Diary,
    pub(super) start: DateTime<Utc>,
    /// The day of `start`.
    pub(super) date: NaiveDate,
}

/// Who treats, with what.
pub(super) struct Pair {
    pub(super) practitioner: PractitionerId,
    pub(super) device: Option<DeviceId>,
    pub(super) overridden: Vec<Refusal>,
}

impl At<'_> {
    /// The practitioner and, where one is needed, the device; or why there is no such pair.
    pub(super) fn nearest_pair(&self) -> Result<Pair, Vec<Refusal>> {
        let diary = self.diary;
        let people: Vec<_> =
            diary.practitioners.iter().map(|one| (one, self.against_practitioner(one))).collect();
        if !diary.needs_device() {
            return match people.into_iter().min_by_key(|(_, against)| weight(against)) {
                Some((person, against)) if against.is_empty() => {
                    Ok(Pair { practitioner: person.id, device: None, overridden: Vec::new() })
                }
                Some((_, against)) => Err(against),
                None => Err(vec![no_practitioner(diary)]),
            };
        }
        let devices: Vec<_> =
            diary.devices.iter().map(|one| (one, self.against_device(one))).collect();
        let pairs =
            people.iter().flat_map(|person| devices.iter().map(move |device| (person, device)));
        let nearest = pairs
            .map(|((person, against_person), (device, against_device))| {
                let against = [against_person.as_slice(), against_device].concat();
                let unauthorised = self.unauthorised(person, against_person, device);
                let (overridden, against): (Vec<_>, Vec<_>) = against
                    .into_iter()
                    .chain(unauthorised)
                    .partition(|refusal| diary.pardons(refusal));
                (Pair { practitioner: person.id, device: Some(device.id), overridden }, against)
            })
            .min_by_key(|(pair, against)| (weight(against), weight(&pair.overridden)));
        match nearest {
            Some((pair, against)) if against.is_empty() => Ok(pair),
            Some((_, against)) => Err(against),
            None => {
                let mut missing = Vec::new();
                if diary.practitioners.is_empty() {
                    missing.push(no_practitioner(diary));
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

    /// Rule 39: `person`, who is fit otherwise, has to be authorised on this very device.
    fn unauthorised(
        &self,
        person: &Practitioner,
        against: &[Refusal],
        device: &Device,
    ) -> Option<Refusal> {
        let fit = against.iter().all(|refusal| refusal.code != Code::OperatorNotAuthorised);
        (fit && !person.may_use(device.id, self.date)).then(|| {
            let (name, code) = (&person.details.name, &device.details.code);
            Refusal::new(
                Code::OperatorNotAuthorised,
                format!("{name} is not authorised on {code} for that day."),
            )
        })
    }

    /// The room, where one is needed; or why there is none.
    pub(super) fn nearest_room(&self) -> Result<Option<RoomId>, Vec<Refusal>> {
        if !self.diary.needs_room() {
            return Ok(None);
        }
        let nearest = self
            .diary
            .rooms
            .iter()
            .map(|room| (room.id, self.against_room(room)))
            .min_by_key(|(_, against)| weight(against));
        match nearest {
            Some((room, against)) if against.is_empty() => Ok(Some(room)),
            Some((_, against)) => Err(against),
            None => Err(vec![Refusal::new(
                Code::RoomNotSuitable,
                format!("There is no room at {}.", self.diary.site.details.name),
            )]),
        }
    }

    /// Rules 34, 35 and 39 for one person.
    fn against_practitioner(&self, person: &Practitioner) -> Vec<Refusal> {
        let Self { diary, date, .. } = *self;
        let name = person.details.name.as_str();
        let mut against = Vec::from_iter(self.elsewhere(name, person.details.site_id));
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
        if !self.covered(&works) {
            let (day, hours) = (civil::spoken_day(date), diary.opening().works_on(person, date));
            let away = diary.reason_of(date, |closed| closed.practitioner_id == Some(person.id));
            let message = match away {
                Some(reason) => format!("{name} is away on {day} ({reason})."),
                None if hours.is_empty() => format!("{name} does not work on {day}."),
                None => format!("{name} works {} on {day}.", spans(diary.zone, &hours)),
            };
            against.push(Refusal::new(Code::PractitionerNotWorking, message));
        }
        against.extend(self.booked(name, person.id, Taken::AtWork, Code::ConflictPractitioner));
        against
    }

    /// Rules 34, 36 and 38 for one device.
    fn against_device(&self, device: &Device) -> Vec<Refusal> {
        let Self { diary, date, .. } = *self;
        let code = device.details.code.as_str();
        let mut against = Vec::from_iter(self.elsewhere(code, device.details.site_id));
        if let Some(ask) = diary.ask(self.start) {
            against.extend(rules::refusals_of_laser(&ask, Laser::Device(device)));
        }
        let there = diary.over(date, date, |day| diary.opening().device_on(device, day));
        if let Some(reason) = device.unfit_on(date) {
            against.push(Refusal::new(Code::DeviceNotAvailable, reason));
        } else if !self.covered(&there) {
            let closed = diary.reason_of(date, |closed| closed.device_id == Some(device.id));
            against.push(not_to_be_had(Code::DeviceNotAvailable, code, closed));
        }
        if device.is_rented() && !self.covered(&diary.windows_of(device)) {
            against.push(self.outside_window(device));
        }
        against.extend(self.booked(code, device.id, Taken::AtWork, Code::ConflictDevice));
        against
    }

    fn outside_window(&self, device: &Device) -> Refusal {
        let (zone, day) = (self.diary.zone, civil::spoken_day(self.date));
        let code = &device.details.code;
        let mut windows = self.diary.windows_of(device);
        windows.retain(|window| civil::date_of(zone, window.start()) == self.date);
        let message = if windows.is_empty() {
            format!("{code} is rented and not here on {day}.")
        } else {
            format!("{code} is rented and can be used {} on {day}.", spans(zone, &windows))
        };
        Refusal::new(Code::OutsideRentalWindow, message)
    }

    /// Rules 34 and 40 for one room.
    fn against_room(&self, room: &Room) -> Vec<Refusal> {
        let Self { diary, start, date } = *self;
        let name = room.details.name.as_str();
        let mut against = Vec::from_iter(self.elsewhere(name, room.details.site_id));
        if let Some(reason) = room_unfit(diary, room) {
            against.push(Refusal::new(Code::RoomNotSuitable, reason));
        }
        let present =
            Interval::new(start - diary.service.arrival(), start + diary.service.duration());
        let open = diary.over(date, date, |day| diary.opening().room_on(room, day));
        if !present.is_some_and(|present| open.iter().any(|hours| hours.contains(present))) {
            let closed = diary.reason_of(date, |closed| closed.room_id == Some(room.id));
            against.push(not_to_be_had(Code::RoomClosed, name, closed));
        }
        against.extend(self.booked(name, room.id, Taken::Present, Code::ConflictRoom));
        against
    }

    /// Refuses what stands at another site.
    fn elsewhere(&self, what: &str, site: SiteId) -> Option<Refusal> {
        let own = &self.diary.site;
        (site != own.id).then(|| {
            Refusal::new(Code::NotAtThisSite, format!("{what} is not at {}.", own.details.name))
        })
    }

    /// Whether the visit lies within one of `hours`.
    fn covered(&self, hours: &[Interval]) -> bool {
        Interval::new(self.start, self.start + self.diary.service.duration())
            .is_some_and(|visit| hours.iter().any(|span| span.contains(visit)))
    }

    fn booked(
        &self,
        name: &str,
        resource: impl Into<ResourceId>,
        taken: Taken,
        code: Code,
    ) -> Option<Refusal> {
        self.conflict(resource, taken, code, format!("{name} is already booked at that time."))
    }

    /// Rule 34: refuses, with these words, a resource that is taken already.
    pub(super) fn conflict(
        &self,
        resource: impl Into<ResourceId>,
        taken: Taken,
        code: Code,
        words: String,
    ) -> Option<Refusal> {
        let claim = self.diary.claim(taken, self.start)?;
        let clashes = self.diary.taken(resource).iter().any(|busy| busy.overlaps(claim));
        clashes.then(|| Refusal::new(code, words))
    }
}

fn no_practitioner(diary: &Diary) -> Refusal {
    let (site, service) = (&diary.site.details.name, &diary.service.details.name);
    Refusal::new(Code::OperatorNotAuthorised, format!("Nobody at {site} does {service}."))
}

fn not_to_be_had(code: Code, what: &str, closed: Option<&str>) -> Refusal {
    let reason = closed.unwrap_or("closed");
    Refusal::new(code, format!("{what} is not to be had then ({reason})."))
}

/// Why `room` is not fitted for the service at any time (rule 40).
#[must_use]
pub(super) fn room_unfit(diary: &Diary, room: &Room) -> Option<String> {
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
