//! What partner shops are told, and when: the day before, two hours before, at once when
//! something changes, and never more than the packet. How they set it.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::clinic::{ALL_DAYS, hours};
use crate::support::{TestApp, has};

/// The partner of the stories.
async fn partner_of(app: &TestApp) -> String {
    app.call(&app.partner, "GET", "/me", Value::Null).await.expect(200).str("partner_id").to_owned()
}

/// A shop that is told by mail, and two hours before by text; and who works there.
async fn shop() -> (TestApp, (String, String)) {
    let (app, _) = TestApp::with_clinic().await;
    let partner = partner_of(&app).await;
    let site = json!({"kind": "partner", "name": "Maple Fade", "address": "1 Example Ave", "partner_id": partner,
        "hours": hours(ALL_DAYS, "09:00", "20:00"), "observes_holidays": false});
    let site = app.manage("POST", "/sites", site).await.expect(201).id();
    let mika = json!({"site_id": site, "name": "Mika", "skills": ["consultation"], "hours": hours(ALL_DAYS, "09:00", "20:00")});
    app.manage("POST", "/practitioners", mika).await.expect(201);
    let chair = json!({"site_id": site, "name": "Chair 1", "capabilities": ["consultation"]});
    app.manage("POST", "/rooms", chair).await.expect(201);
    let wants = json!({"email": "maple@example.test", "phone": "416 555 0181", "before_by": "sms"});
    app.call(&app.partner, "PATCH", &format!("/partners/{partner}/notices"), wants)
        .await
        .expect(200);
    (app, (partner, site))
}

/// A patient who permits that the shop is told, and a visit there that waits for its answer; and its referral.
async fn asked(
    app: &TestApp,
    name: &str,
    start: &str,
    (partner, site): &(String, String),
) -> (String, String) {
    let course = app.prepare_course(name).await;
    app.disclose(&course, partner).await;
    let booked =
        app.book_with(&course, "consultation", start, json!({"site_id": site})).await.expect(201);
    (booked.id(), booked.str("referral_id").to_owned())
}

/// The same, which the shop has accepted.
async fn referred(app: &TestApp, name: &str, start: &str, shop: &(String, String)) -> String {
    let (session, referral) = asked(app, name, start, shop).await;
    app.call(&app.partner, "POST", &format!("/referrals/{referral}/accept"), Value::Null)
        .await
        .expect(200);
    session
}

async fn to_shop(app: &TestApp) -> Vec<crate::support::mail::Mail> {
    app.mails_to("maple@example.test").await
}

/// What the ledger holds for the shop about a visit.
async fn ledger(app: &TestApp, session: &str) -> Vec<String> {
    app.planned(session).await.into_iter().filter(|one| one.starts_with("shop")).collect()
}

#[tokio::test]
async fn a_shop_gets_the_next_day_as_one_list_at_four_and_a_word_two_hours_before_each() {
    let (app, shop) = shop().await;
    let early = referred(&app, "Ada", "2027-03-16T10:00", &shop).await;
    let late = referred(&app, "Bo", "2027-03-16T15:00", &shop).await;
    referred(&app, "Cleo", "2027-03-17T11:00", &shop).await;
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await.len(), 3, "each is new to it");
    app.advance_to("2027-03-15T20:00:00Z").await;
    let list = to_shop(&app).await.pop().unwrap();
    assert_eq!(list.subject, "Your list for Mar 16");
    list.shows(&[
        "10:00 a.m. – 10:45 a.m.  Ada Sample, +14165550123", "3:00 p.m. – 3:45 p.m.  Bo Sample",
    ]);
    assert!(!list.text.contains("Cleo"));
    let sent: Vec<_> = [&early, &late].iter().map(|session| app.messages(session)).collect();
    let mut names = Vec::new();
    for messages in sent {
        let messages = messages.await;
        let row = messages.item("kind", "shop_day").clone();
        has(&row, json!({"status": "sent", "sent_at": "2027-03-15T16:00:00-04:00"}));
        names.push(row["provider_id"].clone());
    }
    assert_eq!(names[0], names[1], "one mail, known by one name");
    app.advance_to("2027-03-16T12:00:00Z").await;
    let soon = app.texts().await.into_iter().rfind(|(to, _)| to == "+14165550181").unwrap();
    assert_eq!(
        soon.1,
        "Hayden St Clinic: starting soon, Mar 16: 10:00 a.m. Ada Sample. (647) 351-0061"
    );
    app.advance_to("2027-03-16T20:00:00Z").await;
    assert_eq!(app.texts().await.iter().filter(|(to, _)| to == "+14165550181").count(), 2);
}

