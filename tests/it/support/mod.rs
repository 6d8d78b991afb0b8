//! What every story needs: a fresh database, a clock that is moved by hand, a small
//! clinic, one sign-in for each role, and verbs that read like the product's.

pub(crate) mod answer;
pub(crate) mod browser;
pub(crate) mod clinic;
pub(crate) mod database;
pub(crate) mod mail;
pub(crate) mod past;
pub(crate) mod server;
pub(crate) mod shops;
pub(crate) mod told;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use chrono::Duration;
use fadeline::actions::App;
use fadeline::actions::access::by_command::NewUser;
use fadeline::actions::access::{by_command, tokens};
use fadeline::clock::Clock;
use fadeline::delivery::Post;
use fadeline::domain::catalogue::partner::Partner;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::clinic::profile::{ClinicProfile, Texts};
use fadeline::domain::role::Role;
use fadeline::domain::time::time_zone::Tz;
use fadeline::storage::Db;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) use answer::Answer;
pub(crate) use clinic::Clinic;
use database::Database;

/// The clinic's zone.
pub(crate) fn toronto() -> Tz {
    "America/Toronto".parse().unwrap()
}

/// What the provider of the clinic's texts signs with.
pub(crate) const TEXTS_SECRET: &str = "the provider's secret";

/// The clinic as patients read of it; it sends texts.
pub(crate) fn profile() -> ClinicProfile {
    let texts = Some(Texts { secret: TEXTS_SECRET.to_owned() });
    ClinicProfile { texts, ..ClinicProfile::standard().unwrap() }
}

/// The Monday on which the stories begin: 09:00 in Toronto.
pub(crate) const MONDAY: &str = "2027-01-04T14:00:00Z";

/// A whole Fadeline with a database of its own.
pub(crate) struct TestApp {
    pub(crate) app: App,
    /// Its post office, whose mail goes into the demo's mailbox.
    pub(crate) post: Post,
    pub(crate) router: Router,
    pub(crate) desk: String,
    pub(crate) practitioner: String,
    pub(crate) manager: String,
    pub(crate) partner: String,
    /// Kept until the story ends; then the database is gone.
    pub(crate) database: Database,
}

impl TestApp {
    /// One that is empty but for its users, at nine on a Monday.
    pub(crate) async fn empty() -> Self {
        Self::with_policy(Policy::default()).await
    }

    /// One in which nobody waits for healing skin or an old test patch, for stories of time and place alone.
    pub(crate) async fn without_waits() -> Self {
        Self::without_waits_at(MONDAY).await
    }

    /// The same, at another time.
    pub(crate) async fn without_waits_at(now: &str) -> Self {
        let policy = Policy {
            laser_interval_days: 0,
            laser_interval_days_darker: 0,
            laser_suggested_days: 0,
            test_patch_valid_days: 3660,
            plan_ceiling: 60,
            ..Policy::default()
        };
        Self::begun(now, policy).await
    }

    /// One that is empty but for its users, with other numbers.
    pub(crate) async fn with_policy(policy: Policy) -> Self {
        Self::begun(MONDAY, policy).await
    }

    /// One that is empty but for its users, at another time.
    pub(crate) async fn at(now: &str) -> Self {
        Self::begun(now, Policy::default()).await
    }

    /// One in which there is nobody yet.
    pub(crate) async fn nobody() -> Self {
        let database = Database::fresh().await;
        let clock = Clock::still_at(MONDAY.parse().unwrap());
        let app = App::new(database.db().await, clock, toronto(), Policy::default(), profile());
        let post = Post::new(app.clone(), None, None, true, None);
        let nobody = String::new;
        Self {
            router: mail::router(&post),
            app,
            post,
            desk: nobody(),
            practitioner: nobody(),
            manager: nobody(),
            partner: nobody(),
            database,
        }
    }

    /// One that is empty but for its users, on a database that is kept elsewhere.
    pub(crate) async fn on(database: Database) -> Self {
        Self::begun_on(database, MONDAY, Policy::default()).await
    }

    async fn begun(now: &str, policy: Policy) -> Self {
        Self::begun_on(Database::fresh().await, now, policy).await
    }

    async fn begun_on(database: Database, now: &str, policy: Policy) -> Self {
        let clock = Clock::still_at(now.parse().unwrap());
        let app = App::new(database.db().await, clock, toronto(), policy, profile());
        let partner_id = {
            let mut tx = app.db.begin().await.unwrap();
            let id = app.clock.id();
            let maple = Partner {
                id,
                version: 1,
                details: serde_json::from_value(shops::papered(
                    "Maple Fade",
                    "1 Example Ave",
                    "416 555 0181",
                ))
                .unwrap(),
            };
            fadeline::storage::catalogue::partners::insert(&mut tx, &maple).await.unwrap();
            tx.commit().await.unwrap();
            id
        };
        let mut tokens = Vec::new();
        for (role, partner_id) in [
            (Role::FrontDesk, None),
            (Role::Practitioner, None),
            (Role::Manager, None),
            (Role::Partner, Some(partner_id)),
        ] {
            let email = format!("{role}@example.test");
            let user = NewUser {
                email: email.clone().try_into().unwrap(),
                name: "Somebody".try_into().unwrap(),
                role,
                partner_id,
                password: None,
            };
            by_command::add(&app, user).await.unwrap();
            tokens.push(by_command::create_token(&app, &email, 3000).await.unwrap());
        }
        let post = Post::new(app.clone(), None, None, true, None);
        let router = mail::router(&post);
        let [desk, practitioner, manager, partner] = tokens.try_into().unwrap();
        Self { app, post, router, desk, practitioner, manager, partner, database }
    }

