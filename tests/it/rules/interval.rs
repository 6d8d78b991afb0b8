//! Rules 27 to 32: how long skin rests between treatments.

use serde_json::json;

use super::{Story, course, earliest};
use crate::support::past::{completed, done_with};

/// A patient in the middle of a removal, whose last laser session was at `last`.
async fn lasered(now: &str, last: &str, skin: &str) -> Story {
    let course = course("remove", "tattoo_ink");
    let story = Story::of(now, course, skin).await;
    story.consulted("2026-06-01T10:00").await;
    story.patched("2026-10-20T10:00").await;
    story.lasered(last).await;
    story
}

#[tokio::test]
async fn interval_too_short_refuses_a_laser_session_three_weeks_after_the_last() {
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    let refused = story
        .refused_until("laser_partial", "2027-01-19T10:00", "interval_too_short", "2027-02-09")
        .await;
    assert_eq!(refused.str("first_day"), "2027-02-09");
    let slots = story.app.slots(&story.course, "laser_partial", "2027-01-19", "2027-01-20").await;
    assert_eq!((slots.starts().len(), slots.why_not()), (0, vec!["interval_too_short"]));
    assert_eq!(slots.body["refused"][0]["earliest"], "2027-02-09");
}

#[tokio::test]
async fn interval_too_short_refuses_between_and_around_what_is_booked() {
    let story = lasered("2027-01-04T14:00:00Z", "2026-11-20T10:00", "II").await;
    story.book("laser_partial", "2027-03-01T10:00").await.expect(201);
    // Too near to the one that comes after, and then to the one before.
    story
        .refused_until("laser_partial", "2027-02-15T10:00", "interval_too_short", "2027-04-12")
        .await;
    story.refused("laser_partial", "2027-04-11T10:00", "interval_too_short").await;
    story.book("laser_partial", "2027-04-12T10:00").await.expect(201);
    story.book("laser_partial", "2027-01-18T10:00").await.expect(201);
}

#[tokio::test]
async fn interval_too_short_lets_through_other_zones_even_in_another_course() {
    // Rule 29.
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    let other = story
        .another_course(
            json!({"goal": "remove", "pigment": "smp", "depth": "correct", "zones": ["occipital"]}),
        )
        .await;
    story.app.write_past(&other, "consultation", "2026-12-01T10:00", None, completed()).await;
    let book = |course: &str| {
        let body = json!({"course_id": course, "service": "laser_partial", "start": "2027-01-19T10:00", "device_id": story.clinic.owned});
        let app = &story.app;
        async move { app.post("/sessions", body).await }
    };
    let booked = book(&other).await.expect(201).id();
    story.app.cancel(&booked).await.expect(200);
    // The same zone in another course is the same skin.
    let same =
        story.another_course(json!({"goal": "remove", "zones": ["mid_scalp", "vertex"]})).await;
    story.app.write_past(&same, "consultation", "2026-12-01T10:00", None, completed()).await;
    book(&same).await.refused(422, &["interval_too_short"]);
    // And where no zone is named yet, it may be any.
    let unnamed = story.another_course(json!({"goal": "remove"})).await;
    story.app.write_past(&unnamed, "consultation", "2026-12-01T10:00", None, completed()).await;
    book(&unnamed).await.refused(422, &["interval_too_short"]);
}

#[tokio::test]
async fn interval_too_short_lets_through_after_a_visit_without_treatment_and_counts_one_that_was_stopped()
 {
    // Rule 30.
    let story = lasered("2027-01-04T14:00:00Z", "2026-11-01T10:00", "II").await;
    let sent_home = json!({"outcome": "not-done", "reason": "Sunburn"});
    story.past("laser_partial", "2026-12-29T10:00", sent_home).await;
    let booked = story.book("laser_partial", "2027-01-05T10:00").await.expect(201).id();
    story.app.cancel(&booked).await.expect(200);
    assert_eq!(story.app.course(&story.course).await.body["progress"]["done"], 1);
    let mut stopped = done_with(1064);
    stopped["outcome"] = json!("stopped");
    story.past("laser_partial", "2026-12-30T10:00", stopped).await;
    story.refused("laser_partial", "2027-01-05T10:00", "interval_too_short").await;
    assert_eq!(story.app.course(&story.course).await.body["progress"]["done"], 2);
}

