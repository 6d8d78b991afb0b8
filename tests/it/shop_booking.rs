//! Booking at a partner's shop: chairs and the patient are taken while the shop decides; it
//! accepts, proposes another time or declines; the desk, or the patient, takes what is proposed.

use chrono::Duration;
use serde_json::{Value, json};

use crate::referrals::referable;
use crate::support::past::{done_with, patch_with};
use crate::support::{TestApp, has};

#[tokio::test]
async fn a_session_at_a_shop_waits_for_it_and_takes_chair_and_patient_meanwhile() {
    let (app, _) = TestApp::with_clinic().await;
    let (shop, other) =
        (app.make_shop("Harbour Light", 2).await, app.make_shop("Other Light", 1).await);
    let mut courses = Vec::new();
    for name in ["Ada", "Bo", "Cleo"] {
        let course = app.prepare_course(name).await;
        app.disclose(&course, &shop.id).await;
        app.disclose(&course, &other.id).await;
        courses.push(course);
    }
    let ada = app.book_at(&shop, &courses[0], "consultation", "2027-01-05T10:00").await.expect(201);
    assert_eq!(ada.str("status"), "pending");
    let claims = app.count("SELECT COUNT(*) FROM claims").await;
    assert_eq!(claims, 2, "the chair and the patient, and nothing else");
    // The patient cannot be at two shops at once, nor at the clinic.
    app.book_at(&other, &courses[0], "consultation", "2027-01-05T10:15")
        .await
        .refused(409, &["conflict_patient"]);
    app.book(&courses[0], "consultation", "2027-01-05T10:15")
        .await
        .refused(409, &["conflict_patient"]);
    // As many at once as there are chairs.
    let bo = app.book_at(&shop, &courses[1], "consultation", "2027-01-05T10:00").await.expect(201);
    assert_ne!(ada.str("room_id"), bo.str("room_id"));
    app.book_at(&shop, &courses[2], "consultation", "2027-01-05T10:00")
        .await
        .refused(409, &["conflict_room"]);
    let slots = app
        .slots_with(
            &courses[2],
            "consultation",
            "2027-01-05",
            "2027-01-05",
            &format!("&site_id={}", shop.site),
        )
        .await;
    assert_eq!(slots.items()[0]["site_id"], json!(shop.site));
    assert!(slots.items().iter().all(|slot| slot["start"] != "2027-01-05T10:00:00-05:00"));
    for slot in slots.items().iter().take(3) {
        let start = slot["start"].as_str().unwrap();
        let hold = json!({"course_id": courses[2], "service": "consultation", "start": start, "site_id": shop.site});
        let kept = app.post("/holds", hold).await.expect(201).id();
        app.delete(&format!("/holds/{kept}")).await.expect(204);
    }
}

#[tokio::test]
async fn the_patient_is_told_once_the_shop_has_accepted_and_not_before() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201);
    app.send_after_grace().await;
    assert!(app.mails().await.iter().all(|mail| mail.to != "ada@example.test"));
    let seen = app.shop_sees(&shop, booked.str("referral_id")).await.expect(200);
    assert_eq!(seen.body["visits"][0]["status"], "pending");
    app.accept(&shop, booked.str("referral_id")).await;
    assert_eq!(app.status_of(&booked.id()).await, "booked");
    app.send_after_grace().await;
    let mails = app.mails_to("ada@example.test").await;
    assert_eq!((mails.len(), mails[0].line("DTSTART").as_str()), (1, "20270107T100000"));
    for telling in crate::support::mail::TELLING {
        assert!(!mails[0].text.to_lowercase().contains(telling), "{telling}: {}", mails[0].text);
    }
    // Moved, it has to be agreed again; what the patient knows stands until it is.
    app.move_to(&booked.id(), "2027-01-08T10:00").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.status_of(&booked.id()).await, "pending");
    assert_eq!(app.mails_to("ada@example.test").await.len(), 1);
    app.accept(&shop, booked.str("referral_id")).await;
    app.send_after_grace().await;
    let last = app.last_mail_to("ada@example.test").await;
    assert_eq!(last.line("DTSTART"), "20270108T100000");
}

#[tokio::test]
async fn the_desk_takes_another_time_that_a_shop_proposes_or_declines_it() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    // Outside its hours, which it may, since it says so itself.
    let proposed = app
        .shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T20:30"}))
        .await
        .expect(200);
    assert_eq!(proposed.body["proposals"][0]["status"], "open");
    assert_eq!(app.task_kinds().await, ["proposal_to_answer"]);
    let nobody = app.clinic_does(&referral, "reject", json!({"reason": "Too late."})).await;
    assert_eq!(nobody.expect(200).body["proposals"][0]["status"], "declined");
    assert!(app.task_kinds().await.is_empty());
    app.shop_does(
        &shop,
        &referral,
        "propose",
        json!({"start": "2027-01-08T19:00", "session_id": booked.id()}),
    )
    .await
    .expect(200);
    let taken = app.clinic_does(&referral, "accept", Value::Null).await.expect(200);
    taken.has(json!({"status": "accepted", "business_status": "dated"}));
    let session = app.session(&booked.id()).await;
    session.has(json!({"status": "booked", "local_start": "2027-01-08T19:00"}));
    assert_eq!(session.str("uid"), booked.str("uid"), "the same session");
    // The old time is free.
    let bo = app.prepare_course("Bo").await;
    app.disclose(&bo, &shop.id).await;
    app.book_at(&shop, &bo, "consultation", "2027-01-07T10:00").await.expect(201);
    // A shop that is asked for nothing answers nothing.
    app.clinic_does(&referral, "accept", Value::Null).await.expect(409);
    app.shop_does(&shop, &referral, "accept", Value::Null)
        .await
        .refused(409, &["nothing_to_answer"]);
}

