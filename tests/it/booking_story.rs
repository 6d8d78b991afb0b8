//! The story of a front desk's day: register, open a course, find a time, book, move,
//! be told why not, cancel, and find all of it in the audit.

use serde_json::json;

use crate::support::{TestApp, has};

#[tokio::test]
async fn a_caller_is_booked_moved_told_why_not_cancelled_and_all_of_it_is_in_the_audit() {
    let (app, _) = TestApp::with_clinic_without_waits().await;
    let patient = app.register("Ada").await;
    let course = app.open_course_for(&patient).await;

    let slots = app.slots(&course, "consultation", "2027-01-05", "2027-01-05").await;
    assert_eq!(slots.starts()[0], "2027-01-05T09:00:00-05:00");
    assert_eq!(slots.items()[0]["rank"], 1);

    let booked = app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let session = booked.id();
    assert_eq!(booked.str("start"), "2027-01-05T10:00:00-05:00");
    assert_eq!(booked.str("end"), "2027-01-05T10:45:00-05:00");
    assert_eq!(booked.str("status"), "booked");
    booked.has(json!({"sequence": 0, "number": 1}));
    assert_eq!(booked.headers["etag"], "\"1\"");
    assert_eq!(booked.headers["location"], format!("/api/v1/sessions/{session}"));

    let moved = app.move_to(&session, "2027-01-06T11:00").await.expect(200);
    assert_eq!(moved.str("start"), "2027-01-06T11:00:00-05:00");
    assert_eq!(
        (moved.str("id"), moved.str("uid")),
        (session.as_str(), booked.str("uid")),
        "the same session, the same UID"
    );
    assert_eq!(moved.body["sequence"], 1);

    let refused = app.move_to(&session, "2027-07-01T10:00").await.refused(422, &["clinic_closed"]);
    assert_eq!(
        refused.body["violations"][0]["message"],
        "Hayden is closed on Thursday 1 July 2027 (Canada Day)."
    );
    assert_eq!(refused.body["violations"][0]["earliest"], "2027-07-02");
    assert_eq!(refused.body["violations"][0]["overridable"], false);
    let detail = "Hayden is closed on Thursday 1 July 2027 (Canada Day). The first day that works is Friday 2 July 2027.";
    assert_eq!(refused.str("detail"), detail);

    let cancelled = app.cancel(&session).await.expect(200);
    assert_eq!(cancelled.str("status"), "cancelled");
    assert_eq!(cancelled.str("cancel_reason"), "patient_request");
    app.book(&course, "consultation", "2027-01-06T11:00").await.expect(201);

    let audit = app
        .manage("GET", &format!("/audit?patient_id={patient}&limit=200"), json!(null))
        .await
        .expect(200);
    let actions: Vec<_> =
        audit.items().iter().map(|line| line["action"].as_str().unwrap()).collect();
    let told = [
        "patient.register", "course.open", "slots.search", "session.book", "session.reschedule",
        "session.reschedule_refused", "session.cancel", "session.book",
    ];
    assert_eq!(actions, told);
    for line in audit.items() {
        has(line, json!({"role": "front_desk", "patient_id": patient}));
        assert!(line["at"].as_str().unwrap().ends_with("-05:00"));
    }
}

#[tokio::test]
async fn what_is_left_out_is_chosen_and_what_is_named_is_kept() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let chosen = app.book(&course, "laser_partial", "2027-01-04T10:00").await.expect(201);
    assert_eq!(chosen.str("device_id"), clinic.owned);
    assert_eq!(chosen.str("room_id"), clinic.treatment);
    assert_eq!(chosen.str("site_id"), clinic.site);
    let named = app
        .book_with(
            &course,
            "consultation",
            "2027-01-04T14:00",
            json!({"practitioner_id": clinic.theo}),
        )
        .await
        .expect(201);
    assert_eq!(named.str("practitioner_id"), clinic.theo);
    assert!(named.body.get("device_id").is_none());
}

#[tokio::test]
async fn a_moved_session_keeps_its_practitioner_where_possible() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let with_theo = json!({"practitioner_id": clinic.theo});
    let session = app
        .book_with(&course, "consultation", "2027-01-04T14:00", with_theo)
        .await
        .expect(201)
        .id();
    assert_eq!(
        app.move_to(&session, "2027-01-04T15:00").await.expect(200).str("practitioner_id"),
        clinic.theo
    );
    // Theo works on Mondays only.
    assert_eq!(
        app.move_to(&session, "2027-01-05T15:00").await.expect(200).str("practitioner_id"),
        clinic.noor
    );
}

#[tokio::test]
async fn a_session_can_be_moved_onto_its_own_time() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let moved = app.move_to(&session, "2027-01-05T10:15").await.expect(200);
    moved.has(json!({"start": "2027-01-05T10:15:00-05:00", "sequence": 1}));
}

#[tokio::test]
async fn progress_is_counted_from_the_sessions_and_numbers_are_places_in_the_course() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    let second = app.book(&course, "laser_partial", "2027-01-06T10:00").await.expect(201);
    assert_eq!(second.body["number"], 4);
    let first = app.book(&course, "laser_partial", "2027-01-05T10:00").await.expect(201);
    assert_eq!(first.body["number"], 4);
    let read = app.course(&course).await;
    assert_eq!(read.body["progress"], json!({"done": 0, "booked": 2, "planned": 2, "left": 0}));
    assert_eq!(
        read.body["estimate"],
        json!({"min": 1, "max": 2, "basis": "smp", "date": "2027-01-04", "text": "1 to 2 sessions"})
    );
    let numbers: Vec<_> = read.array("sessions").iter().map(|session| &session["number"]).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5], "the consultation and two test patches came first");
    app.cancel(&first.id()).await.expect(200);
    let read = app.course(&course).await;
    assert_eq!(read.body["progress"]["booked"], 1);
    assert_eq!(app.session(&second.id()).await.body["number"], 4);
}

#[tokio::test]
async fn nothing_is_booked_in_a_course_that_has_ended_or_is_on_hold() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    let path = format!("/courses/{course}");
    let change = |body| app.patch(&path, body);
    change(json!({"status": "on-hold"})).await.expect(200);
    app.book(&course, "consultation", "2027-01-05T10:00").await.refused(422, &["course_not_open"]);
    assert_eq!(
        app.slots(&course, "consultation", "2027-01-05", "2027-01-05").await.why_not(),
        ["course_not_open"]
    );
    change(json!({"status": "active"})).await.expect(200);
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    change(json!({"status": "revoked", "outcome": "patient_stopped"}))
        .await
        .refused(422, &["course_has_sessions"]);
    app.cancel(&session).await.expect(200);
    change(json!({"status": "revoked", "outcome": "cleared"}))
        .await
        .refused(422, &["course_transition"]);
    change(json!({"status": "revoked", "outcome": "patient_stopped"})).await.expect(200);
    app.book(&course, "consultation", "2027-01-05T10:00").await.refused(422, &["course_not_open"]);
    change(json!({"status": "active", "outcome": null})).await.refused(422, &["course_transition"]);
}
