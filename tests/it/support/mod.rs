//! What every story needs: a fresh database, a clock that is moved by hand, a small
//! clinic, one sign-in for each role, and verbs that read like the product's.

pub(crate) mod answer;
pub(crate) mod browser;
pub(crate) mod chance;
pub(crate) mod clients;
pub(crate) mod clinic;
pub(crate) mod database;
pub(crate) mod mail;
pub(crate) mod outside;
pub(crate) mod past;
pub(crate) mod server;
pub(crate) mod shops;
pub(crate) mod told;
mod verbs;
pub(crate) mod wire;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use chrono::Duration;
use fadeline::actions::App;
use fadeline::actions::access::{by_command, tokens};
use fadeline::clock::Clock;
use fadeline::delivery::Post;
use fadeline::domain::catalogue::partner::Partner;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::clinic::profile::{ClinicProfile, Texts};
use fadeline::domain::role::Role;
use fadeline::domain::time::time_zone::Tz;
use fadeline::storage::Db;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) use answer::{Answer, has, texts};
pub(crate) use browser::{Browser, PASSWORD, borrowed, encoded, fields, give_password};
pub(crate) use clinic::Clinic;
use database::Database;
pub(crate) use mail::Mail;
pub(crate) use server::Server;
pub(crate) use shops::Shop;

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

    /// One in which no patient waits for healing skin or an old test patch, for stories of time and place alone.
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

    /// One with the small clinic.
    pub(crate) async fn with_clinic() -> (Self, Clinic) {
        let app = Self::empty().await;
        let clinic = app.make_clinic().await;
        (app, clinic)
    }

    /// One with the small clinic, and the prepared course of Ada.
    pub(crate) async fn with_course() -> (Self, Clinic, String) {
        let (app, clinic) = Self::with_clinic().await;
        let course = app.prepare_course("Ada").await;
        (app, clinic, course)
    }

    /// One with the small clinic, and the course of Ada, who has not been here before.
    pub(crate) async fn with_new_course() -> (Self, Clinic, String) {
        let (app, clinic) = Self::with_clinic().await;
        let course = app.open_course("Ada").await;
        (app, clinic, course)
    }

    /// One with the small clinic, in which no patient waits.
    pub(crate) async fn with_clinic_without_waits() -> (Self, Clinic) {
        let app = Self::without_waits().await;
        let clinic = app.make_clinic().await;
        (app, clinic)
    }

    /// One with the small clinic and the prepared course of Ada, in which no patient waits.
    pub(crate) async fn with_course_without_waits() -> (Self, Clinic, String) {
        let (app, clinic) = Self::with_clinic_without_waits().await;
        let course = app.prepare_course("Ada").await;
        (app, clinic, course)
    }

    /// One that is empty but for its users, with other numbers.
    pub(crate) async fn with_policy(policy: Policy) -> Self {
        Self::begun(MONDAY, policy).await
    }

    /// One that is empty but for its users, at another time.
    pub(crate) async fn at(now: &str) -> Self {
        Self::begun(now, Policy::default()).await
    }

    /// One without users.
    pub(crate) async fn nobody() -> Self {
        let database = Database::fresh().await;
        let clock = Clock::still_at(MONDAY.parse().unwrap());
        let app = App::new(database.db().await, clock, toronto(), Policy::default(), profile());
        Self::over(app, database)
    }

    /// One that is empty but for its users, on a database that is kept elsewhere.
    pub(crate) async fn on(database: Database) -> Self {
        Self::begun_on(database, MONDAY, Policy::default(), profile()).await
    }

    async fn begun(now: &str, policy: Policy) -> Self {
        Self::begun_on(Database::fresh().await, now, policy, profile()).await
    }

    /// One that is empty but for its users, at another time, with other numbers, of another clinic.
    pub(crate) async fn begun_as(now: &str, policy: Policy, profile: ClinicProfile) -> Self {
        Self::begun_on(Database::fresh().await, now, policy, profile).await
    }

    async fn begun_on(
        database: Database,
        now: &str,
        policy: Policy,
        profile: ClinicProfile,
    ) -> Self {
        let clock = Clock::still_at(now.parse().unwrap());
        let app = App::new(database.db().await, clock, toronto(), policy, profile);
        let maple = {
            let mut tx = app.db.begin().await.unwrap();
            let id = app.clock.id();
            let details = shops::papered("Maple Fade", "1 Example Ave", "416 555 0181");
            let details = serde_json::from_value(details).unwrap();
            let maple = Partner { id, version: 1, details };
            fadeline::storage::catalogue::partners::insert(&mut tx, &maple).await.unwrap();
            tx.commit().await.unwrap();
            id
        };
        let mut app = Self::over(app, database);
        for role in [Role::FrontDesk, Role::Practitioner, Role::Manager, Role::Partner] {
            let email = format!("{role}@example.test");
            let shop = (role == Role::Partner).then(|| maple.to_string());
            app.add_user(&email, role, shop.as_deref(), None).await;
            app.give_token(role, &email).await;
        }
        app
    }

    /// One over these actions, whose tokens are still empty.
    fn over(app: App, database: Database) -> Self {
        let post = Post::new(app.clone(), None, None, true, None);
        let [desk, practitioner, manager, partner] = Default::default();
        Self {
            router: mail::router(&post),
            app,
            post,
            desk,
            practitioner,
            manager,
            partner,
            database,
        }
    }

    /// Makes a token for the user of these stories who has the role.
    async fn give_token(&mut self, role: Role, email: &str) {
        let token = by_command::create_token(&self.app, email, 3000).await.unwrap();
        match role {
            Role::FrontDesk => self.desk = token,
            Role::Practitioner => self.practitioner = token,
            Role::Manager => self.manager = token,
            Role::Partner => self.partner = token,
            Role::Patient => {}
        }
    }

    /// Another node on the same database, with a clock of its own at the same time, whose rules of the zone may be others.
    pub(crate) async fn node(&self, zone: Tz) -> Self {
        let clock = Clock::still_at(self.app.clock.now());
        let db = Db::connect(&self.database.url).await.unwrap();
        let app = App::new(db, clock, zone, self.app.policy.clone(), self.app.profile.clone());
        Self {
            desk: self.desk.clone(),
            practitioner: self.practitioner.clone(),
            manager: self.manager.clone(),
            partner: self.partner.clone(),
            ..Self::over(app, self.database.beside())
        }
    }

    pub(crate) fn wait(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        ask(&self.router, request).await
    }

    /// A request of the user with `token`, with a JSON body unless that is null.
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

    pub(crate) async fn sign_out(&self, token: &str) {
        let holder = tokens::holder(&self.app, token, None).await.unwrap().unwrap();
        tokens::sign_out(&self.app, holder.0).await.unwrap();
    }
}

/// Sends a request to the router, and reads the answer to its end.
pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    Answer::read(router.clone().oneshot(request).await.unwrap()).await
}

/// The request of a user with `token`; an empty token sends none.
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
