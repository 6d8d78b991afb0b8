//! A step takes as long as what is due, not as long as the ledger is: a hundred messages are
//! found and sent among a million rows in no more than twice the time that it takes among ten thousand.

use std::time::{Duration, Instant};

use fadeline::delivery::step;
use fadeline::storage::Db;
use sqlx::Executor;

use crate::support::TestApp;

/// How many messages are due at once.
const DUE: usize = 100;

async fn run(app: &TestApp, sql: &str) {
    match &app.app.db {
        Db::Sqlite { write, .. } => {
            let sql = sql.replace("NEW_ID()", "randomblob(16)");
            write.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
        Db::Postgres(pool) => {
            let sql = sql.replace("NEW_ID()", "gen_random_uuid()");
            pool.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
    }
}

/// Makes the ledger so long: ten messages for each visit, of which one waits for next year and the others are settled.
async fn grow_to(app: &TestApp, rows: i64) {
    let sessions = rows / 10 + 10 - app.count("SELECT COUNT(*) FROM sessions").await;
    let rest =
        "sequence, version, course_id, patient_id, service_id, site_id, practitioner_id, room_id, device_id, status, procedure_status,
        local_start, zone, starts_at, ends_at, cancel_reason, rebook_reason, record, created_at, updated_at";
    run(
        app,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {sessions})
             INSERT INTO sessions (id, uid, {rest}) SELECT NEW_ID(), NEW_ID(), {rest}
             FROM (SELECT * FROM sessions ORDER BY created_at, id LIMIT 1) AS first, n"
        ),
    )
    .await;
    let rest = "patient_id, channel, recipient, language, sequence, stamp, content, reason, due_at, perhaps_sent, created_at";
    run(
        app,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
             INSERT INTO messages (id, session_id, session_version, kind, lead, status, try_at, attempts, {rest})
             SELECT NEW_ID(), s.id, n.i, 'reminder', '48h', CASE WHEN n.i = 10 THEN 'scheduled' ELSE 'sent' END, '2028-03-01T00:00:00+00:00', 0, {}
             FROM sessions s, n, (SELECT * FROM messages WHERE kind = 'reminder' AND channel = 'email' ORDER BY created_at, id LIMIT 1) AS first
             WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.session_id = s.id)",
            rest.split(", ").map(|column| format!("first.{column}")).collect::<Vec<_>>().join(", ")
        ),
    )
    .await;
    if let Db::Postgres(_) = &app.app.db {
        run(app, "ANALYZE messages").await;
    }
}

/// How long a step takes for which a hundred messages are due.
async fn step_time(app: &TestApp) -> Duration {
    let due = format!(
        "UPDATE messages SET try_at = '2027-03-13T14:00:00+00:00', due_at = '2027-03-13T14:00:00+00:00'
         WHERE id IN (SELECT id FROM messages WHERE status = 'scheduled' AND channel = 'email' ORDER BY try_at DESC, id LIMIT {DUE})"
    );
    run(app, &due).await;
    let begun = Instant::now();
    let outcome = step::step(&app.post, app.app.clock.now()).await.unwrap();
    assert_eq!(outcome.sent, DUE, "{outcome:?}");
    begun.elapsed()
}

#[tokio::test]
async fn a_step_takes_as_long_as_what_is_due_and_not_as_the_ledger_is() {
    let (app, _, course) = TestApp::with_course().await;
    app.book(&course, "consultation", "2027-03-15T10:00").await.expect(201);
    app.advance_to("2027-03-13T14:00:00Z").await;
    grow_to(&app, 10_000).await;
    let mut short = Duration::MAX;
    for _ in 0..3 {
        short = short.min(step_time(&app).await);
    }
    grow_to(&app, 1_000_000).await;
    assert!(app.count("SELECT COUNT(*) FROM messages").await >= 1_000_000);
    let mut long = Duration::MAX;
    for _ in 0..3 {
        long = long.min(step_time(&app).await);
    }
    eprintln!("{DUE} due among 10,000 rows: {short:?}; among 1,000,000: {long:?}");
    assert!(long <= short * 2, "{short:?} among 10,000 rows, {long:?} among 1,000,000");
}
