//! Slots: every time on the grid at which `booking::judge` would say yes. Opening hours
//! ∩ rules of removal ∩ practitioner ∩ room ∩ device (and rental window) − claims −
//! closures, over days of the clinic's zone. Why others are missing says `why_not`; which
//! is best, `ranking`.

mod why_not;

use chrono::{DateTime, NaiveDate, Utc};
use fixedbitset::FixedBitSet;

use crate::domain::booking::candidates::{room_unfit, weight};
use crate::domain::booking::diary::{Diary, Taken};
use crate::domain::booking::judge::last_day;
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::course::laser::Laser;
use crate::domain::course::rules;
use crate::domain::course::rules::Ask;
use crate::domain::course::session::Place;
use crate::domain::ids::ResourceId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::domain::time::grid::Grid;
use crate::domain::time::hours::WeeklyHours;
use crate::domain::time::interval::Interval;

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
    Search { diary, grid: Grid::over(diary.zone, first, last, step), first, last }.run()
}

/// The first day from `first` to `last` with a slot.
#[must_use]
pub fn earliest(diary: &Diary, first: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
    // Most answers lie near, so the first fortnight is tried alone.
    let near = first.checked_add_days(chrono::Days::new(14)).unwrap_or(first).min(last);
    let first_slot = |from, to| {
        find(diary, from, to).slots.first().map(|slot| civil::date_of(diary.zone, slot.start))
    };
    first_slot(first, near).or_else(|| first_slot(near.succ_opt()?, last))
}

/// What the rules have against the laser that they have least against; nothing where none is needed.
pub(crate) fn least_of_lasers(diary: &Diary, ask: &Ask) -> Vec<Refusal> {
    if let Some(laser) = diary.laser_of_shop() {
        return rules::refusals_of_laser(ask, laser);
    }
    if !diary.needs_device() {
        return Vec::new();
    }
    let against =
        diary.devices.iter().map(|device| rules::refusals_of_laser(ask, Laser::Device(device)));
    against.min_by_key(|against| weight(against)).unwrap_or_default()
}

