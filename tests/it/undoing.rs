//! Undo: one step back at a time, within three minutes.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::TestApp;

async fn booked() -> (TestApp, String, String) {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    app.wait(Duration::minutes(4));
    (app, course, session)
}

#[tokio::test]
async fn a_slip_of_the_hand_is_undone_and_the_old_time_comes_back() {
    let (app, _, session) = booked().await;
    app.move_to(&session, "2027-01-06T11:00").await.expect(200);
    app.wait(Duration::minutes(3));
    let undone = app.act(&session, "undo").await.expect(200);
    undone.has(json!({"start": "2027-01-05T10:00:00-05:00", "status": "booked"}));
    assert_eq!(undone.body["sequence"], 2, "calendars that saw the move have to see it undone");
    let ben = app.prepare_course("Ben").await;
    app.book(&ben, "consultation", "2027-01-06T11:00").await.expect(201);
    app.book(&ben, "consultation", "2027-01-05T10:00")
        .await
        .refused(409, &["conflict_practitioner", "conflict_room"]);
}

#[tokio::test]
async fn after_the_grace_time_there_is_nothing_to_undo() {
    let (app, _, session) = booked().await;
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
    app.move_to(&session, "2027-01-06T11:00").await.expect(200);
    app.wait(Duration::seconds(181));
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
}

#[tokio::test]
async fn a_cancellation_is_taken_back_unless_its_time_is_gone() {
    let (app, _, session) = booked().await;
    app.cancel(&session).await.expect(200);
    let back = app.act(&session, "undo").await.expect(200);
    assert_eq!((back.str("status"), back.body.get("cancel_reason")), ("booked", None));
    app.cancel(&session).await.expect(200);
    let ben = app.prepare_course("Ben").await;
    app.book(&ben, "consultation", "2027-01-05T10:30").await.expect(201);
    app.act(&session, "undo").await.refused(409, &["conflict_practitioner", "conflict_room"]);
    assert_eq!(app.status_of(&session).await, "cancelled");
}

#[tokio::test]
async fn each_undo_steps_back_once_more_and_a_booking_undone_was_a_mistake() {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-04T09:45").await;
    app.act(&session, "arrive").await.expect(200);
    app.act(&session, "check-in").await.expect(200);
    let record = json!({"outcome": "completed", "note": "wrong patient"});
    app.complete(&session, record).await.expect(200);
    for (status, procedure) in
        [("checked-in", "preparation"), ("arrived", "preparation"), ("booked", "preparation")]
    {
        let undone = app.act(&session, "undo").await.expect(200);
        undone.has(json!({"status": status, "procedure_status": procedure}));
        assert_eq!((undone.body.get("record"), &undone.body["sequence"]), (None, &json!(0)));
    }
    let undone = app.act(&session, "undo").await.expect(200);
    undone.has(json!({"status": "cancelled", "cancel_reason": "booked_by_mistake"}));
    app.book(&course, "consultation", "2027-01-04T09:45").await.expect(201);
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
}

#[tokio::test]
async fn undo_minds_the_version() {
    let (app, _, session) = booked().await;
    app.cancel(&session).await.expect(200);
    let path = format!("/sessions/{session}/undo");
    app.call_if("\"1\"", &app.desk, "POST", &path, Value::Null).await.expect(412);
    app.call_if("\"2\"", &app.desk, "POST", &path, Value::Null).await.expect(200);
}
