//! A clinic of twenty practitioners with a long past and ten weeks ahead that are half
//! full, and a server of it beside a bare handler, all in this process.

use axum::Router;
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use fadeline::actions::App;
use fadeline::actions::access::by_command::NewUser;
use fadeline::actions::access::{browsers, by_command};
use fadeline::api::Serving;
use fadeline::clock::Clock;
use fadeline::domain::catalogue::device::Device;
use fadeline::domain::catalogue::practitioner::Practitioner;
use fadeline::domain::catalogue::room::Room;
use fadeline::domain::catalogue::service::Service;
use fadeline::domain::catalogue::site::Site;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::clinic::profile::ClinicProfile;
use fadeline::domain::course::session::{Place, Session};
use fadeline::domain::course::status::{ProcedureStatus, SessionStatus};
use fadeline::domain::course::{Course, CourseDetails};
use fadeline::domain::patient::Patient;
use fadeline::domain::role::Role;
use fadeline::domain::time::civil;
use fadeline::domain::time::interval::Interval;
use fadeline::domain::time::time_zone::Tz;
use fadeline::storage::booking::claims;
use fadeline::storage::booking::claims::Claimant;
use fadeline::storage::engine::Sql;
use fadeline::storage::{Db, Tx};
use fadeline::{api, storage, web};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use crate::{calendars, days};

/// The Monday of the benchmark, nine o'clock.
pub(crate) const NOW: &str = "2027-01-04T14:00:00Z";
pub(crate) fn toronto() -> Tz {
    "America/Toronto".parse().unwrap()
}

const PASSWORD: &str = "the password of the benchmark";
const PEOPLE: usize = 20;
/// Sessions a day of one practitioner, at the whole hour from nine on: all of the past, half of what is to come.
const PER_DAY: usize = 8;
const AHEAD: i64 = 70;
/// A day of the past on which every practitioner was busy: ten sessions each.
pub(crate) const BUSY: &str = "2026-12-15";
/// Patients who book: each books once a week.
const BOOKERS: usize = 400;

/// A database that is empty.
pub(crate) struct Database {
    pub(crate) url: String,
    folder: TempDir,
    server: Option<String>,
}

impl Database {
    pub(crate) async fn fresh(past: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let server = std::env::var("BENCH_DATABASE_URL").ok().filter(|url| !url.is_empty());
        let url = match &server {
            Some(server) => schema(server, &format!("bench_{past}")).await,
            None => format!("sqlite:{}", folder.path().join("bench.db").display()),
        };
        Self { url, folder, server }
    }

    /// Another one on the same disk.
    pub(crate) async fn beside(&self) -> String {
        match &self.server {
            Some(server) => schema(server, "bare").await,
            None => format!("sqlite:{}", self.folder.path().join("bare.db").display()),
        }
    }
}

async fn schema(server: &str, name: &str) -> String {
    let admin = sqlx::PgPool::connect(server).await.unwrap();
    let text = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&admin).await.unwrap();
    admin.close().await;
    format!("{server}?options=-c%20search_path%3D{name}%2Cpublic")
}

/// Runs a statement past everything that the program does.
pub(crate) async fn run(tx: &mut Tx, text: &str) {
    let text: &'static str = text.to_owned().leak();
    let sql = Sql { at: "the benchmark", sqlite: text, postgres: text, arity: 0 };
    tx.query(sql).run().await.unwrap();
}

