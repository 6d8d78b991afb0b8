//! Holds: one owner, they block like a booking, and end by themselves.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

async fn hold(app: &TestApp, course: &str, start: &str) -> Answer {
    app.post("/holds", json!({"course_id": course, "service": "consultation", "start": start}))
        .await
}

#[tokio::test]
async fn a_hold_blocks_like_a_booking_and_its_owner_books_it() {
    let (app, _) = TestApp::with_clinic().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    let held = hold(&app, &ada, "2027-01-05T10:00").await.expect(201);
    assert_eq!(held.str("expires_at"), "2027-01-04T09:10:00-05:00");
    app.book(&ben, "consultation", "2027-01-05T10:30")
        .await
        .refused(409, &["conflict_practitioner", "conflict_room"]);
    assert!(
        !app.slots(&ben, "consultation", "2027-01-05", "2027-01-05")
            .await
            .starts()
            .contains(&"2027-01-05T10:00:00-05:00")
    );
    hold(&app, &ben, "2027-01-05T10:00")
        .await
        .refused(409, &["conflict_practitioner", "conflict_room"]);
    let from_hold = json!({"hold_id": held.id()});
    let booked = app
        .book_with(&ada, "consultation", "2027-01-05T10:00", from_hold.clone())
        .await
        .expect(201);
    assert_eq!(booked.str("room_id"), held.str("room_id"));
    app.book_with(&ada, "consultation", "2027-01-05T10:00", from_hold)
        .await
        .refused(409, &["hold_gone"]);
}

#[tokio::test]
async fn a_hold_ends_by_itself_and_then_blocks_nobody() {
    let (app, _) = TestApp::with_clinic().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    let held = hold(&app, &ada, "2027-01-05T10:00").await.expect(201).id();
    app.wait(Duration::minutes(10));
    assert!(
        app.slots(&ben, "consultation", "2027-01-05", "2027-01-05")
            .await
            .starts()
            .contains(&"2027-01-05T10:00:00-05:00")
    );
    app.book_with(&ada, "consultation", "2027-01-05T10:00", json!({"hold_id": held}))
        .await
        .refused(409, &["hold_gone"]);
    app.book(&ben, "consultation", "2027-01-05T10:30").await.expect(201);
}

#[tokio::test]
async fn nobody_else_uses_a_hold_or_gives_it_up() {
    let (app, _, course) = TestApp::with_course().await;
    let held = hold(&app, &course, "2027-01-05T10:00").await.expect(201).id();
    let other = app.add_desk().await;
    let path = format!("/holds/{held}");
    app.call(&other, "DELETE", &path, Value::Null).await.expect(404);
    let booking = json!({"course_id": course, "service": "consultation", "start": "2027-01-05T10:00", "hold_id": held});
    app.call(&other, "POST", "/sessions", booking).await.refused(409, &["hold_gone"]);
    app.delete(&path).await.expect(204);
    app.delete(&path).await.expect(404);
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn a_hold_is_for_its_own_course_service_and_time() {
    let (app, _) = TestApp::with_clinic().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    let held = json!({"hold_id": hold(&app, &ada, "2027-01-05T10:00").await.expect(201).id()});
    app.book_with(&ben, "consultation", "2027-01-05T10:00", held.clone())
        .await
        .refused(422, &["hold_mismatch"]);
    app.book_with(&ada, "consultation", "2027-01-05T10:15", held.clone())
        .await
        .refused(422, &["hold_mismatch"]);
    app.book_with(&ada, "laser_partial", "2027-01-05T10:00", held.clone())
        .await
        .refused(422, &["hold_mismatch"]);
    app.book_with(&ada, "consultation", "2027-01-05T10:00", held).await.expect(201);
}

#[tokio::test]
async fn a_hold_obeys_the_rules_of_booking() {
    let (app, _, course) = TestApp::with_course().await;
    hold(&app, &course, "2027-07-01T10:00").await.refused(422, &["clinic_closed"]);
    hold(&app, &course, "2027-03-14T02:30").await.refused(422, &["no_such_local_time"]);
}
