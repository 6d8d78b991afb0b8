//! Calendars of every kind, driven by every mail of random stories: no stale entry, no duplicate, no
//! CANCEL for what an address never had, no false word. What each kind of calendar does stands in
//! `support/clients.rs`. All that is chosen follows from a seed: `CLIENTS_SEED=7 cargo test --test it calendar_clients` tells it again.

mod deeds;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use fadeline::delivery::Post;

use crate::support::TestApp;
use crate::support::chance::Chance;
use crate::support::clients::Calendar;
use crate::support::outside::{Down, Outside};

/// How many deeds a story has.
const DEEDS: usize = 60;

/// A session as the story knows it.
#[derive(Debug, Clone)]
struct Session {
    id: String,
    uid: String,
    /// Whether it was booked together with others.
    planned: bool,
}

/// A patient with a course, and everything that came to any address of theirs.
struct Story {
    app: TestApp,
    outside: Outside,
    post: Post,
    patient: String,
    course: String,
    chance: Chance,
    sessions: Vec<Session>,
    /// Every address that was ever theirs; the last one is in use, if any is.
    addresses: Vec<String>,
    email: Option<String>,
    entries: bool,
    /// Whether they want no mail at all, and whether they withdrew their consent.
    no_mail: bool,
    consent: Option<String>,
    withdrawn: bool,
    calendars: BTreeMap<String, [Calendar; 4]>,
    /// The version that an address had last of an event.
    versions: BTreeMap<(String, String), (i64, String)>,
    /// Addresses that were dead when they ceased to be the patient's: nothing could be taken back there.
    lost: BTreeSet<String>,
    /// How many of what came were read.
    read: usize,
    last_link: Option<String>,
    /// What was done, for whoever has to find out why it went wrong.
    told: Vec<String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Story {
    async fn begun(seed: u64) -> Self {
        let (app, _, course) = TestApp::with_course_without_waits().await;
        let patient = app.patient_of(&course).await;
        let outside = Outside::of(&app);
        let post = outside.post(Down::default());
        let email = "ada@example.test".to_owned();
        Self {
            app,
            outside,
            post,
            patient,
            course,
            chance: Chance::of(seed, "calendars"),
            sessions: Vec::new(),
            addresses: vec![email.clone()],
            email: Some(email),
            entries: true,
            no_mail: false,
            consent: None,
            withdrawn: false,
            calendars: BTreeMap::new(),
            versions: BTreeMap::new(),
            lost: BTreeSet::new(),
            read: 0,
            last_link: None,
            told: vec![format!("CLIENTS_SEED={seed}")],
            counts: BTreeMap::new(),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.app.clock.now()
    }

    /// Stops with the story as it was told so far.
    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n{}", self.told.join("\n"));
    }

    fn tell(&mut self, what: String) {
        self.told.push(format!("{} {what}", self.now().format("%m-%d %H:%M:%S")));
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Whether mail about a session goes anywhere, as far as the patient's wishes go.
    fn wants_mail(&self) -> bool {
        self.email.is_some() && !self.no_mail && !self.withdrawn
    }
}

/// Lives through some stories; all of them together have seen enough.
async fn stories(seeds: std::ops::Range<u64>) {
    let seeds = match std::env::var("CLIENTS_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("CLIENTS_SEED is a number");
            seed..seed + 1
        }
        Err(_) => seeds,
    };
    let alone = seeds.end - seeds.start == 1;
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for seed in seeds {
        let mut story = Story::begun(seed).await;
        for _ in 0..DEEDS {
            story.something().await;
        }
        story.settle(chrono::Duration::minutes(4)).await;
        story.settle(chrono::Duration::days(90)).await;
        for (what, times) in story.counts {
            *counts.entry(what).or_default() += times;
        }
    }
    eprintln!("{counts:#?}");
    for (what, least) in [
        ("booked", 20),
        ("planned", 3),
        ("moved", 15),
        ("cancelled", 10),
        ("undone", 3),
        ("REQUEST", 30),
        ("CANCEL", 15),
        ("CANCEL to an address that is no longer used", 2),
        ("CANCEL of a session that stands, to an address in use", 3),
        ("looked at", 100),
        ("mended", 1),
    ] {
        let times = counts.get(what).copied().unwrap_or_default();
        assert!(alone || times >= least, "only {times} × {what}: that proves little");
    }
}

#[tokio::test]
async fn every_calendar_shows_what_the_clinic_says_after_any_story() {
    stories(1..6).await;
}

#[tokio::test]
async fn every_calendar_shows_what_the_clinic_says_after_any_other_story() {
    stories(6..11).await;
}

#[tokio::test]
async fn an_entry_is_taken_back_though_the_session_moves_in_the_same_minutes() {
    let mut story = Story::begun(0).await;
    let booked =
        story.app.book(&story.course, "consultation", "2027-01-19T10:00").await.expect(201);
    let (id, uid) = (booked.id(), booked.str("uid").to_owned());
    story.sessions.push(Session { id: id.clone(), uid, planned: false });
    story.settle(chrono::Duration::minutes(10)).await;
    story.entries = false;
    story.app.change_patient(&story.patient, serde_json::json!({"calendar_invites": false})).await;
    story.app.move_to(&id, "2027-01-21T11:00").await.expect(200);
    story.settle(chrono::Duration::minutes(10)).await;
    assert_eq!(story.counts["CANCEL"], 1, "{:#?}", story.told);
}
