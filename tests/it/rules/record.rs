//! Rules 41 to 43, and the correction of what has ended: the record of what was done.

use fadeline::actions::access::by_command;
use fadeline::actions::access::by_command::NewUser;
use fadeline::domain::ids::PractitionerId;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use super::{Story, course};
use crate::support::past::{completed, done_with, patch_with, settings};
use crate::support::{Answer, has};

/// A patient who is checked in for a laser session with the owned laser.
async fn checked_in(skin: &str) -> (Story, String) {
    let course = course("remove", "smp");
    let story = Story::of("2027-01-04T14:00:00Z", course, skin).await;
    story.consulted("2026-06-01T10:00").await;
    let mut both = patch_with(1064);
    both["parameter_sets"] = json!([settings(1064), settings(532)]);
    story.past("test_patch", "2026-11-01T10:00", both).await;
    story.app.consent_to_laser(&story.course).await;
    let session = story.book("laser_partial", "2027-01-04T10:00").await.expect(201).id();
    story.app.act(&session, "arrive").await.expect(200);
    story.app.act(&session, "check-in").await.expect(200);
    (story, session)
}

async fn complete(story: &Story, token: &str, session: &str, record: Value) -> Answer {
    story.app.call(token, "POST", &format!("/sessions/{session}/complete"), record).await
}

fn with(field: &str, value: Value) -> Value {
    let mut record = done_with(1064);
    record["parameter_sets"][0][field] = value;
    record
}

#[tokio::test]
async fn record_incomplete_refuses_a_laser_session_without_settings_endpoint_pain_and_eyewear() {
    let (story, session) = checked_in("II").await;
    let refused = complete(&story, &story.app.practitioner, &session, completed()).await;
    let refused = refused.refused(422, &["record_incomplete"]);
    for missing in ["set of parameters", "endpoint", "pain", "eyewear"] {
        assert!(refused.str("detail").contains(missing), "{}", refused.text);
    }
    for field in ["parameter_sets", "endpoint", "pain", "eyewear_checked"] {
        let mut record = done_with(1064);
        record.as_object_mut().unwrap().remove(field);
        complete(&story, &story.app.practitioner, &session, record)
            .await
            .refused(422, &["record_incomplete"]);
    }
    let mut unchecked = done_with(1064);
    unchecked["eyewear_checked"] = json!(false);
    complete(&story, &story.app.practitioner, &session, unchecked)
        .await
        .refused(422, &["record_incomplete"]);
    assert_eq!(story.app.status_of(&session).await, "checked-in");
}

#[tokio::test]
async fn record_incomplete_lets_through_the_whole_record_and_a_visit_without_treatment() {
    let (story, session) = checked_in("II").await;
    let done =
        complete(&story, &story.app.practitioner, &session, done_with(1064)).await.expect(200);
    assert_eq!(done.body["record"], done_with(1064));
    let (story, session) = checked_in("II").await;
    complete(
        &story,
        &story.app.practitioner,
        &session,
        json!({"outcome": "not-done", "reason": "Tanned"}),
    )
    .await
    .expect(200);
}

#[tokio::test]
async fn parameter_out_of_range_refuses_each_setting_by_its_field_with_the_limits() {
    let (story, session) = checked_in("II").await;
    for (field, value, limits) in [
        ("fluence_j_cm2", json!(10.1), "0.5 to 10 J/cm²"),
        ("fluence_j_cm2", json!(0.4), "0.5 to 10 J/cm²"),
        ("spot_mm", json!(8.5), "2 to 8 mm"),
        ("frequency_hz", json!(0.5), "1 to 10 Hz"),
        ("pulse_width", json!(7.0), "6 to 6 ns"),
    ] {
        let refused = complete(&story, &story.app.practitioner, &session, with(field, value)).await;
        let refused = refused.refused(422, &["parameter_out_of_range"]);
        assert_eq!(refused.body["violations"][0]["field"], format!("/parameter_sets/0/{field}"));
        assert!(refused.str("detail").contains(limits), "{}", refused.text);
        assert_eq!(refused.body["violations"][0]["overridable"], false);
    }
    let unknown =
        complete(&story, &story.app.practitioner, &session, with("wavelength_nm", json!(755)))
            .await
            .expect(422);
    assert!(
        unknown.codes().contains(&"parameter_out_of_range")
            && unknown.str("detail").contains("1064 nm and 532 nm")
    );
    let mut several = with("spot_mm", json!(9));
    several["parameter_sets"][0]["frequency_hz"] = json!(11);
    several["parameter_sets"]
        .as_array_mut()
        .unwrap()
        .push(json!({"wavelength_nm": 1064, "fluence_j_cm2": 99, "spot_mm": 4.0,
        "pulse_width": 6.0, "pulse_width_unit": "ns", "frequency_hz": 5.0, "pulse_count": 3, "passes": 1}));
    let all = complete(&story, &story.app.practitioner, &session, several)
        .await
        .refused(422, &["parameter_out_of_range"; 3]);
    assert_eq!(all.body["violations"][2]["field"], "/parameter_sets/1/fluence_j_cm2");
}