#[tokio::test]
async fn interval_too_short_at_its_boundary_across_a_clock_change_and_longer_for_darker_skin() {
    // From 23:00 on Tuesday 2027-02-02: 42 days of Toronto later is Tuesday 16 March, from midnight on.
    let story = lasered("2027-02-03T14:00:00Z", "2027-02-02T23:00", "III").await;
    story
        .refused_until("laser_partial", "2027-03-15T23:45", "interval_too_short", "2027-03-16")
        .await;
    story.book("laser_partial", "2027-03-16T00:00").await.expect(201);
    for skin in ["IV", "V", "VI"] {
        let darker = lasered("2027-02-03T14:00:00Z", "2027-02-02T23:00", skin).await;
        let refused =
            darker.refused("laser_partial", "2027-03-29T23:45", "interval_too_short").await;
        assert!(refused.str("detail").contains("56 days for this skin type"), "{}", refused.text);
        let booked = darker.book("laser_partial", "2027-03-30T00:00").await.expect(201);
        assert_eq!(booked.body.get("warnings"), None, "56 days are what is suggested");
    }
}

#[tokio::test]
async fn interval_too_short_is_overridden_by_practitioner_and_manager() {
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    story.overridden_by_role("interval_too_short", "laser_partial", "2027-01-19T10:00").await;
}

#[tokio::test]
async fn interval_too_short_refuses_saline_and_laser_within_28_days_of_saline() {
    // Rule 31, at its boundary across the change of 2027-03-14.
    let course = course("lighten", "smp");
    let story = Story::of("2027-02-20T14:00:00Z", course, "II").await;
    story.consulted("2026-06-01T10:00").await;
    story.patched("2027-01-20T10:00").await;
    story.past("saline", "2027-02-16T22:00", completed()).await;
    for service in ["saline", "laser_partial", "test_patch"] {
        story.refused_until(service, "2027-03-15T22:30", "interval_too_short", "2027-03-16").await;
        let booked = story.book(service, "2027-03-16T00:15").await.expect(201).id();
        story.app.cancel(&booked).await.expect(200);
    }
    story.overridden_by_role("interval_too_short", "saline", "2027-03-15T22:30").await;
}

#[tokio::test]
async fn interval_below_suggested_refuses_nothing_and_warns() {
    // Rule 28.
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    let early = story.book("laser_partial", "2027-02-22T10:00").await.expect(201);
    assert_eq!(early.body["warnings"][0]["code"], "interval_below_suggested");
    assert!(
        early.body["warnings"][0]["message"].as_str().unwrap().contains("Tuesday 23 February 2027")
    );
    story.app.cancel(&early.id()).await.expect(200);
}

#[tokio::test]
async fn interval_below_suggested_lets_through_the_suggested_day_without_a_word() {
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    let as_suggested = story.book("laser_partial", "2027-02-23T10:00").await.expect(201);
    assert_eq!(as_suggested.body.get("warnings"), None);
}

#[tokio::test]
async fn area_healing_refuses_an_adjustment_after_a_laser_or_another_adjustment() {
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    let adjusting = story.another_course(json!({"goal": "adjust", "zones": ["vertex"]})).await;
    let book = |start: &'static str| {
        let body = json!({"course_id": adjusting, "service": "adjustment", "start": start});
        let app = &story.app;
        async move { app.post("/sessions", body).await }
    };
    let refused = book("2027-02-22T10:00").await.refused(422, &["area_healing"]);
    assert_eq!(earliest(&refused, "area_healing"), "2027-02-23");
    book("2027-02-23T10:00").await.expect(201);
    let refused = book("2027-03-04T10:00").await.refused(422, &["area_healing"]);
    assert_eq!(earliest(&refused, "area_healing"), "2027-03-05");
}

#[tokio::test]
async fn area_healing_lets_through_other_zones() {
    let story = lasered("2027-01-04T14:00:00Z", "2026-12-29T10:00", "II").await;
    let adjusting =
        story.another_course(json!({"goal": "adjust", "zones": ["frontal_hairline"]})).await;
    let body =
        json!({"course_id": adjusting, "service": "adjustment", "start": "2027-01-05T10:00"});
    story.app.post("/sessions", body).await.expect(201);
}

#[tokio::test]
async fn area_healing_at_its_boundary_across_a_clock_change_and_overridden_by_practitioner_and_manager()
 {
    // From 23:00 on Tuesday 2027-01-19: 56 days later is Tuesday 16 March; ten days from 7 March are the 17th.
    let course = course("adjust", "smp");
    let story = Story::of("2027-01-20T14:00:00Z", course.clone(), "II").await;
    story.lasered("2027-01-19T23:00").await;
    story.refused("adjustment", "2027-03-15T21:00", "area_healing").await;
    let booked = story.book("adjustment", "2027-03-16T00:00").await.expect(201).id();
    story.app.cancel(&booked).await.expect(200);
    story.overridden_by_role("area_healing", "adjustment", "2027-03-15T21:00").await;
    let again = Story::of("2027-03-08T14:00:00Z", course, "II").await;
    again.past("adjustment", "2027-03-07T20:00", completed()).await;
    again.refused("adjustment", "2027-03-16T21:00", "area_healing").await;
    again.book("adjustment", "2027-03-17T00:00").await.expect(201);
}
