//! What a shop answers on its pages: accepting, declining, proposing, reporting, giving up; with
//! what was refused said beside the control, and with an old page that overwrites nothing.

use chrono::Duration;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::partner_pages::of_shop;
use crate::support::TestApp;
use crate::support::browser::Browser;

/// What the desk sees of a referral.
async fn status(app: &TestApp, id: &str) -> String {
    app.get(&format!("/referrals/{id}")).await.expect(200).str("status").to_owned()
}

async fn version(app: &TestApp, browser: &mut Browser, id: &str) -> String {
    let page = browser.get(app, &format!("/partner/referrals/{id}")).await.expect(200);
    page.control("version").to_owned()
}

#[tokio::test]
async fn a_shop_accepts_and_the_page_says_so() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    let page = browser.get(&app, &format!("/partner/referrals/{id}")).await.expect(200);
    for said in [
        "Ada Sample",
        "+14165550123",
        "review, 1 session",
        "received",
        "Accept",
        "Decline",
        "Propose another time",
    ] {
        assert!(page.says(said), "{said} is not in {}", page.text);
    }
    assert!(!page.says("Cannot finish"), "nothing is under way yet");
    let fields = [("version", page.control("version"))];
    let done = browser.post(&app, &format!("/partner/referrals/{id}/accept"), &fields).await;
    assert_eq!(done.leads_to(), format!("/partner/referrals/{id}?accepted"));
    assert_eq!(status(&app, &id).await, "accepted");
    assert_eq!(app.get(&format!("/sessions/{}", booked.id())).await.str("status"), "booked");
    let page = browser.get(&app, &format!("/partner/referrals/{id}?accepted")).await.expect(200);
    assert!(
        page.says("Accepted. The clinic and the patient know.") && page.says("booked"),
        "{}",
        page.text
    );
    assert!(!page.says(&format!("{id}/accept")) && page.says("Cannot finish"), "{}", page.text);
}

#[tokio::test]
async fn a_shop_declines_with_a_reason_and_not_without() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let path = format!("/partner/referrals/{id}/decline");
    let version = version(&app, &mut browser, &id).await;
    let empty =
        browser.post(&app, &path, &[("version", &version), ("reason", " ")]).await.expect(422);
    assert!(
        empty.says("This is needed.")
            && empty.says("aria-invalid=\"true\"")
            && empty.says("aria-describedby=\"decline-reason-hint decline-reason-problem\""),
        "{}",
        empty.text
    );
    let long = "<script>".repeat(1_250);
    let refused =
        browser.post(&app, &path, &[("version", &version), ("reason", &long)]).await.expect(422);
    assert!(
        refused.says("at most 4000 characters")
            && refused.says("&#60;script&#62;")
            && !refused.says("<script><script>")
    );
    assert_eq!(status(&app, &id).await, "received");
    let done = browser
        .post(&app, &path, &[("version", &version), ("reason", "No chair that week.")])
        .await;
    assert_eq!(done.leads_to(), format!("/partner/referrals/{id}?declined"));
    assert_eq!(status(&app, &id).await, "rejected");
    assert_eq!(app.task_kinds().await, ["referral_declined"]);
    let page = browser.get(&app, &format!("/partner/referrals/{id}?declined")).await.expect(200);
    assert!(page.says("No chair that week.") && !page.says("Ada"), "{}", page.text);
}