#[tokio::test]
async fn parameter_out_of_range_lets_through_the_limits_themselves_and_other_units() {
    for (field, value) in [
        ("fluence_j_cm2", json!(10.0)),
        ("fluence_j_cm2", json!(0.5)),
        ("spot_mm", json!(2)),
        ("frequency_hz", json!(10)),
    ] {
        let (story, session) = checked_in("II").await;
        complete(&story, &story.app.practitioner, &session, with(field, value)).await.expect(200);
    }
    let (story, session) = checked_in("II").await;
    let mut picoseconds = with("pulse_width", json!(6000));
    picoseconds["parameter_sets"][0]["pulse_width_unit"] = json!("ps");
    complete(&story, &story.app.practitioner, &session, picoseconds).await.expect(200);
}

#[tokio::test]
async fn wavelength_skin_type_refuses_532_nm_on_fitzpatrick_iv_to_vi() {
    for skin in ["IV", "V", "VI"] {
        let (story, session) = checked_in(skin).await;
        let refused = complete(&story, &story.app.practitioner, &session, done_with(532)).await;
        let refused = refused.refused(422, &["wavelength_skin_type"]);
        assert!(refused.str("detail").contains(&format!("Fitzpatrick {skin}")), "{}", refused.text);
    }
}

#[tokio::test]
async fn wavelength_skin_type_lets_through_1064_nm_and_lighter_skin() {
    let (story, session) = checked_in("VI").await;
    complete(&story, &story.app.practitioner, &session, done_with(1064)).await.expect(200);
    let (story, session) = checked_in("III").await;
    complete(&story, &story.app.practitioner, &session, done_with(532)).await.expect(200);
}

#[tokio::test]
async fn wavelength_skin_type_is_overridden_by_practitioner_and_manager_and_the_desk_records_nothing()
 {
    for role in ["practitioner", "manager"] {
        let (story, session) = checked_in("V").await;
        let mut record = done_with(532);
        record["override"] = json!({"reason": "A physician saw the patient and agreed."});
        complete(&story, &story.app.desk, &session, record.clone()).await.expect(403);
        let token = if role == "manager" { &story.app.manager } else { &story.app.practitioner };
        let done = complete(&story, token, &session, record).await.expect(200);
        assert_eq!(done.body["record"].get("override"), None, "the reason is for the audit");
        let audit =
            story.app.manager_get(&format!("/audit?patient_id={}&limit=200", story.patient)).await;
        let line = audit.item("action", "rule.override").clone();
        has(
            &line,
            json!({"role": role,
            "detail": "wavelength_skin_type: A physician saw the patient and agreed."}),
        );
    }
}

/// A user who is a practitioner of this training. Answers their token.
async fn who_is(story: &Story, email: &str, qualification: &str) -> String {
    let app = &story.app;
    let noor = app.manager_get(&format!("/practitioners/{}", story.clinic.noor)).await.expect(200);
    let mut details = noor.body.as_object().unwrap().clone();
    details.retain(|name, _| !["id", "version"].contains(&name.as_str()));
    let mut details = serde_json::Value::Object(details);
    details["name"] = json!(format!("A {qualification}"));
    details["qualification"] = json!(qualification);
    let person = app.manage("POST", "/practitioners", details).await.expect(201).id();
    let user = NewUser {
        email: email.to_owned().try_into().unwrap(),
        name: "Somebody".try_into().unwrap(),
        role: Role::Practitioner,
        partner_id: None,
        practitioner_id: Some(PractitionerId(person.parse().unwrap())),
        password: None,
    };
    by_command::add(&app.app, user).await.unwrap();
    by_command::create_token(&app.app, email, 30).await.unwrap()
}

#[tokio::test]
async fn what_asks_for_a_physician_takes_a_physicians_sign_in_once_one_can_sign_in() {
    let (story, session) = checked_in("V").await;
    let mut record = done_with(532);
    record["override"] = json!({"reason": "A physician saw the patient and agreed."});
    let technician = who_is(&story, "technician@example.test", "smp_technician").await;
    complete(&story, &technician, &session, record.clone()).await.expect(403);
    let physician = who_is(&story, "physician@example.test", "physician").await;
    // Now there is one, and nobody else speaks for them.
    for token in [&story.app.practitioner, &story.app.manager, &technician] {
        complete(&story, token, &session, record.clone()).await.expect(403);
    }
    complete(&story, &physician, &session, record).await.expect(200);
    let audit =
        story.app.manager_get(&format!("/audit?patient_id={}&limit=200", story.patient)).await;
    has(audit.item("action", "rule.spoken_as"), json!({"detail": "physician"}));
}

