//! The rules of removal, through the API: each refuses, lets through, holds to the day
//! across a clock change, and where it can be overridden, by whom. The tests are named
//! after the codes; `listed` compares them with `docs/rules.md` and with the code.

mod consultation;
mod estimate;
mod goal;
mod interval;
mod listed;
mod record;
mod standing;
mod test_patch;

use serde_json::{Value, json};

use crate::support::clinic::{ALL_DAYS, hours};
use crate::support::past::{completed, done_with, patch_with};
use crate::support::{Answer, Clinic, TestApp};

/// A clinic that never closes, so that a rule is alone with its days.
pub(crate) struct Story {
    pub(crate) app: TestApp,
    pub(crate) clinic: Clinic,
    pub(crate) patient: String,
    pub(crate) course: String,
}

impl Story {
    /// A patient who has not been here before, at `now`.
    pub(crate) async fn begins(now: &str) -> Self {
        Self::of(now, course("remove", "smp"), "II").await
    }

    /// The same with another course and skin.
    pub(crate) async fn of(now: &str, course: Value, fitzpatrick: &str) -> Self {
        let app = TestApp::at(now).await;
        let clinic = app.make_clinic_open(hours(ALL_DAYS, "00:00", "24:00")).await;
        app.set(&format!("/sites/{}", clinic.site), json!({"observes_holidays": false})).await;
        let patient = app.register("Ada").await;
        app.change_patient(&patient, json!({"fitzpatrick": fitzpatrick})).await;
        let mut story = Self { app, clinic, patient, course: String::new() };
        story.course = story.another_course(course).await;
        story
    }

    /// Another course of the same patient.
    pub(crate) async fn another_course(&self, mut course: Value) -> String {
        course["patient_id"] = json!(self.patient);
        self.app.post("/courses", course).await.expect(201).id()
    }

    /// Writes a visit of the past; a laser was the owned one. Answers its id.
    pub(crate) async fn past(&self, service: &str, start: &str, record: Value) -> String {
        let device = needs_laser(service).then_some(self.clinic.owned.as_str());
        self.app.write_past(&self.course, service, start, device, record).await
    }

    /// The consultation was held then.
    pub(crate) async fn consulted(&self, start: &str) {
        self.past("consultation", start, completed()).await;
    }

    /// The test patch with the owned laser went well then.
    pub(crate) async fn patched(&self, start: &str) {
        self.past("test_patch", start, patch_with(1064)).await;
    }

    /// A laser session with the owned laser was done then.
    pub(crate) async fn lasered(&self, start: &str) -> String {
        self.past("laser_partial", start, done_with(1064)).await
    }

    /// The desk cannot book this, by one rule alone.
    pub(crate) async fn refused(&self, service: &str, start: &str, code: &str) -> Answer {
        self.book(service, start).await.refused(422, &[code])
    }

    /// The same, and the rule names the first day that works.
    pub(crate) async fn refused_until(
        &self,
        service: &str,
        start: &str,
        code: &str,
        day: &str,
    ) -> Answer {
        let answer = self.refused(service, start, code).await;
        assert_eq!(earliest(&answer, code), day, "{service} {start}");
        answer
    }

    /// Books for the course as the user with `token`; a laser is the owned one.
    pub(crate) async fn book_as(
        &self,
        token: &str,
        service: &str,
        start: &str,
        more: Value,
    ) -> Answer {
        let mut body = json!({"course_id": self.course, "service": service, "start": start});
        if needs_laser(service) {
            body["device_id"] = json!(self.clinic.owned);
        }
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.call(token, "POST", "/sessions", body).await
    }

    /// The desk books for the course.
    pub(crate) async fn book(&self, service: &str, start: &str) -> Answer {
        self.book_as(&self.app.desk, service, start, json!({})).await
    }

    /// A rule that can be overridden: not without a reason, not by the desk, but by practitioner and manager, and
    /// the audit says who and why.
    pub(crate) async fn overridden_by_role(&self, code: &str, service: &str, start: &str) {
        let reason = json!({"override": {"reason": "Agreed with the patient, who moves abroad."}});
        for (role, token) in [
            ("front_desk", &self.app.desk),
            ("practitioner", &self.app.practitioner),
            ("manager", &self.app.manager),
        ] {
            let without =
                self.book_as(token, service, start, json!({})).await.refused(422, &[code]);
            assert_eq!(without.body["violations"][0]["overridable"], true);
            assert_eq!(
                without.body["violations"][0]["overridable_by"],
                json!(["practitioner", "manager"])
            );
            self.book_as(token, service, start, json!({"override": {"reason": "Too short"}}))
                .await
                .expect(422);
            let answer = self.book_as(token, service, start, reason.clone()).await;
            if role == "front_desk" {
                answer.refused(422, &[code]);
                continue;
            }
            let booked = answer.expect(201).id();
            let path = format!("/audit?patient_id={}&limit=200", self.patient);
            let audit = self.app.manager_get(&path).await;
            let mut lines = audit.items().iter().filter(|line| line["subject_id"] == booked);
            let line = lines
                .find(|line| line["action"] == "rule.override")
                .unwrap_or_else(|| panic!("no line in the audit: {}", audit.text));
            let said = format!("{code}: Agreed with the patient, who moves abroad.");
            assert_eq!(line["detail"], said);
            assert_eq!(line["role"], role);
            self.app.cancel(&booked).await.expect(200);
        }
    }
}

fn needs_laser(service: &str) -> bool {
    ["laser_partial", "laser_full", "test_patch"].contains(&service)
}

/// A course as it is asked for: the goal, and what is in the crown of the head.
pub(crate) fn course(goal: &str, pigment: &str) -> Value {
    json!({"goal": goal, "pigment": pigment, "depth": "correct", "zones": ["vertex"]})
}

/// What one rule said, with its own first day.
pub(crate) fn earliest(answer: &Answer, code: &str) -> Value {
    let violations = answer.array("violations");
    violations.iter().find(|one| one["code"] == code).unwrap()["earliest"].clone()
}