/// What a shop proposes is asked every rule when it is taken; why it does not suit, the desk hears alone.
#[tokio::test]
async fn a_proposal_that_no_rule_allows_is_refused_to_the_desk_and_says_nothing_to_the_shop() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201);
    app.book(&course, "review", "2027-01-08T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    let heard = app
        .shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T10:00"}))
        .await
        .expect(200);
    heard.hides(&["conflict", "review"]);
    app.clinic_does(&referral, "accept", Value::Null).await.refused(409, &["conflict_patient"]);
    let session = app.session(&booked.id()).await;
    assert_eq!(
        (session.str("status"), session.str("local_start")),
        ("pending", "2027-01-07T10:00"),
        "nothing has changed"
    );
    for (start, code) in [
        ("2027-01-01T10:00", "start_in_past"),
        ("2027-03-14T02:30", "no_such_local_time"),
        ("2035-01-01T10:00", "too_far_ahead"),
    ] {
        let refused =
            app.shop_does(&shop, &referral, "propose", json!({"start": start})).await.expect(422);
        assert_eq!(refused.codes(), [code]);
    }
    let other =
        json!({"start": "2027-01-09T10:00", "session_id": "01890000-0000-7000-8000-000000000001"});
    app.shop_does(&shop, &referral, "propose", other).await.expect(404);
    // A move by the desk overtakes what was proposed.
    app.move_to(&booked.id(), "2027-01-12T10:00").await.expect(200);
    let seen = app.shop_sees(&shop, &referral).await.expect(200);
    assert_eq!(seen.body["proposals"][0]["status"], "superseded");
    assert!(app.task_kinds().await.is_empty());
}

#[tokio::test]
async fn the_patient_takes_a_proposed_time_on_their_own_page() {
    let (app, shop, course) = referable().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    app.shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T14:30"}))
        .await
        .expect(200);
    app.send_after_grace().await;
    let mail = app.last_mail_to("ada@example.test").await;
    assert_eq!(mail.subject, "Another time for your appointment: Jan 8, 2:30 p.m.?");
    for telling in crate::support::mail::TELLING {
        assert!(!mail.text.to_lowercase().contains(telling), "{telling}: {}", mail.text);
    }
    let link = mail.link();
    let page = app.open(&link).await.expect(200);
    page.shows(&["This time is not confirmed yet", "Take this time"]);
    let start = "2027-01-08T19:30:00+00:00";
    app.press(&format!("{link}/proposal"), &[("start", "2027-01-09T19:30:00+00:00")])
        .await
        .expect(303);
    assert_eq!(app.status_of(&booked.id()).await, "pending", "another time was not proposed");
    app.press(&format!("{link}/proposal"), &[("start", start)]).await.expect(303);
    let session = app.session(&booked.id()).await;
    session.has(json!({"status": "booked", "local_start": "2027-01-08T14:30"}));
    assert!(app.task_kinds().await.is_empty());
    let page = app.open(&link).await.expect(200);
    page.hides(&["Take this time"]);
    // Pressed twice, it is as it was.
    app.press(&format!("{link}/proposal"), &[("start", start)]).await.expect(303);
    assert_eq!(app.status_of(&booked.id()).await, "booked");
}

#[tokio::test]
async fn a_shop_on_request_names_its_times_itself() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop_on_request("Junction Light").await;
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &shop.id).await;
    let slots = app
        .slots_with(
            &course,
            "consultation",
            "2027-01-05",
            "2027-01-06",
            &format!("&site_id={}", shop.site),
        )
        .await;
    assert!(slots.items().is_empty());
    assert!(slots.array("refused").iter().any(|one| one["code"] == "shop_proposes"));
    let refused = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(422);
    assert!(refused.codes().contains(&"shop_proposes"), "{:?}", refused.codes());
    let id = app.refer(&course, &shop.id, "consultation", 2).await;
    app.accept(&shop, &id).await;
    app.shop_does(&shop, &id, "propose", json!({"start": "2027-01-09T19:00"})).await.expect(200);
    let taken = app.clinic_does(&id, "accept", Value::Null).await.expect(200);
    let session = &taken.body["sessions"][0];
    has(session, json!({"status": "booked", "local_start": "2027-01-09T19:00"}));
    assert_eq!(
        (&taken.body["undated"], &taken.body["proposals"][0]["session_id"]),
        (&json!(1), &session["id"])
    );
    app.send_after_grace().await;
    assert!(app.mails().await.iter().any(|mail| mail.to == "ada@example.test"));
}

