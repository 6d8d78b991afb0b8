//! The pages of a shop, as its own people use them in a browser: the list, its filters and history,
//! the addresses, the language; and everybody who is kept out.

use chrono::Duration;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::referrals::referable;
use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::shops::Shop;

/// Somebody of the shop, signed in.
pub(crate) async fn of_shop(app: &TestApp) -> (Shop, String, Browser) {
    let (shop, course) = referable(app).await;
    let browser = Browser::of_new(app, Role::Partner, Some(&shop.id)).await;
    (shop, course, browser)
}

#[tokio::test]
async fn a_shop_that_signs_in_sees_its_requests_first_and_then_its_days_with_the_packet() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    assert_eq!(browser.get(&app, "/").await.leads_to(), "/partner");
    let empty = browser.get(&app, "/partner").await.expect(200);
    assert!(empty.says("Nothing is referred to you in these days."), "{}", empty.text);
    app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let page = browser.get(&app, "/partner").await.expect(200);
    for said in [
        "Harbour Light",
        "Waiting for your answer",
        "Ada Sample",
        "+14165550123",
        "vertex",
        "Tuesday, January 5, 2027",
        "10:00 a.m.",
        "pending",
        "To answer (1)",
        "To report (0)",
    ] {
        assert!(page.says(said), "{said} is not in {}", page.text);
    }
    assert!(
        page.text.find("Waiting for your answer") < page.text.find("<h2>Tuesday"),
        "the requests come first"
    );
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.says(" style=") && !page.says("onclick"), "nothing is inline");
    assert!(page.text.len() < 100_000);
}

#[tokio::test]
async fn the_list_is_filtered_and_goes_back_and_forth() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let first = app.book_at(&shop, &course, "review", "2027-01-04T12:00").await.expect(201);
    let referral = first.str("referral_id").to_owned();
    app.shop_does(&shop, &referral, "accept", Value::Null).await.expect(200);
    app.until("2027-01-21T14:00:00Z").await;
    browser.sign_in(&app).await;
    let today = browser.get(&app, "/partner").await.expect(200);
    assert!(!today.says("Ada Sample"), "it was two weeks ago");
    assert!(today.says("?from=2027-01-07") && today.says("?from=2027-02-04"), "{}", today.text);
    let earlier = browser.get(&app, "/partner?from=2027-01-04").await.expect(200);
    assert!(
        earlier.says("Monday, January 4, 2027") && earlier.says("report overdue"),
        "{}",
        earlier.text
    );
    let due = browser.get(&app, "/partner?show=to-report").await.expect(200);
    assert!(
        due.says("Ada Sample")
            && due.says("To report (1)")
            && due.says(&format!("/partner/referrals/{referral}/report/{}", first.id()))
    );
    let answers = browser.get(&app, "/partner?show=to-answer").await.expect(200);
    assert!(answers.says("Nothing waits for your answer."), "{}", answers.text);
    // A date that is added to an accepted referral waits by itself.
    let longer = app.refer(&course, &shop.id, "review", 2).await;
    app.shop_does(&shop, &longer, "accept", Value::Null).await.expect(200);
    // The overdue report stands in the way of another date there; it is written first.
    app.shop_does(&shop, &referral, "report", json!({"outcome": "completed"})).await.expect(200);
    app.book_at(&shop, &course, "review", "2027-02-20T10:00").await.expect(201);
    let answers = browser.get(&app, "/partner?show=to-answer").await.expect(200);
    assert!(
        answers.says("Saturday, February 20, 2027") && answers.says("To answer (1)"),
        "{}",
        answers.text
    );
    for junk in ["/partner?from=junk", "/partner?show=junk", "/partner?from=9999-99-99"] {
        browser.get(&app, junk).await.expect(404);
    }
    browser.get(&app, "/partner?from=").await.expect(200);
}

