//! Calendars that others subscribe to: a secret address that can be rotated and revoked,
//! conditional requests, and nothing about patients in any but their own.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Answer, Clinic, TestApp, mail::line, request};

async fn clinic() -> (TestApp, Clinic, String) {
    let (app, clinic) = TestApp::with_clinic().await;
    let course = app.prepare_course("Zebulon").await;
    (app, clinic, course)
}

async fn make(app: &TestApp, kind: &str, id: &str) -> (String, String) {
    let feed = app.post("/feeds", json!({"kind": kind, "id": id})).await.expect(201);
    let url = feed.str("url");
    assert!(
        url.starts_with("http://127.0.0.1:8080/feeds/")
            && feed.str("webcal_url").starts_with("webcal://127.0.0.1:8080/feeds/")
    );
    (feed.id(), url.trim_start_matches("http://127.0.0.1:8080").to_owned())
}

async fn fetch(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.call_with("", "GET", path, Value::Null, headers).await
}

fn events(feed: &Answer) -> usize {
    feed.text.matches("BEGIN:VEVENT").count()
}

/// 58, 59, 60, 61: what a calendar program is told.
#[tokio::test]
async fn a_feed_is_a_calendar_that_is_fetched_again_only_when_it_changed() {
    let (app, clinic, course) = clinic().await;
    let (_, path) = make(&app, "practitioner", &clinic.noor).await;
    let empty = fetch(&app, &path, &[]).await.expect(200);
    assert_eq!(events(&empty), 0, "66: valid when empty");
    let with = json!({"practitioner_id": clinic.noor});
    let session =
        app.book_with(&course, "consultation", "2027-01-05T10:00", with).await.expect(201);
    let feed = fetch(&app, &path, &[]).await.expect(200);
    assert_eq!(events(&feed), 1);
    assert_eq!(line(&feed.text, "UID").unwrap(), session.str("uid"));
    for (name, value) in [
        ("content-type", "text/calendar; charset=utf-8"),
        ("cache-control", "private, max-age=300"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(feed.headers[name], value);
    }
    assert!(
        !feed.headers.contains_key("content-disposition")
            && feed.headers.contains_key("last-modified")
    );
    for none in ["METHOD", "ORGANIZER", "ATTENDEE"] {
        assert_eq!(line(&feed.text, none), None);
    }
    let tag = feed.header("etag").to_owned();
    for asked in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let same = fetch(&app, &path, &[("if-none-match", &asked)]).await.expect(304);
        assert!(same.text.is_empty());
        assert_eq!(same.headers["etag"], tag.as_str());
    }
    app.move_to(session.str("id"), "2027-01-05T11:00").await.expect(200);
    let changed = fetch(&app, &path, &[("if-none-match", &tag)]).await.expect(200);
    assert_ne!(changed.headers["etag"], tag.as_str());
}

/// 62: HEAD and gzip.
#[tokio::test]
async fn a_feed_can_be_asked_about_and_comes_compressed() {
    let (app, clinic, course) = clinic().await;
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let (_, path) = make(&app, "site", &clinic.site).await;
    let plain = fetch(&app, &path, &[]).await.expect(200);
    let head = app.call("", "HEAD", &path, Value::Null).await.expect(200);
    assert!(head.text.is_empty());
    assert_eq!(
        (&head.headers["etag"], &head.headers["content-type"]),
        (&plain.headers["etag"], &plain.headers["content-type"])
    );
    let zipped = request("", "GET", &path, Value::Null, &[("accept-encoding", "br, gzip")]);
    let response = tower::ServiceExt::oneshot(app.router.clone(), zipped).await.unwrap();
    assert_eq!(
        (&response.headers()["content-encoding"], &response.headers()["vary"]),
        (&"gzip".parse().unwrap(), &"accept-encoding".parse().unwrap())
    );
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    assert_ne!(tag, plain.header("etag"), "another encoding is another representation");
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text)
        .unwrap();
    assert_eq!(text, plain.text);
    fetch(&app, &path, &[("if-none-match", &tag), ("accept-encoding", "gzip")]).await.expect(304);
}

/// 62, 63: secrets.
#[tokio::test]
async fn wrong_rotated_and_revoked_addresses_are_answered_alike() {
    let (app, clinic, _) = clinic().await;
    let (_, old) = make(&app, "site", &clinic.site).await;
    let (id, rotated) = make(&app, "site", &clinic.site).await;
    assert_ne!(old, rotated);
    let again = app.act_on_feed(&id, "rotate").await;
    let current = again.str("url").trim_start_matches("http://127.0.0.1:8080").to_owned();
    fetch(&app, &current, &[]).await.expect(200);
    app.delete(&format!("/feeds/{id}")).await.expect(204);
    let unknown = fetch(&app, "/feeds/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics", &[])
        .await
        .expect(404);
    for dead in [&old, &rotated, &current, &current.replace(".ics", ""), &"/feeds/x.ics".to_owned()]
    {
        let answer = app
            .send(axum::http::Request::get(dead.as_str()).body(axum::body::Body::empty()).unwrap())
            .await
            .expect(404);
        assert_eq!(answer.text, unknown.text, "{dead}");
        let told = |answer: &Answer| {
            answer
                .headers
                .iter()
                .filter(|(name, _)| *name != "x-request-id")
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&answer), told(&unknown));
    }
    app.delete(&format!("/feeds/{id}")).await.expect(404);
    assert_eq!(app.get("/feeds").await.expect(200).items().len(), 0);
    let secret = current.trim_start_matches("/feeds/").trim_end_matches(".ics");
    assert!(secret.len() >= 22, "128 bits at least");
    assert_eq!(
        app.count("SELECT COUNT(*) FROM feeds WHERE length(hash) = 64").await,
        1,
        "only the hash is stored"
    );
}

