//! Referrals: written and sent by the clinic, answered by the shop, each step by the role that
//! may and with a line in the audit; and what the clinic does when a shop says no, or nothing.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Shop, TestApp};

/// A clinic, a shop, and a patient who may be referred there.
pub(crate) async fn referable() -> (TestApp, Shop, String) {
    let (app, _, course) = TestApp::with_course().await;
    let shop = app.make_shop("Harbour Light", 2).await;
    app.disclose(&course, &shop.id).await;
    (app, shop, course)
}

/// What the audit says of a patient, newest last: who did what.
async fn audited(app: &TestApp, patient: &str) -> Vec<String> {
    let lines =
        app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await.expect(200);
    let said = |line: &Value| {
        format!("{} {}", line["role"].as_str().unwrap(), line["action"].as_str().unwrap())
    };
    lines.items().iter().map(said).collect()
}

#[tokio::test]
async fn a_referral_goes_from_draft_to_completed_and_every_step_leaves_a_line() {
    let (app, shop, course) = referable().await;
    let referral =
        json!({"course_id": course, "partner_id": shop.id, "service": "consultation", "count": 2});
    let written = app.post("/referrals", referral).await.expect(201);
    written.has(json!({"status": "draft", "undated": 2}));
    let id = written.id();
    // Until it is sent the shop knows nothing of it.
    app.shop_sees(&shop, &id).await.expect(404);
    let seen = app.shop_get(&shop, "/referrals").await.expect(200);
    assert!(seen.items().is_empty());
    let sent = app.clinic_does(&id, "send", Value::Null).await.expect(200);
    assert_eq!(sent.str("status"), "requested");
    assert_eq!(app.shop_sees(&shop, &id).await.expect(200).str("status"), "received");
    assert_eq!(app.accept(&shop, &id).await.str("business_status"), "awaiting_date");
    for start in ["2027-01-05T10:00", "2027-01-06T10:00"] {
        app.book_at(&shop, &course, "consultation", start).await.expect(201);
    }
    let dated = app.accept(&shop, &id).await;
    dated.has(json!({"status": "accepted", "business_status": "dated"}));
    app.wait(Duration::hours(26));
    let due = app.shop_sees(&shop, &id).await.expect(200);
    assert_eq!(
        (due.str("business_status"), &due.body["visits"][0]["report_due"]),
        ("treated_report_due", &json!(true))
    );
    let done = json!({"outcome": "completed"});
    assert_eq!(
        app.shop_does(&shop, &id, "report", done.clone()).await.expect(200).str("status"),
        "in-progress"
    );
    app.wait(Duration::hours(24));
    assert_eq!(
        app.shop_does(&shop, &id, "report", done).await.expect(200).str("status"),
        "completed"
    );
    let lines = audited(&app, written.str("patient_id")).await;
    for line in [
        "front_desk referral.write", "front_desk referral.send", "partner referral.receive",
        "partner referral.read", "partner referral.accept", "partner session.accept",
        "partner referral.report", "partner session.report", "partner referral.complete",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} is not in {lines:?}");
    }
}

#[tokio::test]
async fn what_the_state_does_not_allow_is_a_conflict_that_names_it() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    app.clinic_does(&id, "send", Value::Null).await.refused(409, &["not_allowed_from_requested"]);
    app.shop_does(&shop, &id, "report", json!({"outcome": "completed"}))
        .await
        .refused(409, &["nothing_to_answer"]);
    let why = json!({"reason": "No chair before spring."});
    let rejected = app.shop_does(&shop, &id, "reject", why.clone()).await.expect(200);
    rejected.has(json!({"status": "rejected", "reason": "No chair before spring."}));
    for (verb, body) in [
        ("accept", Value::Null),
        ("reject", why.clone()),
        ("propose", json!({"start": "2027-02-01T10:00"})),
        ("fail", why),
    ] {
        app.shop_does(&shop, &id, verb, body).await.refused(409, &["not_allowed_from_rejected"]);
    }
    for verb in ["cancel", "hold", "resume"] {
        app.post(&format!("/referrals/{id}/{verb}"), Value::Null)
            .await
            .refused(409, &["not_allowed_from_rejected"]);
    }
}