#[tokio::test]
async fn nobody_else_comes_in() {
    let app = TestApp::empty().await;
    let (shop, course, _) = of_shop(&app).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let pages =
        ["/partner".to_owned(), "/partner/calendar".to_owned(), format!("/partner/referrals/{id}")];
    let mut stranger = Browser::default();
    for page in &pages {
        let answer = stranger.get(&app, page).await.expect(401);
        assert!(answer.says("name=\"password\"") && !answer.says("Ada"), "{}", answer.text);
        assert_eq!(answer.control("then"), page);
    }
    for role in [Role::FrontDesk, Role::Manager, Role::Practitioner] {
        let mut other = Browser::of_new(&app, role, None).await;
        for page in &pages {
            let answer = other.get(&app, page).await.expect(403);
            assert!(!answer.says("Ada"), "{role}: {}", answer.text);
        }
        other.post(&app, &format!("{}/accept", pages[2]), &[]).await.expect(403);
    }
    // Another shop's id is not there, nor is one that nobody has, nor junk: all alike.
    let elsewhere = app.shop("Other Light", 1).await;
    let mut other = Browser::of_new(&app, Role::Partner, Some(&elsewhere.id)).await;
    let gone = other.get(&app, &pages[2]).await.expect(404);
    for junk in ["01890000-0000-7000-8000-000000000001", "x", "%FF"] {
        let answer = other.get(&app, &format!("/partner/referrals/{junk}")).await.expect(404);
        assert_eq!(answer.text, gone.text, "{junk}");
    }
    for verb in ["accept", "decline", "propose", "fail"] {
        let fields = [("version", "1"), ("reason", "No."), ("start", "2027-01-08T10:00")];
        other.post(&app, &format!("{}/{verb}", pages[2]), &fields).await.expect(404);
    }
    other
        .get(&app, &format!("{}/report/01890000-0000-7000-8000-000000000001", pages[2]))
        .await
        .expect(404);
    // And nothing came of it.
    assert_eq!(app.get(&format!("/referrals/{id}")).await.str("status"), "requested");
}

#[tokio::test]
async fn what_another_site_sends_in_a_shops_name_is_refused() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let id = app.refer(&course, &shop.id, "review", 1).await;
    let page = browser.get(&app, &format!("/partner/referrals/{id}")).await.expect(200);
    let version = page.control("version").to_owned();
    for path in [
        format!("/partner/referrals/{id}/accept"),
        format!("/partner/referrals/{id}/decline"),
        "/partner/calendar/make".to_owned(),
        "/partner/links".to_owned(),
    ] {
        let fields = [("version", version.as_str()), ("reason", "No."), ("label", "x")];
        browser.post_from_elsewhere(&app, &path, &fields).await.expect(403);
    }
    assert_eq!(app.shop_sees(&shop, &id).await.str("status"), "received");
}

#[tokio::test]
async fn each_read_leaves_a_line_in_the_audit_of_the_patient() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let booked = app.book_at(&shop, &course, "review", "2027-01-05T10:00").await.expect(201);
    let patient = booked.str("patient_id").to_owned();
    browser.get(&app, "/partner").await.expect(200);
    browser
        .get(&app, &format!("/partner/referrals/{}", booked.str("referral_id")))
        .await
        .expect(200);
    let audit =
        app.manage("GET", &format!("/audit?patient_id={patient}&limit=200"), Value::Null).await;
    for action in ["visit.list", "referral.list", "referral.receive", "referral.read"] {
        let there =
            audit.items().iter().any(|line| line["role"] == "partner" && line["action"] == action);
        assert!(there, "{action}: {}", audit.text);
    }
}

