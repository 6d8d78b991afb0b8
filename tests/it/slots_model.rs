//! Slots against a slow, obvious model on random calendars: minute by minute, with no
//! intervals, no bits and none of the product's hours. What is proposed is exactly what
//! booking accepts, and exactly what the model says.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use fadeline::domain::booking::availability::{earliest, find};
use fadeline::domain::booking::diary::Wanted;
use fadeline::domain::booking::judge::judge;
use proptest::prelude::*;

use crate::slots_world::{SITE, Thing, World, world};
use crate::support::toronto;

/// What the clock has shown by some minute.
#[derive(Debug, Clone, Copy)]
struct Shown {
    date: NaiveDate,
    latest: i64,
}

impl Shown {
    fn reached(self, bound: u16) -> bool {
        self.latest >= i64::from(bound)
    }
}

/// What the clock shows, minute by minute from two days before the range on.
struct Timeline(Vec<Shown>);

impl Timeline {
    fn at(&self, minute: i64) -> Shown {
        self.0[usize::try_from(minute + 2880).unwrap()]
    }
}

impl World {
    /// For each minute from a day before the range on: its day, and the latest minute of that day which the clock
    /// has shown by then. A bound is reached once the clock has shown it or gone past it, so one that happens twice
    /// counts from its first time, and one that the clock skips from when the clock goes on.
    fn timeline(&self) -> Timeline {
        let mut latest: Option<Shown> = None;
        let shown = (-2880..(self.days + 2) * 1440).map(|n| {
            let wall = self.minute(n).with_timezone(&toronto()).naive_local();
            let minute = (wall - wall.date().and_hms_opt(0, 0, 0).unwrap()).num_minutes();
            let before =
                latest.filter(|shown| shown.date == wall.date()).map_or(0, |shown| shown.latest);
            let now = Shown { date: wall.date(), latest: before.max(minute) };
            latest = Some(now);
            now
        });
        Timeline(shown.collect())
    }

    fn in_spans(spans: &[(u8, u16, u16)], shown: Shown) -> bool {
        let weekday =
            u8::try_from(chrono::Datelike::weekday(&shown.date).num_days_from_monday()).unwrap();
        spans.iter().any(|(day, from, until)| {
            *day == weekday && shown.reached(*from) && !shown.reached(*until)
        })
    }

    fn closed(&self, what: Option<u128>, shown: Shown) -> bool {
        self.closures.iter().any(|(closed, n, from, until)| {
            *closed == what
                && shown.date == self.first + Duration::days(*n)
                && from.is_none_or(|from| shown.reached(from))
                && until.is_none_or(|until| !shown.reached(until))
        })
    }

    fn site_open(&self, shown: Shown) -> bool {
        let holiday = self.holidays && shown.date.to_string() == "2027-07-01";
        !holiday
            && Self::in_spans(&self.open, shown)
            && !self.closed(None, shown)
            && !self.closed(Some(SITE), shown)
    }

    fn free(&self, claims: &[(i64, i64)], start: i64, before: u16) -> bool {
        let until = start + i64::from(self.duration + self.turnaround);
        (start - i64::from(before)..until)
            .all(|minute| !claims.iter().any(|(at, length)| *at <= minute && minute < at + length))
    }