#[tokio::test]
async fn what_changes_is_said_at_once_and_leaves_the_list() {
    let (app, shop) = shop().await;
    let session = referred(&app, "Ada", "2027-03-16T10:00", &shop).await;
    app.send_after_grace().await;
    app.move_to(&session, "2027-03-17T12:00").await.expect(200);
    app.send_after_grace().await;
    app.cancel(&session).await.expect(200);
    app.send_after_grace().await;
    let told: Vec<_> = to_shop(&app).await.iter().map(|mail| mail.subject.clone()).collect();
    assert_eq!(
        told,
        [
            "New appointment: Mar 16, 10:00 a.m.", "Changed, please reply: Mar 17, 12:00 p.m.",
            "Cancelled: Mar 17, 12:00 p.m."
        ]
    );
    assert!(!to_shop(&app).await[2].text.contains("Ada"), "what is off names nobody");
    let left = ledger(&app, &session).await;
    assert!(left.iter().all(|one| !one.ends_with("scheduled")), "{left:?}");
    // A slip of the hand reaches no shop.
    let (slip, _) = asked(&app, "Bo", "2027-03-16T10:00", &shop).await;
    app.act(&slip, "undo").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await.len(), 3);
}

#[tokio::test]
async fn a_visit_that_moves_to_the_clinic_is_taken_back_from_the_shop() {
    let (app, shop) = shop().await;
    let session = referred(&app, "Ada", "2027-03-16T10:00", &shop).await;
    app.send_after_grace().await;
    let sites = app.get("/sites").await.expect(200);
    let clinic = sites.item("kind", "clinic")["id"].clone();
    let there = json!({"start": "2027-03-16T10:00", "site_id": clinic});
    app.reschedule(&session, there).await.expect(200);
    app.send_after_grace().await;
    let told: Vec<_> = to_shop(&app).await.iter().map(|mail| mail.subject.clone()).collect();
    assert_eq!(told, ["New appointment: Mar 16, 10:00 a.m.", "Cancelled: Mar 16, 10:00 a.m."]);
    app.advance_to("2027-03-17T12:00:00Z").await;
    assert_eq!(to_shop(&app).await.len(), 2);
}

/// Rule 56: without the patient's consent that names the shop, nothing leaves.
#[tokio::test]
async fn a_shop_hears_nothing_of_a_patient_who_has_not_permitted_it() {
    let (app, (partner, site)) = shop().await;
    let course = app.prepare_course("Ada").await;
    let there = || json!({"site_id": site});
    app.book_with(&course, "consultation", "2027-03-16T10:00", there())
        .await
        .refused(422, &["disclosure_consent_missing"]);
    let consent = app.disclose(&course, &partner).await;
    let booked =
        app.book_with(&course, "consultation", "2027-03-16T10:00", there()).await.expect(201);
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await.len(), 1);
    app.delete(&consent).await.expect(200);
    app.advance_to("2027-03-17T12:00:00Z").await;
    assert!(app.texts().await.iter().all(|(to, _)| to != "+14165550181"));
    let told = to_shop(&app).await;
    assert_eq!(told.len(), 2, "that it is off, and nothing else");
    assert!(
        told[1].subject.starts_with("Cancelled") && !told[1].text.contains("Ada"),
        "{}",
        told[1].text
    );
    let rows = ledger(&app, &booked.id()).await;
    assert!(rows.iter().all(|one| !one.ends_with("scheduled")), "{rows:?}");
}

