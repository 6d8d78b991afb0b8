//! What a shop answers on its pages: accepting, declining, proposing, reporting, giving up; with
//! what was refused said beside the control, and with an old page that overwrites nothing.

use chrono::Duration;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::partner_pages::of_shop;
use crate::support::{Browser, TestApp, borrowed};

async fn version(browser: &Browser, id: &str) -> String {
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    page.control("version").to_owned()
}

#[tokio::test]
async fn a_shop_accepts_and_the_page_says_so() {
    let (app, shop, course, browser) = of_shop().await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    page.shows(&[
        "Ada Sample", "+14165550123", "review, 1 session", "received", "Accept", "Decline",
        "Propose another time",
    ]);
    assert!(!page.says("Cannot finish"), "nothing is under way yet");
    let fields = [("version", page.control("version"))];
    let done = browser.post(&format!("/partner/referrals/{id}/accept"), &fields).await;
    assert_eq!(done.leads_to(), format!("/partner/referrals/{id}?accepted"));
    assert_eq!(app.referral_status(&id).await, "accepted");
    assert_eq!(app.status_of(&booked.id()).await, "booked");
    let page = browser.page(&format!("/partner/referrals/{id}?accepted")).await;
    page.shows(&["Accepted. The clinic and the patient know.", "booked"]);
    page.shows(&["Cannot finish"]);
    page.hides(&[&format!("{id}/accept")]);
}

#[tokio::test]
async fn a_shop_declines_with_a_reason_and_not_without() {
    let (app, shop, course, browser) = of_shop().await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let path = format!("/partner/referrals/{id}/decline");
    let version = version(&browser, &id).await;
    let empty = browser.send_amiss(&path, &[("version", &version), ("reason", " ")]).await;
    empty.shows(&[
        "This is needed.",
        "aria-invalid=\"true\"",
        "aria-describedby=\"decline-reason-hint decline-reason-problem\"",
    ]);
    let long = "<script>".repeat(1_250);
    let refused = browser.send_amiss(&path, &[("version", &version), ("reason", &long)]).await;
    refused.shows(&["at most 4000 characters", "&#60;script&#62;"]);
    refused.hides(&["<script><script>"]);
    assert_eq!(app.referral_status(&id).await, "received");
    let done =
        browser.post(&path, &[("version", &version), ("reason", "No chair that week.")]).await;
    assert_eq!(done.leads_to(), format!("/partner/referrals/{id}?declined"));
    assert_eq!(app.referral_status(&id).await, "rejected");
    assert_eq!(app.task_kinds().await, ["referral_declined"]);
    let page = browser.page(&format!("/partner/referrals/{id}?declined")).await;
    page.shows(&["No chair that week."]);
    page.hides(&["Ada"]);
}

/// What was typed is kept when the referral has changed since it was opened, and nothing is overwritten.
#[tokio::test]
async fn an_old_page_is_told_so_with_what_was_typed_and_changes_nothing() {
    let (app, shop, course, browser) = of_shop().await;
    let id = app.refer(&course, &shop.id, "review", 2).await;
    let old = version(&browser, &id).await;
    app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let stale = "It has changed since you opened it; this is how it is now.";
    let refused =
        browser.send_amiss(&format!("/partner/referrals/{id}/accept"), &[("version", &old)]).await;
    refused.shows(&[stale, "Tuesday, January 5, 2027"]);
    assert_ne!(refused.control("version"), old);
    let reason = [("version", old.as_str()), ("reason", "Too many at once.")];
    let refused = browser.send_amiss(&format!("/partner/referrals/{id}/decline"), &reason).await;
    refused.shows(&[stale, "Too many at once.</textarea>"]);
    // Without a version it is as good as an old one.
    browser.send_amiss(&format!("/partner/referrals/{id}/accept"), &[]).await;
    assert_eq!(app.referral_status(&id).await, "received");
    // Also where there is no such form any more.
    app.clinic_does(&id, "cancel", Value::Null).await.expect(200);
    let refused = browser.send_amiss(&format!("/partner/referrals/{id}/decline"), &reason).await;
    refused.shows(&[stale, "What you had typed:", "<dd>Too many at once.</dd>"]);
}

