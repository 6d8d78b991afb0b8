//! Rules 45 and 73, and where a course stands: no-shows, a course on hold, phase,
//! progress and the next window.

use chrono::Duration;
use serde_json::{Value, json};

use super::{Story, course};

const NOW: &str = "2027-01-04T14:00:00Z";

#[tokio::test]
async fn too_early_for_no_show_refuses_until_a_quarter_hour_after_the_start() {
    let story = Story::begins("2027-03-14T06:00:00Z").await;
    // 03:00 is an hour after 01:00 that night: the clock skips two o'clock.
    let session = story.book("consultation", "2027-03-14T03:00").await.expect(201).id();
    story.app.wait(Duration::minutes(74));
    story.app.act(&session, "no-show").await.refused(422, &["too_early_for_no_show"]);
}

#[tokio::test]
async fn too_early_for_no_show_lets_through_from_its_boundary_across_a_clock_change_on() {
    let story = Story::begins("2027-03-14T06:00:00Z").await;
    let session = story.book("consultation", "2027-03-14T03:00").await.expect(201).id();
    story.app.wait(Duration::minutes(75));
    assert_eq!(story.app.act(&session, "no-show").await.expect(200).str("status"), "noshow");
}

#[tokio::test]
async fn course_not_open_refuses_every_new_booking_while_it_is_on_hold() {
    let story = Story::begins(NOW).await;
    story.consulted("2026-11-01T10:00").await;
    story.patched("2026-12-01T10:00").await;
    let path = format!("/courses/{}", story.course);
    let status = |status: &str| story.app.patch(&path, json!({"status": status}));
    let booked = story.book("laser_partial", "2027-01-05T10:00").await.expect(201).id();
    status("on-hold").await.expect(200);
    story.refused("consultation", "2027-01-06T10:00", "course_not_open").await;
    let plan = json!({"service": "laser_partial", "count": 1});
    story.app.post(&format!("{path}/plan"), plan).await.refused(422, &["course_not_open"]);
    let starts = json!({"service": "laser_partial", "starts": ["2027-03-05T10:00"]});
    story.app.post(&format!("{path}/plan/book"), starts).await.refused(422, &["course_not_open"]);
    // Resuming asks for the consent that the booked laser session rests on …
    status("active").await.refused(422, &["consent_missing"]);
    story.app.consent_to_laser(&story.course).await;
    // … and shows what the session breaks by now: another course treated the same skin meanwhile.
    let other = story.another_course(json!({"goal": "remove", "zones": ["vertex"]})).await;
    story
        .app
        .write_past(
            &other,
            "laser_partial",
            "2026-12-20T10:00",
            Some(&story.clinic.owned),
            crate::support::past::done_with(1064),
        )
        .await;
    let resumed = status("active").await.expect(200);
    assert_eq!(resumed.body["concerns"][0]["session_id"], json!(booked));
    assert_eq!(resumed.body["concerns"][0]["violations"][0]["code"], "interval_too_short");
}

#[tokio::test]
async fn course_not_open_lets_through_once_it_is_resumed() {
    let story = Story::begins(NOW).await;
    let path = format!("/courses/{}", story.course);
    for status in ["on-hold", "active"] {
        story
            .app
            .call(&story.app.desk, "PATCH", &path, json!({"status": status}))
            .await
            .expect(200);
    }
    let booked = story.book("consultation", "2027-01-06T10:00").await.expect(201);
    assert_eq!(booked.str("status"), "booked");
    assert_eq!(story.app.get(&path).await.body["concerns"], json!([]));
}

#[tokio::test]
async fn the_phase_follows_the_course_from_the_consultation_to_the_review() {
    let story = Story::begins(NOW).await;
    let path = format!("/courses/{}", story.course);
    let course = || async { story.app.get(&path).await.expect(200).body };
    assert_eq!(
        (&course().await["phase"], &course().await["next_window"]),
        (&json!("awaiting-consultation"), &Value::Null)
    );
    story.consulted("2027-01-04T08:00").await;
    assert_eq!(course().await["phase"], "cooling-off");
    story.app.wait(Duration::days(1));
    assert_eq!(course().await["phase"], "quoted");
    story.app.consent_to_laser(&story.course).await;
    assert_eq!(
        (&course().await["phase"], &course().await["next_window"]),
        (&json!("consented"), &Value::Null)
    );
    story.patched("2027-01-05T08:00").await;
    let tested = course().await;
    assert_eq!(tested["phase"], "test-patch");
    assert_eq!(tested["next_window"], json!({"from": "2027-01-19", "suggested": "2027-01-19"}));
    story.lasered("2027-01-19T08:00").await;
    story.app.wait(Duration::days(15));
    let treating = course().await;
    assert_eq!(treating["phase"], "treating");
    assert_eq!(treating["progress"], json!({"done": 1, "booked": 0, "planned": 2, "left": 1}));
    // 42 and 56 days of Toronto, over the change of the clock.
    assert_eq!(treating["next_window"], json!({"from": "2027-03-02", "suggested": "2027-03-16"}));
    let booked = story.book("laser_partial", "2027-03-16T10:00").await.expect(201).id();
    let full = course().await;
    assert_eq!(full["progress"], json!({"done": 1, "booked": 1, "planned": 2, "left": 0}));
    assert_eq!(
        (&full["phase"], &full["next_window"]),
        (&json!("treating"), &Value::Null),
        "none is left to book"
    );
    story.app.cancel(&booked).await.expect(200);
    story.lasered("2027-01-20T08:00").await;
    assert_eq!(course().await["phase"], "in-review");
    let end = json!({"status": "completed", "outcome": "cleared"});
    let ended = story.app.patch(&path, end).await.expect(200);
    assert_eq!(ended.body["phase"], Value::Null);
}

#[tokio::test]
async fn the_next_window_lies_behind_what_is_booked_and_is_longer_for_darker_skin() {
    let course = course("remove", "tattoo_ink");
    let story = Story::of(NOW, course, "V").await;
    story.consulted("2026-10-01T10:00").await;
    story.patched("2026-10-10T10:00").await;
    story.lasered("2026-12-01T10:00").await;
    story.book("laser_partial", "2027-01-26T10:00").await.expect(201);
    let read = story.app.course(&story.course).await;
    assert_eq!(read.body["next_window"], json!({"from": "2027-03-23", "suggested": "2027-03-23"}));
}