#[tokio::test]
async fn nothing_leaves_without_the_consent_that_names_the_shop_and_nobody_goes_past_that() {
    let (app, _) = TestApp::with_clinic().await;
    let (shop, other) =
        (app.make_shop("Harbour Light", 1).await, app.make_shop("Other Light", 1).await);
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &other.id).await;
    let referral =
        json!({"course_id": course, "partner_id": shop.id, "service": "consultation", "count": 1});
    let id = app.post("/referrals", referral).await.expect(201).id();
    let refused = app
        .clinic_does(&id, "send", Value::Null)
        .await
        .refused(422, &["disclosure_consent_missing"]);
    assert_eq!(refused.body["violations"][0]["overridable"], false);
    let booking = json!({"course_id": course, "service": "consultation", "start": "2027-01-05T10:00",
        "site_id": shop.site, "override": {"reason": "a reason that is long enough"}});
    let refused = app.manage("POST", "/sessions", booking).await;
    refused.refused(422, &["disclosure_consent_missing"]);
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
    assert_eq!(slots.body["refused"][0]["code"], "disclosure_consent_missing");
    app.disclose(&course, &shop.id).await;
    app.clinic_does(&id, "send", Value::Null).await.expect(200);
}

/// Rule 59: on the day of the session, not on that of the booking.
#[tokio::test]
async fn papers_are_looked_at_on_the_day_of_the_session() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &shop.id).await;
    let until = |day: &str| json!({"papers": {"inspection": {"valid_until": day}}});
    let path = format!("/partners/{}", shop.id);
    app.set(&path, until("2027-01-10")).await;
    app.book_at(&shop, &course, "consultation", "2027-01-10T10:00").await.expect(201);
    let refused = app
        .book_at(&shop, &course, "consultation", "2027-01-11T10:00")
        .await
        .refused(422, &["partner_not_eligible"]);
    let said = refused.body["violations"][0]["message"].as_str().unwrap();
    assert!(said.contains("its inspection expired on Sunday 10 January 2027"), "{said}");
    // And of what is booked already, when a paper is found to end sooner.
    let booked = app.set(&path, until("2027-01-05")).await;
    assert_eq!(booked.body["papers"]["inspection"]["valid_until"], "2027-01-05");
    let concerns = app.course(&course).await.body["concerns"].clone();
    assert_eq!(concerns[0]["violations"][0]["code"], "partner_not_eligible");
    // A shop that has none at all cannot be chosen.
    let bare = json!({"name": "Bare", "address": "9 Example Ave", "phone": "416-555-0189"});
    let bare = app.manage("POST", "/partners", bare).await.expect(201).id();
    let referral =
        json!({"course_id": course, "partner_id": bare, "service": "consultation", "count": 1});
    app.post("/referrals", referral).await.refused(422, &["partner_not_eligible"]);
    let saline =
        json!({"course_id": course, "partner_id": shop.id, "service": "adjustment", "count": 1});
    app.set(&path, until("2030-01-01")).await;
    app.post("/referrals", saline).await.refused(422, &["not_offered_by_partner"]);
}

