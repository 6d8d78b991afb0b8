//! Requests that come twice, and changes of what has changed.

use serde_json::json;

use crate::support::{Answer, TestApp};

async fn book(app: &TestApp, key: &str, course: &str, start: &str) -> Answer {
    let body = json!({"course_id": course, "service": "consultation", "start": start});
    app.call_once(key, &app.desk, "POST", "/sessions", body).await
}

#[tokio::test]
async fn a_repeated_booking_is_answered_the_same_and_happens_once() {
    let (app, _, course) = TestApp::with_new_course().await;
    let first = book(&app, "k1", &course, "2027-01-05T10:00").await.expect(201);
    app.cancel(&first.id()).await.expect(200);
    let again = book(&app, "k1", &course, "2027-01-05T10:00").await.expect(201);
    assert_eq!(
        (&first.text, &first.headers["etag"], &first.headers["location"]),
        (&again.text, &again.headers["etag"], &again.headers["location"])
    );
    assert_eq!(app.get("/sessions").await.items().len(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused_and_another_caller_has_keys_of_their_own() {
    let (app, _, course) = TestApp::with_new_course().await;
    book(&app, "k1", &course, "2027-01-05T10:00").await.expect(201);
    book(&app, "k1", &course, "2027-01-05T12:00").await.refused(422, &["idempotency_key_reused"]);
    let patient = json!({"given_name": "X", "family_name": "Y", "phone": "416 555 0100"});
    app.call_once("k1", &app.desk, "POST", "/patients", patient.clone())
        .await
        .refused(422, &["idempotency_key_reused"]);
    app.call_once("k1", &app.manager, "POST", "/patients", patient).await.expect(201);
}

#[tokio::test]
async fn a_refusal_is_repeated_too_even_when_the_time_is_free_by_then() {
    let (app, _) = TestApp::with_clinic().await;
    let (ada, ben) = (app.open_course("Ada").await, app.open_course("Ben").await);
    let taken = book(&app, "ada", &ada, "2027-01-05T10:00").await.expect(201);
    let refused = book(&app, "ben", &ben, "2027-01-05T10:00").await.expect(409);
    app.cancel(&taken.id()).await.expect(200);
    let again = book(&app, "ben", &ben, "2027-01-05T10:00").await.expect(409);
    assert_eq!(refused.text, again.text);
    assert_eq!(again.headers["content-type"], "application/problem+json");
    book(&app, "ben again", &ben, "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn requests_with_one_key_that_come_at_once_are_answered_alike() {
    let (app, _, course) = TestApp::with_new_course().await;
    let answers = futures_util::future::join_all(
        (0..12).map(|_| book(&app, "k", &course, "2027-01-05T10:00")),
    )
    .await;
    assert!(
        answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text),
        "{:?}",
        answers.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    let patient = json!({"given_name": "X", "family_name": "Y", "phone": "416 555 0100"});
    let register = || app.call_once("p", &app.desk, "POST", "/patients", patient.clone());
    let answers = futures_util::future::join_all((0..12).map(|_| register())).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text));
    assert_eq!(app.get("/patients?q=y").await.items().len(), 1);
    assert_eq!(app.get("/sessions").await.items().len(), 1);
}

#[tokio::test]
async fn a_key_that_is_no_key_is_unreadable() {
    let app = TestApp::empty().await;
    for key in ["", " ", &"k".repeat(256)] {
        let body = json!({"given_name": "X", "family_name": "Y", "phone": "416 555 0100"});
        app.call_once(key, &app.desk, "POST", "/patients", body).await.expect(400);
    }
}

#[tokio::test]
async fn a_change_of_what_has_changed_meanwhile_is_412_and_changes_nothing() {
    let (app, clinic) = TestApp::with_clinic().await;
    let patient = app.register("Ada").await;
    let course = app.open_course_for(&patient).await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let move_it = json!({"start": "2027-01-06T10:00"});
    let calls = [
        ("PATCH", format!("/patients/{patient}"), json!({"given_name": "Eve"}), &app.desk),
        ("PATCH", format!("/courses/{course}"), json!({"depth": "too_deep"}), &app.desk),
        ("POST", format!("/sessions/{session}/reschedule"), move_it, &app.desk),
        ("PATCH", format!("/sites/{}", clinic.site), json!({"name": "Elsewhere"}), &app.manager),
        ("POST", format!("/sessions/{session}/cancel"), json!({"reason": "unwell"}), &app.desk),
    ];
    for (index, (method, path, body, token)) in calls.into_iter().enumerate() {
        // The session has been moved when it is cancelled.
        let version = if index == 4 { 2 } else { 1 };
        for stale in ["\"7\"", "\"0\", \"9\"", "W/\"1\"", "junk"] {
            app.call_if(stale, token, method, &path, body.clone()).await.expect(412);
        }
        let current = format!("\"7\", \"{version}\"");
        let changed = app.call_if(&current, token, method, &path, body).await.expect(200);
        assert_eq!(changed.headers["etag"], format!("\"{}\"", version + 1));
    }
    let any = [("if-match", "*")];
    app.call_with(
        &app.desk,
        "PATCH",
        &format!("/patients/{patient}"),
        json!({"given_name": "Eve"}),
        &any,
    )
    .await
    .expect(200);
}

#[tokio::test]
async fn two_desks_that_change_one_thing_at_once_do_not_overwrite_each_other() {
    let app = TestApp::empty().await;
    let patient = app.register("Ada").await;
    let path = format!("/patients/{patient}");
    let change = |n: u8| {
        let (app, path) = (&app, path.clone());
        let body = json!({"given_name": format!("Ada{n}")});
        async move { app.call_if("\"1\"", &app.desk, "PATCH", &path, body).await }
    };
    let answers = futures_util::future::join_all((0..8).map(change)).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 7, "{statuses:?}");
    assert_eq!(app.get(&path).await.body["version"], 2);
}

#[tokio::test]
async fn different_requests_with_one_key_that_come_at_once_never_get_each_others_answers() {
    let app = TestApp::empty().await;
    for round in 0..10 {
        let key = format!("round {round}");
        let register = |n: usize| {
            let (app, key) = (&app, key.clone());
            let patient = json!({"given_name": format!("Round{round}Nr{n}"), "family_name": "Y", "phone": "416 555 0100", "duplicate_ok": true});
            async move { app.call_once(&key, &app.desk, "POST", "/patients", patient).await }
        };
        let answers = futures_util::future::join_all((0..6).map(register)).await;
        let mut registered = 0;
        for (n, answer) in answers.iter().enumerate() {
            match answer.status {
                201 => {
                    registered += 1;
                    assert_eq!(answer.str("given_name"), format!("Round{round}Nr{n}"));
                }
                _ => assert_eq!(answer.codes(), ["idempotency_key_reused"], "{}", answer.text),
            }
        }
        assert_eq!(registered, 1);
    }
}

#[tokio::test]
async fn answers_are_kept_for_a_week_and_then_forgotten() {
    let (app, _, course) = TestApp::with_new_course().await;
    let first = book(&app, "k", &course, "2027-02-01T10:00").await.expect(201);
    app.wait(chrono::Duration::days(7));
    fadeline::actions::work::idempotency::forget_old(&app.app).await.unwrap();
    assert_eq!(book(&app, "k", &course, "2027-02-01T10:00").await.expect(201).text, first.text);
    app.wait(chrono::Duration::seconds(1));
    fadeline::actions::work::idempotency::forget_old(&app.app).await.unwrap();
    book(&app, "k", &course, "2027-02-01T10:00").await.expect(409);
}