#[tokio::test]
async fn a_report_that_is_overdue_is_asked_for_after_five_days_and_not_once_it_came() {
    let (app, shop) = shop().await;
    let silent = referred(&app, "Ada", "2027-01-05T10:00", &shop).await;
    let prompt = referred(&app, "Bo", "2027-01-05T11:00", &shop).await;
    app.wait(Duration::hours(27));
    for session in [&silent, &prompt] {
        app.act(session, "arrive").await.expect(200);
        app.act(session, "check-in").await.expect(200);
    }
    let done = json!({"outcome": "completed"});
    app.complete(&prompt, done).await.expect(200);
    app.advance_to("2027-01-10T15:45:00Z").await;
    let asked: Vec<_> =
        to_shop(&app).await.into_iter().filter(|mail| mail.subject.contains("overdue")).collect();
    assert_eq!(asked.len(), 1);
    asked[0].shows(&["Ada Sample"]);
    let rows = ledger(&app, &prompt).await;
    assert!(rows.contains(&"shop_report email superseded done".to_owned()), "{rows:?}");
}

#[tokio::test]
async fn what_waits_for_a_shops_answer_is_said_after_a_business_day_and_is_the_desks_after_two() {
    let (app, shop) = shop().await;
    // Asked on Monday at nine.
    let (session, _) = asked(&app, "Ada", "2027-03-16T10:00", &shop).await;
    let rows = ledger(&app, &session).await;
    assert!(rows.contains(&"shop_waiting email scheduled".to_owned()), "{rows:?}");
    app.advance_to("2027-01-05T14:00:00Z").await;
    let told: Vec<_> = to_shop(&app).await.iter().map(|mail| mail.subject.clone()).collect();
    assert_eq!(told.last().unwrap(), "Waiting for your reply: Mar 16, 10:00 a.m.");
    assert!(app.task_kinds().await.is_empty());
    app.advance_to("2027-01-06T14:00:00Z").await;
    assert_eq!(app.task_kinds().await, ["referral_unanswered"]);
}

#[tokio::test]
async fn a_shop_sets_its_own_address_ways_and_times_and_sees_no_other_shops() {
    let app = TestApp::empty().await;
    let partner = partner_of(&app).await;
    let path = format!("/partners/{partner}/notices");
    let unset = app.call(&app.partner, "GET", &path, Value::Null).await.expect(200);
    unset.has(json!({"day_list_by": "email", "before_by": null}));
    app.call(&app.partner, "PATCH", &path, json!({"before_by": "sms"}))
        .await
        .refused(422, &["no_such_way"]);
    let set = json!({"email": "day@maple.example.test", "phone": "416 555 0181", "before_by": "sms", "before_minutes": 90, "day_list_at": "17:30"});
    let set = app.call(&app.partner, "PATCH", &path, set).await.expect(200);
    assert_eq!((set.body["version"].as_i64(), set.str("phone")), (Some(1), "+14165550181"));
    app.set(&path, json!({"language": "fr"})).await;
    let other = "/partners/01890000-0000-7000-8000-000000000001/notices";
    app.call(&app.partner, "GET", other, Value::Null).await.expect(404);
    app.call(&app.partner, "PATCH", other, json!({})).await.expect(404);
}

#[tokio::test]
async fn new_settings_of_a_shop_hold_for_what_is_referred_already() {
    let (app, (partner, site)) = shop().await;
    let session = referred(&app, "Ada", "2027-03-16T10:00", &(partner.clone(), site)).await;
    app.send_after_grace().await;
    let path = format!("/partners/{partner}/notices");
    let wants = json!({"day_list_at": "12:00", "before_by": null, "language": "fr", "email": "jour@example.test"});
    app.call(&app.partner, "PATCH", &path, wants).await.expect(200);
    let rows = ledger(&app, &session).await;
    assert!(rows.contains(&"shop_soon sms superseded unwanted".to_owned()), "{rows:?}");
    app.advance_to("2027-03-15T16:00:00Z").await;
    let list = app.mails_to("jour@example.test").await;
    assert_eq!((list.len(), list[0].subject.as_str()), (1, "Votre liste du 16 mars"));
    list[0].shows(&["10 h – 10 h 45  Ada Sample"]);
}

