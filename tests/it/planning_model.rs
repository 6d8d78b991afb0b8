//! The planner against a slow, obvious model: on random small calendars, what it plans
//! can be booked one by one, and where it finds no plan, trying every choice of days
//! finds none either.

use crate::support::clinic::hours;
use crate::support::past::{done_with, named, patch_with};
use crate::support::{TestApp, toronto};
use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, Timelike};
use fadeline::actions::booking::diaries;
use fadeline::actions::booking::diaries::Search;
use fadeline::actions::{Program, Work};
use fadeline::domain::booking::availability;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::time::civil;
use fadeline::storage::booking::claims::Except;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The patch was done so many days before today.
const PATCHED: i64 = 8;
const LEAST: i64 = 10;
const VALID: i64 = 25;
const WAIT: i64 = 5;
const HORIZON: i64 = 75;

struct World {
    app: TestApp,
    course: String,
    today: NaiveDate,
    count: usize,
    wishes: Value,
    /// A session of the same course that is booked already.
    booked: Option<NaiveDate>,
}

fn small(n: i64) -> u16 {
    u16::try_from(n).unwrap()
}

async fn world(random: &mut StdRng) -> World {
    let app = TestApp::with_policy(Policy {
        laser_interval_days: small(LEAST),
        laser_suggested_days: 14,
        laser_interval_days_darker: 14,
        test_patch_valid_days: small(VALID),
        test_patch_wait_days: small(WAIT),
        test_patch_wait_days_darker: small(WAIT),
        horizon_days: small(HORIZON),
        ..Policy::default()
    })
    .await;
    let open: Vec<&str> = NAMES.into_iter().filter(|_| random.random_bool(0.5)).collect();
    let open = if open.is_empty() { vec!["wed"] } else { open };
    let clinic = app.make_clinic_open(hours(&open, "09:00", "12:00")).await;
    let course = app.open_course("Ada").await;
    let today = civil::date_of(toronto(), app.app.clock.now());
    let ago = |days: i64| format!("{}T10:00", today - Duration::days(days));
    app.write_past(&course, "consultation", &ago(30), None, json!({"outcome": "completed"})).await;
    app.write_past(&course, "test_patch", &ago(PATCHED), Some(&clinic.owned), patch_with(1064))
        .await;
    if random.random_bool(0.3) {
        app.write_past(
            &course,
            "laser_partial",
            &ago(random.random_range(1..8)),
            Some(&clinic.owned),
            done_with(1064),
        )
        .await;
    }
    let day = |n: i64| (today + Duration::days(n)).to_string();
    for _ in 0..random.random_range(0..5) {
        let first = random.random_range(0..HORIZON);
        let last = first + random.random_range(0..20);
        app.close(json!({"site_id": clinic.site}), &day(first), &day(last)).await;
    }
    // Others have taken some mornings.
    let other = app.open_course("Ben").await;
    for _ in 0..random.random_range(0..12) {
        let start = format!(
            "{}T{:02}:00",
            day(random.random_range(0..HORIZON)),
            random.random_range(9..11)
        );
        let body = json!({"course_id": other, "service": "consultation", "start": start, "practitioner_id": clinic.noor});
        app.post("/sessions", body).await;
    }
    let mut booked = None;
    if random.random_bool(0.4) {
        let start = format!("{}T10:00", day(random.random_range(10..40)));
        let answer = app
            .book_with(&course, "laser_partial", &start, json!({"device_id": clinic.owned}))
            .await;
        booked = (answer.status == 201).then(|| start[..10].parse().unwrap());
    }
    let mut wishes = json!({});
    if random.random_bool(0.4) {
        let days: Vec<_> = NAMES.into_iter().filter(|_| random.random_bool(0.5)).collect();
        wishes["weekdays"] = json!(days);
    }
    if random.random_bool(0.4) {
        wishes["not_before"] = json!("10:00");
    }
    if random.random_bool(0.3) {
        wishes["not_after"] = json!("10:30");
    }
    World { app, course, today, count: random.random_range(1..8), wishes, booked }
}

impl World {
    fn wished(&self, at: DateTime<FixedOffset>) -> bool {
        let weekdays = self.wishes["weekdays"].as_array().filter(|days| !days.is_empty());
        let weekday = weekdays.is_none_or(|days| {
            days.contains(&json!(NAMES[at.weekday().num_days_from_monday() as usize]))
        });
        let clock = format!("{:02}:{:02}", at.hour(), at.minute());
        let not_before = self.wishes["not_before"].as_str().is_none_or(|time| *time <= *clock);
        let not_after = self.wishes["not_after"].as_str().is_none_or(|time| *clock <= *time);
        weekday && not_before && not_after
    }

