//! What a shop, the patient and the desk are told while a referral is asked, answered, proposed again
//! and taken back: each at its time, once, and nothing that was overtaken.

use chrono::Duration;
use serde_json::json;

use crate::referrals::referable;
use crate::support::{Shop, TestApp};

/// The shop gets its mail at `harbour@example.test`.
pub(crate) async fn written_to(app: &TestApp, shop: &Shop) {
    let wants = json!({"email": "harbour@example.test"});
    app.shop_wants(shop, wants).await;
}

pub(crate) async fn to_shop(app: &TestApp) -> Vec<String> {
    let all = app.mails_to("harbour@example.test").await.into_iter();
    all.map(|mail| mail.subject).collect()
}

/// Booked at ten, the day after tomorrow, and its referral.
pub(crate) async fn booked(app: &TestApp, shop: &Shop, course: &str) -> (String, String) {
    let booked = app.book_at(shop, course, "consultation", "2027-01-06T10:00").await.expect(201);
    (booked.id(), booked.str("referral_id").to_owned())
}

#[tokio::test]
async fn a_shop_is_told_that_a_referral_without_dates_no_longer_stands_when_the_consent_is_withdrawn()
 {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    written_to(&app, &shop).await;
    let course = app.prepare_course("Ada").await;
    let consent = app.disclose(&course, &shop.id).await;
    app.refer(&course, &shop.id, "consultation", 1).await;
    app.send_after_grace().await;
    app.delete(&consent).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await, ["New referral", "Referral withdrawn"]);
    // And one whose dates were all cancelled before.
    let consent = app.disclose(&course, &shop.id).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let dated = app.book_at(&shop, &course, "review", "2027-01-06T10:00").await.expect(201);
    app.accept(&shop, &id).await;
    app.send_after_grace().await;
    app.cancel(&dated.id()).await.expect(200);
    app.send_after_grace().await;
    app.delete(&consent).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await.last().unwrap(), "Referral withdrawn");
}

#[tokio::test]
async fn a_proposal_that_was_declined_or_overtaken_is_offered_to_no_patient() {
    let (app, shop, course) = referable().await;
    let (_, referral) = booked(&app, &shop, &course).await;
    app.shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T10:00"}))
        .await
        .expect(200);
    app.clinic_does(&referral, "reject", json!({"reason": "No."})).await.expect(200);
    app.send_after_grace().await;
    app.shop_does(&shop, &referral, "propose", json!({"start": "2027-01-09T10:00"}))
        .await
        .expect(200);
    app.accept(&shop, &referral).await;
    app.send_after_grace().await;
    let subjects: Vec<_> =
        app.mails_to("ada@example.test").await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["Your appointment on Jan 6, 10:00 a.m."]);
}

/// The silence of a shop is counted from when it was asked, and not while it waits for an answer itself.
#[tokio::test]
async fn a_shop_that_has_proposed_is_not_silent_and_one_that_is_declined_is_asked_again() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop_on_request("Harbour Light").await;
    written_to(&app, &shop).await;
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &shop.id).await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    app.send_after_grace().await;
    app.shop_does(&shop, &id, "propose", json!({"start": "2027-01-20T10:00"})).await.expect(200);
    app.advance_to("2027-01-08T14:10:00Z").await;
    assert_eq!(app.task_kinds().await, ["proposal_to_answer"]);
    assert_eq!(to_shop(&app).await, ["New referral"]);
    app.clinic_does(&id, "reject", json!({"reason": "Too late."})).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(to_shop(&app).await, ["New referral", "Waiting for your reply"]);
    app.advance_to("2027-01-12T15:00:00Z").await;
    assert_eq!(app.task_kinds().await, ["referral_unanswered"]);
}

