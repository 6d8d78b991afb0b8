//! The demo's data as it was loaded on one day, read back through the store.

use super::{profile, toronto};
use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use fadeline::actions::access::by_command;
use fadeline::actions::{App, Program, Work};
use fadeline::cli::demo;
use fadeline::clock::Clock;
use fadeline::domain::catalogue::device::Device;
use fadeline::domain::catalogue::service::Service;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::course::Course;
use fadeline::domain::course::status::{ProcedureStatus, SessionStatus};
use fadeline::domain::ids::{CourseId, DeviceId, PatientId, ServiceId, SessionId};
use fadeline::domain::patient::Patient;
use fadeline::domain::time::civil;
use fadeline::storage::catalogue::{devices, services};
use fadeline::storage::course::{courses, sessions};
use fadeline::storage::patient::patients;
use uuid::Uuid;

use fadeline::delivery::Post;

use super::database::Database;
use super::{TestApp, mail};

/// The demo as it was loaded on one day.
pub(crate) struct Told {
    pub(crate) app: App,
    pub(crate) now: DateTime<Utc>,
    pub(crate) sessions: Vec<sessions::Listed>,
    /// Each patient with their one course, P01 first.
    pub(crate) people: Vec<(Patient, Course)>,
    pub(crate) services: HashMap<ServiceId, Service>,
    pub(crate) devices: HashMap<DeviceId, Device>,
    database: Database,
}

/// Loads it around `now`.
pub(crate) async fn told(now: &str) -> Told {
    let database = Database::fresh().await;
    let now = now.parse().unwrap();
    let app = App::new(
        database.db().await,
        Clock::still_at(now),
        toronto(),
        Policy::default(),
        profile(),
    );
    let mut work = Work::for_program(&app, Program::own("a story")).await.unwrap();
    demo::load(&mut work, "$hash").await.unwrap();
    let tx = &mut work.tx;
    let all = sessions::Wanted {
        from: now - Duration::days(3000),
        until: now + Duration::days(3000),
        site: None,
        status: None,
    };
    let sessions = sessions::page(tx, all, (DateTime::UNIX_EPOCH, SessionId(Uuid::nil())), 1000)
        .await
        .unwrap();
    let mut people = Vec::new();
    for patient in patients::search(tx, "", ("", PatientId(Uuid::nil())), 1000).await.unwrap() {
        let course = courses::page(tx, Some(patient.id), CourseId(Uuid::nil()), 2).await.unwrap();
        let [course] = course.try_into().unwrap();
        people.push((patient, course));
    }
    people.sort_by_key(|(patient, _)| patient.details.email.clone().map(|email| email.to_string()));
    let services = services::page(tx, ServiceId(Uuid::nil()), 100).await.unwrap();
    let devices = devices::page(tx, DeviceId(Uuid::nil()), 100).await.unwrap();
    work.done().await.unwrap();
    Told {
        app,
        now,
        sessions,
        people,
        services: services.into_iter().map(|service| (service.id, service)).collect(),
        devices: devices.into_iter().map(|device| (device.id, device)).collect(),
        database,
    }
}

/// The demo of one day behind its API, with its patients, P01 first.
pub(crate) async fn served(now: &str) -> (TestApp, Vec<(Patient, Course)>) {
    told(now).await.served().await
}

/// The day in Toronto.
pub(crate) fn day(at: DateTime<Utc>) -> NaiveDate {
    civil::date_of(toronto(), at)
}

/// Whether somebody was treated, or talked to.
pub(crate) fn was_done(session: &sessions::Listed) -> bool {
    session.session.status == SessionStatus::Fulfilled
        && session.session.procedure_status == ProcedureStatus::Completed
}

impl Told {
    /// It behind its API, with its patients, P01 first.
    pub(crate) async fn served(self) -> (TestApp, Vec<(Patient, Course)>) {
        let mut tokens = Vec::new();
        for name in ["casey", "noor", "robin", "maple"] {
            let email = format!("{name}@example.test");
            tokens.push(by_command::create_token(&self.app, &email, 3000).await.unwrap());
        }
        let [desk, practitioner, manager, partner] = tokens.try_into().unwrap();
        let post = Post::new(self.app.clone(), None, None, true, None);
        let app = TestApp {
            router: mail::router(&post),
            post,
            desk,
            practitioner,
            manager,
            partner,
            app: self.app,
            database: self.database,
        };
        (app, self.people)
    }

    /// What was booked.
    pub(crate) fn service(&self, session: &sessions::Listed) -> &Service {
        &self.services[&session.session.service_id]
    }

    /// The sessions of one course, in order of time.
    pub(crate) fn of(&self, course: &Course) -> Vec<&sessions::Listed> {
        self.sessions.iter().filter(|one| one.session.course_id == course.id).collect()
    }

    /// P01 is the first.
    pub(crate) fn patient(&self, number: usize) -> (&Patient, &Course, Vec<&sessions::Listed>) {
        let (patient, course) = &self.people[number - 1];
        (patient, course, self.of(course))
    }

    /// Days from a visit to today.
    pub(crate) fn ago(&self, session: &sessions::Listed) -> i64 {
        (day(self.now) - day(session.session.starts_at)).num_days()
    }
}