/// 62: nor does the time that an answer takes tell one from another.
#[tokio::test]
async fn a_wrong_address_takes_as_long_as_a_revoked_one() {
    let (app, clinic, _) = clinic().await;
    let (id, revoked) = make(&app, "site", &clinic.site).await;
    app.delete(&format!("/feeds/{id}")).await.expect(204);
    let wrong = "/feeds/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics";
    let mut ratios = Vec::new();
    // A machine that hiccups gets another chance; an answer that is always slower does not.
    for _ in 0..5 {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..150 {
            for (path, times) in [revoked.as_str(), wrong].into_iter().zip(&mut times) {
                let began = std::time::Instant::now();
                fetch(&app, path, &[]).await.expect(404);
                times.push(began.elapsed());
            }
        }
        let [revoked, wrong] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        });
        ratios.push(revoked / wrong);
        if (0.8..1.25).contains(&(revoked / wrong)) {
            return;
        }
    }
    panic!("{ratios:?}");
}

/// 65, 66: what is in it.
#[tokio::test]
async fn what_was_called_off_vanishes_and_the_window_is_30_days_back_to_365_ahead() {
    let (app, clinic, course) = clinic().await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let gone = app.make_visit(&course, "review", "2027-01-06T10:00").await;
    app.cancel(&gone).await.expect(200);
    app.book(&course, "consultation", "2028-01-14T10:00").await.expect(201);
    let (_, path) = make(&app, "site", &clinic.site).await;
    assert_eq!(
        events(&fetch(&app, &path, &[]).await.expect(200)),
        1,
        "neither the cancelled one nor the one in 375 days"
    );
    app.wait(Duration::days(30));
    assert_eq!(events(&fetch(&app, &path, &[]).await.expect(200)), 2);
    app.wait(Duration::days(2));
    assert_eq!(events(&fetch(&app, &path, &[]).await.expect(200)), 1);
    app.session(&session).await;
}

/// 15, 77: names.
#[tokio::test]
async fn no_feed_but_the_patients_own_says_whose_a_visit_is_and_even_that_not_what() {
    let (app, clinic, course) = clinic().await;
    let session = app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let patient = app.patient_of(&course).await;
    for (kind, id) in
        [("practitioner", clinic.noor.as_str()), ("site", &clinic.site), ("patient", &patient)]
    {
        let (_, path) = make(&app, kind, id).await;
        let feed = fetch(&app, &path, &[]).await.expect(200);
        assert_eq!(line(&feed.text, "UID").unwrap(), session.str("uid"), "{kind}");
        for secret in ["Zebulon", "zebulon", "Sample", "consultation", "4165550123"] {
            assert!(
                !feed.text.replace("\r\n ", "").contains(secret),
                "{secret} in the {kind}'s feed"
            );
        }
    }
    let (_, path) = make(&app, "patient", &patient).await;
    let own = fetch(&app, &path, &[]).await.expect(200);
    assert_eq!(line(&own.text, "SUMMARY").unwrap(), "Appointment - Hayden St Clinic");
    assert_eq!(line(&own.text, "LOCATION").unwrap(), "59 Hayden Street");
}

/// Entries that did not change are not written again, but a feed shows what is true now, also where no visit has another
/// version for it.
#[tokio::test]
async fn a_feed_shows_a_new_address_name_and_language_at_once() {
    let (app, clinic, course) = clinic().await;
    let with = json!({"practitioner_id": clinic.noor});
    let session =
        app.book_with(&course, "consultation", "2027-01-05T10:00", with).await.expect(201);
    let patient = app.patient_of(&course).await;
    let (_, own) = make(&app, "patient", &patient).await;
    let (_, noors) = make(&app, "practitioner", &clinic.noor).await;
    fetch(&app, &own, &[]).await.expect(200);
    // A new address is news to the patient: a change of the appointment.
    app.manage("PATCH", &format!("/sites/{}", clinic.site), json!({"address": "61 Hayden Street"}))
        .await
        .expect(200);
    let session = app.session(&session.id()).await;
    let before = fetch(&app, &noors, &[]).await.expect(200).text;
    let changes = [
        (&app.manager, format!("/practitioners/{}", clinic.noor), json!({"name": "Noor Newname"})),
        (&app.desk, format!("/patients/{patient}"), json!({"preferred_language": "fr"})),
    ];
    for (token, path, body) in changes {
        app.call(token, "PATCH", &path, body).await.expect(200);
    }
    let shown = fetch(&app, &own, &[]).await.expect(200).text;
    assert_eq!(line(&shown, "LOCATION").unwrap(), "61 Hayden Street");
    assert!(shown.contains("SUMMARY:Rendez-vous - Hayden St Clinic\r\n"));
    let named = fetch(&app, &noors, &[]).await.expect(200).text;
    assert!(named.contains("X-WR-CALNAME:Hayden St Clinic - Noor Newname\r\n"));
    let events = |feed: &str| feed.split_once("BEGIN:VEVENT").unwrap().1.to_owned();
    assert_eq!(events(&named), events(&before), "nothing else changed");
    let same = app.session(session.body["id"].as_str().unwrap()).await;
    for of in ["version", "sequence"] {
        assert_eq!(same.body[of], session.body[of], "{of}");
    }
}

