//! Rules 5 to 7, 9 and 10: the estimate, its date, the Kirby-Desai reference, the quote.

use chrono::Duration;
use serde_json::{Value, json};

use super::Story;
use crate::support::{has, past::done_with};

const NOW: &str = "2027-01-04T14:00:00Z";

async fn estimated(pigment: &str, depth: &str) -> Value {
    let course = json!({"goal": "remove", "pigment": pigment, "depth": depth, "zones": ["vertex"]});
    let story = Story::of(NOW, course, "II").await;
    story.app.course(&story.course).await.body["estimate"].clone()
}

#[tokio::test]
async fn smp_at_the_right_depth_takes_one_to_two_and_ink_or_depth_up_to_ten() {
    for (pigment, depth, max, basis, text) in [
        ("smp", "correct", 2, "smp", "1 to 2 sessions"),
        ("smp", "too_shallow", 2, "smp", "1 to 2 sessions"),
        ("tattoo_ink", "correct", 10, "tattoo_ink", "up to 10 sessions"),
        ("tattoo_ink", "unknown", 10, "tattoo_ink", "up to 10 sessions"),
        ("smp", "too_deep", 10, "too_deep", "up to 10 sessions"),
        ("unknown", "correct", 10, "unknown", "up to 10 sessions"),
        ("smp", "unknown", 10, "unknown", "up to 10 sessions"),
    ] {
        let estimate = estimated(pigment, depth).await;
        assert_eq!(
            (
                &estimate["min"], &estimate["max"], &estimate["basis"], &estimate["text"],
                &estimate["date"]
            ),
            (&json!(1), &json!(max), &json!(basis), &json!(text), &json!("2027-01-04")),
            "{pigment} {depth}"
        );
    }
}

#[tokio::test]
async fn an_unknown_is_estimated_anew_after_the_test_patch_with_the_day_of_the_new_assessment() {
    let course =
        json!({"goal": "remove", "pigment": "unknown", "depth": "unknown", "zones": ["vertex"]});
    let story = Story::of(NOW, course, "II").await;
    let path = format!("/courses/{}", story.course);
    let note = |course: &Value| course["estimate"]["note"].as_str().unwrap_or_default().to_owned();
    assert!(note(&story.app.get(&path).await.body).contains("after the test patch"));
    story.patched("2027-01-03T10:00").await;
    assert!(note(&story.app.get(&path).await.body).contains("note pigment and depth"));
    story.app.wait(Duration::days(3));
    let change = |patch: Value| story.app.call(&story.app.practitioner, "PATCH", &path, patch);
    let known = change(json!({"pigment": "smp", "depth": "correct"})).await.expect(200);
    assert_eq!(
        known.body["estimate"],
        json!({"min": 1, "max": 2, "basis": "smp", "date": "2027-01-07", "text": "1 to 2 sessions"})
    );
    // What does not touch the assessment leaves its day alone.
    story.app.wait(Duration::days(1));
    let zones = change(json!({"zones": ["vertex", "mid_scalp"]})).await.expect(200);
    assert_eq!(zones.body["estimate"]["date"], "2027-01-07");
}

#[tokio::test]
async fn the_record_raises_the_estimate_when_it_shows_that_more_is_needed() {
    let story = Story::begins(NOW).await;
    story.consulted("2026-01-02T10:00").await;
    let path = format!("/courses/{}", story.course);
    story.lasered("2026-06-01T10:00").await;
    assert_eq!(story.app.get(&path).await.body["estimate"]["basis"], "smp");
    let mut graded = done_with(1064);
    graded["clearance_percent"] = json!(70);
    story.past("laser_partial", "2026-09-01T10:00", graded).await;
    let course = story.app.get(&path).await;
    assert_eq!(
        course.body["estimate"],
        json!({"min": 3, "max": 3, "basis": "record", "date": "2026-09-01", "text": "3 sessions"})
    );
    assert_eq!(course.body["progress"], json!({"done": 2, "booked": 0, "planned": 3, "left": 1}));
    // Graded as cleared, nothing more is needed.
    let cleared = json!({"outcome": "completed", "clearance_percent": 96});
    story.past("review", "2026-10-10T10:00", cleared).await;
    assert_eq!(story.app.get(&path).await.body["estimate"]["max"], 2);
}

#[tokio::test]
async fn kirby_desai_stands_beside_the_estimate_and_never_changes_it() {
    let course = json!({"goal": "remove", "pigment": "smp", "depth": "correct", "zones": ["vertex"],
        "ink": {"colours": "black", "amount": "minimal", "scarring": "none", "layered": false}});
    let story = Story::of(NOW, course, "II").await;
    let course = story.app.course(&story.course).await;
    let reference = &course.body["kirby_desai"];
    has(reference, json!({"score": 6, "plus_minus": 2.5}));
    has(reference, json!({"min": 3.5, "max": 8.5}));
    assert!(reference["text"].as_str().unwrap().starts_with("Reference for tattoo ink"));
    assert_eq!(course.body["estimate"]["max"], 2);
    let worst = json!({"ink": {"colours": "multiple", "amount": "significant", "scarring": "significant", "layered": true}});
    let worst = story
        .app
        .call(&story.app.desk, "PATCH", &format!("/courses/{}", story.course), worst)
        .await
        .expect(200);
    assert_eq!(
        (&worst.body["kirby_desai"]["max"], &worst.body["estimate"]["max"]),
        (&json!(10.0), &json!(2))
    );
}

#[tokio::test]
async fn a_plan_is_quoted_in_days_and_whole_cents() {
    // Rule 10.
    let story = Story::begins(NOW).await;
    story.consulted("2026-11-01T10:00").await;
    story.patched("2026-12-01T10:00").await;
    let services = story.app.get("/services?limit=50").await;
    let laser = services.item("code", "laser_partial")["id"].as_str().unwrap().to_owned();
    let path = format!("/courses/{}/plan", story.course);
    let plan = || story.app.post(&path, json!({"service": "laser_partial", "count": 3}));
    assert_eq!(plan().await.expect(200).body["quote"]["cost_cents"], Value::Null);
    story.app.set(&format!("/services/{laser}"), json!({"price_cents": 25_001})).await;
    assert_eq!(
        plan().await.expect(200).body["quote"],
        json!({"sessions": 3, "interval_days": 56, "span_days": 112, "cost_cents": {"min": 25_001, "max": 50_002}})
    );
    story
        .app
        .manage("PATCH", &format!("/services/{laser}"), json!({"price_cents": -1}))
        .await
        .refused(422, &["negative_cost"]);
}
