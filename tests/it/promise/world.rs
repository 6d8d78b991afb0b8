//! A clinic with as many patients as there are states of their ways, each with a session of their own.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use fadeline::delivery::Post;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::clinic::profile::ClinicProfile;
use fadeline::domain::time::civil;
use serde_json::{Value, json};

use super::verdict::Truth;
use super::ways::{Since, Ways};
use crate::support::clinic::{ALL_DAYS, hours};
use crate::support::outside::{Down, Outside};
use crate::support::{Clinic, MONDAY, TestApp, profile, toronto};

/// A patient with one session.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) ways: Ways,
    pub(super) since: Since,
    pub(super) patient: String,
    pub(super) course: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) session: String,
    /// When the session was booked for.
    pub(super) start: DateTime<Utc>,
    /// What is true of it now.
    pub(super) truth: Truth,
}

/// A clinic, its patients, and the world outside.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) clinic: Clinic,
    pub(super) outside: Outside,
    /// Its ways out, all of which lead somewhere.
    pub(super) post: Post,
    pub(super) rows: Vec<Row>,
    /// Enough practitioners and rooms for all patients at once.
    chairs: Vec<(String, String)>,
}

/// The instant of a wall time.
pub(super) fn at(wall: &str) -> DateTime<Utc> {
    let wall = NaiveDateTime::parse_from_str(wall, "%Y-%m-%dT%H:%M").unwrap();
    civil::resolve(toronto(), wall).bound()
}

/// A clinic in which no patient waits for healing skin.
pub(super) fn patient_policy() -> Policy {
    Policy {
        laser_interval_days: 0,
        laser_interval_days_darker: 0,
        laser_suggested_days: 0,
        test_patch_valid_days: 3660,
        ..Policy::default()
    }
}

impl World {
    pub(super) async fn usual() -> Self {
        Self::of(MONDAY, patient_policy(), profile()).await
    }

    pub(super) async fn without_texts() -> Self {
        let profile = ClinicProfile { texts: None, ..profile() };
        Self::of(MONDAY, patient_policy(), profile).await
    }

    pub(super) async fn of(now: &str, policy: Policy, profile: ClinicProfile) -> Self {
        let app = TestApp::begun_as(now, policy, profile).await;
        let hours = hours(ALL_DAYS, "08:00", "21:00");
        let clinic = app.make_clinic_open(hours.clone()).await;
        let mut chairs = Vec::new();
        for n in 0..Ways::cases().len() {
            let room = json!({"site_id": clinic.site, "name": format!("Room {n}"), "capabilities": ["consultation"]});
            let room = app.manage("POST", "/rooms", room).await.expect(201).id();
            let practitioner = json!({"site_id": clinic.site, "name": format!("Dr {n}"), "skills": ["consultation"], "hours": hours});
            let practitioner = app.manage("POST", "/practitioners", practitioner).await;
            chairs.push((practitioner.expect(201).id(), room));
        }
        let outside = Outside::of(&app);
        let post = outside.post(Down::default());
        Self { app, clinic, outside, post, rows: Vec::new(), chairs }
    }

    /// Registers a patient for each state of their ways; those states hold that were there before the booking.
    pub(super) async fn register(&mut self) {
        for (n, (ways, since)) in Ways::cases().into_iter().enumerate() {
            let email = format!("p{n}@example.test");
            let phone = format!("+14165550{:03}", 100 + n);
            let patient = json!({"given_name": format!("P{n}"), "family_name": "Sample", "phone": phone, "email": email});
            let patient = self.app.post("/patients", patient).await.expect(201).id();
            let course = self.app.open_course_for(&patient).await;
            let (session, start) = (String::new(), self.now());
            let truth = Truth::off();
            let row = Row { ways, since, patient, course, email, phone, session, start, truth };
            if since == Since::Before {
                self.set_ways(&row).await;
            }
            self.rows.push(row);
        }
    }

    /// Books a consultation for each at the same time.
    pub(super) async fn book_all(&mut self, start: &str) {
        for n in 0..self.rows.len() {
            let (practitioner, room) = self.chairs[n].clone();
            let more = json!({"practitioner_id": practitioner, "room_id": room});
            self.book(n, "consultation", start, more).await;
        }
    }

    /// Books for one of them.
    pub(super) async fn book(&mut self, n: usize, service: &str, start: &str, more: Value) {
        let course = self.rows[n].course.clone();
        let booked = self.app.book_with(&course, service, start, more).await.expect(201);
        self.rows[n].session = booked.id();
        self.rows[n].start = at(start);
        self.rows[n].truth = Truth::at(at(start));
    }

    /// All that was booked is told; then those states of ways begin that begin after it.
    pub(super) async fn tell_all(&self) {
        self.app.pass_grace(&self.post).await;
        for row in self.rows.iter().filter(|row| row.since == Since::Told) {
            self.set_ways(row).await;
        }
        let now = self.app.app.clock.now();
        self.app.pass_to(&self.post, now + Duration::minutes(20)).await;
    }

    /// A world in which all have a consultation at `start` and know it as well as they can be told.
    pub(super) async fn told_of(mut self, start: &str) -> Self {
        self.register().await;
        self.book_all(start).await;
        self.tell_all().await;
        self
    }

    pub(super) async fn pass_to(&self, wall: &str) {
        self.app.pass_to(&self.post, at(wall)).await;
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.app.clock.now()
    }

    /// The desk has done all that it was asked to do so far: what counts from now on is what the next change asks for.
    pub(super) async fn clear_the_desk(&self) {
        for row in &self.rows {
            self.app.do_tasks(&row.session).await;
        }
    }

    /// The desk moves each session to `start`, with the same people.
    pub(super) async fn move_all(&mut self, start: &str) {
        for n in 0..self.rows.len() {
            let (practitioner, room) = &self.chairs[n];
            let to = json!({"start": start, "practitioner_id": practitioner, "room_id": room});
            self.relocate(n, start, to).await;
        }
    }

    /// The desk moves one of them.
    pub(super) async fn relocate(&mut self, n: usize, start: &str, to: Value) {
        self.app.reschedule(&self.rows[n].session, to).await.expect(200);
        self.rows[n].truth = Truth::at(at(start));
    }

    pub(super) async fn cancel_all(&mut self, reason: &str) {
        for row in &mut self.rows {
            self.app.cancel_for(&row.session, reason).await.expect(200);
            row.truth = Truth::off();
        }
    }
}