/// The clinic, served.
pub(crate) struct Bench {
    pub(crate) app: App,
    /// The path of a practitioner's feed with a full year.
    pub(crate) feed: String,
    pub(crate) url: String,
    pub(crate) bare: String,
    pub(crate) token: String,
    /// A browser's.
    pub(crate) cookie: String,
    practitioners: Vec<String>,
    /// A course in the middle of its removal, with a session eight weeks ago.
    course: String,
    bookers: Vec<String>,
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn all_week(opens: &str, closes: &str) -> Value {
    ["mon", "tue", "wed", "thu", "fri"]
        .iter()
        .map(|day| json!({"weekday": day, "opens": opens, "closes": closes}))
        .collect()
}

impl Bench {
    pub(crate) async fn begin(url: &str, past: usize) -> Self {
        let db = Db::connect(url).await.unwrap();
        db.migrate().await.unwrap();
        let app = App::new(
            db,
            Clock::still_at(NOW.parse().unwrap()),
            toronto(),
            Policy::default(),
            ClinicProfile::standard().unwrap(),
        );
        let mut writer = Writer::begin(&app).await;
        writer.past_and_ahead(past).await;
        let course = writer.in_the_middle("Slots").await;
        let mut bookers = Vec::new();
        for n in 0..BOOKERS {
            bookers.push(writer.course(&format!("Booker{n}")).await.id.to_string());
        }
        let practitioners = writer.people.iter().map(|person| person.id.to_string()).collect();
        if !writer.tx.locks_everything() {
            run(&mut writer.tx, "ANALYZE").await;
        }
        writer.tx.commit().await.unwrap();
        let user = NewUser {
            email: "bench@example.test".to_owned().try_into().unwrap(),
            name: "Bench".try_into().unwrap(),
            role: Role::FrontDesk,
            partner_id: None,
            practitioner_id: None,
            password: Some(PASSWORD.to_owned()),
        };
        by_command::add(&app, user).await.unwrap();
        let token = by_command::create_token(&app, "bench@example.test", 3000).await.unwrap();
        let (secret, _) =
            browsers::begin(&app, "bench@example.test", PASSWORD.to_owned(), None).await.unwrap();
        let serving = Serving {
            app: app.clone(),
            trusted_proxies: [].into(),
            longest: std::time::Duration::from_secs(30),
        };
        let practitioners: Vec<String> = practitioners;
        let mut tx = app.db.read().await.unwrap();
        let course_id = course.parse().unwrap();
        let one = storage::course::sessions::of_course(&mut tx, course_id).await.unwrap().remove(0);
        tx.rollback().await.unwrap();
        let today = civil::date_of(toronto(), app.clock.now());
        let feed = calendars::full_year(&app, &practitioners[0], &one, &bookers[0], today).await;
        Self {
            feed,
            url: served(api::router(serving, web::routes(&app))).await,
            bare: served(Router::new().route("/", get(|| async { "bare" }))).await,
            token,
            cookie: format!("__Host-fadeline={secret}"),
            practitioners,
            course,
            bookers,
            app,
        }
    }

    /// The path of a search for laser slots over `n` days.
    pub(crate) fn slots(&self, n: i64, one: bool) -> String {
        let first = NaiveDate::from_ymd_opt(2027, 1, 5).unwrap();
        let only =
            if one { format!("&practitioner_id={}", self.practitioners[3]) } else { String::new() };
        format!(
            "/slots?course_id={}&service=laser_partial&from={first}&to={}&limit=10{only}",
            self.course,
            first + days(n - 1)
        )
    }

    /// The path and body of a plan of eight sessions.
    pub(crate) fn plan(&self) -> (String, Value) {
        let body = json!({"service": "laser_partial", "count": 8, "weekdays": ["tue", "thu"], "not_before": "15:00"});
        (format!("/courses/{}/plan", self.course), body)
    }