#[tokio::test]
async fn a_shop_proposes_another_time_for_one_visit_and_reads_beside_it_why_not() {
    let (app, shop, course, browser) = of_shop().await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let (id, visit) = (booked.str("referral_id").to_owned(), booked.id());
    let path = format!("/partner/referrals/{id}/propose");
    let version = version(&browser, &id).await;
    for (start, said) in [
        ("", "Choose a day and a time"),
        ("tomorrow", "Choose a day and a time"),
        ("2027-01-05T10:00:30", "Choose a day and a time"),
        ("2027-01-01T10:00", "That time has passed."),
        ("2032-01-01T10:00", "Sessions are booked up to"),
        ("2027-03-14T02:30", "02:30"),
    ] {
        let fields = [("version", version.as_str()), ("session_id", &visit), ("start", start)];
        let refused = browser.send_amiss(&path, &fields).await;
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
        browser.post(&path, &fields).await.leads_to(),
        format!("/partner/referrals/{id}?proposed")
    );
    assert_eq!(app.task_kinds().await, ["proposal_to_answer"]);
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    page.shows(&["Wednesday, January 6, 2027, 2:30 p.m.: open"]);
    let junk = [
        ("version", page.control("version")),
        ("session_id", "junk"),
        ("start", "2027-01-06T14:30"),
    ];
    browser.post(&path, &junk).await.expect(404);
}

#[tokio::test]
async fn a_shop_that_works_on_request_accepts_and_names_the_first_time() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop_on_request("Harbour Light").await;
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &shop.id).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let browser = Browser::of_new(&app, Role::Partner, Some(&shop.id)).await;
    let first = version(&browser, &id).await;
    browser
        .post(&format!("/partner/referrals/{id}/accept"), &[("version", &first)])
        .await
        .expect(303);
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    page.shows(&["Propose a time", "1 without a date"]);
    let fields =
        [("version", page.control("version")), ("session_id", ""), ("start", "2027-01-08T10:00")];
    browser.post(&format!("/partner/referrals/{id}/propose"), &fields).await.expect(303);
    let seen = app.shop_sees(&shop, &id).await.expect(200);
    assert_eq!(seen.body["proposals"][0]["start"], "2027-01-08T10:00:00-05:00");
}