#[tokio::test]
async fn a_shop_sees_only_when_it_is_busy_and_not_with_how_many() {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 2).await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    for course in [&ada, &ben] {
        app.disclose(course, &shop.id).await;
    }
    let first = app.book_at(&shop, &ada, "consultation", "2027-01-11T10:00").await.expect(201);
    app.book_at(&shop, &ben, "consultation", "2027-01-11T10:30").await.expect(201);
    let (_, path) = make(&app, "partner", &shop.id).await;
    let feed = fetch(&app, &path, &[]).await.expect(200);
    assert_eq!(line(&feed.text, "UID").unwrap(), first.str("uid"));
    assert_eq!(line(&feed.text, "SUMMARY").unwrap(), "Busy");
}

#[tokio::test]
async fn when_it_was_fetched_last_is_shown_and_who_leaves_takes_it_along() {
    let (app, clinic, _) = clinic().await;
    let (_, path) = make(&app, "practitioner", &clinic.noor).await;
    assert!(app.get("/feeds").await.items()[0]["last_fetched_at"].is_null());
    app.wait(Duration::minutes(5));
    fetch(&app, &path, &[]).await.expect(200);
    assert_eq!(app.get("/feeds").await.items()[0]["last_fetched_at"], "2027-01-04T09:05:00-05:00");
    assert!(app.get("/feeds").await.items()[0].get("url").is_none(), "the address is shown once");
    app.set(&format!("/practitioners/{}", clinic.noor), json!({"active": false})).await;
    fetch(&app, &path, &[]).await.expect(404);
}

#[tokio::test]
async fn a_user_who_is_disabled_takes_the_addresses_along_that_they_made() {
    let (app, clinic, _) = clinic().await;
    let (_, path) = make(&app, "site", &clinic.site).await;
    fadeline::actions::access::by_command::set_active(&app.app, "front_desk@example.test", false)
        .await
        .unwrap();
    app.app.note_commit();
    fetch(&app, &path, &[]).await.expect(404);
}

#[tokio::test]
async fn an_address_that_nobody_fetches_for_ninety_days_is_revoked_with_a_task() {
    let (app, clinic, _) = clinic().await;
    let (_, used) = make(&app, "site", &clinic.site).await;
    let (_, unused) = make(&app, "practitioner", &clinic.noor).await;
    app.wait(Duration::days(60));
    fetch(&app, &used, &[]).await.expect(200);
    app.wait(Duration::days(30) + Duration::seconds(1));
    assert_eq!(fadeline::actions::calendar::feeds::revoke_unused(&app.app).await.unwrap(), 1);
    fetch(&app, &used, &[]).await.expect(200);
    fetch(&app, &unused, &[]).await.expect(404);
    let tasks = app.get("/tasks").await.expect(200);
    assert_eq!(tasks.items()[0]["kind"], "feed_revoked");
}

#[tokio::test]
async fn a_repeated_request_for_an_address_is_answered_without_the_secret() {
    let (app, clinic, _) = clinic().await;
    let ask = || {
        app.call_once(
            "one",
            &app.desk,
            "POST",
            "/feeds",
            json!({"kind": "site", "id": clinic.site}),
        )
    };
    let (first, again) = (ask().await.expect(201), ask().await.expect(201));
    assert_eq!(first.id(), again.id());
    assert!(
        first.body["url"].is_string() && again.body.get("url").is_none(),
        "it is stored nowhere"
    );
}

#[tokio::test]
async fn a_feed_of_nobody_is_not_made() {
    let (app, clinic, _) = clinic().await;
    for (kind, id) in [
        ("practitioner", clinic.site.as_str()),
        ("patient", &clinic.noor),
        ("partner", &clinic.site),
        ("site", &clinic.noor),
    ] {
        app.post("/feeds", json!({"kind": kind, "id": id})).await.expect(404);
    }
    app.post("/feeds", json!({"kind": "everything", "id": clinic.site})).await.expect(422);
}

impl TestApp {
    async fn act_on_feed(&self, id: &str, verb: &str) -> Answer {
        self.post(&format!("/feeds/{id}/{verb}"), Value::Null).await.expect(200)
    }
}
