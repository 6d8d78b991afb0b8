//! Ways in which a referral could come to say what is not so: answers to what was not seen, deeds
//! undone after their ground is gone, proposals and consents that meet. Each is a slip that can be made on a busy day.

use serde_json::{Value, json};

use crate::referral_messages::{booked, to_shop, written_to};
use crate::referrals::referable;
use crate::support::TestApp;

#[tokio::test]
async fn a_proposal_ends_with_what_it_was_for_and_moves_nobody_who_was_treated_or_is_here() {
    let (app, shop, course) = referable().await;
    let (session, referral) = booked(&app, &shop, &course).await;
    app.accept(&shop, &referral).await;
    let later = json!({"start": "2027-01-15T10:00", "session_id": session});
    app.shop_does(&shop, &referral, "propose", later.clone()).await.expect(200);
    app.send_after_grace().await;
    let link = app
        .mails()
        .await
        .into_iter()
        .rfind(|mail| mail.subject.starts_with("Another"))
        .unwrap()
        .link();
    app.advance_to("2027-01-06T14:30:00Z").await;
    app.act(&session, "arrive").await.expect(200);
    let page = app.open(&link).await.expect(200);
    page.hides(&["Take this time"]);
    let press = [("start", "2027-01-15T15:00:00+00:00")];
    let pressed = app.press(&format!("{link}/proposal"), &press).await.expect(303);
    assert!(pressed.header("location").ends_with("?changed"));
    app.clinic_does(&referral, "accept", Value::Null).await.refused(409, &["nothing_to_answer"]);
    app.advance_to("2027-01-06T16:00:00Z").await;
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"})).await.expect(200);
    app.clinic_does(&referral, "accept", Value::Null).await.expect(409);
    assert_eq!(app.status_of(&session).await, "fulfilled");
    let again = app.shop_does(&shop, &referral, "propose", later).await;
    assert!(matches!(again.status, 404 | 409), "{}", again.text);
}

#[tokio::test]
async fn undoing_brings_nothing_back_to_a_shop_that_may_not_know_or_has_its_referral_no_more() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    let course = app.prepare_course("Ada").await;
    let consent = app.disclose(&course, &shop.id).await;
    // Called off, then the consent is withdrawn.
    let (session, _) = booked(&app, &shop, &course).await;
    app.cancel(&session).await.expect(200);
    app.delete(&consent).await.expect(200);
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
    // Moved to the clinic, then the consent is withdrawn.
    let consent = app.disclose(&course, &shop.id).await;
    let (session, referral) = booked(&app, &shop, &course).await;
    app.accept(&shop, &referral).await;
    let sites = app.get("/sites").await.expect(200);
    let clinic = sites.item("kind", "clinic")["id"].clone();
    app.reschedule(&session, json!({"start": "2027-01-06T10:00", "site_id": clinic}))
        .await
        .expect(200);
    app.delete(&consent).await.expect(200);
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
    app.cancel(&session).await.expect(200);
    // Called off, then the shop cannot go on.
    app.disclose(&course, &shop.id).await;
    let id = app.refer(&course, &shop.id, "consultation", 2).await;
    let (session, referral) = booked(&app, &shop, &course).await;
    assert_eq!(referral, id);
    app.accept(&shop, &id).await;
    app.cancel(&session).await.expect(200);
    app.shop_does(&shop, &id, "fail", json!({"reason": "The laser broke."})).await.expect(200);
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
    // What is asked again was not answered.
    let (session, referral) = booked(&app, &shop, &course).await;
    app.accept(&shop, &referral).await;
    app.move_to(&session, "2027-01-07T10:00").await.expect(200);
    app.cancel(&session).await.expect(200);
    app.act(&session, "undo").await.expect(200);
    let back = app.referral(&referral).await;
    back.has(json!({"status": "requested", "answered_at": null}));
}

