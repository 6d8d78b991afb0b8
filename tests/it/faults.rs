//! What happens to a machine: its disk fills or fails, its file system turns read-only, the
//! server of its database ends a session, its log cannot be written. None of it needs a restart.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;

use crate::support::database::{Database, postgres};
use crate::support::server::Demo;
use crate::support::{Answer, Server, TestApp};

/// A new patient is written down.
async fn write(server: &Server, token: &str) -> Answer {
    let patient = json!({"given_name": "Ada", "family_name": "Small", "phone": "416 555 0100", "duplicate_ok": true});
    let answer = server.call(token, "POST", "/patients", patient).await;
    answer.expect("an answer")
}

/// A patient's record is read, which leaves a line in the audit.
async fn look(server: &Server, token: &str, patient: &str) -> Answer {
    let path = format!("/patients/{patient}");
    let answer = server.call(token, "GET", &path, Value::Null).await;
    answer.expect("an answer")
}

/// Writes until that is refused; what is refused is a 503 that says `why`.
async fn write_until_refused(server: &Server, token: &str, why: &str) -> Answer {
    for _ in 0..50 {
        let answer = write(server, token).await;
        if answer.status != 201 {
            let answer = answer.expect(503);
            assert_eq!(answer.str("code"), "try_later");
            assert!(answer.str("detail").contains(why), "{}", answer.text);
            assert!(answer.str("detail").contains("nothing has to be restarted"));
            return answer;
        }
    }
    panic!("everything is still written");
}

/// Nothing that writes works, what only reads does, and readiness says so.
async fn only_reading_works(server: &Server, app: &TestApp, patient: &str) {
    look(server, &app.desk, patient).await.expect(503);
    let sites = server.call(&app.desk, "GET", "/sites", Value::Null);
    sites.await.unwrap().expect(200);
    server.until_readiness_is(503).await;
    assert_eq!(server.status("/healthz").await, 200);
    let form = [("email", "front_desk@example.test"), ("password", "wrong")];
    let page = server.client.post(format!("{}/sign-in", server.url));
    let page = page.form(&form).header("sec-fetch-site", "same-origin").send();
    let page = page.await.unwrap();
    assert_eq!(page.status(), 503);
    let page = page.text().await.unwrap();
    assert!(page.contains("Nothing was saved") && page.contains("Rien n"), "{page}");
}

/// The next request works, and readiness says so.
async fn everything_works_at_once(server: &Server, app: &TestApp, patient: &str) {
    write(server, &app.desk).await.expect(201);
    look(server, &app.desk, patient).await.expect(200);
    server.until_readiness_is(200).await;
}

/// How many lines of a log have all of `signs`.
fn lines(log: &Path, signs: &[&str]) -> usize {
    let text = std::fs::read_to_string(log).unwrap();
    let has = |line: &&str| signs.iter().all(|sign| line.contains(sign));
    text.lines().filter(has).count()
}

/// A disk of 12 MB of its own.
struct SmallDisk {
    folder: TempDir,
    /// The same disk, where it stays writable.
    beside: TempDir,
    over: std::cell::Cell<bool>,
}

