//! The demo as it is met: one line of JSON, four ways in, stories that hold,
//! and a clock that is moved forward.

use serde_json::{Value, json};

use crate::support::{database::Database, server::Demo};

/// Every item of a list, page by page.
async fn all(demo: &Demo, list: &str) -> Vec<Value> {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let page = demo
            .ask("manager", "GET", &format!("{list}?limit=200{after}"), Value::Null)
            .await
            .expect(200);
        items.extend(page.items().to_vec());
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return items,
        }
    }
}

async fn start(now: &str) -> (Demo, Database) {
    let database = Database::fresh().await;
    (Demo::start(now, &["--database-url", &database.url]), database)
}

#[tokio::test]
async fn each_role_signs_in_with_its_token_and_with_the_password() {
    let (demo, _database) = start("2026-11-22T15:00:00Z").await;
    for role in ["front_desk", "practitioner", "manager", "partner"] {
        assert_eq!(demo.ask(role, "GET", "/me", Value::Null).await.expect(200).str("role"), role);
    }
    let sign_in = json!({"email": "casey@example.test", "password": "demonstration"});
    let signed_in = crate::support::server::client()
        .post(format!("{}/api/v1/sign-in", demo.url))
        .json(&sign_in)
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), 200);
}

#[tokio::test]
async fn the_clinic_has_what_its_contract_names_and_lives_fourteen_months() {
    for now in [
        "2026-11-22T15:00:00Z", "2027-03-14T06:30:00Z", "2027-11-07T05:30:00Z",
        "2028-02-29T23:00:00Z",
    ] {
        let (demo, _database) = start(now).await;
        let names = |items: Vec<Value>, field: &str| {
            items.iter().map(|one| one[field].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let services = [
            "consultation", "assessment", "test_patch", "laser_partial", "laser_full", "saline",
            "chemical", "adjustment", "review",
        ];
        assert_eq!(names(all(&demo, "/services").await, "code"), services);
        assert_eq!(names(all(&demo, "/devices").await, "code"), ["LASER-OWN-1", "LASER-RENT-1"]);
        assert_eq!(all(&demo, "/sites").await.len(), 4);
        let sessions = all(&demo, "/sessions").await;
        assert!((160..=200).contains(&sessions.len()), "{now}: {}", sessions.len());
        let past: Vec<_> = sessions
            .iter()
            .filter(|session| !["booked", "pending"].contains(&session["status"].as_str().unwrap()))
            .collect();
        let share = |status: &str| {
            past.iter().filter(|session| session["status"] == status).count() * 100 / past.len()
        };
        assert!((80..=90).contains(&share("fulfilled")), "{now}: {}", share("fulfilled"));
        assert!(
            (3..=8).contains(&share("noshow")) && (4..=12).contains(&share("cancelled")),
            "{now}: {} {}",
            share("noshow"),
            share("cancelled")
        );
        assert!(sessions.len() - past.len() >= 8, "{now}: there is something to come");
        for session in &sessions {
            let to_come = session["start"]
                .as_str()
                .unwrap()
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
                > now.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
            // What a shop treats is booked until it reports, and waits until it answers.
            let at_shop = session.get("referral_id").is_some();
            let open = ["booked", "pending"].contains(&session["status"].as_str().unwrap());
            assert!(open == to_come || at_shop, "{now}: {session}");
        }
    }
}

#[tokio::test]
async fn the_stories_of_the_patients_hold() {
    let (demo, _database) = start("2026-11-22T15:00:00Z").await;
    let course = |q: &'static str| {
        let demo = &demo;
        async move {
            let found = demo
                .ask("front_desk", "GET", &format!("/patients?q={q}"), Value::Null)
                .await
                .expect(200);
            assert_eq!(found.items().len(), 1, "{q}");
            let patient = found.items()[0].clone();
            let courses = demo
                .ask(
                    "front_desk",
                    "GET",
                    &format!("/courses?patient_id={}", patient["id"].as_str().unwrap()),
                    Value::Null,
                )
                .await;
            (patient, courses.expect(200).items()[0].clone())
        }
    };
    assert_eq!(
        course("onehalf").await.1["progress"],
        json!({"done": 1, "booked": 0, "planned": 2, "left": 1})
    );
    assert_eq!(
        course("inkwell").await.1["progress"],
        json!({"done": 6, "booked": 1, "planned": 10, "left": 3})
    );
    let (_, waiting) = course("profonde").await;
    assert_eq!((&waiting["depth"], &waiting["progress"]["done"]), (&json!("too_deep"), &json!(0)));
    assert_eq!(course("deshi").await.0["fitzpatrick"], "V");
    assert_eq!(course("denser").await.1["goal"], "adjust");
    assert_eq!(course("lightly").await.1["goal"], "lighten");
    assert_eq!(course("later").await.1["status"], "on-hold");
    assert_eq!(course("mapleward").await.1["delivery"], "partner");
    let (_, absent) = course("absent").await;
    let count = |status: &str| {
        absent["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|session| session["status"] == status)
            .count()
    };
    assert_eq!((count("noshow"), count("cancelled")), (2, 1));
    let (_, left) = course("leaving").await;
    assert_eq!(
        (&left["progress"]["done"], &left["outcome"]),
        (&json!(10), &json!("partial_residual"))
    );
    assert_eq!(
        left["sessions"].as_array().unwrap().last().unwrap()["record"]["clearance_percent"],
        70
    );
}

#[tokio::test]
async fn canada_day_2027_has_no_rental_window_and_christmas_eve_2026_a_short_one() {
    let (demo, _database) = start("2026-11-22T15:00:00Z").await;
    let rented = all(&demo, "/devices")
        .await
        .into_iter()
        .find(|device| device["code"] == "LASER-RENT-1")
        .unwrap();
    let windows =
        all(&demo, &format!("/devices/{}/rental-windows", rented["id"].as_str().unwrap())).await;
    let on = |day: &str| {
        windows.iter().find(|window| window["start"].as_str().unwrap().starts_with(day))
    };
    assert!(on("2027-07-01").is_none() && on("2027-06-24").is_some());
    assert_eq!(on("2026-12-24").unwrap()["end"], "2026-12-24T13:00:00-05:00");
    assert_eq!(on("2026-12-17").unwrap()["end"], "2026-12-17T17:00:00-05:00");
}

#[tokio::test]
async fn the_clock_is_moved_forward_and_never_back() {
    let (demo, _database) = start("2027-01-04T14:00:00Z").await;
    let client = crate::support::server::client();
    let clock = format!("{}/demo/clock", demo.url);
    let post = |body: Value| client.post(&clock).json(&body).send();
    let moved: Value = post(json!({"advance": "PT24H"})).await.unwrap().json().await.unwrap();
    assert!(moved["now"].as_str().unwrap().starts_with("2027-01-05T09:00:"), "{moved}");
    let moved: Value =
        post(json!({"to": "2027-03-15T10:00:00-04:00"})).await.unwrap().json().await.unwrap();
    assert!(moved["now"].as_str().unwrap().starts_with("2027-03-15T10:00:"), "{moved}");
    for junk in [
        json!({"to": "2027-01-01T00:00:00Z"}),
        json!({"advance": "-PT1H"}),
        json!({"advance": "P1Y"}),
        json!({"advance": "P100000D"}),
        json!({}),
    ] {
        assert!(post(junk.clone()).await.unwrap().status().is_client_error(), "{junk}");
    }
    let read: Value = client.get(&clock).send().await.unwrap().json().await.unwrap();
    assert!(read["now"].as_str().unwrap().starts_with("2027-03-15T10:00:"));
}

#[tokio::test]
async fn the_demo_refuses_a_database_that_is_in_use_and_the_service_has_no_demo_clock() {
    let (demo, database) = start("2026-11-22T15:00:00Z").await;
    drop(demo);
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_fadeline"))
        .args(["load-demo", "--now", "2026-11-22T15:00:00Z"])
        .args(["--database-url", &database.url])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&second.stderr);
    assert!(
        complaint.contains("not empty") && complaint.trim_end().lines().count() == 1,
        "{complaint}"
    );
    let service = crate::support::server::Server::start(&database.url).await;
    assert_eq!(
        service.client.get(format!("{}/demo/clock", service.url)).send().await.unwrap().status(),
        404
    );
}