impl Search<'_> {
    fn run(&self) -> Found {
        let diary = self.diary;
        let (legal, illegal) = self.legal();
        if legal.is_clear() {
            return Found { slots: Vec::new(), refused: illegal };
        }
        let mut open = self.open();
        open.intersect_with(&legal);
        let people = self.people();
        let devices: Vec<_> = diary.devices.iter().map(|device| self.device(device)).collect();
        let rooms: Vec<_> = diary.rooms.iter().map(|room| self.room(room)).collect();
        let mut patient = self.grid.all();
        self.block(&mut patient, diary.patient, Taken::Present);

        let mut starts = open.clone();
        starts.intersect_with(&patient);
        starts.intersect_with(&self.alone());
        starts.intersect_with(&self.pairs(&people, &devices));
        if diary.needs_room() {
            starts.intersect_with(&self.any(&rooms, |room| &room.free));
        }
        if !(diary.service.details.active && diary.site.details.active) {
            starts.clear();
        }
        let slots: Vec<_> =
            starts.ones().filter_map(|index| self.slot(index, &people, &devices, &rooms)).collect();
        let mut refused = illegal;
        refused.extend(self.refused(&open, &starts, &people, &devices, &rooms, &patient));
        if slots.is_empty() && refused.is_empty() {
            refused = self.least_refusal(&open);
        }
        Found { slots, refused }
    }

    /// When the rules of removal allow it with some device at least, and each rule that does not on some day.
    fn legal(&self) -> (FixedBitSet, Vec<Refusal>) {
        let (diary, mut legal) = (self.diary, self.grid.all());
        let mut refused: Vec<Refusal> = Vec::new();
        let mut note = |refusals: Vec<Refusal>| {
            for refusal in refusals {
                if refused.iter().all(|noted| noted.code != refusal.code) {
                    refused.push(refusal);
                }
            }
        };
        if let Some(ask) = diary.ask(self.grid.at(0).max(diary.now)) {
            // The one rule that counts hours and not days.
            if let Some(until) = rules::consultation::cooling_off_until(&ask) {
                self.grid.drop_before(&mut legal, until);
            }
            note(rules::consultation::cooling_off(&ask).into_iter().collect());
        }
        self.drop_days(&mut legal, |day| {
            let Some(ask) = diary.ask_on(day) else {
                return false;
            };
            let mut against = rules::refusals(&ask);
            against.extend(diary.refusals_of_shop(day));
            against.extend(least_of_lasers(diary, &ask));
            against.retain(|refusal| !diary.pardons(refusal));
            let barred = !against.is_empty();
            note(against);
            barred
        });
        (legal, refused)
    }

    /// When the site is open for the whole visit and the time has not passed.
    fn open(&self) -> FixedBitSet {
        let (diary, mut open) = (self.diary, self.grid.none());
        let before = diary.service.arrival() - diary.service.preparation();
        if diary.is_proposed() {
            open = self.grid.all();
            self.grid.drop_before(&mut open, diary.now);
            return open;
        }
        for hours in diary.over(self.first, self.last, |day| diary.opening().open_on(day)) {
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

    /// When nobody is booked who looks like the same person, unless the caller goes past that.
    fn alone(&self) -> FixedBitSet {
        let (diary, mut bits) = (self.diary, self.grid.all());
        let (before, after) = diary.claimed_around(Taken::Present);
        let pardoned = diary.pardoned.contains(&Code::PossibleSamePatient);
        for busy in diary.look_alikes.iter().filter(|_| !pardoned) {
            self.grid.block(&mut bits, *busy, before, after);
        }
        bits
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
    fn drop_days(&self, bits: &mut FixedBitSet, mut unfit: impl FnMut(NaiveDate) -> bool) {
        for day in self.first.iter_days().take_while(|day| *day <= self.last) {
            if unfit(day) {
                let next = civil::day_start(self.diary.zone, day.succ_opt().unwrap_or(day));
                self.grid.drop_between(bits, civil::day_start(self.diary.zone, day), next);
            }
        }
    }

    /// Each practitioner's starts. Colleagues often keep the same hours, which are then worked out once.
    fn people(&self) -> Vec<Choice<'_, Practitioner>> {
        let diary = self.diary;
        let mut shared: Vec<(&WeeklyHours, FixedBitSet)> = Vec::new();
        let mut people = Vec::with_capacity(diary.practitioners.len());
        for person in &diary.practitioners {
            let hours = &person.details.hours;
            let away = diary.closes_any(|closed| closed.practitioner_id == Some(person.id));
            let known = shared.iter().find(|(other, _)| *other == hours && !away);
            let works = match known {
                _ if person.details.site_id != diary.site.id => self.grid.none(),
                _ if diary.shop.is_some() => self.grid.all(),
                Some((_, bits)) => bits.clone(),
                None => self.within(
                    &diary.over(self.first, self.last, |day| diary.opening().works_on(person, day)),
                    Taken::AtWork,
                ),
            };
            if !away && known.is_none() && diary.shop.is_none() {
                shared.push((hours, works.clone()));
            }
            people.push(self.person(person, works));
        }
        people
    }

    fn person<'b>(&self, person: &'b Practitioner, works: FixedBitSet) -> Choice<'b, Practitioner> {
        let (diary, mut allowed) = (self.diary, works);
        if diary.shop.is_some() {
            if !person.details.active {
                allowed.clear();
            }
            return Choice { thing: person, free: allowed.clone(), allowed };
        }
        self.drop_days(&mut allowed, |day| person.unfit_for(&diary.service, day).is_some());
        let mut free = allowed.clone();
        self.block(&mut free, person.id, Taken::AtWork);
        Choice { thing: person, allowed, free }
    }

    fn device<'b>(&self, device: &'b Device) -> Choice<'b, Device> {
        let diary = self.diary;
        let here = device.details.site_id == diary.site.id;
        let closed = diary.closes_any(|closed| closed.device_id == Some(device.id));
        let mut allowed = match (here, closed) {
            (false, _) => self.grid.none(),
            (true, false) => self.grid.all(),
            (true, true) => self.within(
                &diary.over(self.first, self.last, |day| diary.opening().device_on(device, day)),
                Taken::AtWork,
            ),
        };
        if device.is_rented() {
            allowed.intersect_with(&self.within(&diary.windows_of(device), Taken::AtWork));
        }
        self.drop_days(&mut allowed, |day| {
            let against =
                diary.ask_on(day).map(|ask| rules::refusals_of_laser(&ask, Laser::Device(device)));
            let barred = |refusal: &Refusal| !diary.pardons(refusal);
            device.unfit_on(day).is_some()
                || against.is_some_and(|against| against.iter().any(barred))
        });
        let mut free = allowed.clone();
        self.block(&mut free, device.id, Taken::AtWork);
        Choice { thing: device, allowed, free }
    }

    fn room<'b>(&self, room: &'b Room) -> Choice<'b, Room> {
        let diary = self.diary;
        let fit = room.details.site_id == diary.site.id && room_unfit(diary, room).is_none();
        let closed = diary.closes_any(|closed| closed.room_id == Some(room.id));
        let allowed = match (fit, closed) {
            (false, _) => self.grid.none(),
            (true, false) => self.grid.all(),
            (true, true) => self.within(
                &diary.over(self.first, self.last, |day| diary.opening().room_on(room, day)),
                Taken::Present,
            ),
        };
        let mut free = allowed.clone();
        self.block(&mut free, room.id, Taken::Present);
        Choice { thing: room, allowed, free }
    }

    fn any<'b, T>(
        &self,
        options: &'b [Choice<'b, T>],
        bits: impl Fn(&'b Choice<'b, T>) -> &'b FixedBitSet,
    ) -> FixedBitSet {
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

    fn slot(
        &self,
        index: usize,
        people: &[Choice<Practitioner>],
        devices: &[Choice<Device>],
        rooms: &[Choice<Room>],
    ) -> Option<Slot> {
        let diary = self.diary;
        let start = self.grid.at(index);
        let date = civil::date_of(diary.zone, start);
        let mut here =
            people.iter().filter(|person| person.free.contains(index)).map(|person| person.thing);
        let (practitioner, device) = if diary.needs_device() {
            here.find_map(|person| {
                let usable = |device: &&Choice<Device>| {
                    device.free.contains(index) && person.may_use(device.thing.id, date)
                };
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
        Some(Slot { start, end: start + diary.service.duration(), place })
    }
}
