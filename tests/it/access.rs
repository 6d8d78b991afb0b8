//! Who may do what: every route without a token and as each role, tokens that end, passwords,
//! and guessing slowed down.

use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use fadeline::actions::access::by_command;
use fadeline::actions::access::by_command::NewUser;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::support::{TestApp, request};

const STAFF: &[&str] = &["front_desk", "practitioner", "manager"];
const MANAGER: &[&str] = &["manager"];
const SHOP: &[&str] = &["manager", "partner"];
const ALL: &[&str] = &["front_desk", "practitioner", "manager", "partner"];

/// Every route that needs a sign-in, and who may use it: written down once more, by hand,
/// so that a slip in the router shows.
fn expected(method: &str, path: &str) -> &'static [&'static str] {
    let catalogue = ["/sites", "/practitioners", "/rooms", "/devices", "/services", "/closures"]
        .iter()
        .any(|kind| path.starts_with(kind));
    match (method, path) {
        ("GET", "/me" | "/partners" | "/partners/{id}" | "/referrals" | "/referrals/{id}")
        | ("POST", "/sign-out" | "/referrals/{id}/accept" | "/referrals/{id}/reject") => ALL,
        ("GET", "/audit")
        | ("POST", "/patients/{id}/merge")
        | ("POST" | "PATCH", "/partners" | "/partners/{id}" | "/referrals/{id}/entered-in-error") => {
            MANAGER
        }
        ("POST", "/referrals/{id}/propose" | "/referrals/{id}/report" | "/referrals/{id}/fail")
        | ("GET", "/settlement" | "/settlement.csv") => SHOP,
        _ if path.starts_with("/partners/") => SHOP,
        _ if path.starts_with("/feeds") => ALL,
        ("POST", "/sessions/{id}/complete" | "/sessions/{id}/correct") => {
            &["practitioner", "manager"]
        }
        ("GET", _) => STAFF,
        _ if catalogue => MANAGER,
        _ => STAFF,
    }
}

#[tokio::test]
async fn every_route_lets_in_its_roles_and_nobody_else() {
    let app = TestApp::empty().await;
    let document = app
        .send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap())
        .await
        .expect(200)
        .body;
    let mut walked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(route) = path.strip_prefix("/api/v1").filter(|route| *route != "/sign-in") else {
            continue;
        };
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let address = route
                .replace("{id}", "01890000-0000-7000-8000-000000000001")
                .replace("{consent_id}", "x")
                .replace("{window_id}", "x")
                .replace("{lock_id}", "x")
                .replace("{link_id}", "x");
            let body =
                if ["POST", "PATCH"].contains(&method.as_str()) { json!({}) } else { Value::Null };
            app.call("", &method, &address, body.clone()).await.expect(401);
            app.call("fadeline_guess", &method, &address, body.clone()).await.expect(401);
            let roles = [
                ("front_desk", &app.desk),
                ("practitioner", &app.practitioner),
                ("manager", &app.manager),
                ("partner", &app.partner),
            ];
            for (role, token) in roles {
                // Signing out would end the token that the next routes need.
                if route == "/sign-out" {
                    continue;
                }
                let answer = app.call(token, &method, &address, body.clone()).await;
                let let_in = !matches!(answer.status, 401 | 403);
                assert_eq!(
                    let_in,
                    expected(&method, route).contains(&role),
                    "{method} {route} as {role}: {}",
                    answer.text
                );
                assert!(answer.status < 500, "{method} {route}: {}", answer.text);
            }
            walked += 1;
        }
    }
    assert!(walked >= 55, "only {walked} routes were walked");
}

#[tokio::test]
async fn a_token_ends_when_it_expires_is_revoked_or_its_user_is_disabled() {
    let app = TestApp::empty().await;
    let fresh = || by_command::create_token(&app.app, "front_desk@example.test", 2);
    let me = |token: String| {
        let app = &app;
        async move { app.call(&token, "GET", "/me", Value::Null).await.status }
    };
    let (expires, revoked, disabled) =
        (fresh().await.unwrap(), fresh().await.unwrap(), fresh().await.unwrap());
    assert_eq!(me(expires.clone()).await, 200);
    app.sign_out(&revoked).await;
    assert_eq!(me(revoked).await, 401);
    app.wait(Duration::hours(47));
    assert_eq!(me(expires.clone()).await, 200);
    app.wait(Duration::hours(1));
    assert_eq!(me(expires).await, 401);
    by_command::set_active(&app.app, "front_desk@example.test", false).await.unwrap();
    assert_eq!(me(disabled).await, 401);
    assert_eq!(me(app.desk.clone()).await, 401);
    assert!(fresh().await.is_err());
}

