//! Races over real HTTP: on `SQLite` against one server, on `PostgreSQL` against two that
//! share the database. Whatever the clients do at once, nothing is booked twice.

use crate::support::clinic::{ALL_DAYS, hours};
use crate::support::database::postgres;
use crate::support::server::call;
use crate::support::{Answer, Clinic, Server, TestApp, toronto};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// A clinic, and one server process on `SQLite` or two on `PostgreSQL`.
pub(crate) struct Race {
    pub(crate) app: TestApp,
    pub(crate) clinic: Clinic,
    servers: Vec<Server>,
}

impl Race {
    pub(crate) async fn begin() -> Self {
        Self::over(TestApp::without_waits_at(&real_now().to_rfc3339()).await).await
    }

    /// One in which the servers' own waits are kept.
    pub(crate) async fn with_waits() -> Self {
        Self::over(TestApp::at(&real_now().to_rfc3339()).await).await
    }

    /// The papers of people and lasers hold for as long as the race looks ahead, whenever it is run.
    async fn renew_papers(app: &TestApp, clinic: &Clinic) {
        let valid = json!(ahead(1000, "")[..10]);
        let licence = json!({"licence_valid_until": valid, "service_due_on": valid});
        let certificate = json!([{"kind": "laser certificate", "expires_on": valid}]);
        let authorisation = json!([{"device_id": clinic.owned, "expires_on": valid}]);
        for (path, papers) in [
            (format!("/devices/{}", clinic.owned), licence.clone()),
            (format!("/devices/{}", clinic.rented), licence),
            (format!("/practitioners/{}", clinic.noor), json!({"credentials": certificate})),
            (
                format!("/practitioners/{}", clinic.theo),
                json!({"device_authorisations": authorisation}),
            ),
        ] {
            app.set(&path, papers).await;
        }
    }

    async fn over(app: TestApp) -> Self {
        let clinic = app.make_clinic_open(hours(ALL_DAYS, "00:00", "24:00")).await;
        Self::renew_papers(&app, &clinic).await;
        app.set(&format!("/sites/{}", clinic.site), json!({"observes_holidays": false})).await;
        let mut servers = vec![Server::start(&app.database.url).await];
        if postgres().is_some() {
            servers.push(Server::start(&app.database.url).await);
        }
        Self { app, clinic, servers }
    }

    /// A request to one of the servers in turn.
    pub(crate) async fn call(&self, turn: usize, method: &str, path: &str, body: Value) -> Answer {
        self.call_as(turn, &self.app.desk, method, path.to_owned(), body).await
    }

    /// The same for the user with `token`.
    pub(crate) async fn call_as(
        &self,
        turn: usize,
        token: &str,
        method: &str,
        path: String,
        body: Value,
    ) -> Answer {
        let server = &self.servers[turn % self.servers.len()];
        call(&server.client, &server.url, token, method, &path, body, &[]).await.expect("an answer")
    }

    pub(crate) async fn courses(&self, n: usize) -> Vec<String> {
        let mut courses = Vec::new();
        for index in 0..n {
            courses.push(self.app.prepare_course(&format!("Racer{index}")).await);
        }
        courses
    }
}

/// What real servers read: `serve` has no other clock. The stories with them are of days ahead, on each of which the clinic is
/// open around the clock and nothing expires, so they hold on any day.
fn real_now() -> chrono::DateTime<chrono::Utc> {
    fadeline::clock::Clock::real().now()
}

