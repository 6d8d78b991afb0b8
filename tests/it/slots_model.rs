//! Slots against a slow, obvious model on random calendars: minute by minute, with no
//! intervals, no bits and none of the product's hours. What is proposed is exactly what
//! booking accepts, and exactly what the model says.

use crate::support::toronto;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use fadeline::domain::booking::availability::{earliest, find};
use fadeline::domain::booking::diary::{Diary, Wanted};
use fadeline::domain::booking::judge::judge;
use fadeline::domain::catalogue::closure::Closure;
use fadeline::domain::catalogue::device::{Device, RentalWindow};
use fadeline::domain::catalogue::practitioner::Practitioner;
use fadeline::domain::catalogue::room::Room;
use fadeline::domain::catalogue::service::Service;
use fadeline::domain::catalogue::site::Site;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::ids::{
    ClosureId, DeviceId, PatientId, PractitionerId, RentalWindowId, ResourceId, RoomId, ServiceId,
    SiteId,
};
use fadeline::domain::time::interval::Interval;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const SITE: u128 = 1;
const PATIENT: u128 = 2;

/// A thing that is chosen among: hours or capabilities, and what is claimed of it.
#[derive(Debug, Clone)]
struct Thing {
    id: u128,
    /// Weekday numbers (Monday 0), opening and closing as minutes of the day.
    spans: Vec<(u8, u16, u16)>,
    fit: bool,
    /// Last day of its papers, counted from the first day of the range.
    papers: Option<i64>,
    /// Claims: minute from the first midnight, and length.
    claims: Vec<(i64, i64)>,
    rented: Option<Vec<(i64, i64)>>,
    authorised: Vec<u128>,
}

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

/// What is closed, on which day, from and until which minute of it.
type Closed = (Option<u128>, i64, Option<u16>, Option<u16>);

/// A random calendar, as plain numbers.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) first: NaiveDate,
    days: i64,
    now: i64,
    duration: u16,
    anaesthetic: u16,
    preparation: u16,
    turnaround: u16,
    laser: bool,
    open: Vec<(u8, u16, u16)>,
    holidays: bool,
    people: Vec<Thing>,
    rooms: Vec<Thing>,
    devices: Vec<Thing>,
    patient: Vec<(i64, i64)>,
    /// What is closed (none for everything), on which day, from and until which minute.
    closures: Vec<Closed>,
}

fn spans() -> impl Strategy<Value = Vec<(u8, u16, u16)>> {
    // Most days are worked. Odd minutes too, and the night hours in which the clock changes.
    let from = prop_oneof![Just(0_u16), Just(90), Just(120), Just(150), 0_u16..700];
    let day = prop::option::weighted(0.85, (from, prop_oneof![15_u16..300, 300_u16..1440]));
    prop::collection::vec(day, 7).prop_map(|week| {
        let spans = (0_u8..).zip(week).filter_map(|(day, span)| {
            span.map(|(from, length)| (day, from, (from + length).min(1440)))
        });
        spans.collect()
    })
}

fn claims(days: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((-600..days * 1440, 5_i64..400), 0..5).prop_map(|mut claims| {
        claims.sort_unstable();
        let mut free = i64::MIN;
        claims.retain(|(at, length)| {
            let fits = *at >= free;
            free = if fits { at + length } else { free };
            fits
        });
        claims
    })
}

fn thing(base: u128, days: i64) -> impl Strategy<Value = Thing> {
    let windows =
        prop::option::weighted(0.4, prop::collection::vec((-300..days * 1440, 60_i64..900), 0..3));
    let parts = (
        spans(),
        prop::bool::weighted(0.8),
        prop::option::weighted(0.3, 0..days),
        claims(days),
        windows,
        any::<[bool; 2]>(),
    );
    parts.prop_map(move |(spans, fit, papers, claims, rented, authorised)| {
        let authorised = [301, 302]
            .into_iter()
            .zip(authorised)
            .filter(|(_, yes)| *yes)
            .map(|(id, _)| id)
            .collect();
        Thing { id: base, spans, fit, papers, claims, rented, authorised }
    })
}

fn things(base: u128, days: i64, most: usize) -> impl Strategy<Value = Vec<Thing>> {
    prop::collection::vec(thing(base, days), 1..=most).prop_map(move |mut things| {
        for (thing, n) in things.iter_mut().zip(1..) {
            thing.id = base + n;
        }
        things
    })
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    // Ordinary days, both clock changes, a holiday.
    let first = prop::sample::select(vec![
        "2027-02-01", "2027-03-13", "2027-11-06", "2027-06-30", "2028-03-12",
    ]);
    (first, 1_i64..4)
        .prop_flat_map(|(first, days)| {
            let closed = prop_oneof![
                Just(None),
                Just(Some(SITE)),
                Just(Some(101)),
                Just(Some(201)),
                Just(Some(301))
            ];
            let time = || prop::option::weighted(0.5, 0_u16..=1440);
            let closures = prop::collection::vec((closed, -1..days, time(), time()), 0..3);
            let lengths = (
                1_u16..150,
                prop_oneof![Just(0_u16), 0_u16..60],
                prop_oneof![Just(0_u16), 0_u16..30],
                prop_oneof![Just(15_u16), 0_u16..40],
            );
            let calendar = (
                things(100, days, 3),
                things(200, days, 2),
                things(300, days, 2),
                claims(days),
                closures,
            );
            (Just((first, days)), -3000_i64..2000, lengths, any::<[bool; 2]>(), spans(), calendar)
        })
        .prop_map(
            |(
                (first, days),
                now,
                (duration, anaesthetic, preparation, turnaround),
                [laser, holidays],
                open,
                calendar,
            )| {
                let (people, rooms, devices, patient, closures) = calendar;
                let closures = closures
                    .into_iter()
                    .filter(|(_, _, from, until)| {
                        from.zip(*until).is_none_or(|(from, until)| from < until)
                    })
                    .collect();
                let first = first.parse().unwrap();
                World {
                    first,
                    days,
                    now,
                    duration,
                    anaesthetic,
                    preparation,
                    turnaround,
                    laser,
                    open,
                    holidays,
                    people,
                    rooms,
                    devices,
                    patient,
                    closures,
                }
            },
        )
}

