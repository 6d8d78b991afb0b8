//! The pages of a shop, as its own people use them in a browser: the list, its filters and history,
//! the addresses, the language; and who is kept out.

use chrono::Duration;
use fadeline::domain::role::Role;
use serde_json::json;

use crate::referrals::referable;
use crate::support::{Browser, Shop, TestApp};

/// A shop's user, signed in, and a patient who may be referred to the shop.
pub(crate) async fn of_shop() -> (TestApp, Shop, String, Browser) {
    let (app, shop, course) = referable().await;
    let browser = Browser::of_new(&app, Role::Partner, Some(&shop.id)).await;
    (app, shop, course, browser)
}

#[tokio::test]
async fn a_shop_that_signs_in_sees_its_requests_first_and_then_its_days_with_the_packet() {
    let (app, shop, course, browser) = of_shop().await;
    assert_eq!(browser.get("/").await.leads_to(), "/partner");
    let empty = browser.page("/partner").await;
    empty.shows(&["Nothing is referred to you in these days."]);
    app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let page = browser.page("/partner").await;
    page.shows(&[
        "Harbour Light", "Waiting for your answer", "Ada Sample", "+14165550123", "vertex",
        "Tuesday, January 5, 2027", "10:00 a.m.", "pending", "To answer (1)", "To report (0)",
    ]);
    assert!(
        page.text.find("Waiting for your answer") < page.text.find("<h2>Tuesday"),
        "the requests come first"
    );
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.says(" style=") && !page.says("onclick"), "nothing is inline");
    assert!(page.text.len() < 100_000);
}

#[tokio::test]
async fn the_list_is_filtered_and_goes_back_and_forth() {
    let (app, shop, course, browser) = of_shop().await;
    let first = app.book_at(&shop, &course, "review", "2027-01-04T12:00").await.expect(201);
    let referral = first.str("referral_id").to_owned();
    app.accept(&shop, &referral).await;
    app.advance_to("2027-01-21T14:00:00Z").await;
    browser.sign_in().await;
    let today = browser.page("/partner").await;
    assert!(!today.says("Ada Sample"), "it was two weeks ago");
    today.shows(&["?from=2027-01-07", "?from=2027-02-04"]);
    let earlier = browser.page("/partner?from=2027-01-04").await;
    earlier.shows(&["Monday, January 4, 2027", "report overdue"]);
    let due = browser.page("/partner?show=to-report").await;
    due.shows(&[
        "Ada Sample",
        "To report (1)",
        &format!("/partner/referrals/{referral}/report/{}", first.id()),
    ]);
    let answers = browser.page("/partner?show=to-answer").await;
    answers.shows(&["Nothing waits for your answer."]);
    // A date that is added to an accepted referral waits by itself.
    let longer = app.refer(&course, &shop.id, "review", 2).await;
    app.accept(&shop, &longer).await;
    // The overdue report stands in the way of another date there; it is written first.
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"})).await.expect(200);
    app.book_at(&shop, &course, "review", "2027-02-20T10:00").await.expect(201);
    let answers = browser.page("/partner?show=to-answer").await;
    answers.shows(&["Saturday, February 20, 2027", "To answer (1)"]);
    for junk in ["/partner?from=junk", "/partner?show=junk", "/partner?from=9999-99-99"] {
        browser.get(junk).await.expect(404);
    }
    browser.page("/partner?from=").await;
}

#[tokio::test]
async fn nobody_else_comes_in() {
    let (app, shop, course, _) = of_shop().await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let pages =
        ["/partner".to_owned(), "/partner/calendar".to_owned(), format!("/partner/referrals/{id}")];
    let stranger = Browser::new(&app);
    for page in &pages {
        let answer = stranger.get(page).await.expect(401);
        answer.shows(&["name=\"password\""]);
        answer.hides(&["Ada"]);
        assert_eq!(answer.control("then"), page);
    }
    for role in [Role::FrontDesk, Role::Manager, Role::Practitioner] {
        let other = Browser::of_new(&app, role, None).await;
        for page in &pages {
            let answer = other.get(page).await.expect(403);
            assert!(!answer.says("Ada"), "{role}: {}", answer.text);
        }
        other.post(&format!("{}/accept", pages[2]), &[]).await.expect(403);
    }
    // Another shop's id is not there, nor is one that does not exist, nor junk: all alike.
    let elsewhere = app.make_shop("Other Light", 1).await;
    let other = Browser::of_new(&app, Role::Partner, Some(&elsewhere.id)).await;
    let gone = other.get(&pages[2]).await.expect(404);
    for junk in ["01890000-0000-7000-8000-000000000001", "x", "%FF"] {
        let answer = other.get(&format!("/partner/referrals/{junk}")).await.expect(404);
        assert_eq!(answer.text, gone.text, "{junk}");
    }
    for verb in ["accept", "decline", "propose", "fail"] {
        let fields = [("version", "1"), ("reason", "No."), ("start", "2027-01-08T10:00")];
        other.post(&format!("{}/{verb}", pages[2]), &fields).await.expect(404);
    }
    other
        .get(&format!("{}/report/01890000-0000-7000-8000-000000000001", pages[2]))
        .await
        .expect(404);
    // And nothing came of it.
    assert_eq!(app.referral(&id).await.str("status"), "requested");
}