    /// Whether a session can start at minute `start`.
    fn model(&self, timeline: &Timeline, start: i64) -> bool {
        let (visit, date) = (start..start + i64::from(self.duration), timeline.at(start).date);
        let papers =
            |thing: &Thing| thing.papers.is_none_or(|n| date <= self.first + Duration::days(n));
        let every = |minutes: std::ops::Range<i64>, test: &dyn Fn(Shown) -> bool| {
            minutes.into_iter().all(|n| test(timeline.at(n)))
        };
        let (present, arrival) =
            (start - i64::from(self.anaesthetic)..visit.end, self.anaesthetic + self.preparation);
        let person = |thing: &&Thing| {
            thing.fit
                && papers(thing)
                && self.free(&thing.claims, start, self.preparation)
                && every(visit.clone(), &|at| {
                    Self::in_spans(&thing.spans, at) && !self.closed(Some(thing.id), at)
                })
        };
        let room = |thing: &Thing| {
            thing.fit
                && self.free(&thing.claims, start, arrival)
                && every(start - i64::from(arrival)..visit.end, &|at| {
                    !self.closed(Some(thing.id), at)
                })
        };
        let device = |thing: &&Thing| {
            thing.fit
                && papers(thing)
                && self.free(&thing.claims, start, self.preparation)
                && every(visit.clone(), &|at| !self.closed(Some(thing.id), at))
                && thing.rented.as_ref().is_none_or(|windows| {
                    visit.clone().all(|minute| {
                        windows
                            .iter()
                            .any(|(at, length)| at + 30 <= minute && minute < at + length - 30)
                    })
                })
        };
        let people: Vec<_> = self.people.iter().filter(person).collect();
        let pair = if self.laser {
            self.devices
                .iter()
                .filter(device)
                .any(|device| people.iter().any(|person| person.authorised.contains(&device.id)))
        } else {
            !people.is_empty()
        };
        start >= self.now
            && every(present, &|at| self.site_open(at))
            && self.free(&self.patient, start, arrival)
            && pair
            && self.rooms.iter().any(room)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_time_that_can_be_booked_is_proposed_and_no_other_and_the_slow_model_agrees(world in world()) {
        let diary = world.diary(Wanted::default());
        let (found, timeline) = (find(&diary, world.first, world.last()), world.timeline());
        let proposed: BTreeSet<DateTime<Utc>> = found.slots.iter().map(|slot| slot.start).collect();
        prop_assert_eq!(proposed.len(), found.slots.len());
        let end = toronto().from_local_datetime(&(world.last() + Duration::days(1)).and_hms_opt(0, 0, 0).unwrap()).unwrap().to_utc();
        for n in (0..).step_by(15).take_while(|n| world.minute(*n) < end) {
            let start = world.minute(n);
            let judged = judge(&diary, start);
            prop_assert_eq!(proposed.contains(&start), judged.is_ok(), "{}: {:?}", start, judged);
            prop_assert_eq!(proposed.contains(&start), world.model(&timeline, n), "the model, {}: {:?}", start, judged);
            prop_assert!(judged.is_ok() || !judged.unwrap_err().is_empty());
        }
        if proposed.is_empty() {
            prop_assert!(!found.refused.is_empty(), "it says why");
        }
        for slot in found.slots.iter().step_by(7) {
            let place = slot.place;
            let wanted = Wanted { practitioner: Some(place.practitioner_id), room: place.room_id, device: place.device_id };
            let mut only = world.diary(wanted);
            only.practitioners.retain(|person| person.id == place.practitioner_id);
            only.rooms.retain(|room| Some(room.id) == place.room_id);
            only.devices.retain(|device| Some(device.id) == place.device_id);
            prop_assert_eq!(judge(&only, slot.start).map(|granted| granted.place), Ok(place));
        }
    }

    #[test]
    fn the_earliest_day_is_the_first_that_has_a_slot(world in world()) {
        let diary = world.diary(Wanted::default());
        let by_day = world.first.iter_days().take_while(|day| *day <= world.last()).find(|day| !find(&diary, *day, *day).slots.is_empty());
        prop_assert_eq!(earliest(&diary, world.first, world.last()), by_day);
    }
}

#[test]
fn the_random_calendars_are_neither_all_full_nor_all_free() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let worlds = (0..300).map(|_| world().new_tree(&mut runner).unwrap().current());
    let with_slots = worlds
        .filter(|world| {
            !find(&world.diary(Wanted::default()), world.first, world.last()).slots.is_empty()
        })
        .count();
    assert!((60..240).contains(&with_slots), "{with_slots} of 300 have slots");
}