#[tokio::test]
async fn tokens_are_stored_as_hashes_and_passwords_as_argon2id() {
    let app = TestApp::empty().await;
    let user = NewUser {
        email: "Ada@Example.test".to_owned().try_into().unwrap(),
        name: "Ada".try_into().unwrap(),
        role: Role::FrontDesk,
        partner_id: None,
        practitioner_id: None,
        password: Some("correct horse battery".to_owned()),
    };
    by_command::add(&app.app, user).await.unwrap();
    let stored = by_command::list(&app.app)
        .await
        .unwrap()
        .into_iter()
        .find(|user| user.email == "ada@example.test")
        .unwrap();
    assert!(stored.password_hash.unwrap().starts_with("$argon2id$"));
    let sign_in = |password: &'static str| {
        app.call(
            "",
            "POST",
            "/sign-in",
            json!({"email": " ADA@example.test", "password": password}),
        )
    };
    let signed_in = sign_in("correct horse battery").await.expect(200);
    assert_eq!(signed_in.str("expires_at"), "2027-01-04T21:00:00-05:00");
    let token = signed_in.str("token");
    assert_eq!(
        app.call(token, "GET", "/me", Value::Null).await.expect(200).str("role"),
        "front_desk"
    );
    app.call(token, "POST", "/sign-out", Value::Null).await.expect(204);
    app.call(token, "GET", "/me", Value::Null).await.expect(401);
    sign_in("wrong").await.expect(401);
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down_and_the_right_one_works_after_the_wait() {
    let app = TestApp::empty().await;
    by_command::set_password(
        &app.app,
        "front_desk@example.test",
        "correct horse battery".to_owned(),
    )
    .await
    .unwrap();
    let sign_in = |password: &'static str| {
        app.call(
            "",
            "POST",
            "/sign-in",
            json!({"email": "front_desk@example.test", "password": password}),
        )
    };
    for _ in 0..5 {
        sign_in("guess").await.expect(401);
    }
    let slowed = sign_in("correct horse battery").await.expect(429);
    let wait: i64 = slowed.header("retry-after").parse().unwrap();
    app.wait(Duration::seconds(wait));
    sign_in("guess").await.expect(401);
    let longer = sign_in("guess").await.expect(429);
    assert!(longer.header("retry-after").parse::<i64>().unwrap() >= wait);
    app.wait(Duration::seconds(30));
    sign_in("correct horse battery").await.expect(200);
    sign_in("guess").await.expect(401);
}

#[tokio::test]
async fn guessing_tokens_from_one_address_is_slowed_down_without_locking_known_ones_out() {
    let app = TestApp::empty().await;
    let from = |token: &str, address: [u8; 4]| {
        let mut request = request(token, "GET", "/me", Value::Null, &[]);
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(std::net::SocketAddr::from((address, 40000))));
        app.send(request)
    };
    assert_eq!(from(&app.desk, [192, 0, 2, 1]).await.status, 200);
    let mut answers = Vec::new();
    for n in 0..120 {
        answers.push(from(&format!("fadeline_guess{n}"), [192, 0, 2, 1]).await.status);
    }
    assert_eq!(
        answers.iter().filter(|status| **status == 401).count(),
        99,
        "a hundred tries at once, one of which was the desk's"
    );
    assert_eq!(answers.last(), Some(&429));
    assert_eq!(
        from(&app.desk, [192, 0, 2, 1]).await.status,
        200,
        "a token that was good lately still is"
    );
    assert_eq!(from(&app.manager, [192, 0, 2, 1]).await.status, 429);
    assert_eq!(
        from(&app.manager, [192, 0, 2, 2]).await.status,
        200,
        "another address is not slowed"
    );
}

#[tokio::test]
async fn users_and_passwords_that_make_no_sense_are_refused() {
    let app = TestApp::empty().await;
    let add = |email: &str, role, password: Option<&str>| {
        let new = NewUser {
            email: email.to_owned().try_into().unwrap(),
            name: "X".try_into().unwrap(),
            role,
            partner_id: None,
            practitioner_id: None,
            password: password.map(str::to_owned),
        };
        by_command::add(&app.app, new)
    };
    assert!(
        add("front_desk@example.test", Role::FrontDesk, None).await.is_err(),
        "the email is taken"
    );
    assert!(
        add("new@example.test", Role::Partner, None).await.is_err(),
        "a partner user belongs to a partner"
    );
    assert!(add("new@example.test", Role::Manager, Some("short")).await.is_err());
    assert!(add("new@example.test", Role::Manager, Some("long enough")).await.is_ok());
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_last_hop_counts_and_anybody_elses_word_does_not() {
    use fadeline::api;
    use fadeline::api::Serving;
    use tower::ServiceExt;
    let app = TestApp::empty().await;
    let proxy = [192, 0, 2, 10];
    let serving = Serving {
        app: app.app.clone(),
        trusted_proxies: [proxy.into()].into(),
        longest: std::time::Duration::from_secs(30),
    };
    let router = api::router(serving, axum::Router::new());
    let guess = |n: usize, peer: [u8; 4], forwarded: String| {
        let mut request = request(
            &format!("fadeline_guess{n}"),
            "GET",
            "/me",
            Value::Null,
            &[("x-forwarded-for", &forwarded)],
        );
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(std::net::SocketAddr::from((peer, 40000))));
        let router = router.clone();
        async move { router.oneshot(request).await.unwrap().status().as_u16() }
    };
    for n in 0..110 {
        // What stands before the last hop is the client's own claim, and changes nothing.
        guess(n, proxy, format!("203.0.113.{n}, 198.51.100.1")).await;
    }
    assert_eq!(guess(200, proxy, "198.51.100.1".to_owned()).await, 429);
    assert_eq!(guess(201, proxy, "198.51.100.2".to_owned()).await, 401);
    for n in 0..110 {
        guess(300 + n, [203, 0, 113, 77], format!("198.51.100.{n}")).await;
    }
    assert_eq!(
        guess(500, [203, 0, 113, 77], "198.51.100.200".to_owned()).await,
        429,
        "who is no proxy speaks for itself alone"
    );
}
