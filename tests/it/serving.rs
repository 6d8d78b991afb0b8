//! The server itself: slow clients are let go, what is under way is finished when it is
//! told to stop, readiness follows the database, and the pages need no network.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use fadeline::api;
use fadeline::api::Serving;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Answer, Server, TestApp};

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up_with_503() {
    let app = TestApp::empty().await;
    let serving = Serving {
        app: app.app.clone(),
        trusted_proxies: [].into(),
        longest: Duration::from_millis(50),
    };
    let endless =
        Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = Request::post("/api/v1/patients")
        .header("authorization", format!("Bearer {}", app.desk))
        .header("content-type", "application/json");
    let answer = api::router(serving, axum::Router::new())
        .oneshot(request.body(endless).unwrap())
        .await
        .unwrap();
    let answer = Answer::read(answer).await.expect(503);
    assert_eq!(
        (answer.str("code"), &answer.headers["retry-after"]),
        ("try_later", &"5".parse::<axum::http::HeaderValue>().unwrap())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_ends_its_headers_is_let_go() {
    let app = TestApp::empty().await;
    let server = Server::start(&app.database.url).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let let_go = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(25))).unwrap();
        let begun = Instant::now();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        begun.elapsed()
    });
    let took = let_go.await.unwrap();
    assert!((Duration::from_secs(8)..Duration::from_secs(20)).contains(&took), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_the_server_finishes_what_is_under_way_and_ends_well() {
    let app = TestApp::empty().await;
    let server = Server::start(&app.database.url).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let token = app.desk.clone();
    // Half of a request is there when the server is told to stop; the other half comes after.
    let body =
        json!({"given_name": "Late", "family_name": "Caller", "phone": "416 555 0100"}).to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/v1/patients HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body.as_bytes()[..10]).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.tell_to_stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.ended_well().await);
    assert_eq!(app.get("/patients?q=late").await.items().len(), 1);
}

#[tokio::test]
async fn readiness_is_503_while_the_database_is_away_as_found_a_second_ago_at_most_and_health_is_not()
 {
    let app = TestApp::empty().await;
    let ask = |path: &'static str| app.send(Request::get(path).body(Body::empty()).unwrap());
    let ready = ask("/readyz").await.expect(200);
    assert!(!ready.str("version").is_empty() && ready.str("tzdb").starts_with("20"));
    app.app.db.close().await;
    ask("/readyz").await.expect(200);
    app.app.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(ask("/readyz").await.expect(503).str("code"), "try_later");
    ask("/healthz").await.expect(200);
    app.get("/sites").await.expect(503);
}

#[tokio::test]
async fn the_page_that_browses_the_api_asks_nobody_else_for_anything() {
    let app = TestApp::empty().await;
    let ask = |path: &'static str| app.send(Request::get(path).body(Body::empty()).unwrap());
    for path in ["/docs/", "/docs/swagger-initializer.js", "/docs/index.css"] {
        let page = ask(path).await.expect(200).text;
        for outside in ["http://", "https://", "src=\"//", "href=\"//"] {
            assert!(!page.contains(outside), "{path} asks {outside}: {page}");
        }
    }
    assert!(ask("/docs/swagger-initializer.js").await.text.contains("\"validatorUrl\": \"none\""));
    let printed =
        std::process::Command::new(env!("CARGO_BIN_EXE_fadeline")).arg("openapi").output().unwrap();
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(
        printed,
        ask("/api/v1/openapi.json").await.expect(200).body,
        "what is printed is what is served"
    );
    assert_eq!(printed["openapi"], "3.1.0");
}

#[test]
fn bad_usage_ends_with_2_and_what_goes_wrong_with_1_and_one_line() {
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_fadeline")).args(arguments).output().unwrap()
    };
    assert_eq!(run(&["dance"]).status.code(), Some(2));
    assert_eq!(run(&["user", "add", "--role", "king"]).status.code(), Some(2));
    for arguments in [
        vec!["serve", "--database-url", "mysql://x"],
        vec!["serve", "--database-url", "sqlite:/nowhere/at/all.db"],
        vec!["serve", "--time-zone", "Mars/Olympus"],
        vec!["serve", "--config", "/nowhere.toml"],
    ] {
        let ended = run(&arguments);
        let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.starts_with("fadeline: ") && ended.stdout.is_empty());
    }
}

