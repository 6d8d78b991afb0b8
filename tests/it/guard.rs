//! The database itself refuses: overlapping claims typed by hand, claims that are moved,
//! lines of the audit that are changed, rows that point nowhere.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use crate::support::TestApp;

/// The database by hand, past everything that the program does.
enum ByHand {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl ByHand {
    async fn open(app: &TestApp) -> Self {
        let url = &app.database.url;
        if url.starts_with("sqlite:") {
            Self::Sqlite(SqlitePool::connect(url).await.unwrap())
        } else {
            Self::Postgres(PgPool::connect(url).await.unwrap())
        }
    }

    async fn run(&self, sql: &str) -> Result<(), String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match self {
            Self::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
            Self::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop),
        };
        done.map_err(|error| error.to_string())
    }

    /// A UUID as this engine writes it by hand.
    fn uuid(&self, id: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("x'{}'", id.replace('-', "")),
            Self::Postgres(_) => format!("'{id}'"),
        }
    }

    /// A claim of `resource` for `session`, typed by hand.
    async fn claim(
        &self,
        n: u8,
        resource: &str,
        session: &str,
        from: &str,
        until: &str,
    ) -> Result<(), String> {
        let id = self.uuid(&format!("01890000-0000-7000-8000-0000000000{n:02}"));
        let (resource, session) = (self.uuid(resource), self.uuid(session));
        let day = "2027-01-05T";
        self.run(&format!(
            "INSERT INTO claims (id, resource_id, session_id, starts_at, ends_at)
             VALUES ({id}, {resource}, {session}, '{day}{from}:00+00:00', '{day}{until}:00+00:00')"
        ))
        .await
    }
}

#[tokio::test]
async fn the_database_itself_refuses_two_claims_on_one_resource_that_overlap() {
    let (app, clinic, course) = TestApp::with_new_course().await;
    // 15:00 to 15:45 in UTC, claimed until 16:00.
    let session = app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let (noor, session) = (session.str("practitioner_id"), session.str("id"));
    let hand = ByHand::open(&app).await;
    for (n, (from, until)) in (10..).zip([
        ("15:30", "15:40"),
        ("14:00", "15:01"),
        ("15:59", "17:00"),
        ("14:00", "17:00"),
        ("15:00", "16:00"),
    ]) {
        let refused = hand.claim(n, noor, session, from, until).await.expect_err("an overlap");
        assert!(refused.contains("claims_never_overlap"), "{refused}");
    }
    hand.claim(20, noor, session, "16:00", "16:30").await.expect("touching ends are allowed");
    hand.claim(21, noor, session, "14:30", "15:00").await.expect("touching ends are allowed");
    hand.claim(22, &clinic.theo, session, "15:00", "16:00")
        .await
        .expect("another resource is free");
    hand.claim(23, noor, session, "16:29", "16:31")
        .await
        .expect_err("an overlap with what was typed by hand");
}

#[tokio::test]
async fn claims_are_never_moved_never_backwards_and_never_longer_than_a_day() {
    let (app, _, course) = TestApp::with_new_course().await;
    let session = app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    let (noor, session) = (session.str("practitioner_id").to_owned(), session.id());
    let hand = ByHand::open(&app).await;
    hand.run("UPDATE claims SET ends_at = starts_at").await.expect_err("never changed");
    hand.claim(10, &noor, &session, "18:00", "17:00").await.expect_err("backwards");
    hand.claim(11, &noor, &session, "17:00", "17:00").await.expect_err("empty");
    let (id, resource, of) =
        (hand.uuid("01890000-0000-7000-8000-000000000012"), hand.uuid(&noor), hand.uuid(&session));
    let long = format!(
        "INSERT INTO claims (id, resource_id, session_id, starts_at, ends_at)
         VALUES ({id}, {resource}, {of}, '2027-02-05T00:00:00+00:00', '2027-02-06T00:00:01+00:00')"
    );
    hand.run(&long).await.expect_err("longer than a day");
    if matches!(hand, ByHand::Sqlite(_)) {
        let otherwise = long
            .replace("2027-02-05T00:00:00+00:00", "2027-02-05 00:00:00")
            .replace("2027-02-06T00:00:01+00:00", "2027-02-05 01:00:00");
        let refused = hand.run(&otherwise).await.expect_err("instants that would not compare");
        assert!(refused.contains("an instant is written"), "{refused}");
    }
}

#[tokio::test]
async fn lines_of_the_audit_are_never_changed_and_never_deleted() {
    let app = TestApp::empty().await;
    app.register("Ada").await;
    let hand = ByHand::open(&app).await;
    hand.run("UPDATE audit SET user_name = 'Nobody'").await.expect_err("never changed");
    hand.run("DELETE FROM audit").await.expect_err("never deleted");
}

#[tokio::test]
async fn foreign_keys_hold_and_sqlite_is_set_up_to_keep_what_it_says() {
    let (app, _) = TestApp::with_clinic().await;
    let hand = ByHand::open(&app).await;
    let nobody = hand.uuid("01890000-0000-7000-8000-000000000099");
    let orphan = format!(
        "INSERT INTO claims (id, resource_id, session_id, starts_at, ends_at)
         VALUES ({nobody}, {nobody}, {nobody}, '2027-02-05T00:00:00+00:00', '2027-02-05T01:00:00+00:00')"
    );
    hand.run(&orphan).await.expect_err("there is no such resource");
    if let fadeline::storage::Db::Sqlite { write, read } = &app.app.db {
        for (pragma, value) in
            [("foreign_keys", 1_i64), ("synchronous", 2), ("busy_timeout", 10_000)]
        {
            let sql = AssertSqlSafe(format!("PRAGMA {pragma}"));
            let found: i64 = sqlx::query_scalar(sql).fetch_one(write).await.unwrap();
            assert_eq!(found, value, "{pragma}");
        }
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(write).await.unwrap();
        assert_eq!(mode, "wal");
        sqlx::raw_sql("DELETE FROM claims").execute(read).await.expect_err("readers only read");
    }
}

#[tokio::test]
async fn a_failed_audit_line_fails_the_deed() {
    let (app, _, course) = TestApp::with_new_course().await;
    let hand = ByHand::open(&app).await;
    hand.run("ALTER TABLE audit RENAME TO audit_away").await.unwrap();
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(500);
    app.get("/patients").await.expect(500);
    app.get(&format!("/slots?course_id={course}&service=consultation")).await.expect(500);
    app.post(&format!("/courses/{course}/plan"), json!({"service": "consultation", "count": 1}))
        .await
        .expect(500);
    hand.run("ALTER TABLE audit_away RENAME TO audit").await.unwrap();
    assert_eq!(app.get("/sessions").await.expect(200).items().len(), 0);
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn a_catalogue_that_is_changed_by_another_hand_is_seen_by_the_next_request() {
    let (app, _, course) = TestApp::with_new_course().await;
    let slots = || app.slots(&course, "consultation", "2027-01-05", "2027-01-05");
    assert!(!slots().await.starts().is_empty());
    let hand = ByHand::open(&app).await;
    hand.run("UPDATE practitioners SET active = FALSE").await.unwrap();
    assert_eq!(slots().await.starts(), Vec::<&str>::new());
    hand.run("UPDATE practitioners SET active = TRUE").await.unwrap();
    assert!(!slots().await.starts().is_empty());
}