// ---- the same world as the product knows it

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn hours(spans: &[(u8, u16, u16)]) -> Value {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    spans
        .iter()
        .map(|(day, from, until)| json!({"weekday": names[usize::from(*day)], "opens": clock(*from), "closes": clock(*until)}))
        .collect()
}

impl World {
    /// The first midnight of the range.
    fn origin(&self) -> DateTime<Utc> {
        toronto().from_local_datetime(&self.first.and_hms_opt(0, 0, 0).unwrap()).unwrap().to_utc()
    }

    pub(crate) fn minute(&self, n: i64) -> DateTime<Utc> {
        self.origin() + Duration::minutes(n)
    }

    pub(crate) fn last(&self) -> NaiveDate {
        self.first + Duration::days(self.days - 1)
    }

    pub(crate) fn diary(&self, wanted: Wanted) -> Diary {
        let site = SiteId(Uuid::from_u128(SITE));
        let day = |n: i64| (self.first + Duration::days(n)).to_string();
        let method = if self.laser { json!("laser") } else { Value::Null };
        let service = json!({"code": "s", "name": "S", "duration_minutes": self.duration, "anaesthetic_minutes": self.anaesthetic,
            "preparation_minutes": self.preparation, "turnaround_minutes": self.turnaround, "skill": "laser", "room": "treatment", "method": method});
        let read = |value: Value| serde_json::from_value(value).unwrap();
        let mut taken: HashMap<ResourceId, Vec<Interval>> = HashMap::new();
        let all = self
            .people
            .iter()
            .chain(&self.rooms)
            .chain(&self.devices)
            .map(|thing| (thing.id, &thing.claims));
        for (id, claims) in all.chain([(PATIENT, &self.patient)]) {
            let spans = claims.iter().filter_map(|(at, length)| {
                Interval::new(self.minute(*at), self.minute(at + length))
            });
            taken.insert(ResourceId(Uuid::from_u128(id)), spans.collect());
        }
        let windows = self
            .devices
            .iter()
            .flat_map(|device| device.rented.iter().flatten().map(|window| (device.id, *window)));
        let windows = windows.map(|(id, (at, length))| RentalWindow {
            id: RentalWindowId(Uuid::from_u128(9)),
            device_id: DeviceId(Uuid::from_u128(id)),
            starts_at: self.minute(at),
            ends_at: self.minute(at + length),
        });
        let closures = self.closures.iter().map(|(what, n, from, until)| {
            let mut details =
                json!({"first_day": day(*n), "last_day": day(*n), "from": from.map(clock), "until": until.map(clock), "reason": "R"});
            let kind = what.map(|id| match id {
                SITE => "site_id",
                101 => "practitioner_id",
                201 => "room_id",
                _ => "device_id",
            });
            if let Some(kind) = kind {
                details[kind] = json!(Uuid::from_u128(what.unwrap()));
            }
            Closure {
                id: ClosureId(Uuid::from_u128(8)),
                version: 1,
                details: serde_json::from_value(details).unwrap(),
            }
        });
        Diary {
            shop: None,
            case: None,
            pardoned: Vec::new(),
            zone: toronto(),
            policy: Policy::default(),
            now: self.minute(self.now),
            site: Site { id: site, version: 1, details: serde_json::from_value(json!({"kind": "clinic", "name": "C", "address": "A", "hours": hours(&self.open), "observes_holidays": self.holidays})).unwrap() },
            service: Service { id: ServiceId(Uuid::from_u128(7)), version: 1, details: read(service) },
            patient: PatientId(Uuid::from_u128(PATIENT)),
            wanted,
            practitioners: self.people.iter().map(|thing| {
                let credentials: Vec<_> = thing.papers.iter().map(|n| json!({"kind": "K", "expires_on": day(*n)})).collect();
                let authorised: Vec<_> = thing.authorised.iter().map(|id| json!({"device_id": Uuid::from_u128(*id)})).collect();
                let skills = if thing.fit { json!(["laser"]) } else { json!(["saline"]) };
                let details = json!({"site_id": site, "name": "P", "skills": skills, "hours": hours(&thing.spans), "credentials": credentials, "device_authorisations": authorised});
                Practitioner { id: PractitionerId(Uuid::from_u128(thing.id)), version: 1, details: serde_json::from_value(details).unwrap() }
            }).collect(),
            rooms: self.rooms.iter().map(|thing| {
                let capabilities = if thing.fit { json!(["laser_controlled_area", "treatment"]) } else { json!(["photography"]) };
                let details = json!({"site_id": site, "name": "R", "capabilities": capabilities});
                Room { id: RoomId(Uuid::from_u128(thing.id)), version: 1, details: serde_json::from_value(details).unwrap() }
            }).collect(),
            devices: self.devices.iter().map(|thing| {
                let ownership = if thing.rented.is_some() { "rented" } else { "owned" };
                let details = json!({"site_id": site, "code": "D", "name": "D", "ownership": ownership, "out_of_service": !thing.fit, "service_due_on": thing.papers.map(day)});
                Device { id: DeviceId(Uuid::from_u128(thing.id)), version: 1, details: serde_json::from_value(details).unwrap() }
            }).collect(),
            windows: windows.collect(),
            closures: closures.collect(),
            claims: taken,
        }
    }

    // ---- the model: one question for each minute

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