/// Rule 60: after two business days it is the desk's, and only once.
#[tokio::test]
async fn a_referral_without_dates_is_told_at_once_again_after_a_day_and_is_the_desks_after_two() {
    let (app, shop, course) = referable().await;
    let wants = json!({"email": "harbour@example.test"});
    app.shop_wants(&shop, wants).await;
    // On a Friday at nine.
    app.advance_to("2027-01-08T14:00:00Z").await;
    let id = app.refer(&course, &shop.id, "laser_partial", 3).await;
    app.send_after_grace().await;
    let mails = async || {
        let all = app.mails_to("harbour@example.test").await.into_iter();
        all.map(|mail| (mail.subject, mail.text)).collect::<Vec<_>>()
    };
    let told = mails().await;
    assert_eq!((told.len(), told[0].0.as_str()), (1, "New referral"));
    assert!(told[0].1.contains("Ada Sample, +14165550123"), "{}", told[0].1);
    app.advance_to("2027-01-11T14:00:00Z").await;
    assert_eq!(mails().await.last().unwrap().0, "Waiting for your reply");
    assert!(app.task_kinds().await.is_empty());
    app.advance_to("2027-01-12T14:00:00Z").await;
    assert_eq!(app.task_kinds().await, ["referral_unanswered"]);
    let task = app.get("/tasks").await.items()[0].clone();
    assert_eq!(task["referral_id"], json!(id));
    // The ledger accounts for all of it.
    let rows = app.get(&format!("/messages?referral_id={id}")).await.expect(200);
    let kinds: Vec<_> = rows
        .items()
        .iter()
        .map(|row| format!("{} {}", row["kind"].as_str().unwrap(), row["status"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, ["shop_referred sent", "shop_waiting sent", "shop_silent sent"]);
    // An answer does the desk's task.
    app.accept(&shop, &id).await;
    assert!(app.task_kinds().await.is_empty());
}

#[tokio::test]
async fn what_is_answered_in_time_is_asked_no_more_and_what_is_taken_back_is_said() {
    let (app, shop, course) = referable().await;
    let wants = json!({"email": "harbour@example.test"});
    app.shop_wants(&shop, wants).await;
    let id = app.refer(&course, &shop.id, "laser_partial", 1).await;
    app.send_after_grace().await;
    app.accept(&shop, &id).await;
    let taken = app
        .clinic_does(&id, "cancel", json!({"reason": "They prefer the clinic, being Mrs Secret."}))
        .await;
    assert_eq!(taken.expect(200).str("status"), "cancelled");
    app.advance_to("2027-01-20T14:00:00Z").await;
    let told = app.mails_to("harbour@example.test").await;
    let subjects: Vec<_> = told.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["New referral", "Referral withdrawn"]);
    told[1].hides(&["Ada", "Secret"]);
    assert!(app.task_kinds().await.is_empty());
    let seen = app.shop_sees(&shop, &id).await.expect(200);
    assert!(!seen.text.contains("Secret"), "what the clinic wrote is not the shop's to read");
    // Taken back before the shop was told, it was never there.
    let slip = app.refer(&course, &shop.id, "laser_partial", 1).await;
    app.clinic_does(&slip, "cancel", Value::Null).await.expect(200);
    app.advance_to("2027-01-25T14:00:00Z").await;
    assert_eq!(app.mails_to("harbour@example.test").await.len(), 2);
}

/// A shop says no: the desk has a task, the patient's course is open again, and what else is possible is one look away.
#[tokio::test]
async fn a_rejection_frees_the_dates_and_shows_what_else_is_possible() {
    let (app, shop, course) = referable().await;
    let other = app.make_shop("Other Light", 1).await;
    app.disclose(&course, &other.id).await;
    let harbour = app
        .make_shop_with(
            "Expired",
            json!({"papers": {"licence": {"valid_until": "2026-12-31"}}}),
            json!({"chairs": 1}),
        )
        .await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    assert_eq!(booked.str("status"), "pending");
    let no_reason = app.shop_does(&shop, &referral, "reject", json!({})).await;
    no_reason.expect(422);
    app.shop_does(&shop, &referral, "reject", json!({"reason": "Full."})).await.expect(200);
    let gone = app.session(&booked.id()).await;
    gone.has(json!({"status": "cancelled", "cancel_reason": "declined_by_shop"}));
    assert_eq!(app.task_kinds().await, ["referral_declined"]);
    app.act(&booked.id(), "undo").await.refused(409, &["nothing_to_undo"]);
    let places = app
        .get(&format!(
            "/courses/{course}/places?service=consultation&from=2027-01-05&to=2027-01-12"
        ))
        .await
        .expect(200);
    let place = |site: &str| {
        places.items().iter().find(|place| place["site_id"] == json!(site)).cloned().unwrap()
    };
    assert_eq!(places.items().len(), 4, "the clinic and three shops");
    assert_eq!(place(&other.site)["items"].as_array().unwrap().len(), 3);
    assert_eq!(place(&harbour.site)["refused"][0]["code"], "partner_not_eligible");
    // The time is free again, for the patient and for the chair.
    app.book_at(&other, &course, "consultation", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn a_referral_rests_and_goes_on_and_takes_no_dates_meanwhile() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 2).await;
    app.accept(&shop, &id).await;
    app.clinic_does(&id, "hold", json!({"reason": "Sunburn."})).await.expect(200);
    let refused = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(409);
    assert_eq!(refused.codes(), ["not_allowed_from_on-hold"]);
    let slots = app
        .slots_with(
            &course,
            "consultation",
            "2027-01-05",
            "2027-01-06",
            &format!("&site_id={}", shop.site),
        )
        .await;
    assert!(slots.items().is_empty(), "never a time that booking would refuse");
    app.clinic_does(&id, "resume", Value::Null).await.expect(200);
    assert_eq!(app.referral_status(&id).await, "accepted");
    app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn a_referral_asks_for_what_it_asks_and_no_less_than_has_its_date() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 2).await;
    for start in ["2027-01-05T10:00", "2027-01-06T10:00"] {
        let booked = app.book_at(&shop, &course, "consultation", start).await.expect(201);
        assert_eq!(booked.str("referral_id"), id);
    }
    let full = app
        .shop_does(&shop, &id, "propose", json!({"start": "2027-01-07T10:00"}))
        .await
        .expect(200);
    assert_eq!(full.array("proposals").len(), 1, "for the first that waits");
    app.accept(&shop, &id).await;
    app.shop_does(&shop, &id, "propose", json!({"start": "2027-01-07T10:00"}))
        .await
        .refused(422, &["referral_full"]);
    app.patch(&format!("/referrals/{id}"), json!({"count": 1}))
        .await
        .refused(422, &["referral_full"]);
    app.patch(&format!("/referrals/{id}"), json!({"count": 3})).await.expect(200);
    app.shop_does(&shop, &id, "propose", json!({"start": "2027-01-07T10:00"})).await.expect(200);
    // One more than is asked for is another referral, which the booking itself sends.
    let more = app.book_at(&shop, &course, "review", "2027-01-08T10:00").await.expect(201);
    assert_ne!(more.str("referral_id"), id);
    assert_eq!(app.referral_status(more.str("referral_id")).await, "requested");
    app.cancel(&more.id()).await.expect(200);
    assert_eq!(
        app.referral_status(more.str("referral_id")).await,
        "cancelled",
        "it ends with its booking"
    );
    app.act(&more.id(), "undo").await.expect(200);
    assert_eq!(
        app.referral_status(more.str("referral_id")).await,
        "requested",
        "and comes back with it"
    );
}