    /// Another node on the same database, with a clock of its own at the same time, whose rules of the zone may be others.
    pub(crate) async fn node(&self, zone: Tz) -> Self {
        let clock = Clock::still_at(self.app.clock.now());
        let db = Db::connect(&self.database.url).await.unwrap();
        let app = App::new(db, clock, zone, self.app.policy.clone(), self.app.profile.clone());
        let post = Post::new(app.clone(), None, None, true, None);
        Self {
            router: mail::router(&post),
            app,
            post,
            desk: self.desk.clone(),
            practitioner: self.practitioner.clone(),
            manager: self.manager.clone(),
            partner: self.partner.clone(),
            database: self.database.beside(),
        }
    }

    /// Moves the clock forward.
    pub(crate) fn wait(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    /// A request with everything said.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// A request of somebody with `token`, with a JSON body unless that is null.
    pub(crate) async fn call(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        self.call_with(token, method, path, body, &[]).await
    }

    /// The same with more headers.
    pub(crate) async fn call_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send(request(token, method, path, body, headers)).await
    }

    /// The desk asks.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(&self.desk, "GET", path, Value::Null).await
    }

    /// The desk does.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(&self.desk, "POST", path, body).await
    }

    /// A manager does.
    pub(crate) async fn manage(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(&self.manager, method, path, body).await
    }

    /// Registers a patient and answers their id.
    pub(crate) async fn register(&self, name: &str) -> String {
        let patient = json!({"given_name": name, "family_name": "Sample", "phone": "416-555-0123", "email": format!("{}@example.test", name.to_lowercase())});
        self.post("/patients", patient).await.expect(201).id()
    }

    /// Opens a course for a new patient, who has not been here before, and answers its id.
    pub(crate) async fn new_course(&self, name: &str) -> String {
        let patient = self.register(name).await;
        self.course_of(&patient).await
    }

    /// Opens a course for a patient and answers its id.
    pub(crate) async fn course_of(&self, patient: &str) -> String {
        let course = json!({"patient_id": patient, "goal": "remove", "pigment": "smp", "depth": "correct", "zones": ["vertex"]});
        self.post("/courses", course).await.expect(201).id()
    }

    /// The patient of a course consents to the laser. Answers the consent's path.
    pub(crate) async fn consent_to_laser(&self, course: &str) -> String {
        let patient =
            self.get(&format!("/courses/{course}")).await.expect(200).str("patient_id").to_owned();
        let consent = json!({"kind": "laser_treatment", "text_version": "2026-1"});
        let path = format!("/patients/{patient}/consents");
        let id = self.post(&path, consent).await.expect(201).id();
        format!("{path}/{id}")
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

    /// The desk moves a session.
    pub(crate) async fn move_to(&self, session: &str, start: &str) -> Answer {
        self.post(&format!("/sessions/{session}/reschedule"), json!({"start": start})).await
    }

    /// The desk calls a session off.
    pub(crate) async fn cancel(&self, session: &str) -> Answer {
        self.post(&format!("/sessions/{session}/cancel"), json!({"reason": "patient_request"}))
            .await
    }

    /// Somebody does something to a session that needs no body: `arrive`, `undo`, …
    pub(crate) async fn act(&self, session: &str, verb: &str) -> Answer {
        self.post(&format!("/sessions/{session}/{verb}"), Value::Null).await
    }

    /// The free times of a course.
    pub(crate) async fn slots(&self, course: &str, service: &str, from: &str, to: &str) -> Answer {
        self.slots_with(course, service, from, to, "").await
    }

    /// The free times of a course, with more asked for.
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
    pub(crate) async fn another_desk(&self) -> String {
        let user = NewUser {
            email: "other@example.test".to_owned().try_into().unwrap(),
            name: "Other".try_into().unwrap(),
            role: Role::FrontDesk,
            partner_id: None,
            password: None,
        };
        by_command::add(&self.app, user).await.unwrap();
        by_command::create_token(&self.app, "other@example.test", 3000).await.unwrap()
    }

    /// A number that the database is asked for past everything that the program does.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        match &self.app.db {
            fadeline::storage::Db::Sqlite { read, .. } => {
                sqlx::query_scalar(sql).fetch_one(read).await.unwrap()
            }
            fadeline::storage::Db::Postgres(pool) => {
                sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
            }
        }
    }

    /// Ends a token, whoever has it.
    pub(crate) async fn sign_out(&self, token: &str) {
        let holder = tokens::holder(&self.app, token, None).await.unwrap().unwrap();
        tokens::sign_out(&self.app, holder.0).await.unwrap();
    }
}

/// A request of somebody with `token`; an empty token sends none.
pub(crate) fn request(
    token: &str,
    method: &str,
    path: &str,
    body: Value,
    headers: &[(&str, &str)],
) -> Request<Body> {
    let path = if ["/demo", "/api", "/a/", "/shop/"].iter().any(|root| path.starts_with(root))
        || (path.starts_with("/feeds/") && path.contains(".ics"))
    {
        path.to_owned()
    } else {
        format!("/api/v1{path}")
    };
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_null() {
        return request.body(Body::empty()).unwrap();
    }
    request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
}
