//! The day of the visit: arriving, checking in, completing, not coming.

use chrono::Duration;
use serde_json::json;

use crate::support::{Answer, TestApp};

async fn booked_for_ten() -> (TestApp, String, String) {
    let (app, _, course) = TestApp::with_course().await;
    app.consent_to_laser(&course).await;
    let session = app.make_visit(&course, "laser_partial", "2027-01-04T10:15").await;
    (app, course, session)
}

async fn complete(app: &TestApp, session: &str, record: serde_json::Value) -> Answer {
    app.complete(session, record).await
}

#[tokio::test]
async fn a_visit_goes_from_arrival_to_its_record_and_counts_in_the_course() {
    let (app, course, session) = booked_for_ten().await;
    app.act(&session, "check-in").await.refused(409, &["not_allowed_from_booked"]);
    app.wait(Duration::minutes(30));
    assert_eq!(app.act(&session, "arrive").await.expect(200).str("status"), "arrived");
    app.act(&session, "arrive").await.refused(409, &["not_allowed_from_arrived"]);
    app.move_to(&session, "2027-01-05T10:00").await.refused(409, &["not_allowed_from_arrived"]);
    assert_eq!(app.act(&session, "check-in").await.expect(200).str("status"), "checked-in");
    app.act(&session, "no-show").await.refused(409, &["not_allowed_from_checked-in"]);
    let record = json!({"outcome": "completed", "zones": ["vertex"], "endpoint": "frosting", "pain": 4, "eyewear_checked": true,
        "parameter_sets": [{"wavelength_nm": 1064, "fluence_j_cm2": 3.5, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns",
            "frequency_hz": 5.0, "pulse_count": 300, "passes": 1}], "note": "Went well.\nNo questions."});
    let done = complete(&app, &session, record.clone()).await.expect(200);
    done.has(json!({"status": "fulfilled", "procedure_status": "completed"}));
    assert_eq!(done.body["record"], record);
    assert_eq!(
        app.course(&course).await.body["progress"],
        json!({"done": 1, "booked": 0, "planned": 2, "left": 1})
    );
    complete(&app, &session, json!({"outcome": "completed"}))
        .await
        .refused(409, &["not_allowed_from_fulfilled"]);
}

#[tokio::test]
async fn a_patient_who_came_but_was_not_treated_uses_no_session() {
    let (app, course, session) = booked_for_ten().await;
    app.wait(Duration::minutes(30));
    app.act(&session, "arrive").await.expect(200);
    app.act(&session, "check-in").await.expect(200);
    let done = complete(&app, &session, json!({"outcome": "not-done", "reason": "Sunburn"}))
        .await
        .expect(200);
    done.has(json!({"status": "fulfilled", "procedure_status": "not-done"}));
    assert_eq!(app.course(&course).await.body["progress"]["done"], 0);
}

#[tokio::test]
async fn a_patient_arrives_at_most_an_hour_early() {
    let (app, _, session) = booked_for_ten().await;
    let refused = app.act(&session, "arrive").await.refused(422, &["too_early_to_arrive"]);
    assert!(refused.body["detail"].as_str().unwrap().contains("at 09:15"));
    app.wait(Duration::minutes(15));
    app.act(&session, "arrive").await.expect(200);
}

#[tokio::test]
async fn a_no_show_is_set_a_quarter_of_an_hour_after_the_start_at_the_earliest() {
    let (app, _, session) = booked_for_ten().await;
    app.wait(Duration::minutes(89));
    app.act(&session, "no-show").await.refused(422, &["too_early_for_no_show"]);
    app.wait(Duration::minutes(1));
    assert_eq!(app.act(&session, "no-show").await.expect(200).str("status"), "noshow");
    app.move_to(&session, "2027-01-05T10:00")
        .await
        .refused(422, &["terminal_state", "not_allowed_from_noshow"]);
}

#[tokio::test]
async fn a_record_that_makes_no_sense_names_the_field_and_changes_nothing() {
    let (app, _, session) = booked_for_ten().await;
    app.wait(Duration::minutes(30));
    app.act(&session, "arrive").await.expect(200);
    app.act(&session, "check-in").await.expect(200);
    for (record, pointer) in [
        (json!({"outcome": "completed", "pain": 11}), "/pain"),
        (json!({"outcome": "completed", "clearance_percent": 101}), "/clearance_percent"),
        (json!({"outcome": "perfect"}), "/outcome"),
        (json!({"outcome": "completed", "zones": ["nose"]}), "/zones/0"),
        (
            json!({"outcome": "completed", "parameter_sets": [{"wavelength_nm": 1064, "fluence_j_cm2": -1.0}]}),
            "/parameter_sets/0/fluence_j_cm2",
        ),
        (json!({"outcome": "completed", "notes": "typo"}), "/notes"),
    ] {
        let refused = complete(&app, &session, record).await.expect(422);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    assert_eq!(app.status_of(&session).await, "checked-in");
}