#[tokio::test]
async fn a_shop_is_written_to_in_its_own_language_whatever_the_patients_is() {
    let (app, shop) = shop().await;
    let session = referred(&app, "Ada", "2027-03-16T10:00", &shop).await;
    let patient = app.patient_at(&session).await;
    let french = json!({"preferred_language": "fr"});
    app.change_patient(&patient, french).await;
    app.move_to(&session, "2027-03-17T10:00").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(
        to_shop(&app).await.last().unwrap().subject,
        "New request, please reply: Mar 17, 10:00 a.m."
    );
    let referral = app.session(&session).await.str("referral_id").to_owned();
    app.call(&app.partner, "POST", &format!("/referrals/{referral}/accept"), Value::Null)
        .await
        .expect(200);
    // And in the one that it sets, for what is planned already.
    let path = format!("/partners/{}/notices", shop.0);
    app.call(&app.partner, "PATCH", &path, json!({"language": "fr"})).await.expect(200);
    app.advance_to("2027-03-16T20:00:00Z").await;
    assert_eq!(to_shop(&app).await.last().unwrap().subject, "Votre liste du 17 mars");
}

#[tokio::test]
async fn a_shop_turns_a_way_off_with_null_and_stop_holds_for_it_too() {
    let (app, shop) = shop().await;
    let session = referred(&app, "Ada", "2027-03-16T10:00", &shop).await;
    let path = format!("/partners/{}/notices", shop.0);
    let off = app
        .call(&app.partner, "PATCH", &path, json!({"day_list_by": null, "changes_by": null}))
        .await
        .expect(200);
    off.has(json!({"day_list_by": null, "changes_by": null}));
    let rows = ledger(&app, &session).await;
    assert!(rows.contains(&"shop_day email superseded unwanted".to_owned()), "{rows:?}");
    app.receive_text("+14165550181", "STOP", "SM1").await.expect(200);
    app.advance_to("2027-03-17T12:00:00Z").await;
    assert!(app.texts().await.iter().all(|(to, _)| to != "+14165550181"));
    let rows = ledger(&app, &session).await;
    assert!(rows.contains(&"shop_soon sms suppressed no_consent".to_owned()), "{rows:?}");
}

#[tokio::test]
async fn a_reminder_of_a_report_goes_to_the_address_that_was_corrected() {
    let (app, shop) = shop().await;
    referred(&app, "Ada", "2027-01-05T10:00", &shop).await;
    app.advance_to("2027-01-06T15:00:00Z").await;
    let path = format!("/partners/{}/notices", shop.0);
    app.call(&app.partner, "PATCH", &path, json!({"email": "right@example.test"}))
        .await
        .expect(200);
    app.advance_to("2027-01-11T15:00:00Z").await;
    let overdue: Vec<_> =
        app.mails().await.into_iter().filter(|mail| mail.subject.contains("overdue")).collect();
    assert_eq!((overdue.len(), overdue[0].to.as_str()), (1, "right@example.test"));
}

#[tokio::test]
async fn changing_how_a_shop_is_told_says_nothing_twice_to_patients() {
    let (app, shop) = shop().await;
    let session = referred(&app, "Ada", "2027-03-16T10:00", &shop).await;
    let patient = app.patient_at(&session).await;
    app.change_patient(&patient, json!({"email": null})).await;
    let path = format!("/partners/{}/notices", shop.0);
    app.call(&app.partner, "PATCH", &path, json!({"email": null})).await.expect(200);
    let before = app.messages(&session).await.items().len();
    for language in ["fr", "en", "fr"] {
        app.call(&app.partner, "PATCH", &path, json!({"language": language})).await.expect(200);
    }
    assert_eq!(app.messages(&session).await.items().len(), before);
}