#[tokio::test]
async fn only_the_wavelength_that_the_test_patch_tried_is_used() {
    // Rule 24, where the wavelength is known.
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    story.consulted("2026-06-01T10:00").await;
    story.patched("2026-11-01T10:00").await;
    story.app.consent_to_laser(&story.course).await;
    let session = story.book("laser_partial", "2027-01-04T10:00").await.expect(201).id();
    story.app.act(&session, "arrive").await.expect(200);
    story.app.act(&session, "check-in").await.expect(200);
    complete(&story, &story.app.practitioner, &session, done_with(532))
        .await
        .refused(422, &["test_patch_required"]);
    complete(&story, &story.app.practitioner, &session, done_with(1064)).await.expect(200);
}

#[tokio::test]
async fn what_has_ended_is_corrected_with_role_and_reason_and_the_old_value_is_kept() {
    let (story, session) = checked_in("II").await;
    complete(&story, &story.app.practitioner, &session, done_with(1064)).await.expect(200);
    let path = format!("/sessions/{session}/correct");
    let mut right = done_with(1064);
    right["pain"] = json!(7);
    let correction = json!({"reason": "The pain score was another patient's.", "record": right});
    story.app.post(&path, correction.clone()).await.expect(403);
    let as_practitioner =
        |body: Value| story.app.call(&story.app.practitioner, "POST", &path, body);
    as_practitioner(json!({"record": right})).await.expect(422);
    as_practitioner(json!({"reason": "short", "record": right})).await.expect(422);
    as_practitioner(json!({"reason": "Nothing to say here, really."}))
        .await
        .refused(422, &["not_correctable"]);
    let mut wrong = right.clone();
    wrong["parameter_sets"][0]["fluence_j_cm2"] = json!(99);
    as_practitioner(json!({"reason": "The fluence was another one.", "record": wrong}))
        .await
        .refused(422, &["parameter_out_of_range"]);
    let corrected = as_practitioner(correction).await.expect(200);
    assert_eq!(
        (corrected.str("status"), &corrected.body["record"]["pain"]),
        ("fulfilled", &json!(7))
    );
    let history = story.app.get(&format!("/sessions/{session}/history")).await.expect(200);
    let last = history.items().last().unwrap();
    assert_eq!(
        (last["change"].as_str().unwrap(), &last["before"]["record"]["pain"]),
        ("correct", &json!(4))
    );
    let audit =
        story.app.manager_get(&format!("/audit?patient_id={}&limit=200", story.patient)).await;
    assert!(
        audit.items().iter().any(|line| line["detail"] == "The pain score was another patient's.")
    );
    // A treatment that did not happen gives its place in the course back.
    let sent_home = json!({"reason": "It was written up for the wrong visit.", "record": {"outcome": "not-done", "reason": "Sunburn"}});
    let undone = as_practitioner(sent_home).await.expect(200);
    assert_eq!(undone.str("procedure_status"), "not-done");
    assert_eq!(story.app.course(&story.course).await.body["progress"]["done"], 0);
}

#[tokio::test]
async fn a_no_show_who_came_after_all_arrives_and_an_error_is_taken_back_by_a_manager() {
    let story = Story::begins("2027-01-04T14:00:00Z").await;
    let session = story.book("consultation", "2027-01-04T09:15").await.expect(201).id();
    let path = format!("/sessions/{session}/correct");
    let came = json!({"reason": "She was in the other waiting room.", "status": "arrived"});
    let correct = |token: &str, body: Value| {
        let (token, path, app) = (token.to_owned(), path.clone(), &story.app);
        async move { app.call(&token, "POST", &path, body).await }
    };
    correct(&story.app.practitioner, came.clone()).await.refused(422, &["not_correctable"]);
    story.app.wait(chrono::Duration::minutes(31));
    story.app.act(&session, "no-show").await.expect(200);
    let arrived = correct(&story.app.practitioner, came).await.expect(200);
    assert_eq!(arrived.str("status"), "arrived");
    let error =
        json!({"reason": "Booked for somebody of the same name.", "status": "entered-in-error"});
    correct(&story.app.practitioner, error.clone()).await.refused(422, &["not_correctable"]);
    assert_eq!(
        correct(&story.app.manager, error).await.expect(200).str("status"),
        "entered-in-error"
    );
    assert_eq!(story.app.course(&story.course).await.body["phase"], "awaiting-consultation");
    // Its time is free again.
    let other = story.app.open_course("Ben").await;
    let body = json!({"course_id": other, "service": "consultation", "start": "2027-01-04T10:00", "practitioner_id": story.clinic.noor, "room_id": story.clinic.consult});
    story.app.post("/sessions", body).await.expect(201);
}