#[tokio::test]
async fn a_manager_answers_for_the_clinic_unless_they_say_for_whom() {
    let (app, shop, course) = referable().await;
    let (session, referral) = booked(&app, &shop, &course).await;
    let seen = app
        .shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T10:00"}))
        .await
        .expect(200);
    let version = seen.header("etag").to_owned();
    let path = |verb: &str| format!("/referrals/{referral}/{verb}");
    let no = json!({"reason": "Too late."});
    app.call_if(&version, &app.manager, "POST", &path("reject"), no.clone()).await.expect(200);
    // A second manager has seen what is no longer there; and even without looking, answers for no shop.
    app.call_if(&version, &app.manager, "POST", &path("accept"), Value::Null).await.expect(412);
    for (verb, body) in [("accept", Value::Null), ("reject", no)] {
        app.manage("POST", &path(verb), body).await.refused(409, &["nothing_to_answer"]);
    }
    app.post(&path("accept"), Value::Null).await.refused(409, &["nothing_to_answer"]);
    assert_eq!(app.status_of(&session).await, "pending");
    app.manage("POST", &path("accept"), json!({"for_shop": true})).await.expect(200);
    assert_eq!(app.status_of(&session).await, "booked");
}

/// The version of a referral is that of its dates too.
#[tokio::test]
async fn a_shop_answers_what_it_has_seen() {
    let (app, shop, course) = referable().await;
    let (session, referral) = booked(&app, &shop, &course).await;
    let seen = app.shop_sees(&shop, &referral).await.expect(200);
    let version = seen.header("etag").to_owned();
    app.move_to(&session, "2027-01-20T10:00").await.expect(200);
    let path = format!("/referrals/{referral}/accept");
    app.call_if(&version, &shop.token, "POST", &path, Value::Null).await.expect(412);
    let seen = app.shop_sees(&shop, &referral).await.expect(200);
    let version = seen.header("etag").to_owned();
    app.call_if(&version, &shop.token, "POST", &path, Value::Null).await.expect(200);
}

#[tokio::test]
async fn what_a_shop_was_answered_is_not_answered_again_once_the_patient_says_no() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    let course = app.prepare_course("Ada").await;
    let consent = app.disclose(&course, &shop.id).await;
    let (_, referral) = booked(&app, &shop, &course).await;
    let path = format!("/referrals/{referral}/accept");
    let key = [("idempotency-key", "k-1")];
    let first = app.call_with(&shop.token, "POST", &path, Value::Null, &key).await.expect(200);
    let again = app.call_with(&shop.token, "POST", &path, Value::Null, &key).await.expect(200);
    assert_eq!(first.text, again.text);
    app.delete(&consent).await.expect(200);
    let again = app.call_with(&shop.token, "POST", &path, Value::Null, &key).await;
    assert!(again.status == 409 && !again.text.contains("Ada"), "{}", again.text);
}

#[tokio::test]
async fn a_place_with_sessions_to_come_changes_hands_no_more() {
    let (app, shop, course) = referable().await;
    let other = app.make_shop("Other Light", 1).await;
    let (session, _) = booked(&app, &shop, &course).await;
    let path = format!("/sites/{}", shop.site);
    for change in [json!({"partner_id": other.id}), json!({"kind": "clinic", "partner_id": null})] {
        app.manage("PATCH", &path, change).await.refused(422, &["site_partner"]);
    }
    app.cancel(&session).await.expect(200);
    app.set(&path, json!({"partner_id": other.id})).await;
}