#[tokio::test]
async fn users_and_tokens_are_managed_from_the_command_line() {
    let app = TestApp::empty().await;
    let run = |arguments: &[&str], input: &str| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_fadeline"))
            .args(arguments)
            .args(["--database-url", &app.database.url, "--log", "warn"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap().trim_end().to_owned())
    };
    let add = [
        "user", "add", "--email", "ada@example.test", "--name", "Ada", "--role", "manager",
        "--password-stdin",
    ];
    assert_eq!(run(&add, "correct horse battery\n").0, Some(0));
    assert_eq!(run(&add, "correct horse battery\n").0, Some(1), "the email is taken");
    // The command line has a real clock, the app one that stands still in 2027, so the token has to last.
    let (status, token) =
        run(&["token", "create", "--email", "ada@example.test", "--days", "3000"], "");
    assert_eq!((status, token.lines().count()), (Some(0), 1), "the token, alone");
    assert_eq!(app.call(&token, "GET", "/me", Value::Null).await.expect(200).str("name"), "Ada");
    let (_, tokens) = run(&["token", "list"], "");
    assert!(!tokens.contains(&token), "the secret is shown once");
    let id = tokens
        .lines()
        .find(|line| line.contains("ada@"))
        .unwrap()
        .split('\t')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(run(&["token", "revoke", &id], "").0, Some(0));
    app.call(&token, "GET", "/me", Value::Null).await.expect(401);
    assert_eq!(run(&["user", "disable", "--email", "ada@example.test"], "").0, Some(0));
    assert!(run(&["user", "list"], "").1.contains("ada@example.test\tmanager\tAda\tdisabled"));
    assert_eq!(run(&["token", "create", "--email", "ada@example.test"], "").0, Some(1));
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let file = folder.path().join("fadeline.toml");
    std::fs::write(
        &file,
        format!("database_url = \"{}\"\n[policy]\nhold_minutes = 20\n", url("file.db")),
    )
    .unwrap();
    let migrate = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fadeline"));
        // The file is found in the folder where the program is started.
        command
            .current_dir(&folder)
            .arg("migrate")
            .args(arguments)
            .envs(environment.iter().copied());
        command.output().unwrap()
    };
    let there = |name: &str| folder.path().join(name).exists();
    assert!(migrate(&[], &[]).status.success() && there("file.db") && !there("environment.db"));
    let environment = url("environment.db");
    assert!(
        migrate(&[], &[("FADELINE_DATABASE_URL", &environment)]).status.success()
            && there("environment.db")
            && !there("line.db")
    );
    let line = url("line.db");
    let both = migrate(&["--database-url", &line], &[("FADELINE_DATABASE_URL", &environment)]);
    assert!(both.status.success() && there("line.db"));
    for (text, environment, named) in [
        ("[policy]\nhold_minutes = 0\n", vec![], "policy.hold_minutes is 0"),
        ("[policy]\nhold_hours = 1\n", vec![], "hold_hours"),
        ("colour = \"red\"\n", vec![], "colour"),
        ("", vec![("FADELINE_POLICY__GRID_MINUTES", "7")], "policy.grid_minutes is 7"),
        ("trusted_proxies = [\"here\"]\n", vec![], "trusted_proxies"),
    ] {
        std::fs::write(&file, text).unwrap();
        let ended = migrate(&["--database-url", &line], &environment);
        let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{text}");
        assert!(complaint.contains(named) && complaint.lines().count() == 1, "{complaint}");
    }
}

#[test]
fn a_slip_in_the_settings_of_mail_stops_the_start_and_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let run = |settings: &[(&str, &str)]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fadeline"))
            .current_dir(folder.path())
            .arg("serve")
            .envs(settings.iter().copied())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let from = ("FADELINE_MAIL_FROM", "appointments@clinic.test");
    for (settings, named) in [
        (vec![("FADELINE_SMTP_URL", "smtp://u:hunter2@mail.test")], "mail_from"),
        (vec![("FADELINE_SMTP_URL", "http://u:hunter2@mail.test"), from], "smtp_url"),
        (vec![("FADELINE_SMTP_URL", "smtp://u:hunter2@mail.test?tls=none"), from], "in the clear"),
        (
            vec![
                ("FADELINE_SMTP_URL", "smtp://u:hunter2@mail.test"),
                ("FADELINE_SMTP_CA", "nowhere.pem"),
                from,
            ],
            "smtp_ca",
        ),
        (vec![("FADELINE_IMAP_URL", "imap://u:hunter2@mail.test")], "imap_url"),
        (
            vec![
                ("FADELINE_IMAP_URL", "imaps://u:hunter2@mail.test"),
                ("FADELINE_IMAP_TRUST", "everybody"),
            ],
            "imap_trust is server-id, or topmost",
        ),
        (vec![("FADELINE_SMTP_URL", "smtp://u:hunter2@mail.test"), from], "public_url"),
        (vec![("FADELINE_SMS_URL", "https://AC1:hunter2@api.test")], "text messages come from"),
        (
            vec![
                ("FADELINE_SMS_URL", "http://AC1:hunter2@api.test"),
                ("FADELINE_SMS_FROM", "+16475550100"),
            ],
            "sms_url",
        ),
        (
            vec![
                ("FADELINE_SMS_URL", "https://AC1:hunter2@api.test"),
                ("FADELINE_SMS_FROM", "+16475550100"),
            ],
            "public_url",
        ),
        (
            vec![
                ("FADELINE_SMS_URL", "https://AC1:hunter2@api.test"),
                ("FADELINE_SMS_FROM", "+16475550100"),
                (
                    "FADELINE_CLINIC_LABEL",
                    "A Clinic of Very Many Words Indeed, Downtown and Uptown, Founded in 1867, With Parking, Since You Ask",
                ),
            ],
            "too long together",
        ),
        (vec![("FADELINE_POLICY__QUIET_EVENING", "22:00")], "quiet_evening"),
        (vec![("FADELINE_MAIL_FROM", "nobody")], "mail_from"),
        (vec![("FADELINE_DKIM_KEY", "key.pem")], "dkim_selector"),
        (vec![("FADELINE_PUBLIC_URL", "visits.example.ca")], "public_url"),
    ] {
        let said = run(&settings);
        assert!(said.contains(named) && !said.contains("hunter2"), "{settings:?}: {said}");
        assert_eq!(said.lines().count(), 1);
    }
}
