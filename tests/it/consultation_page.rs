//! The public page that asks for a consultation: a wish becomes a task, once; programs that fill in
//! forms write nothing and learn nothing; it is not told who is known; nothing typed is lost.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::Duration;
use serde_json::Value;

use crate::support::{Answer, Browser, TestApp, borrowed, encoded};

const PAGE: &str = "/consultation";

/// Opens the form, lets `seconds` pass and sends it with its stamp.
async fn sent(app: &TestApp, seconds: i64, path: &str, fields: &[(&str, &str)]) -> Answer {
    let browser = Browser::new(app);
    let page = browser.page(path).await;
    app.wait(Duration::seconds(seconds));
    let mut fields = fields.to_vec();
    fields.push(("stamp", page.control("stamp")));
    browser.post(path, &fields).await
}

const ADA: &[(&str, &str)] = &[
    ("name", "Ada Sample"),
    ("phone", "(416) 555-0123"),
    ("email", "ada@example.test"),
    ("wish", "Please call\nin the evening."),
    ("website", ""),
];

/// The tasks that there are, each with what was written to us.
async fn tasks(app: &TestApp) -> Vec<Value> {
    let mut tasks = Vec::new();
    for task in app.get("/tasks").await.expect(200).items() {
        let id = task["id"].as_str().unwrap();
        tasks.push(app.get(&format!("/tasks/{id}")).await.expect(200).body);
    }
    tasks
}

#[tokio::test]
async fn a_wish_becomes_a_task_and_the_desk_reads_who_and_what() {
    let app = TestApp::empty().await;
    let page = Browser::new(&app).get(PAGE).await.expect(200);
    page.shows(&[
        "Schedule a consultation", "lang=\"fr\"", "Your name", "(647) 351-0061",
        "autocomplete=\"tel\"",
    ]);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    let done = sent(&app, 20, PAGE, ADA).await;
    assert_eq!(done.leads_to(), "/consultation/thanks?lang=en");
    let thanks = Browser::new(&app).get(done.leads_to()).await.expect(200);
    thanks.shows(&["Thank you"]);
    thanks.hides(&["<form"]);
    let tasks = tasks(&app).await;
    assert_eq!(tasks.len(), 1);
    let task = &tasks[0];
    assert_eq!(task["kind"], "consultation_wished");
    assert!(
        !task["detail"].as_str().unwrap().contains("Ada"),
        "the sentence holds nothing that somebody wrote"
    );
    assert_eq!(task["reply"]["sender"], "Ada Sample, +14165550123, ada@example.test");
    assert_eq!(task["reply"]["body"], "Please call\nin the evening.");
    assert_eq!(task["reply"]["verdict"], "wish");
    let listed = app.get("/tasks").await.expect(200);
    assert!(!listed.text.contains("Ada"), "nor does the list");
}

#[tokio::test]
async fn one_telephone_makes_one_task_a_day_however_it_is_written() {
    let app = TestApp::at("2027-01-05T04:30:00Z").await;
    // 23:30 in Toronto; the day after begins half an hour later.
    sent(&app, 5, PAGE, ADA).await.expect(303);
    for (hours, phone) in [(0, "+1 416 555 0123"), (2, "416.555.0123"), (21, "4165550123")] {
        app.wait(Duration::hours(hours));
        let again = [("name", "Somebody else"), ("phone", phone), ("wish", "Again.")];
        let done = sent(&app, 5, PAGE, &again).await;
        assert_eq!(done.leads_to(), "/consultation/thanks?lang=en");
    }
    assert_eq!(app.task_kinds().await.len(), 1);
    sent(&app, 5, PAGE, &[("name", "Eve"), ("phone", "416 555 0199"), ("wish", "Me too.")])
        .await
        .expect(303);
    assert_eq!(app.task_kinds().await.len(), 2);
    app.wait(Duration::hours(2));
    sent(&app, 5, PAGE, ADA).await.expect(303);
    assert_eq!(app.task_kinds().await.len(), 3, "a day later it is another wish");
}

/// A form that is pressed twice at once is one wish, on either engine.
#[tokio::test]
async fn a_wish_that_comes_many_times_at_once_is_one_task() {
    let app = TestApp::empty().await;
    let page = Browser::new(&app).get(PAGE).await.expect(200);
    app.wait(Duration::seconds(5));
    let mut fields = ADA.to_vec();
    fields.push(("stamp", page.control("stamp")));
    let all = (0..8).map(|_| async { Browser::new(&app).post(PAGE, &fields).await.status });
    assert_eq!(futures_util::future::join_all(all).await, [303; 8]);
    assert_eq!(app.task_kinds().await.len(), 1);
}

