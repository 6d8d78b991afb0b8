//! Slots: every time on the grid at which `booking::judge` would say yes, and why the
//! others are missing. Opening hours ∩ practitioner ∩ room ∩ device (and rental
//! window) − claims − closures, over days of the clinic's zone.

use chrono::{DateTime, NaiveDate, Utc};
use fixedbitset::FixedBitSet;

use super::booking::{judge, last_day, room_unfit};
use super::civil;
use super::device::Device;
use super::diary::{Diary, Taken};
use super::grid::Grid;
use super::ids::ResourceId;
use super::interval::Interval;
use super::practitioner::Practitioner;
use super::refusal::{Code, Refusal};
use super::room::Room;
use super::session::Place;

/// A time that can be booked, with what it would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Start of the visit.
    pub start: DateTime<Utc>,
    /// End of the visit.
    pub end: DateTime<Utc>,
    /// What it would take.
    pub place: Place,
}

/// What a search over some days found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Every slot, in order of time.
    pub slots: Vec<Slot>,
    /// Why there is none, or fewer.
    pub refused: Vec<Refusal>,
}

/// One thing that could be chosen, with the starts at which it could be.
struct Choice<'a, T> {
    thing: &'a T,
    /// When its hours, windows and papers allow.
    allowed: FixedBitSet,
    /// When it is also not taken.
    free: FixedBitSet,
}

/// The search of one diary over the days `first` to `last`, both included.
struct Search<'a> {
    diary: &'a Diary,
    grid: Grid,
    first: NaiveDate,
    last: NaiveDate,
}

/// Every slot of the days `first` to `last`, both included, and why others are missing.
#[must_use]
pub fn find(diary: &Diary, first: NaiveDate, last: NaiveDate) -> Found {
    let (today, horizon) = (civil::date_of(diary.zone, diary.now), last_day(diary));
    let none = |code, message: String| Found {
        slots: Vec::new(),
        refused: vec![Refusal::new(code, message)],
    };
    if last < today {
        return none(Code::StartInPast, "Those days have passed.".to_owned());
    }
    if first > horizon {
        return none(
            Code::TooFarAhead,
            format!("Sessions are booked up to {}.", civil::spoken_day(horizon)),
        );
    }
    let (first, last) = (first.max(today), last.min(horizon));
    let step = civil::minutes(diary.policy.grid_minutes);
    Search {
        diary,
        grid: Grid::over(diary.zone, first, last, step),
        first,
        last,
    }
    .run()
}

/// The first day from `first` to `last` with a slot.
#[must_use]
pub fn earliest(diary: &Diary, first: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
    // Most answers lie near, so the first fortnight is tried alone.
    let near = first.checked_add_days(chrono::Days::new(14)).unwrap_or(first).min(last);
    let first_slot = |from, to| {
        find(diary, from, to)
            .slots
            .first()
            .map(|slot| civil::date_of(diary.zone, slot.start))
    };
    first_slot(first, near).or_else(|| first_slot(near.succ_opt()?, last))
}