    /// The days with a wished time that people, rooms and the laser allow, whatever the rules of removal say.
    async fn free_days(&self) -> Vec<NaiveDate> {
        let caller = Program::own("a story").caller();
        let mut work = Work::look(&self.app.app, &caller).await.unwrap();
        let patient = fadeline::domain::ids::PatientId(
            self.app.course(&self.course).await.str("patient_id").parse().unwrap(),
        );
        let service = named(&mut work.tx, "laser_partial").await.unwrap();
        let search = Search::of(patient, service);
        let last = self.today + Duration::days(HORIZON);
        let mut diary = diaries::open(&mut work, &search).await.unwrap().remove(0);
        diaries::fill(&mut work.tx, &mut diary, self.today, last, Except::default()).await.unwrap();
        diary.devices.retain(|device| device.details.code.as_str() == "LASER-OWN-1");
        let found = availability::find(&diary, self.today, last).slots;
        let days: BTreeSet<_> = found
            .iter()
            .map(|slot| civil::shown(toronto(), slot.start))
            .filter(|at| self.wished(*at))
            .map(|at| at.date_naive())
            .collect();
        days.into_iter().collect()
    }

    /// Laser exposures that are done or booked: the patch is the first.
    async fn exposures(&self) -> Vec<NaiveDate> {
        let course = self.app.course(&self.course).await;
        let sessions = course.array("sessions");
        let lasers = sessions.iter().filter(|one| one["service"] != "consultation");
        lasers.map(|one| one["start"].as_str().unwrap()[..10].parse().unwrap()).collect()
    }
}

/// Whether some choice of days makes a plan, found by trying them all: far enough from every laser session, after the
/// patch has waited, and never longer than the patch is good for after the exposure before.
fn there_is_a_plan(
    free: &[NaiveDate],
    exposures: &[NaiveDate],
    chosen: &mut Vec<NaiveDate>,
    count: usize,
) -> bool {
    if chosen.len() == count {
        return true;
    }
    let last = chosen.last().copied();
    for day in free.iter().copied().filter(|day| last.is_none_or(|last| last < *day)) {
        let (patch, lasered) = (exposures[0], &exposures[1..]);
        let gap = |other: &NaiveDate| (day - *other).num_days().abs();
        let rested = lasered.iter().chain(chosen.iter()).all(|other| gap(other) >= LEAST);
        let waited = (day - patch).num_days() >= WAIT;
        let before = exposures.iter().chain(chosen.iter()).filter(|other| **other < day).max();
        let vouched = before.is_some_and(|last| (day - *last).num_days() <= VALID);
        if rested && waited && vouched {
            chosen.push(day);
            if there_is_a_plan(free, exposures, chosen, count) {
                return true;
            }
            chosen.pop();
        }
    }
    false
}

#[tokio::test]
async fn what_is_planned_can_be_booked_one_by_one_and_no_plan_means_that_there_is_none() {
    let seed: u64 = std::env::var("PLAN_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(rand::random);
    let mut random = StdRng::seed_from_u64(seed);
    let (mut plans, mut none) = (0, 0);
    for turn in 0..40 {
        let world = world(&mut random).await;
        let mut wanted = json!({"service": "laser_partial", "count": world.count});
        wanted.as_object_mut().unwrap().extend(world.wishes.as_object().unwrap().clone());
        let answer =
            world.app.post(&format!("/courses/{}/plan", world.course), wanted.clone()).await;
        let proposals = answer.body["proposals"].as_array().cloned().unwrap_or_default();
        let told = format!(
            "PLAN_SEED={seed}, turn {turn}: {wanted}, booked {:?}: {}",
            world.booked, answer.text
        );
        if proposals.is_empty() {
            let (free, exposures) = (world.free_days().await, world.exposures().await);
            let mut chosen = Vec::new();
            assert!(
                !there_is_a_plan(&free, &exposures, &mut chosen, world.count),
                "{told}: but {chosen:?}"
            );
            none += 1;
            continue;
        }
        assert_eq!(proposals.len(), world.count, "{told}");
        for proposal in &proposals {
            let start = proposal["start"].as_str().unwrap();
            assert!(world.wished(start.parse().unwrap()), "{told}");
            let alone = json!({"device_id": proposal["device_id"], "practitioner_id": proposal["practitioner_id"], "room_id": proposal["room_id"]});
            let booked = world.app.book_with(&world.course, "laser_partial", start, alone).await;
            assert_eq!(booked.status, 201, "{start} of {told}: {}", booked.text);
        }
        plans += 1;
    }
    assert!(plans >= 5 && none >= 5, "PLAN_SEED={seed}: {plans} plans, {none} without");
}
