//! Calendars: a feed of one practitioner's year from the database, its 304 beside the bare
//! handler, and one invitation.

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use fadeline::actions::calendar::feeds::NewFeed;
use fadeline::actions::calendar::{feeds, fetch};
use fadeline::actions::{Actor, App, Caller};
use fadeline::calendar::event::{Event, Status};
use fadeline::calendar::invite::{Organizer, request};
use fadeline::clock::Clock;
use fadeline::domain::ids::{PractitionerId, SiteId};
use fadeline::domain::messages::feed::FeedKind;
use fadeline::domain::patient::Language;
use fadeline::domain::role::Role;
use fadeline::domain::time::civil;
use fadeline::storage;
use fadeline::storage::course::sessions;
use fadeline::storage::course::sessions::Listed;
use uuid::Uuid;

use crate::clinic::{NOW, toronto};
use crate::{days, load};

/// How many visits a year has.
pub(crate) const VISITS: usize = 2_000;

/// Gives a colleague like the practitioner a year of visits from `after` on, like `one` but of another course, and answers the
/// path of their feed.
pub(crate) async fn full_year(
    app: &App,
    practitioner: &str,
    one: &Listed,
    course: &str,
    after: NaiveDate,
) -> String {
    let practitioner = PractitionerId(practitioner.parse().unwrap());
    let mut tx = app.db.begin().await.unwrap();
    let site =
        storage::catalogue::sites::page(&mut tx, SiteId(Uuid::nil()), 1).await.unwrap().remove(0);
    let mut person =
        storage::catalogue::practitioners::get(&mut tx, practitioner).await.unwrap().unwrap();
    person.id = app.clock.id();
    // No visit is booked with them: they are here to be read.
    person.details.skills.clear();
    storage::catalogue::practitioners::insert(&mut tx, &person).await.unwrap();
    let course =
        storage::course::courses::get(&mut tx, course.parse().unwrap()).await.unwrap().unwrap();
    for n in 0..VISITS {
        let day = after + days(i64::try_from(n / 8).unwrap());
        let wall = day.and_hms_opt(9 + u32::try_from(n % 8).unwrap(), 0, 0).unwrap();
        let mut session = one.session.clone();
        session.id = app.clock.id();
        session.uid = app.clock.opaque();
        session.course_id = course.id;
        session.patient_id = course.patient_id;
        session.place.site_id = site.id;
        session.place.practitioner_id = person.id;
        let length = session.ends_at - session.starts_at;
        session.starts_at = civil::resolve(toronto(), wall).bound();
        session.ends_at = session.starts_at + length;
        session.local_start = wall.format("%Y-%m-%dT%H:%M").to_string();
        sessions::insert(&mut tx, &session).await.unwrap();
    }
    let user =
        storage::access::users::by_email(&mut tx, "bench@example.test").await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let caller = Caller::new(Actor {
        user_id: user.id,
        name: "Bench".to_owned(),
        role: Role::FrontDesk,
        partner_id: None,
    });
    let new = NewFeed { kind: FeedKind::Practitioner, id: person.id.0 };
    let url = feeds::make(app, &caller, new).await.unwrap().into_inner().url.unwrap();
    format!("/feeds/{}", url.rsplit('/').next().unwrap())
}

/// The median time of a feed from the database when none of its entries was written before, and when all were.
pub(crate) async fn feed(app: &App, path: &str) -> (Duration, Duration, usize) {
    let secret = path.trim_start_matches("/feeds/").trim_end_matches(".ics");
    let (mut anew, mut kept, mut size) = (Vec::new(), Vec::new(), 0);
    for _ in 0..40 {
        // As after a start: a program of which nothing is kept.
        let fresh = App::new(
            app.db.clone(),
            Clock::still_at(app.clock.now()),
            app.zone,
            app.policy.clone(),
            app.profile.clone(),
        );
        for times in [&mut anew, &mut kept] {
            fresh.note_commit();
            let began = Instant::now();
            let fetched = fetch::fetch(&fresh, secret).await.unwrap().unwrap();
            times.push(began.elapsed());
            size = fetched.body.len();
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    (median(anew), median(kept), size)
}

/// How long one invitation takes to be written.
pub(crate) fn invitation() -> Duration {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let event = Event {
        uid: Uuid::new_v4(),
        sequence: 0,
        stamp: now,
        created: now,
        last_modified: now,
        start: now,
        end: now + chrono::Duration::minutes(45),
        zone: toronto(),
        status: Status::Confirmed,
        language: Language::En,
        label: "Hayden St Clinic".to_owned(),
        place: "59 Hayden Street 7th Floor, Toronto, ON M4Y 0E7".to_owned(),
        phone: "(647) 351-0061".to_owned(),
        arrive_early_minutes: Some(10),
        manage: Some(
            "https://visits.example.ca/a/AAAAAAAAAAAAAAAAAAAAAAAA".to_owned().try_into().unwrap(),
        ),
        video: None,
    };
    let address = |text: &str| text.to_owned().try_into().unwrap();
    let organizer = Organizer {
        label: "Hayden St Clinic".to_owned(),
        address: address("appointments@clinic.example"),
    };
    let attendee = address("ada@example.test");
    let (began, mut written) = (Instant::now(), 0_u32);
    while began.elapsed() < load::WINDOW / 4 {
        std::hint::black_box(request(std::hint::black_box(&event), &organizer, &attendee));
        written += 1;
    }
    began.elapsed() / written
}