    /// The nth booking: always another time, person or patient.
    pub(crate) fn booking(&self, n: usize) -> Value {
        // Far ahead, where all is free: each practitioner has eight hours a day.
        let (person, hour, day) = (n % PEOPLE, n / PEOPLE % PER_DAY, n / (PEOPLE * PER_DAY));
        let first = NaiveDate::from_ymd_opt(2027, 4, 5).unwrap();
        let date = first + days(i64::try_from(day / 5 * 7 + day % 5).unwrap());
        // A patient is not at two places: neighbours in number are different patients.
        let course = &self.bookers[n % BOOKERS];
        json!({"course_id": course, "service": "talk", "start": format!("{date}T{:02}:00", 9 + hour), "practitioner_id": self.practitioners[person]})
    }
}

async fn served(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Writes the clinic into an empty database, all in one transaction.
struct Writer<'a> {
    app: &'a App,
    tx: Tx,
    site: Site,
    people: Vec<Practitioner>,
    rooms: Vec<Room>,
    device: Device,
    talk: Service,
    patch: Service,
    laser: Service,
    consultation: Service,
}

impl<'a> Writer<'a> {
    async fn begin(app: &'a App) -> Self {
        let mut tx = app.db.begin().await.unwrap();
        let site = Site {
            id: app.clock.id(),
            version: 1,
            details: read(
                json!({"kind": "clinic", "name": "Bench", "address": "59 Hayden Street", "hours": all_week("09:00", "18:00"), "observes_holidays": false}),
            ),
        };
        storage::catalogue::sites::insert(&mut tx, &site).await.unwrap();
        let mut devices = Vec::new();
        for n in 0..4 {
            let range = |min: f64, max: f64| json!({"min": min, "max": max});
            let details = read(
                json!({"site_id": site.id, "code": format!("LASER-{n}"), "name": "L", "ownership": "owned",
                "modes": [{"wavelength_nm": 1064, "fluence_j_cm2": range(0.5, 10.0), "spot_mm": range(2.0, 8.0),
                    "frequency_hz": range(1.0, 10.0), "pulse_width": range(6.0, 6.0), "pulse_width_unit": "ns"}]}),
            );
            let device = Device { id: app.clock.id(), version: 1, details };
            storage::catalogue::devices::insert(&mut tx, &device).await.unwrap();
            devices.push(device);
        }
        let may: Vec<_> = devices.iter().map(|device| json!({"device_id": device.id})).collect();
        let (mut people, mut rooms) = (Vec::new(), Vec::new());
        for n in 0..PEOPLE {
            let person = Practitioner {
                id: app.clock.id(),
                version: 1,
                details: read(
                    json!({"site_id": site.id, "name": format!("P{n:02}"), "skills": ["consultation", "laser"], "device_authorisations": may, "hours": all_week("09:00", "18:00")}),
                ),
            };
            storage::catalogue::practitioners::insert(&mut tx, &person).await.unwrap();
            people.push(person);
            let room = Room {
                id: app.clock.id(),
                version: 1,
                details: read(
                    json!({"site_id": site.id, "name": format!("R{n:02}"), "capabilities": ["consultation", "laser_controlled_area"]}),
                ),
            };
            storage::catalogue::rooms::insert(&mut tx, &room).await.unwrap();
            rooms.push(room);
        }
        let mut services = Vec::new();
        for service in [
            json!({"code": "talk", "name": "Talk", "duration_minutes": 45, "turnaround_minutes": 15, "skill": "consultation", "room": "consultation"}),
            json!({"code": "test_patch", "name": "Patch", "duration_minutes": 30, "turnaround_minutes": 15, "skill": "laser", "method": "laser"}),
            json!({"code": "laser_partial", "name": "Laser", "duration_minutes": 45, "turnaround_minutes": 15, "skill": "laser", "method": "laser", "counts": true}),
            json!({"code": "consultation", "name": "Consultation", "duration_minutes": 45, "turnaround_minutes": 15, "skill": "consultation", "room": "consultation"}),
        ] {
            let service = Service { id: app.clock.id(), version: 1, details: read(service) };
            storage::catalogue::services::insert(&mut tx, &service).await.unwrap();
            services.push(service);
        }
        let [talk, patch, laser, consultation] = services.try_into().unwrap();
        Self {
            app,
            tx,
            site,
            people,
            rooms,
            device: devices.remove(0),
            talk,
            patch,
            laser,
            consultation,
        }
    }

    /// `past` sessions up to today, and half as many a day for ten weeks from tomorrow on.
    async fn past_and_ahead(&mut self, past: usize) {
        let today = civil::date_of(toronto(), self.app.clock.now());
        let mut course = self.course("Past0").await;
        let mut written = 0;
        let mut day = today;
        while written < past {
            day = day.pred_opt().unwrap();
            for turn in 0..PER_DAY {
                for person in 0..PEOPLE {
                    if written.is_multiple_of(8) {
                        course = self.course(&format!("Past{written}")).await;
                    }
                    self.session(&course, &self.talk.clone(), person, day, 9 + turn, false).await;
                    written += 1;
                }
            }
        }
        let busy: NaiveDate = BUSY.parse().unwrap();
        for turn in PER_DAY..10 {
            for person in 0..PEOPLE {
                self.session(&course, &self.talk.clone(), person, busy, 9 + turn, false).await;
            }
        }
        for day in (1..=AHEAD).map(|n| today + days(n)) {
            for turn in 0..PER_DAY / 2 {
                course = self.course(&format!("Ahead{day}{turn}")).await;
                for person in 0..PEOPLE {
                    // Patients are not asked twice at one hour here: only the past's first of each holds the claim.
                    self.session(&course, &self.talk.clone(), person, day, 9 + 2 * turn, true)
                        .await;
                }
            }
        }
    }