#[tokio::test]
async fn whoever_is_known_is_answered_like_anybody() {
    let app = TestApp::empty().await;
    app.register("Ada").await;
    let known = sent(&app, 5, PAGE, ADA).await.expect(303);
    let unknown =
        sent(&app, 5, PAGE, &[("name", "Eve"), ("phone", "416 555 0199"), ("wish", "Hello.")])
            .await
            .expect(303);
    assert_eq!((known.leads_to(), &known.text), (unknown.leads_to(), &unknown.text));
    for task in tasks(&app).await {
        assert!(
            task.get("patient_id").is_none(),
            "who says that they are somebody is not believed: {task}"
        );
    }
}

#[tokio::test]
async fn a_program_that_fills_in_what_no_person_sees_is_thanked_and_nothing_is_written() {
    let app = TestApp::empty().await;
    let page = Browser::new(&app).get(PAGE).await.expect(200);
    page.shows(&[
        "<div class=\"hidden\" aria-hidden=\"true\">",
        "name=\"website\" value=\"\" tabindex=\"-1\"",
    ]);
    let person =
        sent(&app, 5, PAGE, &[("name", "Eve"), ("phone", "416 555 0199"), ("wish", "Hello.")])
            .await;
    let mut fields = ADA.to_vec();
    fields[4].1 = "https://casino.example";
    let program = sent(&app, 5, PAGE, &fields).await;
    assert_eq!((program.leads_to(), &program.text), (person.leads_to(), &person.text));
    // Also where all the rest is junk, which a person would be told.
    let junk = sent(&app, 0, PAGE, &[("website", "x")]).await;
    assert_eq!(junk.leads_to(), person.leads_to());
    assert_eq!(app.task_kinds().await.len(), 1);
    assert_eq!(app.count("SELECT count(*) FROM replies").await, 1);
}

#[tokio::test]
async fn a_form_that_is_too_quick_too_old_or_not_ours_comes_back_filled_in() {
    let app = TestApp::empty().await;
    let quick = sent(&app, 2, PAGE, ADA).await.expect(422);
    quick.shows(&["Please wait a moment", "in the evening."]);
    // The same form counts a moment later.
    let browser = Browser::new(&app);
    app.wait(Duration::seconds(1));
    let again = |stamp: &str| {
        let mut fields = ADA.to_vec();
        fields.retain(|(name, _)| *name != "stamp");
        [fields, vec![("stamp", stamp)]]
            .concat()
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect::<Vec<_>>()
    };
    let post = async |browser: &Browser, fields: Vec<(String, String)>| {
        let fields = borrowed(&fields);
        browser.post(PAGE, &fields).await
    };
    for stamp in ["", "junk", "1799071200000.AAAAAAAAAAAAAAAAAAAAAAAA"] {
        let forged = post(&browser, again(stamp)).await.expect(422);
        forged.shows(&["Nothing is lost", "value=\"Ada Sample\""]);
    }
    let old = sent(&app, 12 * 3600 + 1, PAGE, ADA).await.expect(422);
    old.shows(&["open for a long time", "value=\"ada@example.test\""]);
    assert!(app.task_kinds().await.is_empty());
    app.wait(Duration::seconds(4));
    post(&browser, again(old.control("stamp"))).await.expect(303);
    assert_eq!(app.task_kinds().await.len(), 1);
    post(&browser, again(quick.control("stamp"))).await.expect(422);
}