impl Search<'_> {
    fn run(&self) -> Found {
        let diary = self.diary;
        let open = self.open();
        let people: Vec<_> = diary.practitioners.iter().map(|person| self.person(person)).collect();
        let devices: Vec<_> = diary.devices.iter().map(|device| self.device(device)).collect();
        let rooms: Vec<_> = diary.rooms.iter().map(|room| self.room(room)).collect();
        let mut patient = self.grid.all();
        self.block(&mut patient, diary.patient, Taken::Present);

        let mut starts = open.clone();
        starts.intersect_with(&patient);
        starts.intersect_with(&self.pairs(&people, &devices));
        if diary.needs_room() {
            starts.intersect_with(&self.any(&rooms, |room| &room.free));
        }
        if !(diary.service.details.active && diary.site.details.active) {
            starts.clear();
        }
        let slots: Vec<_> = starts
            .ones()
            .filter_map(|index| self.slot(index, &people, &devices, &rooms))
            .collect();
        let mut refused = self.refused(&open, &starts, &people, &devices, &rooms, &patient);
        if slots.is_empty() && refused.is_empty() {
            refused = self.least_refusal(&open);
        }
        Found { slots, refused }
    }

    /// Why there is no slot when nothing alone is in the way: each thing could be had, but never all at once.
    fn least_refusal(&self, open: &FixedBitSet) -> Vec<Refusal> {
        if let Some(index) = open.ones().next() {
            return judge(self.diary, self.grid.at(index)).err().unwrap_or_default();
        }
        let (site, service) = (&self.diary.site.details.name, &self.diary.service.details.name);
        vec![Refusal::new(
            Code::ClinicClosed,
            format!("{site} is not open long enough in these days for {service}."),
        )]
    }

    /// When the site is open for the whole visit and the time has not passed.
    fn open(&self) -> FixedBitSet {
        let (diary, mut open) = (self.diary, self.grid.none());
        let before = diary.service.arrival() - diary.service.preparation();
        for hours in diary.over(self.first, self.last, |day| diary.open_on(day)) {
            self.grid.allow(&mut open, hours, before, diary.service.duration());
        }
        self.grid.drop_before(&mut open, diary.now);
        open
    }

    fn block(&self, bits: &mut FixedBitSet, resource: impl Into<ResourceId>, taken: Taken) {
        let (before, after) = self.diary.claimed_around(taken);
        for busy in self.diary.taken(resource) {
            self.grid.block(bits, *busy, before, after);
        }
    }

    fn within(&self, hours: &[Interval], taken: Taken) -> FixedBitSet {
        let mut bits = self.grid.none();
        let before = match taken {
            Taken::AtWork => chrono::Duration::zero(),
            Taken::Present => self.diary.service.arrival(),
        };
        for span in hours {
            self.grid.allow(&mut bits, *span, before, self.diary.service.duration());
        }
        bits
    }

    /// Removes the starts of each day on which `unfit`.
    fn drop_days(&self, bits: &mut FixedBitSet, unfit: impl Fn(NaiveDate) -> bool) {
        for day in self.first.iter_days().take_while(|day| *day <= self.last).filter(|day| unfit(*day)) {
            let mut rest = self.grid.all();
            self.grid.drop_before(&mut rest, civil::day_start(self.diary.zone, day));
            let next = civil::day_start(self.diary.zone, day.succ_opt().unwrap_or(day));
            self.grid.drop_after(&mut rest, next - chrono::Duration::seconds(1));
            bits.difference_with(&rest);
        }
    }

    fn person<'b>(&self, person: &'b Practitioner) -> Choice<'b, Practitioner> {
        let diary = self.diary;
        let here = person.details.site_id == diary.site.id;
        let hours = diary.over(self.first, self.last, |day| diary.works_on(person, day));
        let mut allowed = if here {
            self.within(&hours, Taken::AtWork)
        } else {
            self.grid.none()
        };
        self.drop_days(&mut allowed, |day| person.unfit_for(&diary.service, day).is_some());
        let mut free = allowed.clone();
        self.block(&mut free, person.id, Taken::AtWork);
        Choice {
            thing: person,
            allowed,
            free,
        }
    }

    fn device<'b>(&self, device: &'b Device) -> Choice<'b, Device> {
        let diary = self.diary;
        let here = device.details.site_id == diary.site.id;
        let hours = diary.over(self.first, self.last, |day| diary.device_on(device, day));
        let mut allowed = if here {
            self.within(&hours, Taken::AtWork)
        } else {
            self.grid.none()
        };
        if device.is_rented() {
            allowed.intersect_with(&self.within(&diary.windows_of(device), Taken::AtWork));
        }
        self.drop_days(&mut allowed, |day| device.unfit_on(day).is_some());
        let mut free = allowed.clone();
        self.block(&mut free, device.id, Taken::AtWork);
        Choice {
            thing: device,
            allowed,
            free,
        }
    }

    fn room<'b>(&self, room: &'b Room) -> Choice<'b, Room> {
        let diary = self.diary;
        let fit = room.details.site_id == diary.site.id && room_unfit(diary, room).is_none();
        let hours = diary.over(self.first, self.last, |day| diary.room_on(room, day));
        let allowed = if fit {
            self.within(&hours, Taken::Present)
        } else {
            self.grid.none()
        };
        let mut free = allowed.clone();
        self.block(&mut free, room.id, Taken::Present);
        Choice {
            thing: room,
            allowed,
            free,
        }
    }

    fn any<'b, T>(&self, options: &'b [Choice<'b, T>], bits: impl Fn(&'b Choice<'b, T>) -> &'b FixedBitSet) -> FixedBitSet {
        let mut union = self.grid.none();
        for option in options {
            union.union_with(bits(option));
        }
        union
    }

    /// When some practitioner is free, with a device that they may use where one is needed.
    fn pairs(&self, people: &[Choice<Practitioner>], devices: &[Choice<Device>]) -> FixedBitSet {
        if !self.diary.needs_device() {
            return self.any(people, |person| &person.free);
        }
        let mut union = self.grid.none();
        for person in people {
            for device in devices {
                let mut both = person.free.clone();
                both.intersect_with(&device.free);
                if !both.is_clear() {
                    self.drop_days(&mut both, |day| !person.thing.may_use(device.thing.id, day));
                    union.union_with(&both);
                }
            }
        }
        union
    }

    fn slot(&self, index: usize, people: &[Choice<Practitioner>], devices: &[Choice<Device>], rooms: &[Choice<Room>]) -> Option<Slot> {
        let diary = self.diary;
        let start = self.grid.at(index);
        let date = civil::date_of(diary.zone, start);
        let mut here = people
            .iter()
            .filter(|person| person.free.contains(index))
            .map(|person| person.thing);
        let (practitioner, device) = if diary.needs_device() {
            here.find_map(|person| {
                let usable = |device: &&Choice<Device>| device.free.contains(index) && person.may_use(device.thing.id, date);
                devices.iter().find(usable).map(|device| (person.id, Some(device.thing.id)))
            })?
        } else {
            here.next().map(|person| (person.id, None))?
        };
        let room = if diary.needs_room() {
            Some(rooms.iter().find(|room| room.free.contains(index))?.thing.id)
        } else {
            None
        };
        let place = Place {
            site_id: diary.site.id,
            practitioner_id: practitioner,
            room_id: room,
            device_id: device,
        };
        Some(Slot {
            start,
            end: start + diary.service.duration(),
            place,
        })
    }

    /// One refusal for each thing that took starts away while the site was open, and for each kind of closed day.
    fn refused(
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
        let missing = |bits: &FixedBitSet| open.difference(bits).any(|index| !starts.contains(index));
        let taken = |allowed: &FixedBitSet, free: &FixedBitSet| {
            open.intersection(allowed)
                .any(|index| !free.contains(index) && !starts.contains(index))
        };
        if taken(&self.grid.all(), patient) {
            refused.push(Refusal::new(Code::ConflictPatient, "The patient has other sessions in these days."));
        }

        refused.extend(self.people_refused(people, &missing, &taken));
        if diary.needs_device() {
            refused.extend(self.devices_refused(people, devices, &missing, &taken));
        }
        if diary.needs_room() {
            refused.extend(self.rooms_refused(rooms, &missing, &taken));
        }
        refused
    }

    fn people_refused(
        &self,
        people: &[Choice<Practitioner>],
        missing: &impl Fn(&FixedBitSet) -> bool,
        taken: &impl Fn(&FixedBitSet, &FixedBitSet) -> bool,
    ) -> Vec<Refusal> {
        let diary = self.diary;
        let mut refused = Vec::new();
        let reasons: Vec<_> = people
            .iter()
            .filter_map(|person| person.thing.unfit_for(&diary.service, self.last))
            .collect();
        if people.len() == reasons.len() || (diary.wanted.practitioner.is_some() && !reasons.is_empty()) {
            let all = format!("Nobody at {} does {}.", diary.site.details.name, diary.service.details.name);
            let named = reasons.into_iter().next().filter(|_| people.len() == 1);
            refused.push(Refusal::new(Code::OperatorNotAuthorised, named.unwrap_or(all)));
            return refused;
        }
        let (allowed, free) = (self.any(people, |person| &person.allowed), self.any(people, |person| &person.free));
        let who = match people {
            [only] => only.thing.details.name.to_string(),
            _ => "Everyone who does this".to_owned(),
        };
        if missing(&allowed) {
            refused.push(Refusal::new(
                Code::PractitionerNotWorking,
                format!("{who} is off for part of the opening hours in these days."),
            ));
        }
        if taken(&allowed, &free) {
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
        missing: &impl Fn(&FixedBitSet) -> bool,
        taken: &impl Fn(&FixedBitSet, &FixedBitSet) -> bool,
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
        let (allowed, free) = (
            self.any(devices, |device| &device.allowed),
            self.any(devices, |device| &device.free),
        );
        if missing(&allowed) {
            let rented = devices.iter().filter(|device| device.thing.is_rented());
            refused.extend(rented.map(|device| {
                let code = &device.thing.details.code;
                Refusal::new(
                    Code::OutsideRentalWindow,
                    format!("{code} is rented and here only in its rental windows."),
                )
            }));
        }
        if taken(&allowed, &free) {
            refused.push(Refusal::new(
                Code::ConflictDevice,
                "The laser is already booked for part of these days.",
            ));
        }
        let fit = people
            .iter()
            .filter(|person| person.thing.unfit_for(&diary.service, self.last).is_none());
        let unauthorised = fit
            .clone()
            .all(|person| !devices.iter().any(|device| person.thing.may_use(device.thing.id, self.last)));
        if fit.count() > 0 && unauthorised {
            refused.push(Refusal::new(
                Code::OperatorNotAuthorised,
                "Nobody who could treat is authorised on the laser.",
            ));
        }
        refused
    }

    fn rooms_refused(
        &self,
        rooms: &[Choice<Room>],
        missing: &impl Fn(&FixedBitSet) -> bool,
        taken: &impl Fn(&FixedBitSet, &FixedBitSet) -> bool,
    ) -> Vec<Refusal> {
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
        let (allowed, free) = (self.any(rooms, |room| &room.allowed), self.any(rooms, |room| &room.free));
        if missing(&allowed) {
            refused.push(Refusal::new(
                Code::RoomClosed,
                "The rooms for this are closed for part of these days.",
            ));
        }
        if taken(&allowed, &free) {
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
        let closed: Vec<_> = days.filter_map(|day| Some((day, self.diary.closed_all_day(day)?))).collect();
        let named: Vec<_> = closed
            .iter()
            .take(5)
            .map(|(day, why)| format!("{} ({why})", civil::spoken_day(*day)))
            .collect();
        let more = closed.len().saturating_sub(named.len());
        let tail = if more > 0 {
            format!(" and {more} more days")
        } else {
            String::new()
        };
        let message = format!("{} is closed on {}{tail}.", self.diary.site.details.name, named.join(", "));
        (!closed.is_empty()).then(|| Refusal::new(Code::ClinicClosed, message))
    }
}