/// Every referral call without a token, as another shop, as each role.
#[tokio::test]
async fn another_shops_referral_is_not_there_whatever_is_asked_of_it() {
    let (app, shop, course) = referable().await;
    let stranger = app.make_shop("Other Light", 1).await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    let missing = "01890000-0000-7000-8000-000000000001";
    let start = json!({"start": "2027-01-07T10:00"});
    let why = json!({"reason": "No."});
    for (method, verb, body) in [
        ("GET", "", Value::Null),
        ("POST", "/accept", Value::Null),
        ("POST", "/reject", why.clone()),
        ("POST", "/propose", start),
        ("POST", "/report", json!({"outcome": "completed"})),
        ("POST", "/fail", why),
    ] {
        let path = |id: &str| format!("/referrals/{id}{verb}");
        app.call("", method, &path(&id), body.clone()).await.expect(401);
        let theirs = app.call(&stranger.token, method, &path(&id), body.clone()).await.expect(404);
        let none =
            app.call(&stranger.token, method, &path(missing), body.clone()).await.expect(404);
        assert_eq!(theirs.text, none.text, "{method} {verb}");
    }
    // The desk answers for no shop, and a shop writes and sends nothing.
    for token in [&app.desk, &app.practitioner] {
        app.call(token, "POST", &format!("/referrals/{id}/accept"), Value::Null).await.expect(403);
        app.call(token, "POST", &format!("/referrals/{id}/reject"), json!({"reason": "No."}))
            .await
            .expect(403);
    }
    for verb in ["send", "cancel", "hold", "resume"] {
        app.shop_does(&shop, &id, verb, Value::Null).await.expect(403);
    }
    let partner = |path: &str| format!("/partners/{}{path}", shop.id);
    for path in ["", "/notices", "/visits", "/links"] {
        app.call(&stranger.token, "GET", &partner(path), Value::Null).await.expect(404);
        app.shop_get(&shop, &partner(path)).await.expect(200);
    }
    let figures = format!("/settlement?partner_id={}", shop.id);
    app.call(&stranger.token, "GET", &figures, Value::Null).await.expect(404);
    let feed = json!({"kind": "partner", "id": shop.id});
    app.call(&stranger.token, "POST", "/feeds", feed.clone()).await.expect(404);
    let made = app.call(&shop.token, "POST", "/feeds", feed).await.expect(201);
    app.call(&stranger.token, "DELETE", &format!("/feeds/{}", made.id()), Value::Null)
        .await
        .expect(404);
    assert!(app.call(&stranger.token, "GET", "/feeds", Value::Null).await.items().is_empty());
    assert_eq!(app.shop_get(&shop, "/feeds").await.items().len(), 1);
    let site = json!({"kind": "site", "id": shop.site});
    app.call(&shop.token, "POST", "/feeds", site).await.expect(404);
    let listed = app.call(&stranger.token, "GET", "/partners", Value::Null).await;
    assert_eq!((listed.items().len(), &listed.items()[0]["id"]), (1, &json!(stranger.id)));
    // A manager may speak for a shop.
    app.manage("POST", &format!("/referrals/{id}/accept"), Value::Null).await.expect(409);
    app.clinic_does(&id, "accept", json!({"for_shop": true})).await.expect(403);
    app.manage("POST", &format!("/referrals/{id}/accept"), json!({"for_shop": true}))
        .await
        .expect(200);
}
