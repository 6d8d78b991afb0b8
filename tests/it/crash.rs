//! `kill -9` of the server while clients book, twenty times: after each restart every
//! 201 that a client saw is there, and nothing is half-done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::races::{ahead, assert_no_overlap};
use crate::support::clinic::{ALL_DAYS, hours};
use crate::support::{Server, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn killed_twenty_times_every_answer_that_a_client_saw_is_kept_and_nothing_is_half_done() {
    let app = TestApp::without_waits().await;
    app.make_clinic_open(hours(ALL_DAYS, "00:00", "24:00")).await;
    let mut courses = Vec::new();
    for n in 0..8 {
        courses.push(app.open_course(&format!("Client{n}")).await);
    }
    let (courses, token, url) = (Arc::new(courses), app.desk.clone(), app.database.url.clone());
    let mut seen: Vec<(String, String)> = Vec::new();
    for round in 0..20_u64 {
        let server = Arc::new(Server::start(&url).await);
        let answered = Arc::new(AtomicUsize::new(0));
        let clients = (0..8_usize).map(|client| {
            let (server, courses, token, answered) = (server.clone(), courses.clone(), token.clone(), answered.clone());
            tokio::spawn(async move {
                let mut seen = Vec::new();
                for turn in 0.. {
                    // Each client has hours of its own, so that most of what it asks for is free.
                    let days = 30 + round as i64 * 30 + turn / 3;
                    let start = ahead(days, &format!("{:02}:00", client as i64 * 3 + turn % 3));
                    let body = json!({"course_id": courses[client], "service": "consultation", "start": start});
                    match server.call(&token, "POST", "/sessions", body).await {
                        Some(answer) if answer.status == 201 => {
                            answered.fetch_add(1, Ordering::Relaxed);
                            seen.push((answer.id(), answer.str("start").to_owned()));
                        }
                        Some(answer) => assert!(answer.status < 500, "{}", answer.text),
                        None => break,
                    }
                }
                seen
            })
        });
        let clients: Vec<_> = clients.collect();
        // Each round is killed at another moment, but not before clients got through.
        let patience = Instant::now() + Duration::from_secs(20);
        while answered.load(Ordering::Relaxed) < 4 + usize::try_from(round).unwrap() % 7
            && Instant::now() < patience
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(round)).await;
        server.kill_now();
        for client in join_all(clients).await {
            seen.extend(client.unwrap());
        }
    }
    assert!(seen.len() >= 80, "only {} were booked", seen.len());
    for (id, start) in &seen {
        assert_eq!(app.session(id).await.str("start"), start);
    }
    assert_no_overlap(&app).await;
    nothing_is_half_done(&app).await;
}

/// Each session has its claims, its history and its line in the audit; no claim is without its session.
async fn nothing_is_half_done(app: &TestApp) {
    let mut sessions = 0;
    for course in app.get("/courses?limit=200").await.expect(200).items() {
        let patient = course["patient_id"].as_str().unwrap();
        let mut booked = 0;
        let mut after = String::new();
        loop {
            let audit = app
                .manager_get(&format!("/audit?patient_id={patient}&limit=200{after}"))
                .await
                .expect(200);
            booked += audit.items().iter().filter(|line| line["action"] == "session.book").count();
            match audit.body["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let here = course["sessions"].as_array().unwrap().len();
        assert_eq!(here, booked, "each session has its line in the audit");
        sessions += here;
    }
    // A consultation takes a patient, a practitioner and a room.
    assert_eq!(app.count("SELECT COUNT(*) FROM claims").await, 3 * sessions as i64);
    assert_eq!(app.count("SELECT COUNT(*) FROM session_history").await, sessions as i64);
}