#[tokio::test]
async fn what_is_missing_or_too_long_is_said_beside_it_and_what_was_typed_is_kept() {
    let app = TestApp::empty().await;
    let empty = sent(&app, 5, PAGE, &[]).await.expect(422);
    for name in ["name", "phone", "wish"] {
        let beside = format!("id=\"{name}-problem\">This is needed.");
        assert!(empty.says(&beside), "{name}: {}", empty.text);
    }
    assert!(
        empty.says("Something is missing, or cannot be: see below.")
            && empty.text.matches(" autofocus").count() == 1
    );
    empty.shows(&["aria-describedby=\"phone-hint phone-problem\""]);
    empty.hides(&["id=\"email-problem\""]);
    let html = "<h1>Hello</h1>".repeat(715);
    let long = [("name", html.as_str()), ("phone", "416 555 0123"), ("wish", "Hello.")];
    let long = sent(&app, 5, PAGE, &long).await.expect(422);
    long.shows(&[
        "id=\"name-problem\">That is too long: at most 200 characters.",
        "aria-invalid=\"true\"",
    ]);
    long.shows(&["&#60;h1&#62;Hello", "value=\"416 555 0123\""]);
    long.hides(&["<h1>Hello"]);
    let wrong =
        [("name", "Ada\u{0}"), ("phone", "12"), ("email", "nobody"), ("wish", &"x".repeat(2_001))];
    let wrong = sent(&app, 5, PAGE, &wrong).await.expect(422);
    wrong.shows(&[
        "id=\"name-problem\">It holds characters",
        "id=\"phone-problem\">This number can’t be called",
        "id=\"email-problem\">This is not an email address.",
        "id=\"wish-problem\">That is too long: at most 2000 characters.",
    ]);
    assert!(app.task_kinds().await.is_empty());
}

#[tokio::test]
async fn it_is_read_in_the_language_of_the_address_or_of_the_browser() {
    let app = TestApp::empty().await;
    let browser = Browser::new(&app);
    let french = [("accept-language", "fr-CA,fr;q=0.9,en;q=0.8")];
    let page = browser.get_with(PAGE, &french).await.expect(200);
    page.shows(&["<html lang=\"fr\">", "Votre nom", "name=\"in\" value=\"en\""]);
    let page = browser.get_with("/consultation?lang=en", &french).await.expect(200);
    page.shows(&["<html lang=\"en\">", "Your name"]);
    let page = browser.page("/consultation?lang=xx").await;
    assert!(page.says("<html lang=\"en\">"));
    let refused = sent(&app, 5, "/consultation?lang=fr", &[("name", "Ada")]).await.expect(422);
    refused.shows(&["À remplir.", "value=\"Ada\""]);
    let done = sent(&app, 5, "/consultation?lang=fr", ADA).await;
    assert_eq!(done.leads_to(), "/consultation/thanks?lang=fr");
    assert!(browser.get(done.leads_to()).await.says("Merci"));
    assert!(tasks(&app).await[0]["detail"].as_str().unwrap().contains("in French"));
}

#[tokio::test]
async fn the_other_language_keeps_what_is_typed_and_enter_sends_the_form() {
    let app = TestApp::empty().await;
    let page = Browser::new(&app).get(PAGE).await.expect(200);
    let own = page.text.split(" form=\"asked\"").nth(1).unwrap();
    assert!(
        !own.split('>').next().unwrap().contains("name="),
        "the first button, which Enter presses, is not the language"
    );
    let typed = [("name", "Ada <b>"), ("phone", "not yet"), ("in", "fr")];
    let french = sent(&app, 5, PAGE, &typed).await.expect(200);
    french.shows(&["<html lang=\"fr\">", "value=\"Ada &#60;b&#62;\"", "value=\"not yet\""]);
    french.hides(&["role=\"alert\""]); // nothing is wrong with a form that is not sent
    assert!(tasks(&app).await.is_empty());
    // Its stamp is still the one that was given, so it need not wait once more.
    let mut fields = ADA.to_vec();
    fields.push(("stamp", french.control("stamp")));
    let done = Browser::new(&app).post("/consultation?lang=fr", &fields).await;
    assert_eq!(done.leads_to(), "/consultation/thanks?lang=fr");
}

#[tokio::test]
async fn another_site_sends_no_wishes_and_one_address_not_without_end() {
    let app = TestApp::empty().await;
    Browser::new(&app).post_from_elsewhere(PAGE, ADA).await.expect(403);
    let post = |address: [u8; 4]| {
        let mut request = Request::post(PAGE)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(encoded(ADA)))
            .unwrap();
        let from = ConnectInfo(std::net::SocketAddr::from((address, 40000)));
        request.extensions_mut().insert(from);
        app.send(request)
    };
    for _ in 0..10 {
        post([192, 0, 2, 1]).await.expect(422);
    }
    let slowed = post([192, 0, 2, 1]).await.expect(429);
    slowed.shows(&["Too many requests were sent from here.", "value=\"Ada Sample\""]);
    post([192, 0, 2, 2]).await.expect(422);
    assert!(app.task_kinds().await.is_empty());
}