/// What was typed is kept when the referral has changed since it was opened, and nothing is overwritten.
#[tokio::test]
async fn an_old_page_is_told_so_with_what_was_typed_and_changes_nothing() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let id = app.refer(&course, &shop.id, "review", 2).await;
    let old = version(&app, &mut browser, &id).await;
    app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let stale = "It has changed since you opened it; this is how it is now.";
    let refused = browser
        .post(&app, &format!("/partner/referrals/{id}/accept"), &[("version", &old)])
        .await
        .expect(422);
    assert!(refused.says(stale) && refused.says("Tuesday, January 5, 2027"), "{}", refused.text);
    assert_ne!(refused.control("version"), old);
    let reason = [("version", old.as_str()), ("reason", "Too many at once.")];
    let refused =
        browser.post(&app, &format!("/partner/referrals/{id}/decline"), &reason).await.expect(422);
    assert!(
        refused.says(stale) && refused.says("Too many at once.</textarea>"),
        "{}",
        refused.text
    );
    // Without a version it is as good as an old one.
    browser.post(&app, &format!("/partner/referrals/{id}/accept"), &[]).await.expect(422);
    assert_eq!(status(&app, &id).await, "received");
    // Also where there is no such form any more.
    app.post(&format!("/referrals/{id}/cancel"), Value::Null).await.expect(200);
    let refused =
        browser.post(&app, &format!("/partner/referrals/{id}/decline"), &reason).await.expect(422);
    assert!(
        refused.says(stale)
            && refused.says("What you had typed:")
            && refused.says("<dd>Too many at once.</dd>"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn a_shop_proposes_another_time_for_one_visit_and_reads_beside_it_why_not() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let (id, visit) = (booked.str("referral_id").to_owned(), booked.id());
    let path = format!("/partner/referrals/{id}/propose");
    let version = version(&app, &mut browser, &id).await;
    for (start, said) in [
        ("", "Choose a day and a time"),
        ("tomorrow", "Choose a day and a time"),
        ("2027-01-05T10:00:30", "Choose a day and a time"),
        ("2027-01-01T10:00", "That time has passed."),
        ("2032-01-01T10:00", "Sessions are booked up to"),
        ("2027-03-14T02:30", "02:30"),
    ] {
        let fields = [("version", version.as_str()), ("session_id", &visit), ("start", start)];
        let refused = browser.post(&app, &path, &fields).await.expect(422);
        let beside = format!("id=\"p{visit}-start-problem\">");
        let said_there = refused
            .text
            .split(&beside)
            .nth(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned());
        assert!(
            said_there.as_deref().is_some_and(|there| there.contains(said)),
            "{start}: {said_there:?}"
        );
        assert!(refused.says(&format!("value=\"{start}\"")), "what was typed is kept");
        assert!(refused.says("<details open>"), "and not folded away");
    }
    let fields =
        [("version", version.as_str()), ("session_id", &visit), ("start", "2027-01-06T14:30")];
    assert_eq!(
        browser.post(&app, &path, &fields).await.leads_to(),
        format!("/partner/referrals/{id}?proposed")
    );
    assert_eq!(app.task_kinds().await, ["proposal_to_answer"]);
    let page = browser.get(&app, &format!("/partner/referrals/{id}")).await.expect(200);
    assert!(page.says("Wednesday, January 6, 2027, 2:30 p.m.: open"), "{}", page.text);
    let junk = [
        ("version", page.control("version")),
        ("session_id", "junk"),
        ("start", "2027-01-06T14:30"),
    ];
    browser.post(&app, &path, &junk).await.expect(404);
}

#[tokio::test]
async fn a_shop_that_works_on_request_accepts_and_names_the_first_time() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let shop = app.shop_on_request("Harbour Light").await;
    let course = app.course("Ada").await;
    app.disclose(&course, &shop.id).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let mut browser = Browser::of_new(&app, Role::Partner, Some(&shop.id)).await;
    let first = version(&app, &mut browser, &id).await;
    browser
        .post(&app, &format!("/partner/referrals/{id}/accept"), &[("version", &first)])
        .await
        .expect(303);
    let page = browser.get(&app, &format!("/partner/referrals/{id}")).await.expect(200);
    assert!(page.says("Propose a time") && page.says("1 without a date"), "{}", page.text);
    let fields =
        [("version", page.control("version")), ("session_id", ""), ("start", "2027-01-08T10:00")];
    browser.post(&app, &format!("/partner/referrals/{id}/propose"), &fields).await.expect(303);
    let seen = app.shop_sees(&shop, &id).await.expect(200);
    assert_eq!(seen.body["proposals"][0]["start"], "2027-01-08T10:00:00-05:00");
}

