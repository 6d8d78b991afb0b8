//! The verbs of the stories, as the product has them: what desk, managers and practitioners ask for
//! and do, with the answers that a story counts on.

use fadeline::actions::access::by_command;
use fadeline::actions::access::by_command::NewUser;
use fadeline::domain::ids::PartnerId;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use super::{Answer, TestApp};

impl TestApp {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(&self.desk, "GET", path, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(&self.desk, "POST", path, body).await
    }

    pub(crate) async fn manage(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(&self.manager, method, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(&self.desk, "PATCH", path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(&self.desk, "DELETE", path, Value::Null).await
    }

    /// The user with `token` acts on what they have seen: the version that they name.
    pub(crate) async fn call_if(
        &self,
        version: &str,
        token: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        self.call_with(token, method, path, body, &[("if-match", version)]).await
    }

    /// The user with `token` acts once, however often it is sent under this key.
    pub(crate) async fn call_once(
        &self,
        key: &str,
        token: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        self.call_with(token, method, path, body, &[("idempotency-key", key)]).await
    }

    /// The desk does something with a referral.
    pub(crate) async fn clinic_does(&self, referral: &str, verb: &str, body: Value) -> Answer {
        self.post(&format!("/referrals/{referral}/{verb}"), body).await
    }

    /// A manager changes something, which must be granted.
    pub(crate) async fn set(&self, path: &str, change: Value) -> Answer {
        self.manage("PATCH", path, change).await.expect(200)
    }

    pub(crate) async fn manager_get(&self, path: &str) -> Answer {
        self.manage("GET", path, Value::Null).await
    }

    /// An address is opened without a token.
    pub(crate) async fn open(&self, path: &str) -> Answer {
        self.call("", "GET", path, Value::Null).await
    }

    /// A practitioner writes up a session.
    pub(crate) async fn complete(&self, session: &str, record: Value) -> Answer {
        let path = format!("/sessions/{session}/complete");
        self.call(&self.practitioner, "POST", &path, record).await
    }

    /// A session, as the desk reads it.
    pub(crate) async fn session(&self, id: &str) -> Answer {
        self.get(&format!("/sessions/{id}")).await.expect(200)
    }

    /// A course, as the desk reads it.
    pub(crate) async fn course(&self, id: &str) -> Answer {
        self.get(&format!("/courses/{id}")).await.expect(200)
    }

    pub(crate) async fn status_of(&self, session: &str) -> String {
        self.session(session).await.str("status").to_owned()
    }

    pub(crate) async fn patient_of(&self, course: &str) -> String {
        self.course(course).await.str("patient_id").to_owned()
    }

    pub(crate) async fn patient_at(&self, session: &str) -> String {
        self.session(session).await.str("patient_id").to_owned()
    }

    /// The desk writes something else about a patient.
    pub(crate) async fn change_patient(&self, patient: &str, change: Value) {
        self.patch(&format!("/patients/{patient}"), change).await.expect(200);
    }

    /// Writes down a consent. Answers its path.
    pub(crate) async fn consent(&self, patient: &str, consent: Value) -> String {
        let path = format!("/patients/{patient}/consents");
        let id = self.post(&path, consent).await.expect(201).id();
        format!("{path}/{id}")
    }

    /// The patient agrees to messages. Answers the consent's path.
    pub(crate) async fn consent_to_messages(&self, patient: &str) -> String {
        self.consent(patient, json!({"kind": "messages", "text_version": "2026-1"})).await
    }

    /// Adds a user; with a password, where there is one.
    pub(crate) async fn add_user(
        &self,
        email: &str,
        role: Role,
        shop: Option<&str>,
        password: Option<&str>,
    ) {
        let user = NewUser {
            email: email.to_owned().try_into().unwrap(),
            name: "Somebody".try_into().unwrap(),
            role,
            partner_id: shop.map(|id| PartnerId(id.parse().unwrap())),
            practitioner_id: None,
            password: password.map(str::to_owned),
        };
        by_command::add(&self.app, user).await.unwrap();
    }

    /// Registers a patient and answers their id.
    pub(crate) async fn register(&self, name: &str) -> String {
        let patient = json!({"given_name": name, "family_name": "Sample", "phone": "416-555-0123", "email": format!("{}@example.test", name.to_lowercase()), "duplicate_ok": true});
        self.post("/patients", patient).await.expect(201).id()
    }

    /// Opens a course for a new patient, who has not been here before, and answers its id.
    pub(crate) async fn open_course(&self, name: &str) -> String {
        let patient = self.register(name).await;
        self.open_course_for(&patient).await
    }

    /// Opens a course for a patient and answers its id.
    pub(crate) async fn open_course_for(&self, patient: &str) -> String {
        let course = json!({"patient_id": patient, "goal": "remove", "pigment": "smp", "depth": "correct", "zones": ["vertex"]});
        self.post("/courses", course).await.expect(201).id()
    }

    /// The patient of a course consents to the laser. Answers the consent's path.
    pub(crate) async fn consent_to_laser(&self, course: &str) -> String {
        let patient = self.patient_of(course).await;
        self.consent(&patient, json!({"kind": "laser_treatment", "text_version": "2026-1"})).await
    }

    /// The desk books, and leaves the rest to be chosen.
    pub(crate) async fn book(&self, course: &str, service: &str, start: &str) -> Answer {
        self.book_with(course, service, start, json!({})).await
    }

    /// The desk books and insists on more.
    pub(crate) async fn book_with(
        &self,
        course: &str,
        service: &str,
        start: &str,
        more: Value,
    ) -> Answer {
        let mut body = json!({"course_id": course, "service": service, "start": start});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/sessions", body).await
    }

    /// The desk books, which must be granted. Answers the id.
    pub(crate) async fn make_visit(&self, course: &str, service: &str, start: &str) -> String {
        self.book(course, service, start).await.expect(201).id()
    }

    pub(crate) async fn move_to(&self, session: &str, start: &str) -> Answer {
        self.reschedule(session, json!({"start": start})).await
    }

    /// The desk moves a session, and says more about it than when.
    pub(crate) async fn reschedule(&self, session: &str, to: Value) -> Answer {
        self.post(&format!("/sessions/{session}/reschedule"), to).await
    }

    /// The desk cancels a session, as the patient asked.
    pub(crate) async fn cancel(&self, session: &str) -> Answer {
        self.cancel_for(session, "patient_request").await
    }

    /// The desk cancels a session for another reason.
    pub(crate) async fn cancel_for(&self, session: &str, reason: &str) -> Answer {
        self.post(&format!("/sessions/{session}/cancel"), json!({"reason": reason})).await
    }

    /// The desk does something to a session that needs no body: `arrive`, `undo`, …
    pub(crate) async fn act(&self, session: &str, verb: &str) -> Answer {
        self.post(&format!("/sessions/{session}/{verb}"), Value::Null).await
    }

    pub(crate) async fn slots(&self, course: &str, service: &str, from: &str, to: &str) -> Answer {
        self.slots_with(course, service, from, to, "").await
    }

    pub(crate) async fn slots_with(
        &self,
        course: &str,
        service: &str,
        from: &str,
        to: &str,
        more: &str,
    ) -> Answer {
        self.get(&format!(
            "/slots?course_id={course}&service={service}&from={from}&to={to}&limit=5000{more}"
        ))
        .await
        .expect(200)
    }

    /// A new token for the desk, which is not the one of `desk`.
    pub(crate) async fn add_desk(&self) -> String {
        self.add_user("other@example.test", Role::FrontDesk, None, None).await;
        by_command::create_token(&self.app, "other@example.test", 3000).await.unwrap()
    }
}
