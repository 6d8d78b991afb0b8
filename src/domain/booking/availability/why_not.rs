//! Why there are no slots, or fewer: one refusal for each thing that takes starts away,
//! in sentences about days rather than about one time.

use fixedbitset::FixedBitSet;

use super::{Choice, Search};
use crate::domain::booking::candidates::room_unfit;
use crate::domain::booking::judge::judge;
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;

/// The starts while the site is open, and those that are left of them.
#[derive(Clone, Copy)]
struct Lost<'a> {
    open: &'a FixedBitSet,
    starts: &'a FixedBitSet,
}

impl Lost<'_> {
    /// Whether a start was lost that is not within `allowed`.
    fn missing(self, allowed: &FixedBitSet) -> bool {
        self.open.difference(allowed).any(|index| !self.starts.contains(index))
    }

    /// Whether a start was lost that is `allowed` and not `free`.
    fn taken(self, allowed: &FixedBitSet, free: &FixedBitSet) -> bool {
        let lost = |index| !free.contains(index) && !self.starts.contains(index);
        self.open.intersection(allowed).any(lost)
    }
}

impl Search<'_> {
    /// Why there is no slot when nothing alone is in the way: each thing could be had, but never all at once.
    pub(super) fn least_refusal(&self, open: &FixedBitSet) -> Vec<Refusal> {
        if let Some(index) = open.ones().next() {
            return judge(self.diary, self.grid.at(index)).err().unwrap_or_default();
        }
        let (site, service) = (&self.diary.site.details.name, &self.diary.service.details.name);
        vec![Refusal::new(
            Code::ClinicClosed,
            format!("{site} is not open long enough in these days for {service}."),
        )]
    }

    /// One refusal for each thing that took starts away while the site was open, and for each kind of closed day.
    pub(super) fn refused(
        &self,
        open: &FixedBitSet,
        starts: &FixedBitSet,
        people: &[Choice<Practitioner>],
        devices: &[Choice<Device>],
        rooms: &[Choice<Room>],
        patient: &FixedBitSet,
    ) -> Vec<Refusal> {
        let diary = self.diary;
        let mut refused = Vec::new();
        refused.extend(self.closed_days());
        if !diary.service.details.active {
            refused.push(Refusal::new(
                Code::ServiceNotOffered,
                format!("{} is no longer offered.", diary.service.details.name),
            ));
        }
        let lost = Lost { open, starts };
        if lost.taken(&self.grid.all(), patient) {
            refused.push(Refusal::new(
                Code::ConflictPatient,
                "The patient has other sessions in these days.",
            ));
        }
        if lost.taken(&self.grid.all(), &self.alone()) {
            refused.push(Refusal::new(
                Code::PossibleSamePatient,
                "Somebody with the same name and the same number, email or date of birth has sessions in these days.",
            ));
        }
        refused.extend(self.people_refused(people, lost));
        if diary.needs_device() {
            refused.extend(self.devices_refused(people, devices, lost));
        }
        if diary.needs_room() {
            refused.extend(self.rooms_refused(rooms, lost));
        }
        refused
    }

    fn people_refused(&self, people: &[Choice<Practitioner>], lost: Lost) -> Vec<Refusal> {
        let diary = self.diary;
        let mut refused = Vec::new();
        let reasons: Vec<_> = people
            .iter()
            .filter_map(|person| match diary.shop {
                // Who treats at a shop is its own business.
                Some(_) => None,
                None => person.thing.unfit_for(&diary.service, self.last),
            })
            .collect();
        if people.len() == reasons.len()
            || (diary.wanted.practitioner.is_some() && !reasons.is_empty())
        {
            let all = format!(
                "Nobody at {} does {}.",
                diary.site.details.name, diary.service.details.name
            );
            let named = reasons.into_iter().next().filter(|_| people.len() == 1);
            refused.push(Refusal::new(Code::OperatorNotAuthorised, named.unwrap_or(all)));
            return refused;
        }
        let (allowed, free) =
            (self.any(people, |person| &person.allowed), self.any(people, |person| &person.free));
        let who = match people {
            [only] => only.thing.details.name.to_string(),
            _ => "Everyone who does this".to_owned(),
        };
        if lost.missing(&allowed) {
            refused.push(Refusal::new(
                Code::PractitionerNotWorking,
                format!("{who} is off for part of the opening hours in these days."),
            ));
        }
        if lost.taken(&allowed, &free) {
            refused.push(Refusal::new(
                Code::ConflictPractitioner,
                format!("{who} is already booked for part of these days."),
            ));
        }
        refused
    }

    fn devices_refused(
        &self,
        people: &[Choice<Practitioner>],
        devices: &[Choice<Device>],
        lost: Lost,
    ) -> Vec<Refusal> {
        let diary = self.diary;
        let mut refused = Vec::new();
        if devices.is_empty() {
            return vec![Refusal::new(
                Code::DeviceNotAvailable,
                format!("There is no laser at {}.", diary.site.details.name),
            )];
        }
        refused.extend(
            devices
                .iter()
                .filter_map(|device| device.thing.unfit_on(self.last))
                .map(|reason| Refusal::new(Code::DeviceNotAvailable, reason)),
        );
        let (allowed, free) =
            (self.any(devices, |device| &device.allowed), self.any(devices, |device| &device.free));
        if lost.missing(&allowed) {
            let rented = devices.iter().filter(|device| device.thing.is_rented());
            refused.extend(rented.map(|device| {
                let code = &device.thing.details.code;
                Refusal::new(
                    Code::OutsideRentalWindow,
                    format!("{code} is rented and here only in its rental windows."),
                )
            }));
        }
        if lost.taken(&allowed, &free) {
            refused.push(Refusal::new(
                Code::ConflictDevice,
                "The laser is already booked for part of these days.",
            ));
        }
        let fit = people
            .iter()
            .filter(|person| person.thing.unfit_for(&diary.service, self.last).is_none());
        let unauthorised = fit.clone().all(|person| {
            !devices.iter().any(|device| person.thing.may_use(device.thing.id, self.last))
        });
        if fit.count() > 0 && unauthorised {
            refused.push(Refusal::new(
                Code::OperatorNotAuthorised,
                "Nobody who could treat is authorised on the laser.",
            ));
        }
        refused
    }

    fn rooms_refused(&self, rooms: &[Choice<Room>], lost: Lost) -> Vec<Refusal> {
        let diary = self.diary;
        let unfit: Vec<_> = rooms.iter().filter_map(|room| room_unfit(diary, room.thing)).collect();
        if unfit.len() == rooms.len() {
            let none = format!(
                "No room at {} is fitted for {}.",
                diary.site.details.name, diary.service.details.name
            );
            let named = unfit.into_iter().next().filter(|_| rooms.len() == 1);
            return vec![Refusal::new(Code::RoomNotSuitable, named.unwrap_or(none))];
        }
        let mut refused = Vec::new();
        let (allowed, free) =
            (self.any(rooms, |room| &room.allowed), self.any(rooms, |room| &room.free));
        if lost.missing(&allowed) {
            refused.push(Refusal::new(
                Code::RoomClosed,
                "The rooms for this are closed for part of these days.",
            ));
        }
        if lost.taken(&allowed, &free) {
            refused.push(Refusal::new(
                Code::ConflictRoom,
                "The rooms for this are already booked for part of these days.",
            ));
        }
        refused
    }

    /// The closed days of the range, as one refusal that names them.
    fn closed_days(&self) -> Option<Refusal> {
        let days = self.first.iter_days().take_while(|day| *day <= self.last);
        let closed: Vec<_> =
            days.filter_map(|day| Some((day, self.diary.opening().closed_all_day(day)?))).collect();
        let named: Vec<_> = closed
            .iter()
            .take(5)
            .map(|(day, why)| format!("{} ({why})", civil::spoken_day(*day)))
            .collect();
        let more = closed.len().saturating_sub(named.len());
        let tail = if more > 0 { format!(" and {more} more days") } else { String::new() };
        let message =
            format!("{} is closed on {}{tail}.", self.diary.site.details.name, named.join(", "));
        (!closed.is_empty()).then(|| Refusal::new(Code::ClinicClosed, message))
    }
}
