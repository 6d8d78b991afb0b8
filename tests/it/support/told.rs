//! The demo's data as it was loaded on one day, read back through the store.

use super::{profile, toronto};
use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
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
use fadeline::domain::role::Role;
use fadeline::domain::time::civil;
use fadeline::storage::catalogue::{devices, services};
use fadeline::storage::course::{courses, sessions};
use fadeline::storage::patient::patients;
use uuid::Uuid;

use super::TestApp;
use super::database::Database;

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

pub(crate) fn day(at: DateTime<Utc>) -> NaiveDate {
    civil::date_of(toronto(), at)
}

/// Whether the patient was treated, or talked to.
pub(crate) fn was_done(session: &sessions::Listed) -> bool {
    session.session.status == SessionStatus::Fulfilled
        && session.session.procedure_status == ProcedureStatus::Completed
}

impl Told {
    /// It behind its API, with its patients, P01 first.
    pub(crate) async fn served(self) -> (TestApp, Vec<(Patient, Course)>) {
        let mut app = TestApp::over(self.app, self.database);
        for (name, role) in [
            ("casey", Role::FrontDesk),
            ("noor", Role::Practitioner),
            ("robin", Role::Manager),
            ("maple", Role::Partner),
        ] {
            app.give_token(role, &format!("{name}@example.test")).await;
        }
        (app, self.people)
    }

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
