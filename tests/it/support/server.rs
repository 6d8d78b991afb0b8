//! A real server process over real HTTP, which can be killed like any process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;

use super::Answer;

/// An HTTP client. The library brings no cryptography of its own; the program names its own where it needs it.
pub(crate) fn client() -> Client {
    // The second caller finds it named already.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    Client::builder().pool_max_idle_per_host(64).build().unwrap()
}

pub(crate) struct Server {
    child: Mutex<Child>,
    pub(crate) url: String,
    pub(crate) client: Client,
}

impl Server {
    /// `fadeline serve` on `database_url`, ready to answer. It has the real clock and no other, so stories with it take
    /// their days from `races::ahead`, and may depend neither on the weekday nor on holidays.
    pub(crate) async fn start(database_url: &str) -> Self {
        Self::start_logging(database_url, "warn", Stdio::inherit()).await
    }

    pub(crate) async fn start_logging(database_url: &str, filter: &str, log: Stdio) -> Self {
        // The port is free when it is chosen, and taken again a moment later; nothing else here wants it.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        // A file that reaches the limit of a story is an error then, and does not kill the process.
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_fadeline"))
            .args(["serve", "--listen", &address, "--database-url", database_url, "--log", filter])
            // As `TestApp::without_waits`: what races here is time and place.
            .env("FADELINE_POLICY__LASER_INTERVAL_DAYS", "0")
            .env("FADELINE_POLICY__LASER_INTERVAL_DAYS_DARKER", "0")
            .env("FADELINE_POLICY__LASER_SUGGESTED_DAYS", "0")
            .env("FADELINE_POLICY__TEST_PATCH_VALID_DAYS", "3660")
            .env("FADELINE_POLICY__PLAN_CEILING", "60")
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        // Who reads the log of a pipe has died before the first request.
        drop(child.stderr.take());
        let server =
            Self { child: Mutex::new(child), url: format!("http://{address}"), client: client() };
        server.until_ready().await;
        server
    }

    async fn until_ready(&self) {
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            match self.client.get(format!("{}/readyz", self.url)).send().await {
                Ok(answer) if answer.status().is_success() => return,
                _ if Instant::now() > patience => panic!("the server does not answer"),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Kills it as `kill -9` does, in the middle of whatever it is doing.
    pub(crate) fn kill_now(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// What an address outside of the API answers.
    pub(crate) async fn status(&self, path: &str) -> u16 {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        answer.unwrap().status().as_u16()
    }

    /// Waits until `/readyz` answers so; what it found is kept for a second.
    pub(crate) async fn until_readiness_is(&self, status: u16) {
        let patience = Instant::now() + Duration::from_secs(10);
        while self.status("/readyz").await != status {
            assert!(Instant::now() < patience, "readiness is never {status}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks it to stop, as a supervisor does.
    pub(crate) fn tell_to_stop(&self) {
        let id = self.child.lock().unwrap().id();
        assert!(Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap().success());
    }

    /// Whether it ends by itself, within its grace time, and well.
    pub(crate) async fn ended_well(&self) -> bool {
        let patience = Instant::now() + Duration::from_secs(25);
        while Instant::now() < patience {
            if let Some(status) = self.child.lock().unwrap().try_wait().unwrap() {
                return status.success();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// A request of the user with `token`; nothing when the connection broke.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Option<Answer> {
        call(&self.client, &self.url, token, method, path, body, &[]).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A request over HTTP; nothing when the connection broke.
pub(crate) async fn call(
    client: &Client,
    url: &str,
    token: &str,
    method: &str,
    path: &str,
    body: Value,
    headers: &[(&str, &str)],
) -> Option<Answer> {
    let mut request =
        client.request(method.parse().unwrap(), format!("{url}/api/v1{path}")).bearer_auth(token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !body.is_null() {
        request = request.json(&body);
    }
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.ok()?;
    Some(Answer::made(status, headers, &bytes))
}

/// A demo with its first line of JSON.
pub(crate) struct Demo {
    child: Child,
    pub(crate) url: String,
    pub(crate) tokens: Value,
}

impl Demo {
    /// `fadeline demo --json` from `now` on, with more arguments.
    pub(crate) fn start(now: &str, arguments: &[&str]) -> Self {
        Self::launch(now, arguments, "warn", Stdio::inherit())
    }

    /// The same, with its log in a file.
    pub(crate) fn start_logging(now: &str, filter: &str, log: &std::path::Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        Self::launch(now, &[], filter, log.into())
    }

    fn launch(now: &str, arguments: &[&str], filter: &str, log: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fadeline"))
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--log", filter])
            .args(["--now", now])
            .args(arguments)
            .stderr(log)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Self {
            child,
            url: said["url"].as_str().unwrap().to_owned(),
            tokens: said["tokens"].clone(),
        }
    }

    /// `fadeline demo --json` whose log goes to what takes no byte.
    pub(crate) fn start_without_log(now: &str, arguments: &[&str]) -> Self {
        let full = std::fs::File::options().write(true).open("/dev/full");
        Self::launch(now, arguments, "info", full.unwrap().into())
    }

    /// The user with a role asks.
    pub(crate) async fn ask(&self, role: &str, method: &str, path: &str, body: Value) -> Answer {
        call(&client(), &self.url, self.token(role), method, path, body, &[])
            .await
            .expect("an answer")
    }

    pub(crate) fn token(&self, role: &str) -> &str {
        self.tokens[role].as_str().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
