//! The benchmark of `docs/performance.md`: rates and times as ratios to a bare handler
//! and to a bare commit in the same run, with few and with many past sessions.
//! `cargo bench` runs it on `SQLite`; `BENCH_DATABASE_URL` names an empty `PostgreSQL`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark that fails says so and stops"
)]

mod calendars;
mod clinic;
mod load;

use std::time::Instant;

use chrono::Duration;
use fadeline::storage::Db;
use fadeline::storage::engine::Sql;
use load::{Client, Measured};

/// How many past sessions: as the clinic has them, and ten times as many.
const PAST: [usize; 2] = [40_000, 400_000];

#[tokio::main]
async fn main() {
    // The HTTP client brings no cryptography of its own.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let past: Vec<usize> = match std::env::var("BENCH_SESSIONS") {
        Ok(only) => vec![only.parse().expect("BENCH_SESSIONS is a number")],
        Err(_) => PAST.to_vec(),
    };
    println!("| past sessions | what | measured | ratio | aim |");
    println!("|---|---|---|---|---|");
    for past in past {
        run(past).await;
    }
}

async fn run(past: usize) {
    let place = clinic::Database::fresh(past).await;
    let began = Instant::now();
    let bench = clinic::Bench::begin(&place.url, past).await;
    eprintln!("{past} past sessions written in {:.0} s", began.elapsed().as_secs_f64());
    let client = Client::of(&bench);
    let row = |what: &str, measured: &str, ratio: &str, aim: &str| {
        println!("| {past} | {what} | {measured} | {ratio} | {aim} |");
    };

    let bare = client.rate(8, |client, _| client.bare()).await;
    row("a bare axum handler, 8 clients", &bare.per_second(), "1", "");
    let near = bench.slots(14, true);
    let slots = client.rate(8, |client, _| client.get(&near)).await;
    row(
        "slots, one practitioner, 14 days, 8 clients",
        &slots.per_second(),
        &ratio(&slots, &bare),
        "a third of the bare handler",
    );
    let wide = bench.slots(60, false);
    row(
        "slots, any of 20, 60 days",
        &client.times(60, |client, _| client.get(&wide)).await.median(),
        "",
        "under 5 ms",
    );
    let (path, body) = bench.plan();
    row(
        "planning eight sessions",
        &client.times(40, |client, _| client.post(&path, &body)).await.median(),
        "",
        "under 20 ms",
    );

    let busy = format!("/desk?day={}", clinic::BUSY);
    row(
        "the desk's day with 200 sessions",
        &client.times(60, |client, _| client.page(&busy)).await.median(),
        "",
        "under 10 ms",
    );

    let (anew, kept, size) = calendars::feed(&bench.app, &bench.feed).await;
    let milliseconds = |time: std::time::Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    let feed =
        format!("a feed of {} visits ({} kB) from the database", calendars::VISITS, size / 1000);
    row(&format!("{feed}, nothing kept"), &milliseconds(anew), "1", "under 12 ms");
    row(
        &format!("{feed}, its entries kept"),
        &milliseconds(kept),
        &format!("{:.2}", kept.as_secs_f64() / anew.as_secs_f64()),
        "under 5 ms",
    );
    let tag = client.tag(&bench.feed).await;
    let fresh = client.rate(8, |client, _| client.fresh(&bench.feed, &tag)).await;
    row(
        "its 304, 8 clients",
        &fresh.per_second(),
        &ratio(&fresh, &bare),
        "half of the bare handler",
    );
    row(
        "one invitation",
        &format!("{:.1} µs", calendars::invitation().as_secs_f64() * 1e6),
        "",
        "under 50 µs",
    );

    let commit = bare_commits(&place).await;
    row("a bare one-row commit, 1 client", &commit.per_second(), "1", "");
    let mut first = 0;
    for clients in [1, 8, 64] {
        let from = first;
        let booked = client
            .rate(clients, |client, n| client.post("/sessions", &bench.booking(from + n)))
            .await;
        first += booked.count;
        let aim = if clients == 1 { "half the bare commit" } else { "" };
        row(
            &format!("booking, {clients} clients"),
            &booked.per_second(),
            &ratio(&booked, &commit),
            aim,
        );
    }
}

fn ratio(one: &Measured, other: &Measured) -> String {
    format!("{:.2}", one.rate() / other.rate())
}

const INSERT_TEXT: &str = "INSERT INTO bare VALUES ($1, '2027-01-05T10:00:00Z')";
const INSERT: Sql =
    Sql { at: "the benchmark", sqlite: INSERT_TEXT, postgres: INSERT_TEXT, arity: 1 };

/// Transactions of one row each, one after the other, with the durability and on the disk of everything else.
async fn bare_commits(place: &clinic::Database) -> Measured {
    let other = place.beside().await;
    let db = Db::connect(&other).await.expect("a second database");
    let mut tx = db.begin().await.expect("a transaction");
    clinic::run(
        &mut tx,
        "CREATE TABLE IF NOT EXISTS bare (id TEXT NOT NULL PRIMARY KEY, at TEXT NOT NULL)",
    )
    .await;
    tx.commit().await.expect("a commit");
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < load::WINDOW {
        let mut tx = db.begin().await.expect("a transaction");
        let insert = tx.query(INSERT).bind(uuid::Uuid::now_v7().to_string());
        insert.run().await.expect("a row");
        tx.commit().await.expect("a commit");
        count += 1;
    }
    let measured = Measured::over(count, began.elapsed());
    db.close().await;
    measured
}

/// Days from the clock's today on.
fn days(n: i64) -> Duration {
    Duration::days(n)
}
