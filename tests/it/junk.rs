//! Junk, absurd sizes and wrong types everywhere: a clear 4xx, never a 5xx, and nothing
//! changed.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn junk_in_every_body_of_every_route_gets_a_clear_4xx_and_changes_nothing() {
    let (app, clinic) = TestApp::with_clinic().await;
    let patient = app.register("Ada").await;
    let course = app.open_course_for(&patient).await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let deep = "[".repeat(50_000);
    let long = format!("{{\"start\": \"{}\"}}", "9".repeat(60_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"\"text\"".to_vec(),
        b"1e999".to_vec(),
        b"{\"a\":\"\xff\"}".to_vec(),
        b"{} {}".to_vec(),
        deep.into_bytes(),
        long.into_bytes(),
        json!({"id": 1, "__proto__": {}}).to_string().into_bytes(),
        json!({"start": "2027-99-99T99:99", "reason": {}, "status": 7, "given_name": ["x"], "course_id": true})
            .to_string()
            .into_bytes(),
    ];
    let document =
        app.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await.body;
    let mut sent = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("requestBody").is_none() {
                continue;
            }
            let id = [
                ("sessions", &session),
                ("courses", &course),
                ("patients", &patient),
                ("sites", &clinic.site),
                ("practitioners", &clinic.noor),
                ("rooms", &clinic.consult),
                ("devices", &clinic.rented),
            ];
            let id =
                id.iter().find(|(kind, _)| path.contains(kind)).map_or("x", |(_, id)| id.as_str());
            for body in &bodies {
                let token = format!("Bearer {}", app.manager);
                let request = Request::builder()
                    .method(method.to_uppercase().as_str())
                    .uri(path.replace("{id}", id));
                let request = request
                    .header("authorization", token)
                    .header("content-type", "application/json");
                let answer = app.send(request.body(Body::from(body.clone())).unwrap()).await;
                assert!(
                    (400..500).contains(&answer.status),
                    "{method} {path} {:?}: {} {}",
                    String::from_utf8_lossy(&body[..body.len().min(60)]),
                    answer.status,
                    answer.text
                );
                assert_eq!(
                    answer.headers["content-type"], "application/problem+json",
                    "{method} {path}"
                );
                assert!(!answer.str("detail").is_empty());
                sent += 1;
            }
        }
    }
    assert!(sent > 250, "only {sent} were sent");
    assert_eq!(app.session(&session).await.body["version"], 1);
    assert_eq!(app.get(&format!("/patients/{patient}")).await.body["version"], 1);
    assert_eq!(app.get("/sites").await.items().len(), 1);
}

#[tokio::test]
async fn what_is_too_large_or_of_the_wrong_kind_is_said_to_be() {
    let app = TestApp::empty().await;
    let send = |kind: &'static str, body: String| {
        let request = Request::post("/api/v1/patients")
            .header("authorization", format!("Bearer {}", app.desk))
            .header("content-type", kind);
        app.send(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(
        send("application/json", "x".repeat(70_000)).await.expect(413).str("code"),
        "too_large"
    );
    assert_eq!(
        send("text/plain", "{}".to_owned()).await.expect(415).str("code"),
        "unsupported_media_type"
    );
    assert_eq!(
        app.call(&app.desk, "PUT", "/patients", json!({})).await.expect(405).headers["allow"],
        "GET,HEAD,POST"
    );
    assert_eq!(app.get("/nowhere").await.expect(404).str("code"), "not_found");
    assert_eq!(app.get("/patients/not-an-id").await.expect(404).str("code"), "not_found");
}

#[tokio::test]
async fn a_name_of_10000_characters_of_html_is_refused_and_a_short_one_is_only_text() {
    let app = TestApp::empty().await;
    let patient = |name: String| {
        app.post(
            "/patients",
            json!({"given_name": name, "family_name": "X", "phone": "416 555 0100"}),
        )
    };
    patient("<b>".repeat(3334)).await.expect(422);
    // What nobody sees goes; a line's end is a blank.
    let unseen = patient("a\u{0}b".to_owned()).await.expect(201);
    assert_eq!(unseen.str("given_name"), "ab");
    let unseen = patient("Otto\nHans".to_owned()).await.expect(201);
    assert_eq!(unseen.str("given_name"), "Otto Hans");
    let odd = "<script>alert('x')</script>; DROP TABLE patients; -- \u{202e}éœ🙂";
    let id = patient(odd.to_owned()).await.expect(201).id();
    let read = app.get(&format!("/patients/{id}")).await.expect(200);
    assert_eq!(read.str("given_name"), odd.replace('\u{202e}', ""));
    assert_eq!(read.headers["content-type"], "application/json");
    assert_eq!(read.headers["x-content-type-options"], "nosniff");
    assert_eq!(read.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn junk_in_queries_and_ids_is_a_4xx() {
    let (app, _, course) = TestApp::with_course().await;
    for (path, status) in [
        ("/slots".to_owned(), 400),
        (format!("/slots?course_id={course}"), 400),
        (format!("/slots?course_id={course}&service=a%20b"), 400),
        (format!("/slots?course_id={course}&service=x"), 422),
        (format!("/slots?course_id={course}&service=consultation&from=9999-01-01"), 400),
        (format!("/slots?course_id={course}&service=consultation&from=x"), 400),
        (format!("/slots?course_id={course}&service=consultation&limit=99999999999"), 400),
        (
            format!("/slots?course_id={course}&service=consultation&from=2199-12-31&to=2199-12-31"),
            200,
        ),
        ("/sessions?from=1900-01-01&to=2199-12-31".to_owned(), 200),
        ("/sessions?status=asleep".to_owned(), 400),
        ("/sessions?site_id=x".to_owned(), 400),
        ("/courses?patient_id=x".to_owned(), 400),
        (format!("/patients?q={}", "x".repeat(201)), 422),
    ] {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    for after in
        ["", "AAAA", "bnVsbA", "WyJcdTAwMDAiLCIwMTg5MDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiXQ"]
    {
        let path = format!("/patients?after={after}");
        assert_eq!(app.get(&path).await.status, 422, "{path}");
    }
    assert_eq!(app.manager_get("/audit").await.status, 400);
}