#[tokio::test]
async fn a_shop_that_cannot_finish_says_why() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    app.shop_does(&shop, &id, "accept", Value::Null).await.expect(200);
    let path = format!("/partner/referrals/{id}/fail");
    let version = version(&app, &mut browser, &id).await;
    browser.post(&app, &path, &[("version", &version)]).await.expect(422);
    let fields = [("version", version.as_str()), ("reason", "The laser broke.")];
    assert_eq!(
        browser.post(&app, &path, &fields).await.leads_to(),
        format!("/partner/referrals/{id}?failed")
    );
    assert_eq!(status(&app, &id).await, "failed");
    assert_eq!(app.get(&format!("/sessions/{}", booked.id())).await.str("status"), "cancelled");
    // What is over is over, and says so in words.
    let page = browser.get(&app, &format!("/partner/referrals/{id}")).await.expect(200);
    assert!(!page.says("/accept") && !page.says("/fail"), "{}", page.text);
}

/// The settings of a laser session, as they are typed.
const SETTINGS: &[(&str, &str)] = &[
    ("wavelength_nm.0", "1064"),
    ("fluence_j_cm2.0", "2.5"),
    ("spot_mm.0", "4"),
    ("pulse_width.0", "6"),
    ("pulse_width_unit.0", "ns"),
    ("frequency_hz.0", "2"),
    ("pulse_count.0", "300"),
    ("passes.0", "1"),
];

async fn nothing_is_recorded_before_the_visit(
    app: &TestApp,
    browser: &mut Browser,
    id: &str,
    path: &str,
) {
    let early = browser.get(app, path).await.expect(200);
    assert!(
        early.says("There is nothing to record") && !early.says("name=\"outcome\""),
        "{}",
        early.text
    );
    let asked = version(app, browser, id).await;
    let refused = browser
        .post(app, path, &[("version", &asked), ("outcome", "completed"), ("note", "Early.")])
        .await
        .expect(422);
    assert!(refused.says("This visit begins") && refused.says("Early."), "{}", refused.text);
}