#[tokio::test]
async fn a_shop_that_reads_french_reads_french() {
    let app = TestApp::empty().await;
    let (shop, course, mut browser) = of_shop(&app).await;
    let french = json!({"language": "fr", "email": "harbour@example.test"});
    app.call(&shop.token, "PATCH", &format!("/partners/{}/notices", shop.id), french)
        .await
        .expect(200);
    let booked = app.book_at(&shop, &course, "test_patch", "2027-01-05T10:00").await.expect(201);
    let id = booked.str("referral_id").to_owned();
    let list = browser.get(&app, "/partner").await.expect(200);
    for said in [
        "<html lang=\"fr\">",
        "En attente de votre réponse",
        "mardi 5 janvier 2027",
        "à confirmer",
        "Se déconnecter",
        "À répondre (1)",
    ] {
        assert!(list.says(said), "{said} is not in {}", list.text);
    }
    let page = browser.get(&app, &format!("/partner/referrals/{id}")).await.expect(200);
    assert!(page.says("Accepter") && page.says("Proposer un autre moment"), "{}", page.text);
    let (version, visit) = (page.control("version").to_owned(), booked.id());
    let past =
        [("version", version.as_str()), ("session_id", &visit), ("start", "2027-01-01T10:00")];
    let refused =
        browser.post(&app, &format!("/partner/referrals/{id}/propose"), &past).await.expect(422);
    assert!(refused.says("Ce moment est passé.") && !refused.says("That time"), "{}", refused.text);
    app.wait(Duration::days(2));
    browser.sign_in(&app).await;
    let report =
        browser.get(&app, &format!("/partner/referrals/{id}/report/{visit}")).await.expect(200);
    assert!(
        report.says("Longueur d’onde (nm)") && report.says("saignement ponctuel"),
        "{}",
        report.text
    );
    let addresses = browser.get(&app, "/partner/calendar").await.expect(200);
    assert!(addresses.says("Votre calendrier"), "{}", addresses.text);
}

#[tokio::test]
async fn a_calendar_and_links_are_made_shown_once_and_revoked() {
    let app = TestApp::empty().await;
    let (_, _, mut browser) = of_shop(&app).await;
    let made = browser.post(&app, "/partner/calendar/make", &[]).await.expect(201);
    let address = |text: &str, root: &str| {
        let at = text.find(root).unwrap_or_else(|| panic!("{root} in {text}"));
        text[at..].split('"').next().unwrap().to_owned()
    };
    let feed = address(&made.text, "/feeds/");
    app.call("", "GET", &feed, Value::Null).await.expect(200);
    let page = browser.get(&app, "/partner/calendar").await.expect(200);
    assert!(!page.says("/feeds/"), "it is shown once");
    // A page that is sent twice does not end what it has just shown.
    browser.post(&app, "/partner/calendar/make", &[]).await.expect(422);
    app.call("", "GET", &feed, Value::Null).await.expect(200);
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    let other = browser.post(&app, "/partner/calendar/make", &fields).await.expect(201);
    app.call("", "GET", &feed, Value::Null).await.expect(404);
    let feed = address(&other.text, "/feeds/");
    app.wait(Duration::minutes(1));
    app.call("", "GET", &feed, Value::Null).await.expect(200);
    let stale = browser.post(&app, "/partner/calendar/revoke", &fields).await.expect(422);
    assert!(stale.says("It has changed since you opened it"), "{}", stale.text);
    let page = browser.get(&app, "/partner/calendar").await.expect(200);
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    let revoked = browser.post(&app, "/partner/calendar/revoke", &fields).await;
    assert_eq!(revoked.leads_to(), "/partner/calendar?revoked");
    app.call("", "GET", &feed, Value::Null).await.expect(404);
    browser.post(&app, "/partner/calendar/revoke", &fields).await.expect(422);

    let empty = browser.post(&app, "/partner/links", &[("label", " ")]).await.expect(422);
    assert!(empty.says("This is needed.") && empty.says("aria-invalid=\"true\""), "{}", empty.text);
    let long = "<b>".repeat(3_400);
    let refused = browser.post(&app, "/partner/links", &[("label", &long)]).await.expect(422);
    assert!(
        refused.says("at most 200 characters")
            && !refused.says("<b><b>")
            && refused.says("&#60;b&#62;")
    );
    let made = browser.post(&app, "/partner/links", &[("label", "The till")]).await.expect(201);
    let link = address(&made.text, "/shop/");
    app.call("", "GET", &link, Value::Null).await.expect(200);
    let page = browser.get(&app, "/partner/calendar").await.expect(200);
    assert!(page.says("The till") && !page.says("/shop/"), "{}", page.text);
    let fields = [("id", page.control("id")), ("version", page.control("version"))];
    browser.post(&app, "/partner/links/revoke", &fields).await.expect(303);
    app.call("", "GET", &link, Value::Null).await.expect(404);
    browser.post(&app, "/partner/links/revoke", &[("id", "junk")]).await.expect(422);
}