#[tokio::test]
async fn a_date_that_a_shop_would_have_otherwise_is_asked_for_again_at_once_when_that_is_declined()
{
    let (app, shop, course) = referable().await;
    written_to(&app, &shop).await;
    let (_, referral) = booked(&app, &shop, &course).await;
    app.send_after_grace().await;
    app.shop_does(&shop, &referral, "propose", json!({"start": "2027-01-08T10:00"}))
        .await
        .expect(200);
    app.clinic_does(&referral, "reject", json!({"reason": "No."})).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(
        to_shop(&app).await,
        [
            "New request, please reply: Jan 6, 10:00 a.m.",
            "Waiting for your reply: Jan 6, 10:00 a.m."
        ]
    );
}

#[tokio::test]
async fn a_referral_whose_date_is_called_off_before_it_is_answered_is_asked_anew() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 1).await;
    let (session, referral) = booked(&app, &shop, &course).await;
    assert_eq!(id, referral);
    app.cancel(&session).await.expect(200);
    app.advance_to("2027-01-06T15:00:00Z").await;
    assert_eq!(app.task_kinds().await, ["referral_unanswered"]);
}

#[tokio::test]
async fn each_proposal_has_its_own_task() {
    let (app, shop, course) = referable().await;
    let id = app.refer(&course, &shop.id, "consultation", 2).await;
    let first =
        app.book_at(&shop, &course, "consultation", "2027-01-06T10:00").await.expect(201).id();
    let second =
        app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201).id();
    for (session, start) in [(&first, "2027-01-16T10:00"), (&second, "2027-01-17T10:00")] {
        app.shop_does(&shop, &id, "propose", json!({"start": start, "session_id": session}))
            .await
            .expect(200);
    }
    assert_eq!(app.task_kinds().await.len(), 2);
    app.cancel(&first).await.expect(200);
    let left = app.get("/tasks").await.expect(200);
    assert_eq!((left.items().len(), &left.items()[0]["session_id"]), (1, &json!(second)));
}

#[tokio::test]
async fn a_shop_reads_french_where_it_reads_french_and_that_something_is_withheld() {
    let (app, shop, course) = referable().await;
    let wants = json!({"email": "harbour@example.test", "language": "fr"});
    app.shop_wants(&shop, wants).await;
    let patient = app.patient_of(&course).await;
    app.post(&format!("/patients/{patient}/locks"), json!({"item": "phone"})).await.expect(201);
    booked(&app, &shop, &course).await;
    app.send_after_grace().await;
    let mail = app.last_mail_to("harbour@example.test").await;
    mail.shows(&["Ada Sample, certains renseignements ne sont pas communiqués"]);
    let made = app
        .call(
            &shop.token,
            "POST",
            &format!("/partners/{}/links", shop.id),
            json!({"label": "La caisse"}),
        )
        .await
        .expect(201);
    let path = format!("/shop/{}", made.str("url").rsplit('/').next().unwrap());
    let page = app.open(&path).await.expect(200);
    for said in
        ["Votre liste", "à confirmer", "enlever", "profondeur: correcte", "certains renseignements"]
    {
        assert!(page.text.contains(said), "{said} is not in {}", page.text);
    }
    // The style sheet before it has no reader.
    let body = page.text.split_once("<body>").unwrap().1;
    for english in ["pending", "remove", "withheld", "correct<"] {
        assert!(!body.contains(english), "{english} is in {body}");
    }
}

/// A report that is late is the desk's to ask for, once, until it comes.
#[tokio::test]
async fn a_report_that_is_late_is_a_task_until_it_comes() {
    let (app, shop, course) = referable().await;
    let (_, referral) = booked(&app, &shop, &course).await;
    app.accept(&shop, &referral).await;
    app.advance_to("2027-01-11T15:44:00Z").await;
    assert!(app.task_kinds().await.is_empty());
    app.advance_to("2027-01-11T15:45:00Z").await;
    assert_eq!(app.task_kinds().await, ["report_overdue"]);
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"})).await.expect(200);
    assert!(app.task_kinds().await.is_empty());
    app.wait(Duration::days(30));
    app.deliver().await;
    assert!(app.task_kinds().await.is_empty());
}
