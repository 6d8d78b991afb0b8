//! What a shop reports of what it did, in the clinic's own record, and what is made of a report
//! that is late, or never comes.

use chrono::Duration;
use serde_json::json;

use crate::referrals::referable;
use crate::support::{TestApp, past::done_with};

#[tokio::test]
async fn a_shop_that_cannot_finish_says_so_and_the_rest_is_free() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    app.accept(&shop, &id).await;
    let failed =
        app.shop_does(&shop, &id, "fail", json!({"reason": "The laser broke."})).await.expect(200);
    assert_eq!(failed.str("status"), "failed");
    assert_eq!(app.status_of(&booked.id()).await, "cancelled");
    assert_eq!(app.task_kinds().await, ["referral_declined"]);
}

/// Rules 41 and 42 at a shop: what it can mend it is asked to mend; what was done is written down, and looked at.
#[tokio::test]
async fn a_report_is_the_clinics_own_record_and_what_should_not_have_been_is_looked_at() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &shop.id).await;
    let patient = app.patient_of(&course).await;
    app.change_patient(&patient, json!({"fitzpatrick": "V"})).await;
    let booked = app.book_at(&shop, &course, "test_patch", "2027-01-05T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    app.accept(&shop, &referral).await;
    app.shop_does(&shop, &referral, "report", done_with(1064))
        .await
        .refused(422, &["too_early_to_report"]);
    app.wait(Duration::hours(26));
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"}))
        .await
        .refused(422, &["record_incomplete"]);
    app.shop_does(&shop, &referral, "report", done_with(755))
        .await
        .refused(422, &["parameter_out_of_range"]);
    let junk =
        app.shop_does(&shop, &referral, "report", json!({"outcome": "completed", "pian": 3})).await;
    junk.expect(422);
    // 532 nm is not for this skin; it was done, so it is written down and looked at, and the shop is told nothing of the skin.
    let done = app.shop_does(&shop, &referral, "report", done_with(532)).await.expect(200);
    assert_eq!(done.str("status"), "completed");
    assert_eq!(app.task_kinds().await, ["report_to_review"]);
    let session = app.session(&booked.id()).await;
    session.has(json!({"status": "fulfilled", "procedure_status": "completed"}));
    assert_eq!(session.body["record"]["parameter_sets"][0]["wavelength_nm"], 532);
    app.shop_does(&shop, &referral, "report", done_with(532))
        .await
        .refused(409, &["nothing_to_answer"]);
}

/// Rule 62.
#[tokio::test]
async fn a_report_that_is_late_by_five_days_bars_the_next_session_there_unless_it_is_overridden() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    app.accept(&shop, &referral).await;
    app.advance_to("2027-01-10T15:44:00Z").await;
    app.book_at(&shop, &course, "review", "2027-01-20T10:00").await.expect(201);
    app.advance_to("2027-01-10T15:45:00Z").await;
    let seen = app.referral(&referral).await;
    assert_eq!(seen.str("business_status"), "report_overdue");
    let refused = app
        .book_at(&shop, &course, "review", "2027-01-21T10:00")
        .await
        .refused(422, &["report_overdue"]);
    assert_eq!(refused.body["violations"][0]["overridable_by"], json!(["practitioner", "manager"]));
    // Elsewhere, and for another patient, nothing is in the way.
    app.book(&course, "review", "2027-01-21T10:00").await.expect(201);
    let bo = app.prepare_course("Bo").await;
    app.disclose(&bo, &shop.id).await;
    app.book_at(&shop, &bo, "review", "2027-01-21T10:00").await.expect(201);
    let past = json!({"course_id": course, "service": "review", "start": "2027-01-22T10:00", "site_id": shop.site, "override": {"reason": "Told by telephone."}});
    app.call(&app.practitioner, "POST", "/sessions", past).await.expect(201);
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"})).await.expect(200);
    app.book_at(&shop, &course, "review", "2027-01-25T10:00").await.expect(201);
}

/// What the clinic writes up for a shop that told it by telephone counts as the shop's own report, and is taken back with it.
#[tokio::test]
async fn a_visit_that_the_clinic_writes_up_takes_the_referral_on_as_a_report_does() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    let booked =
        app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201).id();
    app.accept(&shop, &id).await;
    app.advance_to("2027-01-05T15:00:00Z").await;
    for verb in ["arrive", "check-in"] {
        app.act(&booked, verb).await.expect(200);
    }
    let done = json!({"outcome": "completed"});
    app.complete(&booked, done).await.expect(200);
    assert_eq!(app.shop_sees(&shop, &id).await.str("status"), "completed");
    app.act(&booked, "undo").await.expect(200);
    assert_eq!(app.shop_sees(&shop, &id).await.str("status"), "accepted");
}

/// Rule 30: who came and was not treated has used no session; the referral still asks for it.
#[tokio::test]
async fn a_report_that_nothing_was_done_leaves_the_referral_asking() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    app.accept(&shop, &id).await;
    app.advance_to("2027-01-05T17:00:00Z").await;
    let deferred = json!({"outcome": "not-done", "reason": "Sunburn."});
    let seen = app.shop_does(&shop, &id, "report", deferred).await.expect(200);
    seen.has(json!({"status": "in-progress", "undated": 1, "business_status": "awaiting_date"}));
}

/// A plan at a shop is one referral, whose dates the shop answers at once.
#[tokio::test]
async fn a_whole_plan_at_a_shop_is_one_referral() {
    let (app, shop, course) = referable().await;
    app.patch(&format!("/courses/{course}"), json!({"goal": "lighten"})).await.expect(200);
    let plan = json!({"service": "saline", "starts": ["2027-02-01T10:00", "2027-03-15T10:00", "2027-04-26T10:00"], "site_id": shop.site});
    let booked = app.post(&format!("/courses/{course}/plan/book"), plan).await.expect(201);
    let sessions = booked.array("sessions");
    let referral = sessions[0]["referral_id"].as_str().unwrap();
    assert!(
        sessions.iter().all(|one| one["status"] == "pending" && one["referral_id"] == referral),
        "{}",
        booked.text
    );
    let seen = app.accept(&shop, referral).await;
    seen.has(json!({"count": 3, "undated": 0}));
    assert!(seen.array("visits").iter().all(|one| one["status"] == "booked"));
}

/// What never should have been written is kept for the clinic, and gone for the shop.
#[tokio::test]
async fn a_referral_that_was_written_in_error_is_kept_and_its_shop_sees_it_no_more() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    app.shop_sees(&shop, &id).await.expect(200);
    let path = format!("/referrals/{id}/entered-in-error");
    let why = json!({"reason": "The wrong Ada."});
    let marked = app.manage("POST", &path, why.clone()).await.expect(200);
    assert_eq!(marked.str("status"), "entered-in-error");
    app.shop_sees(&shop, &id).await.expect(404);
    assert_eq!(app.status_of(&booked.id()).await, "cancelled");
    let again = app.manage("POST", &path, why).await.expect(409);
    assert_eq!(again.codes(), ["not_allowed_from_entered-in-error"]);
}