impl SmallDisk {
    fn mounted() -> Option<Self> {
        let (folder, beside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        if !mount(&["-t", "tmpfs", "-o", "size=12m", "tmpfs"], folder.path()) {
            return None;
        }
        let there = folder.path().display().to_string();
        assert!(mount(&["--bind", &there], beside.path()));
        Some(Self { folder, beside, over: false.into() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fill(&self) {
        let mut ballast = std::fs::File::create(self.beside.path().join("ballast")).unwrap();
        while ballast.write_all(&[7; 4096]).is_ok() {}
    }

    fn empty(&self) {
        std::fs::remove_file(self.beside.path().join("ballast")).unwrap();
    }

    /// A process that opens a file from now on can only read it.
    fn read_only(&self) {
        let folder = self.folder.path();
        assert!(mount(&["--bind", &folder.display().to_string()], folder));
        self.over.set(true);
        assert!(mount(&["-o", "remount,bind,ro"], folder));
    }

    fn writable(&self) {
        assert!(unmount(self.folder.path()));
        self.over.set(false);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(self.beside.path());
        for _ in 0..=usize::from(self.over.get()) {
            unmount(self.folder.path());
        }
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let done = Command::new("mount").args(arguments).arg(at).output();
    done.is_ok_and(|done| done.status.success())
}

fn unmount(at: &Path) -> bool {
    let done = Command::new("umount").arg("--lazy").arg(at).output();
    done.is_ok_and(|done| done.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_or_turns_read_only_and_comes_back_needs_no_restart() {
    let Some(disk) = SmallDisk::mounted() else {
        let instead = "a limit on the size of files stands in for a full disk, in the story of the failing disk";
        eprintln!("\n!!! NO FILE SYSTEM MAY BE MOUNTED HERE: {instead}\n");
        return;
    };
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let url = format!("sqlite:{}", disk.path("clinic.db").display());
    let app = TestApp::on(Database::at(url.clone())).await;
    app.app.db.close().await;
    let kept = std::fs::File::create(&log).unwrap();
    let server = Server::start_logging(&url, "warn", kept.into()).await;
    let patient = write(&server, &app.desk).await.expect(201).id();
    for round in 1..=2 {
        disk.fill();
        write_until_refused(&server, &app.desk, "disk of the database is full").await;
        only_reading_works(&server, &app, &patient).await;
        let loud = lines(&log, &["ERROR", "the disk of the database is full"]);
        assert_eq!(loud, round, "one line for all requests that failed");
        disk.read_only();
        disk.empty();
        write_until_refused(&server, &app.desk, "can be read but not written").await;
        disk.writable();
        everything_works_at_once(&server, &app, &patient).await;
    }
    assert!(lines(&log, &["WARN", "the database is written again"]) >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_for_a_moment_needs_no_restart() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let url = format!("sqlite:{}", folder.path().join("clinic.db").display());
    let app = TestApp::on(Database::at(url.clone())).await;
    app.app.db.close().await;
    let kept = std::fs::File::create(&log).unwrap();
    let server = Server::start_logging(&url, "warn", kept.into()).await;
    let patient = write(&server, &app.desk).await.expect(201).id();
    // No file may grow: what would, fails.
    limit_files(&server, "4096:unlimited");
    write_until_refused(&server, &app.desk, "disk of the database gives errors").await;
    only_reading_works(&server, &app, &patient).await;
    limit_files(&server, "unlimited:unlimited");
    everything_works_at_once(&server, &app, &patient).await;
    assert_eq!(lines(&log, &["ERROR", "the disk of the database gives errors"]), 1);
}

fn limit_files(server: &Server, limit: &str) {
    let process = server.process().to_string();
    let limited =
        Command::new("prlimit").args(["--pid", &process, &format!("--fsize={limit}")]).status();
    assert!(limited.unwrap().success(), "prlimit is there and works");
}

/// Runs statements as an operator of the database.
async fn operate(server: &str, text: &str) {
    let admin = PgPool::connect(server).await.unwrap();
    let text = AssertSqlSafe(text.to_owned());
    sqlx::raw_sql(text).execute(&admin).await.unwrap();
    admin.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_the_database_that_is_read_only_for_a_moment_needs_no_restart() {
    // On SQLite this is the story of the disk.
    let Some(postgres) = postgres() else { return };
    let name = format!("fadeline_{}", uuid::Uuid::new_v4().simple());
    operate(&postgres, &format!("CREATE DATABASE {name}")).await;
    let mut url = url::Url::parse(&postgres).unwrap();
    url.set_path(&name);
    operate(url.as_str(), "CREATE EXTENSION btree_gist").await;
    let app = TestApp::on(Database::at(url.to_string())).await;
    app.app.db.close().await;
    let server = Server::start(url.as_str()).await;
    let patient = write(&server, &app.desk).await.expect(201).id();
    let ended =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let set = "SET default_transaction_read_only = on";
    operate(&postgres, &format!("ALTER DATABASE {name} {set}")).await;
    operate(&postgres, &ended).await;
    write_until_refused(&server, &app.desk, "can be read but not written").await;
    only_reading_works(&server, &app, &patient).await;
    let reset = "RESET default_transaction_read_only";
    operate(&postgres, &format!("ALTER DATABASE {name} {reset}")).await;
    operate(&postgres, &ended).await;
    everything_works_at_once(&server, &app, &patient).await;
    drop(server);
    operate(&postgres, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_database_ends_in_the_middle_of_a_change_costs_that_change_alone() {
    let Some(postgres) = postgres() else { return };
    let app = TestApp::empty().await;
    let server = Server::start(&app.database.url).await;
    let blocker = PgPool::connect(&app.database.url).await.unwrap();
    let operator = PgPool::connect(&postgres).await.unwrap();
    for _ in 0..20 {
        let mut lock = blocker.begin().await.unwrap();
        let text = "LOCK TABLE patients IN EXCLUSIVE MODE";
        sqlx::raw_sql(text).execute(&mut *lock).await.unwrap();
        let own: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *lock).await.unwrap();
        let end = async {
            let text = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))";
            loop {
                let ended: i64 =
                    sqlx::query_scalar(text).bind(own).fetch_one(&operator).await.unwrap();
                if ended > 0 {
                    break;
                }
            }
        };
        let (answer, ()) = tokio::join!(write(&server, &app.desk), end);
        answer.expect(503);
        lock.rollback().await.unwrap();
        write(&server, &app.desk).await.expect(201);
    }
    // Each change is there once, and none of those that were cut off.
    let patients = app.get("/patients?q=small&limit=200").await.items().len();
    assert_eq!(patients, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_costs_no_answer() {
    let app = TestApp::empty().await;
    let full = std::fs::File::options().write(true).open("/dev/full");
    for (log, what) in
        [(Stdio::from(full.unwrap()), "a full disk"), (Stdio::piped(), "a dead reader")]
    {
        let server = Server::start_logging(&app.database.url, "info", log).await;
        for _ in 0..20 {
            assert_eq!(write(&server, &app.desk).await.status, 201, "{what}");
            assert_eq!(server.status("/nowhere").await, 404, "{what}");
        }
        server.tell_to_stop();
        assert!(server.ended_well().await, "{what}");
    }
    let patients = app.get("/patients?q=small&limit=200").await.items().len();
    assert_eq!(patients, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_whose_log_cannot_be_written_answers_too() {
    let database = Database::fresh().await;
    let demo = Demo::start_without_log("2027-01-04T14:00:00Z", &["--database-url", &database.url]);
    for role in ["front_desk", "practitioner", "manager", "partner"] {
        demo.ask(role, "GET", "/me", Value::Null).await.expect(200);
    }
}
