//! The desk's day as it is drawn: columns, cards in words, what is missing, another desk's
//! changes, and who may look.

use std::io::Read;

use chrono::Duration;
use fadeline::domain::course::session::Session;
use fadeline::storage::course::sessions;
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Browser, TestApp};

const DESK: &str = "front_desk@example.test";

#[tokio::test]
async fn the_day_shows_who_works_and_each_session_in_words() {
    let (app, _, course) = TestApp::with_new_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let browser = Browser::signed_in(&app, DESK).await;
    let day = browser.page("/desk?day=2027-01-05").await;
    day.shows(&["Tuesday 5 January 2027", "Noor"]);
    assert!(!day.says("Theo"), "who does not work that day has no column");
    day.shows(&[
        "Ada Sample",
        "booked",
        "10:00–10:45",
        "consultation",
        &format!("data-session=\"{session}\""),
    ]);
    let rooms = browser.page("/desk?day=2027-01-05&by=room").await;
    rooms.shows(&["aria-label=\"Consult A\"", "Ada Sample"]);
    let sunday = browser.page("/desk?day=2027-01-10").await;
    assert!(sunday.says("Closed: always closed on Sundays"));
    let week = browser.page("/desk/week?day=2027-01-09").await;
    week.shows(&["Week of Monday 4 January 2027", "Ada Sample"]);
}

#[tokio::test]
async fn a_rented_device_says_when_it_is_here_and_how_full_its_day_is() {
    let (app, clinic) = TestApp::with_clinic_without_waits().await;
    app.rent(&clinic, "2027-01-07T09:00", "2027-01-07T17:00").await;
    let browser = Browser::signed_in(&app, DESK).await;
    let thursday = browser.page("/desk?day=2027-01-07&by=device").await;
    thursday.shows(&["rented 09:30–16:30, 0% filled"]);
    let friday = browser.page("/desk?day=2027-01-08&by=device").await;
    assert!(friday.says("rented; not here this day"));
}

#[tokio::test]
async fn names_are_text_whatever_they_look_like_and_absurd_addresses_show_today() {
    let (app, _) = TestApp::with_clinic().await;
    let patient = json!({"given_name": "<script>alert(1)</script>", "family_name": "\"><img src=x>", "phone": "416-555-0123"});
    let patient = app.post("/patients", patient).await.expect(201).id();
    let course = app.open_course_for(&patient).await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let browser = Browser::signed_in(&app, DESK).await;
    for path in [
        "/desk?day=2027-01-05".to_owned(),
        format!("/desk?day=2027-01-05&session={session}"),
        format!("/desk?patient={patient}"),
        "/desk?q=script".to_owned(),
        format!("/desk/courses/{course}"),
        "/desk/week?day=2027-01-05".to_owned(),
    ] {
        let page = browser.page(&path).await;
        assert!(!page.says("<script>alert") && !page.says("<img"), "{path}");
        assert!(page.says("&#60;script&#62;"), "{path}");
    }
    for absurd in
        ["day=9999-99-99", "day=0001-01-01", "by=moon", "patient=x", "session=x", "to=yesterday"]
    {
        let page = browser.page(&format!("/desk?{absurd}")).await;
        assert!(page.says("Monday 4 January 2027"), "{absurd}");
    }
    let long = "x".repeat(10_000);
    let page = browser.page(&format!("/desk?q={long}")).await;
    assert!(page.says("must not be longer than 200 characters"));
    let nobody = "01890000-0000-7000-8000-000000000001";
    browser.get(&format!("/desk?patient={nobody}")).await.expect(404);
    browser.get(&format!("/desk?session={nobody}")).await.expect(404);
    browser.get(&format!("/desk/courses/{nobody}")).await.expect(404);
}

#[tokio::test]
async fn only_the_clinics_own_people_see_the_desk() {
    let app = TestApp::empty().await;
    let stranger = Browser::new(&app);
    let shop = Browser::signed_in(&app, "partner@example.test").await;
    for path in ["/desk", "/desk/week", "/desk/tasks", "/desk/grid", "/desk/live?day=2027-01-04"] {
        stranger.get(path).await.expect(401);
        assert!(shop.get(path).await.expect(403).says("not for your role"));
    }
    for path in ["/desk/book", "/desk/patients", "/desk/courses"] {
        stranger.post(path, &[]).await.expect(401);
        shop.post(path, &[]).await.expect(403);
    }
    for email in ["practitioner@example.test", "manager@example.test"] {
        Browser::signed_in(&app, email).await.get("/desk").await.expect(200);
    }
}