    async fn course(&mut self, name: &str) -> Course {
        let patient = Patient {
            id: self.app.clock.id(),
            version: 1,
            details: read(
                json!({"given_name": name, "family_name": "Bench", "phone": "+14165550123"}),
            ),
        };
        storage::patient::patients::insert(&mut self.tx, &patient).await.unwrap();
        let details: CourseDetails = read(
            json!({"goal": "remove", "pigment": "tattoo_ink", "depth": "correct", "zones": ["vertex"]}),
        );
        let course = Course {
            id: self.app.clock.id(),
            version: 1,
            patient_id: patient.id,
            details,
            created_at: self.app.clock.now(),
            assessed_at: None,
        };
        storage::course::courses::insert(&mut self.tx, &course).await.unwrap();
        course
    }

    /// A course with a consultation, a test patch and a session eight weeks ago.
    async fn in_the_middle(&mut self, name: &str) -> String {
        let course = self.course(name).await;
        let today = civil::date_of(toronto(), self.app.clock.now());
        for (service, ago) in
            [(self.consultation.clone(), 90), (self.patch.clone(), 80), (self.laser.clone(), 56)]
        {
            // On Saturdays and Sundays too: no other practitioner was here at seven.
            self.session(&course, &service, 0, today - days(ago), 7, false).await;
        }
        course.id.to_string()
    }

    async fn session(
        &mut self,
        course: &Course,
        service: &Service,
        person: usize,
        day: NaiveDate,
        hour: usize,
        ahead: bool,
    ) {
        let app = self.app;
        let starts_at: DateTime<Utc> =
            civil::resolve(toronto(), day.and_hms_opt(u32::try_from(hour).unwrap(), 0, 0).unwrap())
                .bound();
        let ends_at = starts_at + service.duration();
        let lasered = service.is_laser();
        let record = lasered.then(|| read(json!({"outcome": "completed", "test_patch_result": "acceptable", "parameter_sets": [
            {"wavelength_nm": 1064, "fluence_j_cm2": 3.5, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns", "frequency_hz": 5.0, "pulse_count": 300, "passes": 1}]})));
        let session = Session {
            id: app.clock.id(),
            uid: app.clock.opaque(),
            sequence: 0,
            version: 1,
            course_id: course.id,
            patient_id: course.patient_id,
            referral_id: None,
            service_id: service.id,
            place: Place {
                site_id: self.site.id,
                practitioner_id: self.people[person].id,
                room_id: Some(self.rooms[person].id),
                device_id: lasered.then_some(self.device.id),
            },
            status: if ahead { SessionStatus::Booked } else { SessionStatus::Fulfilled },
            procedure_status: if ahead {
                ProcedureStatus::Preparation
            } else {
                ProcedureStatus::Completed
            },
            local_start: civil::wall_of(toronto(), starts_at).format("%Y-%m-%dT%H:%M").to_string(),
            zone: "America/Toronto".to_owned(),
            starts_at,
            ends_at,
            cancel_reason: None,
            rebook_reason: None,
            record,
            confirmed_at: None,
            created_at: starts_at,
            updated_at: ends_at,
        };
        storage::course::sessions::insert(&mut self.tx, &session).await.unwrap();
        let when = Interval::new(starts_at, ends_at + service.turnaround()).unwrap();
        for resource in [self.people[person].id.into(), self.rooms[person].id.into()] {
            claims::insert(
                &mut self.tx,
                app.clock.id(),
                resource,
                Claimant::Session(session.id),
                when,
            )
            .await
            .unwrap();
        }
    }
}
