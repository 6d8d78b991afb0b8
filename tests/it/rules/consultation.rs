//! Rules 11 to 14 and 16: consultation, time to think, assessment and consent.

use chrono::Duration;
use serde_json::{Value, json};

use super::{Story, earliest};
use crate::support::past::{completed, patch_with};

#[tokio::test]
async fn consultation_required_refuses_any_laser_before_it_was_held() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    for service in ["test_patch", "laser_partial"] {
        let refused = story.book(service, "2027-01-20T10:00").await.expect(422);
        assert!(refused.codes().contains(&"consultation_required"), "{}", refused.text);
        assert_eq!(
            earliest(&refused, "consultation_required"),
            "2027-01-05",
            "tomorrow, if it is held today"
        );
    }
    let booked = story.book("consultation", "2027-01-06T10:00").await.expect(201).id();
    let refused = story
        .refused_until("test_patch", "2027-01-20T10:00", "consultation_required", "2027-01-07")
        .await;
    assert!(refused.str("detail").contains("it is booked for Wednesday 6 January 2027"));
    let reason = json!({"override": {"reason": "The patient is in a great hurry."}});
    story
        .book_as(&story.app.manager, "test_patch", "2027-01-20T10:00", reason)
        .await
        .refused(422, &["consultation_required"]);
    // One who came and was sent home was not consulted.
    story.app.wait(Duration::days(2) + Duration::hours(1));
    story.app.act(&booked, "arrive").await.expect(200);
    story.app.act(&booked, "check-in").await.expect(200);
    let record = json!({"outcome": "not-done", "reason": "No interpreter"});
    story
        .app
        .call(&story.app.practitioner, "POST", &format!("/sessions/{booked}/complete"), record)
        .await
        .expect(200);
    story.refused("test_patch", "2027-01-20T10:00", "consultation_required").await;
}

#[tokio::test]
async fn consultation_required_lets_through_once_it_was_held_in_this_course() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-28T10:00").await;
    story.book("test_patch", "2027-01-05T10:00").await.expect(201);
    let other = story.another_course(json!({"goal": "remove", "zones": ["occipital"]})).await;
    let body = json!({"course_id": other, "service": "test_patch", "start": "2027-01-06T10:00"});
    story.app.post("/sessions", body).await.refused(422, &["consultation_required"]);
}

#[tokio::test]
async fn cooling_off_refuses_the_first_exposure_within_a_day_and_says_when() {
    let story = Story::begins("2027-01-04T16:00:00Z").await;
    story.consulted("2027-01-04T10:00").await;
    let refused =
        story.refused_until("test_patch", "2027-01-05T10:15", "cooling_off", "2027-01-05").await;
    assert!(refused.str("detail").contains("Tuesday 5 January 2027 at 10:45"), "{}", refused.text);
    let slots = story.app.slots(&story.course, "test_patch", "2027-01-04", "2027-01-05").await;
    assert_eq!(slots.in_order()[0], "2027-01-05T10:45:00-05:00");
    assert_eq!(slots.why_not()[0], "cooling_off");
}

#[tokio::test]
async fn cooling_off_lets_through_after_it_and_asks_before_the_first_exposure_only() {
    let story = Story::begins("2027-01-04T16:00:00Z").await;
    story.consulted("2026-12-28T10:00").await;
    story.book("test_patch", "2027-01-04T12:00").await.expect(201);
    let again = Story::begins("2027-01-04T16:00:00Z").await;
    again.patched("2026-12-01T10:00").await;
    again.consulted("2027-01-04T10:00").await;
    again.book("test_patch", "2027-01-04T12:00").await.expect(201);
}

#[tokio::test]
async fn cooling_off_at_its_boundary_counts_hours_across_both_clock_changes() {
    // From Saturday 10:45 to Sunday, 24 hours are to 11:45 in spring and to 09:45 in autumn.
    for (now, held, too_early, in_time) in [
        ("2027-03-13T16:00:00Z", "2027-03-13T10:00", "2027-03-14T11:30", "2027-03-14T11:45"),
        ("2027-11-06T16:00:00Z", "2027-11-06T10:00", "2027-11-07T09:30", "2027-11-07T09:45"),
    ] {
        let story = Story::begins(now).await;
        story.consulted(held).await;
        story.refused("test_patch", too_early, "cooling_off").await;
        story.book("test_patch", in_time).await.expect(201);
    }
}

#[tokio::test]
async fn assessment_required_refuses_to_book_a_plan_of_what_nobody_has_looked_at() {
    let course = json!({"goal": "remove", "pigment": "unknown", "depth": "unknown"});
    let story = Story::of("2027-01-04T14:00:00Z", course, "II").await;
    story.consulted("2026-12-01T10:00").await;
    story.patched("2026-12-05T10:00").await;
    let path = format!("/courses/{}/plan", story.course);
    let wanted = json!({"service": "laser_partial", "count": 2});
    let plan = story.app.post(&path, wanted).await.expect(200);
    let starts: Vec<_> = plan.array("proposals").iter().map(|one| one["start"].clone()).collect();
    let book = json!({"service": "laser_partial", "starts": starts});
    let booking = format!("{path}/book");
    let book = || story.app.post(&booking, book.clone());
    book().await.refused(422, &["assessment_required"]);
    assert_eq!(story.app.course(&story.course).await.str("phase"), "assessing");
    story.past("assessment", "2026-12-20T10:00", completed()).await;
    book().await.expect(201);
}

