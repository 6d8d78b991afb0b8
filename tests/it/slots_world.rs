//! Random calendars as plain numbers, and the same as the product knows them: what slots and plans
//! are held to the models with.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use fadeline::domain::booking::diary::{Diary, Wanted};
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

use crate::support::toronto;

pub(crate) const SITE: u128 = 1;
const PATIENT: u128 = 2;

/// A thing that is chosen among: hours or capabilities, and what is claimed of it.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) id: u128,
    /// Weekday numbers (Monday 0), opening and closing as minutes of the day.
    pub(crate) spans: Vec<(u8, u16, u16)>,
    pub(crate) fit: bool,
    /// Last day of its papers, counted from the first day of the range.
    pub(crate) papers: Option<i64>,
    /// Claims: minute from the first midnight, and length.
    pub(crate) claims: Vec<(i64, i64)>,
    pub(crate) rented: Option<Vec<(i64, i64)>>,
    pub(crate) authorised: Vec<u128>,
}

/// What is closed, on which day, from and until which minute of it.
pub(crate) type Closed = (Option<u128>, i64, Option<u16>, Option<u16>);

/// A random calendar, as plain numbers.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) first: NaiveDate,
    pub(crate) days: i64,
    pub(crate) now: i64,
    pub(crate) duration: u16,
    pub(crate) anaesthetic: u16,
    pub(crate) preparation: u16,
    pub(crate) turnaround: u16,
    pub(crate) laser: bool,
    pub(crate) open: Vec<(u8, u16, u16)>,
    pub(crate) holidays: bool,
    pub(crate) people: Vec<Thing>,
    pub(crate) rooms: Vec<Thing>,
    pub(crate) devices: Vec<Thing>,
    pub(crate) patient: Vec<(i64, i64)>,
    /// What is closed (none for everything), on which day, from and until which minute.
    pub(crate) closures: Vec<Closed>,
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
        // Whether the patient is booked or somebody who looks like them, the time is not offered.
        let theirs = taken.entry(ResourceId(Uuid::from_u128(PATIENT))).or_default();
        let look_alikes = theirs.split_off(theirs.len() / 2);
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
            look_alikes,
        }
    }
}