/// Rules 24 to 27 at a shop: its laser is its own, and skin knows no address.
#[tokio::test]
async fn a_test_patch_vouches_for_the_laser_it_was_made_with_and_waits_hold_everywhere() {
    let (app, clinic) = TestApp::with_clinic().await;
    let (shop, other) =
        (app.make_shop("Harbour Light", 1).await, app.make_shop("Other Light", 1).await);
    let course = app.prepare_course("Ada").await;
    for shop in [&shop, &other] {
        app.disclose(&course, &shop.id).await;
    }
    // Patched with both lasers of the clinic, and with neither of the shops'.
    app.book_at(&shop, &course, "laser_partial", "2027-01-05T10:00")
        .await
        .refused(422, &["test_patch_required"]);
    let patch = app.book_at(&shop, &course, "test_patch", "2027-01-05T10:00").await.expect(201);
    app.accept(&shop, patch.str("referral_id")).await;
    app.wait(Duration::hours(26));
    app.shop_does(&shop, patch.str("referral_id"), "report", patch_with(1064)).await.expect(200);
    app.book_at(&shop, &course, "laser_partial", "2027-01-12T10:00")
        .await
        .refused(422, &["test_patch_wait"]);
    let laser = app.book_at(&shop, &course, "laser_partial", "2027-01-19T10:00").await.expect(201);
    app.book_at(&other, &course, "laser_partial", "2027-03-20T10:00")
        .await
        .refused(422, &["test_patch_required"]);
    // What waits for a shop counts as what is booked: no laser nearer to it than six weeks, at the clinic either.
    let near = json!({"device_id": clinic.owned});
    let near = app
        .book_with(&course, "laser_partial", "2027-02-16T10:00", near)
        .await
        .refused(422, &["interval_too_short"]);
    assert_eq!(near.body["violations"][0]["earliest"], "2027-03-02");
    app.accept(&shop, laser.str("referral_id")).await;
    app.advance_to("2027-01-19T17:00:00Z").await;
    app.shop_does(&shop, laser.str("referral_id"), "report", done_with(1064)).await.expect(200);
    let progress = app.course(&course).await.body["progress"].clone();
    assert_eq!(progress["done"], 1, "it counts as a session of the course: {progress}");
    let after = json!({"device_id": clinic.owned});
    app.book_with(&course, "laser_partial", "2027-03-02T10:00", after).await.expect(201);
}

/// Point 3: withdrawn, what is not done yet is cancelled, and the shop sees no more than that it was.
#[tokio::test]
async fn withdrawing_the_consent_takes_back_what_has_not_begun_and_hides_the_patient() {
    let (app, _) = TestApp::with_clinic().await;
    let (shop, other) =
        (app.make_shop("Harbour Light", 1).await, app.make_shop("Other Light", 1).await);
    let course = app.prepare_course("Ada").await;
    let consent = app.disclose(&course, &shop.id).await;
    app.disclose(&course, &other.id).await;
    let id = app.refer(&course, &shop.id, "consultation", 3).await;
    let mut sessions = Vec::new();
    for start in ["2027-01-05T10:00", "2027-01-06T10:00", "2027-01-08T10:00"] {
        sessions.push(app.book_at(&shop, &course, "consultation", start).await.expect(201).id());
    }
    let elsewhere =
        app.book_at(&other, &course, "consultation", "2027-01-09T10:00").await.expect(201).id();
    app.accept(&shop, &id).await;
    app.wait(Duration::hours(26));
    app.shop_does(&shop, &id, "report", json!({"outcome": "completed"})).await.expect(200);
    // The second has begun, and is to be reported on whatever happens.
    app.advance_to("2027-01-06T15:20:00Z").await;
    let withdrawn = app.delete(&consent).await.expect(200);
    assert_eq!(withdrawn.body["cancelled_sessions"], json!([sessions[2]]));
    let gone = app.session(&sessions[2]).await;
    gone.has(json!({"status": "cancelled", "cancel_reason": "consent_withdrawn"}));
    assert_eq!(app.status_of(&elsewhere).await, "pending", "another shop's stands");
    let seen = app.shop_sees(&shop, &id).await.expect(200);
    seen.has(json!({"status": "cancelled", "packet": null}));
    seen.hides(&["Ada", "Sample", "4165550123", "vertex", "smp"]);
    let list = app
        .shop_get(&shop, &format!("/partners/{}/visits?from=2027-01-01", shop.id))
        .await
        .expect(200);
    assert_eq!(list.items().len(), 3);
    assert!(list.items().iter().all(|visit| visit["packet"].is_null()));
    app.shop_does(&shop, &id, "report", json!({"outcome": "completed"})).await.expect(200);
    app.book_at(&shop, &course, "review", "2027-01-12T10:00")
        .await
        .refused(422, &["disclosure_consent_missing"]);
}
