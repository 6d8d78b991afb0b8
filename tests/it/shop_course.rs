//! One course of six sessions, two at the clinic, three at one shop and one at another, from the
//! first referral to its end on the demo's clock: with a rejection, a proposal, a consent that is
//! withdrawn, and a report that comes late.

use serde_json::{Value, json};

use crate::support::{Shop, TestApp, past::done_with};

/// The clinic treats a patient of its own, start to end.
async fn treated_here(app: &TestApp, course: &str, start: &str, device: &str) -> String {
    let booked = app
        .book_with(course, "laser_partial", start, json!({"device_id": device}))
        .await
        .expect(201);
    app.advance_to(booked.str("start")).await;
    for verb in ["arrive", "check-in"] {
        app.act(&booked.id(), verb).await.expect(200);
    }
    app.complete(&booked.id(), done_with(1064)).await.expect(200);
    booked.id()
}

async fn patched_at(app: &TestApp, shop: &Shop, course: &str, start: &str) {
    let mut patch = done_with(1064);
    patch["test_patch_result"] = json!("acceptable");
    let booked = app.book_at(shop, course, "test_patch", start).await.expect(201);
    app.accept(shop, booked.str("referral_id")).await;
    app.advance_to(booked.str("end")).await;
    app.shop_does(shop, booked.str("referral_id"), "report", patch).await.expect(200);
}

/// A shop rejects what it is asked for: the course is to be planned again.
async fn the_next_is_rejected_by(app: &TestApp, junction: &Shop, course: &str) {
    app.disclose(course, &junction.id).await;
    let asked = app.refer(course, &junction.id, "laser_partial", 1).await;
    app.shop_does(junction, &asked, "reject", json!({"reason": "No time before spring."}))
        .await
        .expect(200);
    assert_eq!(app.task_kinds().await, ["referral_declined"]);
    let task = app.get("/tasks").await.items()[0]["id"].as_str().unwrap().to_owned();
    app.post(&format!("/tasks/{task}/done"), Value::Null).await.expect(200);
}

/// A shop on request names its own time for a patch and for the session.
async fn the_last_is_done_at(app: &TestApp, junction: &Shop, course: &str) {
    let patch = app.refer(course, &junction.id, "test_patch", 1).await;
    app.shop_does(junction, &patch, "propose", json!({"start": "2027-07-06T18:00"}))
        .await
        .expect(200);
    app.clinic_does(&patch, "accept", Value::Null).await.expect(200);
    app.advance_to("2027-07-06T23:00:00Z").await;
    let mut tried = done_with(1064);
    tried["test_patch_result"] = json!("acceptable");
    app.shop_does(junction, &patch, "report", tried).await.expect(200);
    let last = app.refer(course, &junction.id, "laser_partial", 1).await;
    app.shop_does(junction, &last, "propose", json!({"start": "2027-07-20T18:00"}))
        .await
        .expect(200);
    let refused = app.clinic_does(&last, "accept", Value::Null).await.expect(422);
    assert_eq!(refused.codes(), ["interval_too_short"], "what Harbour did holds at Junction");
    app.shop_does(junction, &last, "propose", json!({"start": "2027-08-03T18:00"}))
        .await
        .expect(200);
    app.clinic_does(&last, "accept", Value::Null).await.expect(200);
    app.advance_to("2027-08-03T23:00:00Z").await;
    let done = app.shop_does(junction, &last, "report", done_with(1064)).await.expect(200);
    assert_eq!(done.str("status"), "completed");
}

async fn the_consent_is_withdrawn(app: &TestApp, consent: &str, visit: &str) {
    app.delete(consent).await.expect(200);
    let gone = app.session(visit).await;
    gone.has(json!({"status": "cancelled", "cancel_reason": "consent_withdrawn"}));
}

/// Every message to the patient is accounted for, and none of them says where or what.
async fn messages_to_the_patient_tell_nothing(app: &TestApp) {
    for mail in app.mails().await.iter().filter(|mail| mail.to == "ada@example.test") {
        for telling in crate::support::mail::TELLING {
            assert!(!mail.text.to_lowercase().contains(telling), "{telling}: {}", mail.text);
        }
    }
}