#[tokio::test]
async fn a_shop_that_cannot_finish_says_why() {
    let (app, shop, course, browser) = of_shop().await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    app.accept(&shop, &id).await;
    let path = format!("/partner/referrals/{id}/fail");
    let version = version(&browser, &id).await;
    browser.send_amiss(&path, &[("version", &version)]).await;
    let fields = [("version", version.as_str()), ("reason", "The laser broke.")];
    assert_eq!(
        browser.post(&path, &fields).await.leads_to(),
        format!("/partner/referrals/{id}?failed")
    );
    assert_eq!(app.referral_status(&id).await, "failed");
    assert_eq!(app.status_of(&booked.id()).await, "cancelled");
    // What is over is over, and says so in words.
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    page.hides(&["/accept", "/fail"]);
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

async fn nothing_is_recorded_before_the_visit(browser: &Browser, id: &str, path: &str) {
    let early = browser.page(path).await;
    early.shows(&["There is nothing to record"]);
    early.hides(&["name=\"outcome\""]);
    let asked = version(browser, id).await;
    let refused = browser
        .send_amiss(path, &[("version", &asked), ("outcome", "completed"), ("note", "Early.")])
        .await;
    refused.shows(&["This visit begins", "Early."]);
}

#[tokio::test]
async fn a_shop_records_what_was_done_and_the_form_keeps_what_was_typed() {
    let (app, shop, course, browser) = of_shop().await;
    let booked = app.book_at(&shop, &course, "test_patch", "2027-01-05T10:00").await.expect(201);
    let (id, visit) = (booked.str("referral_id").to_owned(), booked.id());
    app.accept(&shop, &id).await;
    let path = format!("/partner/referrals/{id}/report/{visit}");
    nothing_is_recorded_before_the_visit(&browser, &id, &path).await;
    app.wait(Duration::hours(26));
    browser.sign_in().await;
    let page = browser.page(&path).await;
    page.shows(&[
        "Wavelength (nm)", "Fluence (J/cm²)", "Spot diameter (mm)", "Frequency (Hz)",
        "Pain (0 to 10)", "What the test patch showed", "532 nm", "frontal hairline", "Ada Sample",
    ]);
    assert!(!page.says("Clearance"), "a test patch clears nothing");
    let version = page.control("version").to_owned();
    // Nothing at all; then something that is incomplete; then what makes no sense.
    let empty = browser.send_amiss(&path, &[("version", &version)]).await;
    empty.shows(&["id=\"outcome-problem\">This is needed."]);
    let incomplete = [("version", version.as_str()), ("outcome", "completed"), ("pain", "4")];
    let incomplete = browser.send_amiss(&path, &incomplete).await;
    incomplete.shows(&[
        "The record of a laser session needs", "id=\"endpoint-problem\">This is needed.",
        "id=\"wavelength-nm-0-problem\">This is needed.", "<option value=\"completed\" selected>",
        "name=\"pain\" value=\"4\"",
    ]);
    let filled = |more: &[(&'static str, &'static str)]| {
        let mut fields = vec![("version", version.clone()), ("outcome", "completed".to_owned())];
        fields.extend(SETTINGS.iter().chain(more).map(|(name, text)| (*name, (*text).to_owned())));
        fields
    };
    let sent = async |browser: &Browser, fields: Vec<(&'static str, String)>| {
        let fields = borrowed(&fields);
        browser.post(&path, &fields).await
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
    let refused = sent(&browser, wrong).await.expect(422);
    refused.shows(&[
        "id=\"wavelength-nm-0-problem\">wavelength_nm is 755 nm", "<option value=\"755\" selected>",
    ]);
    refused
        .shows(&["value=\"left_side\" checked", "name=\"eyewear_checked\" value=\"on\" checked"]);
    let mut wrong = filled(&[
        ("endpoint", "glow"),
        ("pain", "11"),
        ("kind.0", "burn"),
        ("clearance_percent", "2000"),
    ]);
    wrong[3].1 = "much".to_owned();
    let refused = sent(&browser, wrong).await.expect(422);
    refused.shows(&[
        "id=\"fluence-j-cm2-0-problem\">A number above 0",
        "id=\"pain-problem\">A whole number from 0 to 10",
        "id=\"endpoint-problem\">Choose one of these.",
        "id=\"severity-0-problem\">This is needed.",
    ]);
    let done = sent(&browser, filled(whole)).await;
    assert_eq!(done.leads_to(), format!("/partner/referrals/{id}?reported"));
    assert_eq!(app.referral_status(&id).await, "completed");
    let session = app.session(&visit).await;
    assert_eq!(session.body["record"]["parameter_sets"][0]["fluence_j_cm2"], 2.5);
    assert_eq!(session.body["record"]["zones"], json!(["vertex", "left_side"]));
    // Pressed twice: it is there already, and that is said.
    let again = sent(&browser, filled(whole)).await.expect(422);
    again.shows(&["It has changed since you opened it"]);
    let page = browser.page(&path).await;
    page.shows(&["There is nothing to record"]);
    browser.get(&format!("/partner/referrals/{id}/report/junk")).await.expect(404);
}

#[tokio::test]
async fn a_visit_without_treatment_has_a_short_report() {
    let (app, shop, course, browser) = of_shop().await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let (id, visit) = (booked.str("referral_id").to_owned(), booked.id());
    app.wait(Duration::hours(26));
    browser.sign_in().await;
    // What was not accepted and was done all the same is reported, and by that accepted.
    let path = format!("/partner/referrals/{id}/report/{visit}");
    let page = browser.page(&path).await;
    page.shows(&["Clearance (%)"]);
    page.hides(&["Wavelength", "name=\"pain\""]);
    let fields = [
        ("version", page.control("version")),
        ("outcome", "not-done"),
        ("reason", "Did not come."),
    ];
    browser.post(&path, &fields).await.expect(303);
    assert_eq!(app.session(&visit).await.body["record"]["outcome"], "not-done");
}

/// A user who was signed out while typing signs in and sends what was typed.
#[tokio::test]
async fn what_was_typed_survives_a_sign_in_that_ended() {
    let (app, shop, course, browser) = of_shop().await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let version = version(&browser, &id).await;
    let path = format!("/partner/referrals/{id}/decline");
    app.wait(Duration::hours(20));
    let fields = [("version", version.as_str()), ("reason", "No chair that week.")];
    let asked = browser.post(&path, &fields).await.expect(401);
    asked.shows(&["No chair that week.", "name=\"password\""]);
    assert_eq!(app.referral_status(&id).await, "received");
}