#[tokio::test]
async fn assessment_required_lets_through_where_the_findings_are_written() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-01T10:00").await;
    story.patched("2026-12-05T10:00").await;
    let book = json!({"service": "laser_partial", "starts": ["2027-01-05T10:00"]});
    story.app.post(&format!("/courses/{}/plan/book", story.course), book).await.expect(201);
}

#[tokio::test]
async fn consent_missing_refuses_the_check_in_of_an_exposure() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-01T10:00").await;
    let patch = story.book("test_patch", "2027-01-04T10:00").await.expect(201).id();
    story.app.act(&patch, "arrive").await.expect(200);
    for token in [&story.app.desk, &story.app.practitioner, &story.app.manager] {
        let refused = story
            .app
            .call(token, "POST", &format!("/sessions/{patch}/check-in"), Value::Null)
            .await;
        let refused = refused.refused(422, &["consent_missing"]);
        assert_eq!(refused.body["violations"][0]["overridable"], false);
    }
    // Consent to messages is no consent to the laser.
    let messages = json!({"kind": "messages", "text_version": "1"});
    story.app.post(&format!("/patients/{}/consents", story.patient), messages).await.expect(201);
    story.app.act(&patch, "check-in").await.refused(422, &["consent_missing"]);
}

#[tokio::test]
async fn consent_missing_lets_through_with_consent_and_where_no_laser_is_used() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-01T10:00").await;
    let patch = story.book("test_patch", "2027-01-04T10:00").await.expect(201).id();
    story.app.consent_to_laser(&story.course).await;
    story.app.act(&patch, "arrive").await.expect(200);
    story.app.act(&patch, "check-in").await.expect(200);
    let talk = Story::begins("2027-01-04T14:00:00Z").await;
    let session = talk.book("consultation", "2027-01-04T10:00").await.expect(201).id();
    talk.app.act(&session, "arrive").await.expect(200);
    talk.app.act(&session, "check-in").await.expect(200);
}

#[tokio::test]
async fn consent_withdrawn_cancels_every_laser_session_to_come_and_nothing_else() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-01T10:00").await;
    story.patched("2026-12-05T10:00").await;
    let consent = story.app.consent_to_laser(&story.course).await;
    let done = story.lasered("2026-12-20T10:00").await;
    let laser = story.book("laser_partial", "2027-02-05T10:00").await.expect(201).id();
    let patch = story.book("test_patch", "2027-01-05T10:00").await.expect(201).id();
    let review = story.book("review", "2027-01-05T12:00").await.expect(201).id();
    let withdrawn = story.app.delete(&consent).await.expect(200);
    let mut fallen: Vec<_> =
        withdrawn.array("cancelled_sessions").iter().map(|id| id.as_str().unwrap()).collect();
    fallen.sort_unstable();
    let mut expected = [laser.as_str(), patch.as_str()];
    expected.sort_unstable();
    assert_eq!(fallen, expected);
    for id in [&laser, &patch] {
        let session = story.app.session(id).await;
        session.has(json!({"status": "cancelled", "cancel_reason": "consent_withdrawn"}));
        story.app.act(id, "undo").await.refused(409, &["nothing_to_undo"]);
    }
    assert_eq!(story.app.status_of(&review).await, "booked");
    assert_eq!(story.app.status_of(&done).await, "fulfilled");
    // Their times are free again.
    let other = story.app.prepare_course("Ben").await;
    let body = json!({"course_id": other, "service": "consultation", "start": "2027-02-05T10:00", "practitioner_id": story.clinic.noor});
    story.app.post("/sessions", body).await.expect(201);
}

#[tokio::test]
async fn a_new_consent_takes_the_place_of_the_old_one_so_that_withdrawing_it_leaves_none() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-01T10:00").await;
    let path = format!("/patients/{}/consents", story.patient);
    let old = story.app.consent_to_laser(&story.course).await;
    let newer = json!({"kind": "laser_treatment", "text_version": "2027-1"});
    let new = story.app.post(&path, newer).await.expect(201).id();
    let list = story.app.get(&path).await.expect(200);
    let states: Vec<_> = list
        .items()
        .iter()
        .map(|one| (one["text_version"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("2026-1", "inactive"), ("2027-1", "active")]);
    story
        .app
        .call(&story.app.desk, "DELETE", &old, Value::Null)
        .await
        .refused(409, &["consent_not_active"]);
    let tested = story.book("test_patch", "2027-01-04T10:00").await.expect(201).id();
    story
        .app
        .call(&story.app.desk, "DELETE", &format!("{path}/{new}"), Value::Null)
        .await
        .expect(200);
    assert_eq!(story.app.status_of(&tested).await, "cancelled");
}

#[tokio::test]
async fn a_test_patch_is_written_up_like_any_exposure() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-12-01T10:00").await;
    story.app.consent_to_laser(&story.course).await;
    let tested = story.book("test_patch", "2027-01-04T10:00").await.expect(201).id();
    story.app.act(&tested, "arrive").await.expect(200);
    story.app.act(&tested, "check-in").await.expect(200);
    let complete = |record: Value| {
        let path = format!("/sessions/{tested}/complete");
        let app = &story.app;
        async move { app.call(&app.practitioner, "POST", &path, record).await }
    };
    complete(json!({"outcome": "completed", "test_patch_result": "acceptable"}))
        .await
        .refused(422, &["record_incomplete"]);
    complete(patch_with(1064)).await.expect(200);
    story.book("laser_partial", "2027-01-18T10:00").await.expect(201);
}