#[tokio::test]
async fn a_referral_of_which_all_is_done_is_completed_however_that_came_about() {
    let (app, shop, course) = referable().await;
    let done = json!({"outcome": "completed"});
    // Reported while it rests.
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    booked(&app, &shop, &course).await;
    app.accept(&shop, &id).await;
    app.clinic_does(&id, "hold", Value::Null).await.expect(200);
    app.advance_to("2027-01-06T17:00:00Z").await;
    app.shop_does(&shop, &id, "report", done.clone()).await.expect(200);
    let resumed = app
        .call_with(
            &app.desk,
            "POST",
            &format!("/referrals/{id}/resume"),
            Value::Null,
            &[("content-type", "application/json")],
        )
        .await;
    assert_eq!(resumed.expect(200).str("status"), "completed");
    // Asked for fewer than before.
    let id = app.refer(&course, &shop.id, "review", 2).await;
    let one = app.book_at(&shop, &course, "review", "2027-01-07T10:00").await.expect(201);
    assert_eq!(one.str("referral_id"), id);
    app.accept(&shop, &id).await;
    app.advance_to("2027-01-07T17:00:00Z").await;
    app.shop_does(&shop, &id, "report", done).await.expect(200);
    let fewer = app.patch(&format!("/referrals/{id}"), json!({"count": 1})).await.expect(200);
    assert_eq!(fewer.str("status"), "completed");
    // Whom it treated a shop may keep; what becomes of them it is not told.
    let seen = app.shop_sees(&shop, &id).await.expect(200);
    assert_eq!(
        (&seen.body["packet"]["name"], &seen.body["packet"]["phone"]),
        (&json!("Ada Sample"), &Value::Null)
    );
}

#[tokio::test]
async fn a_referral_ends_with_its_course_and_one_that_came_to_nothing_tells_nothing() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    assert_eq!(app.shop_sees(&shop, &id).await.body["packet"]["name"], "Ada Sample");
    let over = json!({"status": "revoked", "outcome": "patient_stopped"});
    app.patch(&format!("/courses/{course}"), over).await.expect(200);
    let seen = app.shop_sees(&shop, &id).await.expect(200);
    seen.has(json!({"status": "cancelled", "packet": null}));
    app.shop_does(&shop, &id, "accept", Value::Null)
        .await
        .refused(409, &["not_allowed_from_cancelled"]);
}

/// A date under a draft sends it, or the shop would not know that it is asked; the desk that sends it then finds it sent.
#[tokio::test]
async fn booking_under_a_draft_sends_it() {
    let (app, shop, course) = referable().await;
    written_to(&app, &shop).await;
    let draft =
        json!({"course_id": course, "partner_id": shop.id, "service": "consultation", "count": 1});
    let id = app.post("/referrals", draft).await.expect(201).id();
    let (_, referral) = booked(&app, &shop, &course).await;
    assert_eq!(referral, id);
    assert_eq!(app.referral(&id).await.str("status"), "requested");
    app.clinic_does(&id, "send", Value::Null).await.expect(200);
    app.clinic_does(&id, "send", Value::Null).await.expect(409);
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await, ["New request, please reply: Jan 6, 10:00 a.m."]);
}

#[tokio::test]
async fn what_has_passed_unanswered_is_accepted_by_nobody_but_can_be_reported_on() {
    let (app, shop, course) = referable().await;
    let (session, referral) = booked(&app, &shop, &course).await;
    app.advance_to("2027-01-06T17:00:00Z").await;
    app.accept(&shop, &referral).await;
    assert_eq!(app.status_of(&session).await, "pending", "nobody agrees to what has passed");
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"})).await.expect(200);
    assert_eq!(app.status_of(&session).await, "fulfilled");
    assert_eq!(app.referral(&referral).await.str("status"), "completed");
}

#[tokio::test]
async fn a_visit_that_moves_within_its_shop_stays_with_its_referral() {
    let (app, shop, course) = referable().await;
    let first = app.refer(&course, &shop.id, "consultation", 1).await;
    let (one, _) = booked(&app, &shop, &course).await;
    let two = app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201);
    let second = two.str("referral_id").to_owned();
    assert_ne!(first, second);
    app.cancel(&one).await.expect(200);
    let moved = app.move_to(&two.id(), "2027-01-08T10:00").await.expect(200);
    assert_eq!(moved.str("referral_id"), second);
}

#[tokio::test]
async fn what_both_have_agreed_to_is_moved_and_not_undone() {
    let (app, shop, course) = referable().await;
    let (session, referral) = booked(&app, &shop, &course).await;
    app.shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T10:00"}))
        .await
        .expect(200);
    app.clinic_does(&referral, "accept", Value::Null).await.expect(200);
    app.act(&session, "undo").await.refused(409, &["nothing_to_undo"]);
}