#[tokio::test]
async fn a_shop_records_what_was_done_and_the_form_keeps_what_was_typed() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let booked = app.book_at(&shop, &course, "test_patch", "2027-01-05T10:00").await.expect(201);
    let (id, visit) = (booked.str("referral_id").to_owned(), booked.id());
    app.shop_does(&shop, &id, "accept", Value::Null).await.expect(200);
    let path = format!("/partner/referrals/{id}/report/{visit}");
    nothing_is_recorded_before_the_visit(&app, &mut browser, &id, &path).await;
    app.wait(Duration::hours(26));
    browser.sign_in(&app).await;
    let page = browser.get(&app, &path).await.expect(200);
    for said in [
        "Wavelength (nm)",
        "Fluence (J/cm²)",
        "Spot diameter (mm)",
        "Frequency (Hz)",
        "Pain (0 to 10)",
        "What the test patch showed",
        "532 nm",
        "frontal hairline",
        "Ada Sample",
    ] {
        assert!(page.says(said), "{said} is not in {}", page.text);
    }
    assert!(!page.says("Clearance"), "a test patch clears nothing");
    let version = page.control("version").to_owned();
    // Nothing at all; then something that is incomplete; then what makes no sense.
    let empty = browser.post(&app, &path, &[("version", &version)]).await.expect(422);
    assert!(empty.says("id=\"outcome-problem\">This is needed."), "{}", empty.text);
    let incomplete = [("version", version.as_str()), ("outcome", "completed"), ("pain", "4")];
    let incomplete = browser.post(&app, &path, &incomplete).await.expect(422);
    for said in [
        "The record of a laser session needs",
        "id=\"endpoint-problem\">This is needed.",
        "id=\"wavelength-nm-0-problem\">This is needed.",
        "<option value=\"completed\" selected>",
        "name=\"pain\" value=\"4\"",
    ] {
        assert!(incomplete.says(said), "{said} is not in {}", incomplete.text);
    }
    let filled = |more: &[(&'static str, &'static str)]| {
        let mut fields = vec![("version", version.clone()), ("outcome", "completed".to_owned())];
        fields.extend(SETTINGS.iter().chain(more).map(|(name, text)| (*name, (*text).to_owned())));
        fields
    };
    let sent = async |browser: &mut Browser, fields: Vec<(&'static str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        browser.post(&app, &path, &fields).await
    };
    let whole: &[(&str, &str)] = &[
        ("endpoint", "frosting"),
        ("pain", "4"),
        ("eyewear_checked", "on"),
        ("zones", "vertex"),
        ("zones", "left_side"),
    ];
    let mut wrong = filled(whole);
    wrong[2].1 = "755".to_owned();
    let refused = sent(&mut browser, wrong).await.expect(422);
    assert!(
        refused.says("id=\"wavelength-nm-0-problem\">wavelength_nm is 755 nm")
            && refused.says("<option value=\"755\" selected>"),
        "{}",
        refused.text
    );
    assert!(
        refused.says("value=\"left_side\" checked")
            && refused.says("name=\"eyewear_checked\" value=\"on\" checked")
    );
    let mut wrong = filled(&[
        ("endpoint", "glow"),
        ("pain", "11"),
        ("kind.0", "burn"),
        ("clearance_percent", "2000"),
    ]);
    wrong[3].1 = "much".to_owned();
    let refused = sent(&mut browser, wrong).await.expect(422);
    for said in [
        "id=\"fluence-j-cm2-0-problem\">A number above 0",
        "id=\"pain-problem\">A whole number from 0 to 10",
        "id=\"endpoint-problem\">Choose one of these.",
        "id=\"severity-0-problem\">This is needed.",
    ] {
        assert!(refused.says(said), "{said} is not in {}", refused.text);
    }
    let done = sent(&mut browser, filled(whole)).await;
    assert_eq!(done.leads_to(), format!("/partner/referrals/{id}?reported"));
    assert_eq!(status(&app, &id).await, "completed");
    let session = app.get(&format!("/sessions/{visit}")).await.expect(200);
    assert_eq!(session.body["record"]["parameter_sets"][0]["fluence_j_cm2"], 2.5);
    assert_eq!(session.body["record"]["zones"], json!(["vertex", "left_side"]));
    // Pressed twice: it is there already, and that is said.
    let again = sent(&mut browser, filled(whole)).await.expect(422);
    assert!(again.says("It has changed since you opened it"), "{}", again.text);
    let page = browser.get(&app, &path).await.expect(200);
    assert!(page.says("There is nothing to record"), "{}", page.text);
    browser.get(&app, &format!("/partner/referrals/{id}/report/junk")).await.expect(404);
}

#[tokio::test]
async fn a_visit_without_treatment_has_a_short_report() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let (id, visit) = (booked.str("referral_id").to_owned(), booked.id());
    app.wait(Duration::hours(26));
    browser.sign_in(&app).await;
    // What was not accepted and was done all the same is reported, and by that accepted.
    let path = format!("/partner/referrals/{id}/report/{visit}");
    let page = browser.get(&app, &path).await.expect(200);
    assert!(
        !page.says("Wavelength") && !page.says("name=\"pain\"") && page.says("Clearance (%)"),
        "{}",
        page.text
    );
    let fields = [
        ("version", page.control("version")),
        ("outcome", "not-done"),
        ("reason", "Did not come."),
    ];
    browser.post(&app, &path, &fields).await.expect(303);
    assert_eq!(app.get(&format!("/sessions/{visit}")).await.body["record"]["outcome"], "not-done");
}

/// Whoever was signed out while typing signs in and sends what was typed.
#[tokio::test]
async fn what_was_typed_survives_a_sign_in_that_ended() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let version = version(&app, &mut browser, &id).await;
    let path = format!("/partner/referrals/{id}/decline");
    app.wait(Duration::hours(20));
    let fields = [("version", version.as_str()), ("reason", "No chair that week.")];
    let asked = browser.post(&app, &path, &fields).await.expect(401);
    assert!(asked.says("No chair that week.") && asked.says("name=\"password\""), "{}", asked.text);
    assert_eq!(status(&app, &id).await, "received");
}
