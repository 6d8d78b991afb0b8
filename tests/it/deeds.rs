//! Deeds: each change leaves one, with what it touched, and the answer names it; reading and
//! refusing leave none. The desk's live view and `undo` read them.

use axum::http::HeaderMap;
use chrono::NaiveDate;
use fadeline::actions::access::by_command;
use fadeline::actions::desk::day;
use serde_json::{Value, json};

use crate::support::TestApp;

async fn open_clinic() -> TestApp {
    TestApp::with_clinic().await.0
}

/// The deed that an answer names.
fn deed_of(headers: &HeaderMap) -> Option<&str> {
    headers.get("deed-id").map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_booking_is_one_deed_that_touches_the_patient_the_course_and_what_is_taken() {
    let app = open_clinic().await;
    let course = app.open_course("Ada").await;
    let before = app.count("SELECT COUNT(*) FROM deeds").await;
    let booked = app.book(&course, "consultation", "2027-01-12T10:00").await.expect(201);
    assert!(deed_of(&booked.headers).is_some_and(|id| id.len() == 36));
    assert_eq!(app.count("SELECT COUNT(*) FROM deeds").await, before + 1);
    let kinds = app.count(
        "SELECT COUNT(DISTINCT t.kind) FROM touched t JOIN deeds d ON d.id = t.deed_id
         WHERE d.verb = 'session.book' AND t.kind IN ('session', 'patient', 'course', 'site', 'practitioner', 'room')",
    );
    assert_eq!(kinds.await, 6);
    let timed = app.count(
        "SELECT COUNT(*) FROM touched t JOIN sessions s ON s.id = t.subject_id
         WHERE t.kind = 'session' AND t.starts_at = s.starts_at AND t.ends_at = s.ends_at",
    );
    assert_eq!(timed.await, 1);
}

#[tokio::test]
async fn a_move_touches_the_old_time_and_the_new() {
    let app = open_clinic().await;
    let course = app.open_course("Ada").await;
    let session = app.book(&course, "consultation", "2027-01-12T10:00").await.expect(201).id();
    app.move_to(&session, "2027-01-13T11:00").await.expect(200);
    let times = app.count(
        "SELECT COUNT(DISTINCT t.starts_at) FROM touched t JOIN deeds d ON d.id = t.deed_id
         WHERE d.verb = 'session.reschedule' AND t.kind = 'practitioner'",
    );
    assert_eq!(times.await, 2);
}

#[tokio::test]
async fn a_repeat_names_the_deed_of_the_first_answer_and_leaves_none_of_its_own() {
    let app = open_clinic().await;
    let course = app.open_course("Ada").await;
    let body = json!({"course_id": course, "service": "consultation", "start": "2027-01-12T10:00"});
    let key = [("idempotency-key", "one")];
    let first = app.call_with(&app.desk, "POST", "/sessions", body.clone(), &key).await.expect(201);
    let deeds = app.count("SELECT COUNT(*) FROM deeds").await;
    let again = app.call_with(&app.desk, "POST", "/sessions", body, &key).await.expect(201);
    assert_eq!(deed_of(&first.headers), deed_of(&again.headers));
    assert!(deed_of(&first.headers).is_some());
    assert_eq!(app.count("SELECT COUNT(*) FROM deeds").await, deeds);
    assert_eq!(app.count("SELECT COUNT(*) FROM deeds WHERE idempotency_key = 'one'").await, 1);
}

#[tokio::test]
async fn reading_and_refusing_leave_no_deed() {
    let app = open_clinic().await;
    let course = app.open_course("Ada").await;
    let session = app.book(&course, "consultation", "2027-01-12T10:00").await.expect(201).id();
    let deeds = app.count("SELECT COUNT(*) FROM deeds").await;
    let read = app.get(&format!("/sessions/{session}")).await.expect(200);
    let preview = json!({"start": "2027-01-13T11:00", "preview": true});
    let looked = app.post(&format!("/sessions/{session}/reschedule"), preview).await.expect(200);
    let refused = app.move_to(&session, "2027-07-01T10:00").await.expect(422);
    for answer in [read, looked, refused] {
        assert_eq!(deed_of(&answer.headers), None);
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM deeds").await, deeds);
}

#[tokio::test]
async fn what_answers_nothing_names_its_deed_too() {
    let app = open_clinic().await;
    let closure =
        json!({"reason": "Inventory", "first_day": "2027-02-01", "last_day": "2027-02-01"});
    let closed = app.manage("POST", "/closures", closure).await.expect(201);
    let path = format!("/closures/{}", closed.id());
    let version = [("if-match", "\"1\"")];
    let gone =
        app.call_with(&app.manager, "DELETE", &path, Value::Null, &version).await.expect(204);
    assert!(deed_of(&gone.headers).is_some());
    assert_ne!(deed_of(&gone.headers), deed_of(&closed.headers));
}

#[tokio::test]
async fn the_live_view_sees_every_deed_on_its_day_and_no_other() {
    let app = open_clinic().await;
    let day_of = NaiveDate::from_ymd_opt(2027, 1, 12).unwrap();
    let stamp = || async { day::stamp(&app.app, day_of, 1).await.unwrap() };
    let course = app.open_course("Ada").await;
    let path = app.get(&format!("/courses/{course}")).await.expect(200);
    let patient = format!("/patients/{}", path.str("patient_id"));
    let mut last = stamp().await;
    app.book(&course, "consultation", "2027-01-12T10:00").await.expect(201);
    let other = app.open_course("Ben").await;
    let booked = stamp().await;
    assert_ne!(booked, last);
    // Another day is no news here.
    app.book(&other, "consultation", "2027-01-14T10:00").await.expect(201);
    assert_eq!(stamp().await, booked);
    last = booked;
    // A name, a consent and a closure change what the day shows, though no session changed.
    let version = [("if-match", "\"1\"")];
    let name = json!({"given_name": "Adah"});
    app.call_with(&app.desk, "PATCH", &patient, name, &version).await.expect(200);
    assert_ne!(stamp().await, last);
    last = stamp().await;
    app.consent_to_laser(&course).await;
    assert_ne!(stamp().await, last);
    last = stamp().await;
    let closure =
        json!({"reason": "Inventory", "first_day": "2027-01-12", "last_day": "2027-01-12"});
    app.manage("POST", "/closures", closure).await.expect(201);
    assert_ne!(stamp().await, last);
}

#[tokio::test]
async fn what_an_operator_does_by_command_leaves_a_deed_that_names_no_user() {
    let app = open_clinic().await;
    by_command::set_active(&app.app, "front_desk@example.test", false).await.unwrap();
    let left = "SELECT COUNT(*) FROM deeds WHERE verb = 'user.disable' AND actor = 'the command line' AND user_id IS NULL";
    assert_eq!(app.count(left).await, 1);
}

#[tokio::test]
async fn undoing_stands_on_the_deed_and_is_one_itself() {
    let app = open_clinic().await;
    let course = app.open_course("Ada").await;
    let session = app.book(&course, "consultation", "2027-01-12T10:00").await.expect(201).id();
    let moved = app.move_to(&session, "2027-01-13T11:00").await.expect(200);
    let undone = app.act(&session, "undo").await.expect(200);
    assert_ne!(deed_of(&undone.headers), deed_of(&moved.headers));
    let changes = app.get(&format!("/sessions/{session}/history")).await.expect(200);
    let told: Vec<_> = changes.items().iter().map(|one| one["change"].clone()).collect();
    assert_eq!(told, ["book", "reschedule", "undone"]);
    // Each line of the history has its own deed, which says when and by whom.
    assert_eq!(app.count("SELECT COUNT(DISTINCT deed_id) FROM session_history").await, 3);
    assert!(changes.items().iter().all(|one| one["user_id"].is_string() && one["at"].is_string()));
}