/// `n` days from the real today on, at `time`.
pub(crate) fn ahead(days: i64, time: &str) -> String {
    let day = fadeline::domain::time::civil::date_of(toronto(), real_now())
        + chrono::Duration::days(days);
    format!("{day}T{time}")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_clients_for_one_slot_one_gets_it_and_199_are_told_it_is_taken() {
    let race = Race::begin().await;
    let courses = race.courses(200).await;
    let start = ahead(40, "10:00");
    let book = |turn: usize| {
        let body = json!({"course_id": courses[turn], "service": "laser_partial", "start": start, "practitioner_id": race.clinic.noor, "device_id": race.clinic.owned});
        race.call(turn, "POST", "/sessions", body)
    };
    let answers = join_all((0..200).map(book)).await;
    let mut by_status: HashMap<u16, usize> = HashMap::new();
    for answer in &answers {
        *by_status.entry(answer.status).or_default() += 1;
    }
    assert_eq!(by_status, HashMap::from([(201, 1), (409, 199)]));
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status == 409)
            .all(|answer| answer.codes().contains(&"conflict_practitioner"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_50_clients_who_hold_one_slot_one_gets_it() {
    let race = Race::begin().await;
    let courses = race.courses(50).await;
    let start = ahead(40, "10:00");
    let hold = |turn: usize| {
        race.call(
            turn,
            "POST",
            "/holds",
            json!({"course_id": courses[turn], "service": "consultation", "start": start, "room_id": race.clinic.consult}),
        )
    };
    let answers = join_all((0..50).map(hold)).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 49, "{statuses:?}");
    // The one that was made is turned into one session, however often that is tried at once.
    let (lucky, made) =
        answers.iter().enumerate().find(|(_, answer)| answer.status == 201).unwrap();
    let book = |turn: usize| {
        let body = json!({"course_id": courses[lucky], "service": "consultation", "start": start, "hold_id": made.id()});
        race.call(turn, "POST", "/sessions", body)
    };
    let booked = join_all((0..20).map(book)).await;
    assert_eq!(booked.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(booked.iter().filter(|answer| answer.status == 409).count(), 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_patient_is_never_at_two_places_at_once() {
    let race = Race::begin().await;
    let patient = race.app.register("Ada").await;
    let (one, other) =
        (race.app.open_course_for(&patient).await, race.app.open_course_for(&patient).await);
    race.app.prepare(&other).await;
    // Different services, people, rooms: only the patient is the same.
    for day in 40..45 {
        let start = ahead(day, "10:00");
        let book = |turn: usize| {
            let body = if turn.is_multiple_of(2) {
                json!({"course_id": one, "service": "consultation", "start": start})
            } else {
                json!({"course_id": other, "service": "laser_partial", "start": start})
            };
            race.call(turn, "POST", "/sessions", body)
        };
        let statuses: Vec<_> =
            join_all((0..10).map(book)).await.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9, "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_64_clients_book_move_hold_cancel_and_undo_for_seconds_no_two_claims_overlap() {
    let race = Arc::new(Race::begin().await);
    let courses = Arc::new(race.courses(24).await);
    let (until, booked) = (Instant::now() + Duration::from_secs(6), Arc::new(AtomicUsize::new(0)));
    let clients = (0..64_usize).map(|client| {
        let (race, courses, booked) = (race.clone(), courses.clone(), booked.clone());
        tokio::spawn(async move {
            // A small generator of its own for each client, so that a run is told by its number alone.
            let mut seed = 0x9E37_79B9_u64.wrapping_mul(client as u64 + 1);
            let mut random = move |n: usize| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as usize % n
            };
            let mut mine: Option<String> = None;
            while Instant::now() < until {
                let start = ahead(40 + random(3) as i64, &format!("{:02}:{:02}", 6 + random(16), random(12) * 5));
                let service = ["consultation", "laser_partial", "laser_full"][random(3)];
                let body = json!({"course_id": courses[random(courses.len())], "service": service, "start": start});
                let answer = match (random(6), &mine) {
                    (0, Some(session)) => {
                        race.call(client, "POST", &format!("/sessions/{session}/reschedule"), json!({"start": start}))
                            .await
                    }
                    (1, Some(session)) => {
                        race.call(client, "POST", &format!("/sessions/{session}/cancel"), json!({"reason": "other"}))
                            .await
                    }
                    (2, Some(session)) => race.call(client, "POST", &format!("/sessions/{session}/undo"), Value::Null).await,
                    (3, _) => {
                        let held = race.call(client, "POST", "/holds", body).await;
                        if held.status == 201 {
                            race.call(client, "DELETE", &format!("/holds/{}", held.id()), Value::Null)
                                .await
                                .expect(204);
                        }
                        held
                    }
                    _ => {
                        let answer = race.call(client, "POST", "/sessions", body).await;
                        if answer.status == 201 {
                            booked.fetch_add(1, Ordering::Relaxed);
                            mine = Some(answer.id());
                        }
                        answer
                    }
                };
                assert!(answer.status < 500, "{}", answer.text);
            }
        })
    });
    for client in join_all(clients).await {
        client.unwrap();
    }
    assert!(
        booked.load(Ordering::Relaxed) > 10,
        "only {} got through",
        booked.load(Ordering::Relaxed)
    );
    assert_no_overlap(&race.app).await;
}

/// No two claims on one resource overlap, by the database; and no two live sessions share a person, a room, a device or a patient at one time, by the sessions themselves.
pub(crate) async fn assert_no_overlap(app: &TestApp) {
    let overlaps = "SELECT COUNT(*) FROM claims a JOIN claims b ON a.resource_id = b.resource_id AND a.id < b.id
        AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";
    assert_eq!(app.count(overlaps).await, 0);
    let mut taken: HashMap<String, Vec<[DateTime<FixedOffset>; 2]>> = HashMap::new();
    let mut after = String::new();
    loop {
        let page = app.get(&format!("/sessions?limit=200{after}")).await.expect(200);
        for session in page
            .items()
            .iter()
            .filter(|session| session["status"] != "cancelled" && session["status"] != "fulfilled")
        {
            // At least the visit and its turnaround; preparation only makes it longer.
            let (start, end): (DateTime<FixedOffset>, DateTime<FixedOffset>) = (
                session["start"].as_str().unwrap().parse().unwrap(),
                session["end"].as_str().unwrap().parse().unwrap(),
            );
            for thing in ["practitioner_id", "room_id", "device_id", "patient_id"] {
                if let Some(id) = session[thing].as_str() {
                    taken
                        .entry(id.to_owned())
                        .or_default()
                        .push([start, end + chrono::Duration::minutes(15)]);
                }
            }
        }
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert!(!taken.is_empty());
    for (thing, mut times) in taken {
        times.sort_unstable();
        for pair in times.windows(2) {
            assert!(pair[0][1] <= pair[1][0], "{thing} is taken twice: {pair:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_that_plan_over_the_same_rental_days_get_all_or_none() {
    let race = Race::begin().await;
    let weeks: usize = 4;
    let thursday = |week: usize| 40 + 7 * i64::try_from(week).unwrap();
    for week in 0..weeks {
        let (from, to) = (ahead(thursday(week), "09:00"), ahead(thursday(week), "13:30"));
        race.app.rent(&race.clinic, &from, &to).await;
    }
    let courses = race.courses(10).await;
    // Three hours on each of four days, and each desk wants one of each in another order: half of the plans collide.
    let plan = |turn: usize| {
        let starts: Vec<_> = (0..weeks)
            .map(|week| {
                ahead(thursday(week), ["09:30", "10:45", "12:00"][(turn + turn / 3 * week) % 3])
            })
            .collect();
        let body =
            json!({"service": "laser_partial", "starts": starts, "device_id": race.clinic.rented});
        let (race, path) = (&race, format!("/courses/{}/plan/book", courses[turn % 10]));
        async move { race.call(turn, "POST", &path, body).await }
    };
    let answers = join_all((0..40).map(plan)).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert!(statuses.iter().all(|status| [201, 409, 422].contains(status)), "{statuses:?}");
    let won = statuses.iter().filter(|status| **status == 201).count();
    assert!((1..=3).contains(&won), "{statuses:?}");
    let mut sessions = 0;
    for course in &courses {
        let read = race.app.course(course).await;
        let booked = usize::try_from(read.body["progress"]["booked"].as_u64().unwrap()).unwrap();
        assert!(booked.is_multiple_of(weeks), "{booked} of a plan of {weeks}");
        sessions += booked;
    }
    assert_eq!(sessions, won * weeks);
    assert_no_overlap(&race.app).await;
}