#[tokio::test]
async fn a_list_of_names_is_noted_once_an_hour_for_each_who_looks() {
    let (app, _, course) = TestApp::with_new_course().await;
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let browser = Browser::signed_in(&app, DESK).await;
    let lines = || app.count("SELECT COUNT(*) FROM audit WHERE action = 'session.list'");
    for _ in 0..5 {
        browser.page("/desk?day=2027-01-05").await;
    }
    assert_eq!(lines().await, 1);
    for _ in 0..8 {
        app.wait(Duration::minutes(9));
        browser.page("/desk?day=2027-01-05").await;
    }
    assert_eq!(lines().await, 2);
    Browser::signed_in(&app, "manager@example.test")
        .await
        .get("/desk?day=2027-01-05")
        .await
        .expect(200);
    assert_eq!(lines().await, 3);
}

/// The stamp that a page carries.
fn stamp(page: &str) -> String {
    let (_, rest) = page.split_once("data-stamp=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn another_desks_change_is_heard_without_asking_for_the_page_again() {
    let (app, _, course) = TestApp::with_new_course().await;
    let browser = Browser::signed_in(&app, DESK).await;
    let before = stamp(&browser.page("/desk/grid?day=2027-01-05").await.text);
    let path = format!("/desk/live?day=2027-01-05&days=1&stamp={before}");
    let response = app.router.clone().oneshot(browser.request(&path)).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body();
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let heard = events.frame().await.unwrap().unwrap().into_data().unwrap();
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(heard.contains("event: changed"), "{heard}");
    let after = browser.page("/desk/grid?day=2027-01-05").await;
    assert!(after.says("Ada Sample") && heard.contains(&stamp(&after.text)));
    // A change of another day is none of this page's.
    let other = app.open_course("Bea").await;
    app.book(&other, "consultation", "2027-01-06T10:00").await.expect(201);
    assert_eq!(stamp(&browser.get("/desk/grid?day=2027-01-05").await.text), stamp(&after.text));
    // Told to stop, the server does not wait for a page to be closed.
    app.app.closing.send_replace(true);
    while let Some(frame) = events.frame().await {
        frame.unwrap();
    }
}

#[tokio::test]
async fn a_day_of_two_hundred_sessions_stays_under_a_hundred_kilobytes() {
    let app = TestApp::without_waits().await;
    app.make_clinic_open(crate::support::clinic::hours(
        crate::support::clinic::ALL_DAYS,
        "00:00",
        "24:00",
    ))
    .await;
    // As dense as one small clinic can be: all that fits into a day is booked, and the page is reckoned up to two hundred.
    let course = app.open_course("Wilhelmina-Alexandra").await;
    let slots = app.slots(&course, "review", "2027-01-05", "2027-01-05").await;
    let mut booked = 0;
    for start in slots.in_order().iter().step_by(3).take(12) {
        let course = app.open_course(&format!("Wilhelmina-Alexandra{booked}")).await;
        let body = json!({"course_id": course, "service": "review", "start": start});
        booked += i32::from(app.post("/sessions", body).await.status == 201);
    }
    assert!(booked >= 8, "{booked}");
    let browser = Browser::signed_in(&app, DESK).await;
    let full = browser.page("/desk?day=2027-01-05").await.text.len();
    let empty = browser.page("/desk?day=2027-03-05").await.text.len();
    let each = (full - empty) / usize::try_from(booked).unwrap();
    assert!(empty + 200 * each < 100_000, "{empty} bytes and {each} for each session");
}

#[tokio::test]
async fn the_tasks_are_listed_opened_and_done_once() {
    let (app, _, course) = TestApp::with_new_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-08T10:00").await;
    app.send_after_grace().await;
    let link = app.mails().await[0].link();
    app.call("", "POST", &format!("{link}/change"), Value::Null).await;
    let browser = Browser::signed_in(&app, DESK).await;
    let list = browser.page("/desk/tasks").await;
    list.shows(&["Session to move", &format!("session={session}")]);
    let (_, id) = list.text.split_once("action=\"/desk/tasks/").unwrap();
    let id = id.split('/').next().unwrap().to_owned();
    browser.page(&format!("/desk/tasks/{id}")).await;
    let version = list.control("version").to_owned();
    let done = browser.post(&format!("/desk/tasks/{id}/done"), &[("version", &version)]).await;
    assert_eq!(done.leads_to(), "/desk/tasks?done=task-done");
    assert!(browser.get("/desk/tasks").await.says("Nothing to do"));
    let late = browser.post(&format!("/desk/tasks/{id}/done"), &[("version", &version)]).await;
    assert_eq!(late.leads_to(), "/desk/tasks?stale");
}

#[tokio::test]
async fn a_day_of_two_hundred_sessions_weighs_less_than_100_kilobytes() {
    let (app, _, course) = TestApp::with_new_course().await;
    let first = app.make_visit(&course, "consultation", "2027-01-05T09:00").await;
    let mut tx = app.app.db.begin().await.unwrap();
    let listed = sessions::get(&mut tx, first.parse().unwrap()).await.unwrap().unwrap();
    for n in 1..200 {
        let starts_at = listed.session.starts_at + Duration::minutes(15 * (n % 32));
        let session = Session {
            id: app.app.clock.id(),
            uid: app.app.clock.opaque(),
            starts_at,
            ends_at: starts_at + Duration::minutes(45),
            ..listed.session.clone()
        };
        sessions::insert(&mut tx, &session).await.unwrap();
    }
    tx.commit().await.unwrap();
    let browser = Browser::signed_in(&app, DESK).await;
    let mut request = browser.request("/desk?day=2027-01-05");
    request.headers_mut().insert("accept-encoding", "gzip, deflate, br".parse().unwrap());
    let answer = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let octets = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(octets.len() < 100_000, "{} octets", octets.len());
    let mut page = String::new();
    GzDecoder::new(&octets[..]).read_to_string(&mut page).unwrap();
    assert_eq!(page.matches("<article class=\"card").count(), 200);
}

#[tokio::test]
async fn a_session_that_counts_says_which_of_how_many_it_is() {
    let (app, _, course) = TestApp::with_course().await;
    for start in ["2027-02-01T10:00", "2027-03-29T10:00"] {
        app.book(&course, "laser_partial", start).await.expect(201);
    }
    let browser = Browser::signed_in(&app, DESK).await;
    let first = browser.page("/desk?day=2027-02-01").await;
    first.shows(&["1 of 2 · laser_partial"]); // consultation and test patch are not counted
    let second = browser.page("/desk?day=2027-03-29").await;
    assert!(second.says("2 of 2 · laser_partial"));
    // The panel shows the same two as circles, and what led up to them as smaller marks.
    let panel = browser.page("/desk?q=ada").await;
    panel.shows(&["2: laser partial, booked, Monday 29 March 2027"]);
    assert_eq!(panel.text.matches("<a class=\"is-booked\"").count(), 2);
    let aside: Vec<_> = panel.text.split("<a class=\"is-aside\"").skip(1).collect();
    for of in ["consultation, done", "test patch, done"] {
        assert!(
            aside.iter().any(|one| one.contains(of)),
            "{of} is no mark of its own: {}",
            panel.text
        );
    }
}

#[tokio::test]
async fn who_came_and_was_not_treated_has_used_up_no_session() {
    let (app, _, course) = TestApp::with_course().await;
    let deferred = json!({"outcome": "not-done", "reason": "Sunburn"});
    app.write_past(&course, "laser_partial", "2026-12-28T10:00", None, deferred).await;
    app.book(&course, "laser_partial", "2027-02-01T10:00").await.expect(201);
    let browser = Browser::signed_in(&app, DESK).await;
    let day = browser.page("/desk?day=2027-02-01").await;
    day.shows(&["1 of 2 · laser_partial"]);
    let then = browser.page("/desk?day=2026-12-28").await;
    then.shows(&["came, not treated · laser_partial"]);
    let panel = browser.page("/desk?q=ada").await;
    panel.shows(&["0 of 2 done, 1 booked", "–: laser partial, came, not treated"]);
}

#[tokio::test]
async fn once_all_is_booked_nothing_is_offered_or_refused_until_it_is_asked_for() {
    let (app, _, course) = TestApp::with_course().await;
    for start in ["2027-02-01T10:00", "2027-03-29T10:00"] {
        app.book(&course, "laser_partial", start).await.expect(201);
    }
    let browser = Browser::signed_in(&app, DESK).await;
    let panel = browser.page("/desk?q=ada").await;
    panel.shows(&["Every session of the plan is booked or done."]);
    panel.hides(&["No time is free", "Next: "]);
    let patient = panel.after("name=\"patient\" value=\"");
    let asked = format!("/desk?patient={patient}&course={course}&service=laser_partial");
    let asked = browser.page(&asked).await;
    asked.shows(&["Next: laser_partial"]); // one more is looked for when somebody asks
}
