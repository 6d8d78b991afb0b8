//! Who looked at what is written down, and nothing personal reaches the log.

use serde_json::{Value, json};

use crate::support::{MONDAY, TestApp, server::Demo};

#[tokio::test]
async fn every_read_and_write_of_a_record_leaves_a_line_that_says_who_and_what() {
    let (app, _) = TestApp::with_clinic().await;
    let patient = app.register("Ada").await;
    let course = app.open_course_for(&patient).await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let lines = || async {
        let audit =
            app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await.expect(200);
        audit
            .items()
            .iter()
            .map(|line| line["action"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let consent = app.consent_to_messages(&patient).await;
    let hold = json!({"course_id": course, "service": "consultation", "start": "2027-01-05T12:00"});
    let hold = app.post("/holds", hold).await.expect(201).id();
    for (method, path, body, action) in [
        ("GET", format!("/patients/{patient}"), Value::Null, "patient.read"),
        ("GET", "/patients?q=ada".to_owned(), Value::Null, "patient.found"),
        ("PATCH", format!("/patients/{patient}"), json!({"given_name": "Eve"}), "patient.change"),
        ("GET", format!("/patients/{patient}/consents"), Value::Null, "consent.list"),
        ("DELETE", consent, Value::Null, "consent.withdraw"),
        ("GET", format!("/courses/{course}"), Value::Null, "course.read"),
        ("GET", "/courses".to_owned(), Value::Null, "course.read"),
        ("PATCH", format!("/courses/{course}"), json!({"depth": "too_deep"}), "course.change"),
        (
            "GET",
            format!("/slots?course_id={course}&service=consultation"),
            Value::Null,
            "slots.search",
        ),
        ("GET", format!("/sessions/{session}"), Value::Null, "session.read"),
        ("GET", "/sessions".to_owned(), Value::Null, "session.list"),
        ("DELETE", format!("/holds/{hold}"), Value::Null, "hold.give_up"),
        ("POST", format!("/sessions/{session}/undo"), Value::Null, "session.undone"),
    ] {
        let before = lines().await;
        let answer = app.call(&app.desk, method, &path, body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        let after = lines().await;
        // Reading the audit is a read too, so its own line stands in between.
        let added: Vec<_> = after[before.len()..].iter().map(String::as_str).collect();
        assert_eq!(added, ["audit.read", action], "{method} {path}");
    }
}

#[tokio::test]
async fn refused_attempts_leave_a_line_with_the_rules_that_refused() {
    let (app, _) = TestApp::with_clinic().await;
    let patient = app.register("Ada").await;
    let course = app.open_course_for(&patient).await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    app.patch(&format!("/courses/{course}"), json!({"status": "on-hold"})).await.expect(200);
    let on_hold = app
        .book(&course, "consultation", "2027-01-10T10:00")
        .await
        .refused(422, &["course_not_open", "clinic_closed", "practitioner_not_working"]);
    assert!(on_hold.body["violations"][0].get("earliest").is_none(), "no day helps");
    app.post(
        "/holds",
        json!({"course_id": course, "service": "consultation", "start": "2027-01-06T10:00"}),
    )
    .await
    .refused(422, &["course_not_open"]);
    app.move_to(&session, "2027-01-06T10:00").await.refused(422, &["course_not_open"]);
    let audit =
        app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await.expect(200);
    let refused: Vec<_> = audit
        .items()
        .iter()
        .filter(|line| line["action"].as_str().unwrap().contains("refused"))
        .collect();
    let told: Vec<_> = refused
        .iter()
        .map(|line| (line["action"].as_str().unwrap(), line["detail"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("session.book_refused", "course_not_open clinic_closed practitioner_not_working"),
            ("hold.refused", "course_not_open"),
            ("session.reschedule_refused", "course_not_open"),
        ]
    );
}

#[tokio::test]
async fn a_record_of_somebody_else_is_not_in_the_audit_of_this_patient() {
    let app = TestApp::empty().await;
    let (ada, ben) = (app.register("Ada").await, app.register("Ben").await);
    app.get(&format!("/patients/{ben}")).await.expect(200);
    let audit = app.manager_get(&format!("/audit?patient_id={ada}")).await.expect(200);
    assert_eq!(audit.items().len(), 1);
    app.manager_get("/audit?patient_id=01890000-0000-7000-8000-000000000001").await.expect(404);
}

#[tokio::test]
async fn nothing_personal_is_in_the_log_even_when_it_says_everything() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let demo = Demo::start_logging(MONDAY, "trace", &log);
    let client = crate::support::server::client();
    let desk = demo.token("front_desk").to_lowercase();
    let marked = json!({"given_name": "Zebulon", "family_name": "Quixotic", "phone": "416-555-0177", "email": "zebulon@example.test"});
    let patient = demo.ask("front_desk", "POST", "/patients", marked).await.expect(201).id();
    demo.ask("front_desk", "GET", "/patients?q=zebulon", Value::Null).await.expect(200);
    demo.ask("front_desk", "GET", "/patients?q=4165550177", Value::Null).await.expect(200);
    demo.ask("front_desk", "GET", &format!("/patients/{patient}"), Value::Null).await.expect(200);
    demo.ask("front_desk", "PATCH", &format!("/patients/{patient}"), json!({"email": "zebulon"}))
        .await
        .expect(422);
    let sign_in = json!({"email": "zebulon@example.test", "password": "Zebulon's password"});
    client.post(format!("{}/api/v1/sign-in", demo.url)).json(&sign_in).send().await.unwrap();
    drop(demo);
    let text = std::fs::read_to_string(log).unwrap().to_lowercase();
    assert!(text.contains("/api/v1/patients/{id}"), "the log says which route was answered");
    for personal in ["zebulon", "quixotic", "5550177", patient.as_str(), desk.as_str()] {
        assert!(!text.contains(personal), "{personal} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_that_come_at_once_each_leave_their_own_line() {
    let (app, _, course) = TestApp::with_new_course().await;
    let patient = app.patient_of(&course).await;
    let path = format!("/slots?course_id={course}&service=consultation");
    let answers = futures_util::future::join_all((0..30).map(|_| app.get(&path))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let audit = app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await;
    let lines: Vec<_> =
        audit.items().iter().filter(|line| line["action"] == "slots.search").collect();
    assert_eq!(lines.len(), 30);
    let ids: std::collections::BTreeSet<_> = lines.iter().map(|line| line["id"].as_str()).collect();
    assert_eq!(ids.len(), 30);
}

#[tokio::test]
async fn no_secret_address_is_in_the_log_even_when_it_says_everything() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let demo = Demo::start_logging(MONDAY, "trace", &log);
    let client = crate::support::server::client();
    let site = demo.ask("front_desk", "GET", "/sites", Value::Null).await.items()[0]["id"].clone();
    let feed = demo
        .ask("front_desk", "POST", "/feeds", json!({"kind": "site", "id": site}))
        .await
        .expect(201);
    let url = feed.str("url").to_owned();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    let patient = json!({"given_name": "Zebulon", "family_name": "Quixotic", "phone": "416-555-0177", "email": "zebulon@example.test"});
    let patient = demo.ask("front_desk", "POST", "/patients", patient).await.expect(201).id();
    let course = json!({"patient_id": patient, "goal": "remove", "zones": ["vertex"]});
    let course = demo.ask("front_desk", "POST", "/courses", course).await.expect(201).id();
    let slots = format!("/slots?course_id={course}&service=consultation&limit=1");
    let start =
        demo.ask("front_desk", "GET", &slots, Value::Null).await.items()[0]["start"].clone();
    let visit = json!({"course_id": course, "service": "consultation", "start": start});
    demo.ask("front_desk", "POST", "/sessions", visit).await.expect(201);
    let clock = client.post(format!("{}/demo/clock", demo.url)).json(&json!({"advance": "PT4M"}));
    assert_eq!(clock.send().await.unwrap().status(), 200);
    let mailbox = client
        .get(format!("{}/demo/mailbox", demo.url))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let of_link = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    let link = mailbox.split("/a/").nth(1).unwrap().chars().take_while(of_link).collect::<String>();
    let page = client.get(format!("{}/a/{link}", demo.url)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    drop(demo);
    let text = std::fs::read_to_string(log).unwrap();
    assert!(
        text.contains("/feeds/{name}") && text.contains("/a/{secret}"),
        "the log says which routes were answered"
    );
    let secret = url.rsplit('/').next().unwrap().trim_end_matches(".ics");
    for hidden in [secret, link.as_str(), "zebulon@example.test", "Zebulon"] {
        assert!(!text.contains(hidden), "{hidden} is in the log");
    }
}
