//! Rules 1 to 4 and 8: goals, methods and how many sessions.

use serde_json::json;

use super::{Story, course};

const NOW: &str = "2027-01-04T14:00:00Z";

fn remove() -> serde_json::Value {
    course("remove", "smp")
}
fn goal(goal: &str) -> serde_json::Value {
    json!({"goal": goal, "pigment": "smp", "depth": "correct", "zones": ["vertex"]})
}

#[tokio::test]
async fn remove_requires_laser_refuses_a_removal_without_any_laser() {
    let story = Story::begins(NOW).await;
    story.refused("adjustment", "2027-01-05T10:00", "remove_requires_laser").await;
    let plan = json!({"service": "adjustment", "count": 2});
    story
        .app
        .post(&format!("/courses/{}/plan", story.course), plan)
        .await
        .refused(422, &["remove_requires_laser"]);
}

#[tokio::test]
async fn remove_requires_laser_lets_through_what_accompanies_a_laser() {
    let story = Story::begins(NOW).await;
    story.lasered("2026-09-01T10:00").await;
    story.book("saline", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn method_only_lightens_refuses_removal_by_saline_and_says_what_it_can_do_instead() {
    let story = Story::begins(NOW).await;
    let refused = story.book("saline", "2027-01-05T10:00").await;
    let refused = refused.refused(422, &["remove_requires_laser", "method_only_lightens"]);
    assert!(refused.str("detail").contains("Change the goal to lighten"), "{}", refused.text);
    let slots = story.app.slots(&story.course, "saline", "2027-01-05", "2027-01-08").await;
    assert_eq!(
        (slots.starts().len(), slots.why_not()),
        (0, vec!["remove_requires_laser", "method_only_lightens"])
    );
    let practitioner = story.book_as(
        &story.app.practitioner,
        "saline",
        "2027-01-05T10:00",
        json!({"override": {"reason": "The patient insists on it."}}),
    );
    practitioner.await.expect(422);
}

#[tokio::test]
async fn method_only_lightens_lets_through_the_same_toward_lightening() {
    let story = Story::of(NOW, goal("lighten"), "II").await;
    story.book("saline", "2027-01-05T10:00").await.expect(201);
    let regoaled = Story::begins(NOW).await;
    regoaled
        .app
        .call(
            &regoaled.app.practitioner,
            "PATCH",
            &format!("/courses/{}", regoaled.course),
            json!({"goal": "lighten"}),
        )
        .await
        .expect(200);
    regoaled.book("saline", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn adjust_needs_no_laser_refuses_laser_and_test_patch_and_nothing_else_is_said() {
    let story = Story::of(NOW, goal("adjust"), "II").await;
    for service in ["laser_partial", "test_patch"] {
        story.refused(service, "2027-01-05T10:00", "adjust_needs_no_laser").await;
    }
}

#[tokio::test]
async fn adjust_needs_no_laser_lets_through_an_adjustment_without_any_gate_of_a_laser() {
    // Rule 4: neither consultation nor test patch, consent, laser room or device is asked for.
    let story = Story::of(NOW, goal("adjust"), "II").await;
    let booked = story.book("adjustment", "2027-01-04T10:00").await.expect(201);
    assert_eq!(booked.body.get("device_id"), None);
    assert_eq!(booked.str("room_id"), story.clinic.consult);
    story.app.act(&booked.id(), "arrive").await.expect(200);
    story.app.act(&booked.id(), "check-in").await.expect(200);
    let done = story
        .app
        .call(
            &story.app.practitioner,
            "POST",
            &format!("/sessions/{}/complete", booked.id()),
            json!({"outcome": "completed"}),
        )
        .await;
    done.expect(200);
}

/// A course in which ten laser sessions were done, the last a year ago.
async fn ten_done() -> Story {
    let story = Story::of(NOW, course("remove", "tattoo_ink"), "II").await;
    story.consulted("2025-01-02T10:00").await;
    story.patched("2026-11-20T10:00").await;
    for n in 1..=10 {
        story.lasered(&format!("2025-{n:02}-03T10:00")).await;
    }
    story
}

#[tokio::test]
async fn plan_exceeds_ceiling_refuses_the_eleventh_laser_session() {
    let story = ten_done().await;
    story.refused("laser_partial", "2027-01-05T10:00", "plan_exceeds_ceiling").await;
    story
        .app
        .post(
            &format!("/courses/{}/plan", story.course),
            json!({"service": "laser_partial", "count": 1}),
        )
        .await
        .refused(422, &["plan_exceeds_ceiling"]);
    let written = json!({"patient_id": story.patient, "goal": "remove", "planned_sessions": 11});
    story.app.post("/courses", written).await.refused(422, &["plan_exceeds_ceiling"]);
    let new = Story::begins(NOW).await;
    new.consulted("2026-11-01T10:00").await;
    new.patched("2026-11-20T10:00").await;
    let path = format!("/courses/{}/plan", new.course);
    new.app
        .post(&path, json!({"service": "laser_partial", "count": 11}))
        .await
        .refused(422, &["plan_exceeds_ceiling"]);
}

#[tokio::test]
async fn plan_exceeds_ceiling_lets_through_the_tenth() {
    let story = Story::of(NOW, remove(), "II").await;
    story.consulted("2025-01-02T10:00").await;
    story.patched("2026-11-20T10:00").await;
    for n in 1..=9 {
        story.lasered(&format!("2025-{n:02}-03T10:00")).await;
    }
    story.book("laser_partial", "2027-01-05T10:00").await.expect(201);
    let written = json!({"patient_id": story.patient, "goal": "remove", "planned_sessions": 10});
    story.app.post("/courses", written).await.expect(201);
}

#[tokio::test]
async fn plan_exceeds_ceiling_is_overridden_by_practitioner_and_manager_and_then_holds_for_the_course()
 {
    let story = ten_done().await;
    story.overridden_by_role("plan_exceeds_ceiling", "laser_partial", "2027-01-05T10:00").await;
    let path = format!("/courses/{}", story.course);
    let more =
        json!({"planned_sessions": 12, "override": {"reason": "Blue ink is left at the vertex."}});
    story
        .app
        .call(&story.app.desk, "PATCH", &path, more.clone())
        .await
        .refused(422, &["plan_exceeds_ceiling"]);
    let course = story.app.call(&story.app.practitioner, "PATCH", &path, more).await.expect(200);
    assert_eq!(course.body["progress"]["planned"], 12);
    story.book("laser_partial", "2027-01-05T10:00").await.expect(201);
    story
        .app
        .call(&story.app.desk, "PATCH", &path, json!({"zones": ["vertex", "mid_scalp"]}))
        .await
        .expect(200);
}