#[tokio::test]
async fn six_sessions_in_three_places_keep_one_count_and_one_set_of_waits() {
    let (app, clinic) = TestApp::with_clinic().await;
    let (harbour, junction) =
        (app.make_shop("Harbour Light", 2).await, app.make_shop_on_request("Junction Light").await);
    let course = app.prepare_course("Ada").await;
    app.consent_to_laser(&course).await;
    app.patch(
        &format!("/courses/{course}"),
        json!({"pigment": "tattoo_ink", "planned_sessions": 6}),
    )
    .await
    .expect(200);
    let progress = async || {
        let course = app.course(&course).await;
        (
            course.body["progress"]["done"].as_i64().unwrap(),
            course.body["progress"]["booked"].as_i64().unwrap(),
        )
    };

    // 1, at the clinic.
    treated_here(&app, &course, "2027-01-05T10:00", &clinic.owned).await;
    the_next_is_rejected_by(&app, &junction, &course).await;
    assert_eq!(progress().await, (1, 0));

    // Harbour is asked for three instead, once the patient permits it, and once its own laser is tried.
    let consent = app.disclose(&course, &harbour.id).await;
    patched_at(&app, &harbour, &course, "2027-01-20T10:00").await;
    let three = app.refer(&course, &harbour.id, "laser_partial", 3).await;
    let soon =
        app.book_at(&harbour, &course, "laser_partial", "2027-02-15T10:00").await.expect(422);
    assert_eq!(soon.codes(), ["interval_too_short"], "the clinic's own session counts there");
    let second =
        app.book_at(&harbour, &course, "laser_partial", "2027-02-16T10:00").await.expect(201);
    let third =
        app.book_at(&harbour, &course, "laser_partial", "2027-03-30T10:00").await.expect(201);
    // It proposes a later hour for the first of them, which the desk takes.
    app.shop_does(&harbour, &three, "propose", json!({"start": "2027-02-16T15:00"}))
        .await
        .expect(200);
    app.clinic_does(&three, "accept", Value::Null).await.expect(200);
    app.accept(&harbour, &three).await;
    assert_eq!(progress().await, (1, 2));
    // 2, at Harbour.
    app.advance_to("2027-02-16T21:00:00Z").await;
    app.shop_does(&harbour, &three, "report", done_with(1064)).await.expect(200);
    // 3, at Harbour, whose report comes late: meanwhile no next one is given there.
    app.advance_to("2027-04-05T12:00:00Z").await;
    let late = app.referral(&three).await;
    assert_eq!(late.str("business_status"), "report_overdue");
    app.book_at(&harbour, &course, "laser_partial", "2027-05-11T10:00")
        .await
        .refused(422, &["report_overdue"]);
    app.shop_does(&harbour, &three, "report", done_with(1064)).await.expect(200);
    assert_eq!(progress().await, (3, 0));
    // 4, at the clinic, six weeks after what was done at the shop.
    let near = json!({"device_id": clinic.owned});
    let near = app.book_with(&course, "laser_partial", "2027-05-10T10:00", near).await.expect(422);
    assert_eq!(near.body["violations"][0]["earliest"], "2027-05-11");
    treated_here(&app, &course, "2027-05-11T10:00", &clinic.owned).await;
    // 5 is dated at Harbour; then the patient withdraws the consent, and it is cancelled.
    let fifth =
        app.book_at(&harbour, &course, "laser_partial", "2027-06-22T10:00").await.expect(201);
    assert_eq!(fifth.str("referral_id"), three);
    app.accept(&harbour, &three).await;
    the_consent_is_withdrawn(&app, &consent, &fifth.id()).await;
    let seen = app.shop_sees(&harbour, &three).await.expect(200);
    seen.has(json!({"status": "cancelled", "packet": null}));
    // Given again, it is dated again, under a new referral; 5, at Harbour.
    app.disclose(&course, &harbour.id).await;
    let fifth =
        app.book_at(&harbour, &course, "laser_partial", "2027-06-22T11:00").await.expect(201);
    assert_ne!(fifth.str("referral_id"), three);
    app.accept(&harbour, fifth.str("referral_id")).await;
    app.advance_to("2027-06-22T17:00:00Z").await;
    app.shop_does(&harbour, fifth.str("referral_id"), "report", done_with(1064)).await.expect(200);
    // 6, at Junction after all.
    the_last_is_done_at(&app, &junction, &course).await;

    let whole = app.course(&course).await;
    assert_eq!(progress().await, (6, 0));
    let lasers: Vec<_> = whole
        .array("sessions")
        .iter()
        .filter(|session| session["service"] == "laser_partial" && session["status"] == "fulfilled")
        .map(|session| session["site_id"].as_str().unwrap().to_owned())
        .collect();
    let (here, there) = (&clinic.site, &harbour.site);
    assert_eq!(lasers, [here, there, there, here, there, &junction.site].map(Clone::clone));
    assert_eq!(whole.body["phase"], "in-review");
    let ended = json!({"status": "completed", "outcome": "cleared"});
    app.patch(&format!("/courses/{course}"), ended).await.expect(200);
    messages_to_the_patient_tell_nothing(&app).await;
    let seen = async |id: &str| app.session(id).await;
    assert_eq!(seen(&second.id()).await.str("uid"), second.str("uid"));
    assert_eq!(seen(&third.id()).await.str("status"), "fulfilled");
}