#[tokio::test]
async fn what_another_site_sends_in_a_shops_name_is_refused() {
    let (app, shop, course, browser) = of_shop().await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    let version = page.control("version").to_owned();
    for path in [
        format!("/partner/referrals/{id}/accept"),
        format!("/partner/referrals/{id}/decline"),
        "/partner/calendar/make".to_owned(),
        "/partner/links".to_owned(),
    ] {
        let fields = [("version", version.as_str()), ("reason", "No."), ("label", "x")];
        browser.post_from_elsewhere(&path, &fields).await.expect(403);
    }
    assert_eq!(app.shop_sees(&shop, &id).await.str("status"), "received");
}

#[tokio::test]
async fn each_read_leaves_a_line_in_the_audit_of_the_patient() {
    let (app, shop, course, browser) = of_shop().await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let patient = booked.str("patient_id").to_owned();
    browser.page("/partner").await;
    browser.page(&format!("/partner/referrals/{}", booked.str("referral_id"))).await;
    let audit = app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await;
    for action in ["visit.list", "referral.list", "referral.receive", "referral.read"] {
        let there =
            audit.items().iter().any(|line| line["role"] == "partner" && line["action"] == action);
        assert!(there, "{action}: {}", audit.text);
    }
}

#[tokio::test]
async fn a_shop_that_reads_french_reads_french() {
    let (app, shop, course, browser) = of_shop().await;
    let french = json!({"language": "fr", "email": "harbour@example.test"});
    app.shop_wants(&shop, french).await;
    let booked = app.book_at(&shop, &course, "test_patch", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    let list = browser.page("/partner").await;
    list.shows(&[
        "<html lang=\"fr\">", "En attente de votre réponse", "mardi 5 janvier 2027", "à confirmer",
        "Se déconnecter", "À répondre (1)",
    ]);
    let page = browser.page(&format!("/partner/referrals/{id}")).await;
    page.shows(&["Accepter", "Proposer un autre moment"]);
    let (version, visit) = (page.control("version").to_owned(), booked.id());
    let past =
        [("version", version.as_str()), ("session_id", &visit), ("start", "2027-01-01T10:00")];
    let refused = browser.send_amiss(&format!("/partner/referrals/{id}/propose"), &past).await;
    refused.shows(&["Ce moment est passé."]);
    refused.hides(&["That time"]);
    app.wait(Duration::days(2));
    browser.sign_in().await;
    let report = browser.page(&format!("/partner/referrals/{id}/report/{visit}")).await;
    report.shows(&["Longueur d’onde (nm)", "saignement ponctuel"]);
    let addresses = browser.page("/partner/calendar").await;
    addresses.shows(&["Votre calendrier"]);
}

#[tokio::test]
async fn a_calendar_and_links_are_made_shown_once_and_revoked() {
    let (app, _, _, browser) = of_shop().await;
    let made = browser.post("/partner/calendar/make", &[]).await.expect(201);
    let address = |text: &str, root: &str| {
        let at = text.find(root).unwrap_or_else(|| panic!("{root} in {text}"));
        text[at..].split('"').next().unwrap().to_owned()
    };
    let feed = address(&made.text, "/feeds/");
    app.open(&feed).await.expect(200);
    let page = browser.page("/partner/calendar").await;
    assert!(!page.says("/feeds/"), "it is shown once");
    // A page that is sent twice does not end what it has just shown.
    browser.send_amiss("/partner/calendar/make", &[]).await;
    app.open(&feed).await.expect(200);
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    let other = browser.post("/partner/calendar/make", &fields).await.expect(201);
    app.open(&feed).await.expect(404);
    let feed = address(&other.text, "/feeds/");
    app.wait(Duration::minutes(1));
    app.open(&feed).await.expect(200);
    let stale = browser.send_amiss("/partner/calendar/revoke", &fields).await;
    stale.shows(&["It has changed since you opened it"]);
    let page = browser.page("/partner/calendar").await;
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    let revoked = browser.post("/partner/calendar/revoke", &fields).await;
    assert_eq!(revoked.leads_to(), "/partner/calendar?revoked");
    app.open(&feed).await.expect(404);
    browser.send_amiss("/partner/calendar/revoke", &fields).await;

    let empty = browser.send_amiss("/partner/links", &[("label", " ")]).await;
    empty.shows(&["This is needed.", "aria-invalid=\"true\""]);
    let long = "<b>".repeat(3_400);
    let refused = browser.send_amiss("/partner/links", &[("label", &long)]).await;
    refused.shows(&["at most 200 characters", "&#60;b&#62;"]);
    refused.hides(&["<b><b>"]);
    let made = browser.post("/partner/links", &[("label", "The till")]).await.expect(201);
    let link = address(&made.text, "/shop/");
    app.open(&link).await.expect(200);
    let page = browser.page("/partner/calendar").await;
    page.shows(&["The till"]);
    page.hides(&["/shop/"]);
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    browser.post("/partner/links/revoke", &fields).await.expect(303);
    app.open(&link).await.expect(404);
    browser.send_amiss("/partner/links/revoke", &[("id", "junk")]).await;
}
