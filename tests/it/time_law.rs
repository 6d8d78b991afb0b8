//! When the law changes the clock: what was promised is the wall time, so every visit keeps
//! it and moves with all that it takes; what would run into others stays, and is told.

use chrono::{DateTime, Duration, FixedOffset, Utc};
use fadeline::actions::booking::time_check;
use fadeline::actions::booking::time_check::Fate;
use serde_json::json;

use crate::support::{TestApp, toronto};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Some visits on both sides of 7 November 2027, when by a new law the clock is not set back any more, and the same
/// clinic as a node sees it that carries the new law.
async fn under_permanent_daylight_time() -> (TestApp, TestApp, Vec<String>) {
    let (old, _, course) = TestApp::with_course_without_waits().await;
    let mut sessions = Vec::new();
    for start in ["2027-07-05T10:00", "2027-11-08T10:00", "2027-12-01T14:30"] {
        sessions.push(old.make_visit(&course, "consultation", start).await);
    }
    old.send_after_grace().await;
    let law =
        toronto().with_law(utc("2027-11-07T06:00:00Z"), FixedOffset::west_opt(4 * 3600).unwrap());
    let new = old.node(law).await;
    (old, new, sessions)
}

#[tokio::test]
async fn every_visit_whose_wall_time_means_another_instant_is_listed_and_nothing_is_changed_unasked()
 {
    let (old, new, sessions) = under_permanent_daylight_time().await;
    assert_eq!(time_check::check(&old.app).await.unwrap(), []);
    let changed = time_check::check(&new.app).await.unwrap();
    let listed: Vec<_> = changed
        .iter()
        .map(|one| (one.session.to_string(), one.local_start.as_str(), one.fate))
        .collect();
    assert_eq!(
        listed,
        [
            (sessions[1].clone(), "2027-11-08T10:00", Fate::Moves),
            (sessions[2].clone(), "2027-12-01T14:30", Fate::Moves),
        ]
    );
    assert_eq!(
        (changed[0].booked_at, changed[0].means),
        (utc("2027-11-08T15:00:00Z"), Some(utc("2027-11-08T14:00:00Z")))
    );
    assert_eq!(time_check::check(&new.app).await.unwrap().len(), 2);
}

/// 34: the wall time is kept, the instant moves, the patient's calendar is told.
#[tokio::test]
async fn applied_the_wall_time_stays_the_instant_moves_and_the_patient_is_told() {
    let (_old, new, sessions) = under_permanent_daylight_time().await;
    time_check::apply(&new.app).await.unwrap();
    let moved = new.session(&sessions[1]).await;
    moved.has(json!({"local_start": "2027-11-08T10:00", "start": "2027-11-08T10:00:00-04:00",
            "sequence": 1}));
    assert_eq!(new.session(&sessions[0]).await.body["sequence"], 0, "a summer visit is as it was");
    assert_eq!(time_check::check(&new.app).await.unwrap(), []);
    new.send_after_grace().await;
    assert_eq!(new.ledger(&sessions[1]).await, ["invite sent", "update sent"]);
    let update = new.mails().await.into_iter().rfind(|mail| mail.line("SEQUENCE") == "1").unwrap();
    assert_eq!(update.line("DTSTART"), "20271201T143000");
    // The zone that goes with it has no winter time any more.
    assert!(!update.calendar.unwrap().1.contains("TZOFFSETTO:-0500"));
    // What it takes moved along: the old hour is free, the new one is not.
    let ben = new.prepare_course("Ben").await;
    new.book(&ben, "consultation", "2027-11-08T11:00").await.expect(201);
    assert_eq!(new.book(&ben, "consultation", "2027-11-08T10:00").await.status, 409);
    new.act(&sessions[1], "undo").await.refused(409, &["nothing_to_undo"]);
}

#[tokio::test]
async fn reminders_follow_the_new_law_and_who_has_confirmed_has_confirmed_the_wall_time() {
    let (old, new, sessions) = under_permanent_daylight_time().await;
    let link = old.mails().await[1].link();
    old.press(&format!("{link}/confirm"), &[("start", "2027-11-08T15:00:00Z")]).await.expect(303);
    let confirmed = old.session(&sessions[1]).await.str("confirmed_at").to_owned();
    time_check::apply(&new.app).await.unwrap();
    assert_eq!(new.session(&sessions[1]).await.str("confirmed_at"), confirmed);
    let messages = new.messages(&sessions[1]).await;
    let waiting = messages
        .items()
        .iter()
        .filter(|message| message["kind"] == "reminder" && message["status"] == "scheduled");
    let due: Vec<_> = waiting.map(|message| message["due_at"].as_str().unwrap()).collect();
    assert_eq!(due, ["2027-11-01T10:00:00-04:00", "2027-11-08T08:00:00-04:00"]);
}

#[tokio::test]
async fn what_would_run_into_others_stays_and_is_told_to_a_person() {
    let (old, new, sessions) = under_permanent_daylight_time().await;
    // Booked by a node that knows the new law already: nine o'clock as it will be, where ten o'clock will move to.
    let ben = new.prepare_course("Ben").await;
    let in_the_way = new.make_visit(&ben, "consultation", "2027-11-08T10:00").await;
    let changed = time_check::apply(&new.app).await.unwrap();
    let fates: Vec<_> = changed.iter().map(|one| (one.session.to_string(), one.fate)).collect();
    assert_eq!(fates, [(sessions[1].clone(), Fate::Conflict), (sessions[2].clone(), Fate::Moves)]);
    assert_eq!(old.session(&sessions[1]).await.str("start"), "2027-11-08T10:00:00-05:00");
    assert_eq!(new.session(&in_the_way).await.str("start"), "2027-11-08T10:00:00-04:00");
    new.cancel(&in_the_way).await.expect(200);
    time_check::apply(&new.app).await.unwrap();
    assert_eq!(new.session(&sessions[1]).await.str("start"), "2027-11-08T10:00:00-04:00");
}

#[tokio::test]
async fn a_wall_time_that_the_clock_no_longer_shows_is_left_to_a_person() {
    let app = TestApp::without_waits().await;
    app.make_clinic_open(crate::support::clinic::hours(
        crate::support::clinic::ALL_DAYS,
        "00:00",
        "24:00",
    ))
    .await;
    let course = app.prepare_course("Ada").await;
    let session = app.make_visit(&course, "consultation", "2028-01-10T02:30").await;
    let law =
        toronto().with_law(utc("2028-01-10T07:00:00Z"), FixedOffset::west_opt(4 * 3600).unwrap());
    let changed = time_check::apply(&app.node(law).await.app).await.unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].means, changed[0].fate), (None, Fate::NoSuchTime));
    assert_eq!(app.session(&session).await.body["sequence"], 0);
}

#[tokio::test]
async fn either_half_past_one_of_an_autumn_night_is_what_was_promised() {
    let app = TestApp::without_waits().await;
    app.make_clinic_open(crate::support::clinic::hours(
        crate::support::clinic::ALL_DAYS,
        "00:00",
        "24:00",
    ))
    .await;
    let course = app.prepare_course("Ada").await;
    app.book(&course, "consultation", "2027-11-07T01:00:00-04:00").await.expect(201);
    app.book(&course, "consultation", "2027-11-07T01:00:00-05:00").await.expect(201);
    assert_eq!(time_check::check(&app.app).await.unwrap(), []);
}

#[tokio::test]
async fn the_command_lists_then_moves_and_a_rehearsal_changes_nothing() {
    let (old, _, sessions) = under_permanent_daylight_time().await;
    old.app.db.close().await;
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fadeline"))
            .args(["time-check", "--database-url", &old.database.url, "--log", "error"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&[]), "0 would move, 0 to be decided by a person\n");
    let rehearsed = run(&["--law-from", "2027-11-07T06:00:00Z", "--law-offset", "-04:00"]);
    assert!(
        rehearsed.contains(&sessions[1])
            && rehearsed.ends_with("2 would move, 0 to be decided by a person\n"),
        "{rehearsed}"
    );
    assert_eq!(run(&["--apply"]), "0 moved, 0 to be decided by a person\n");
}

#[tokio::test]
async fn what_is_over_or_called_off_is_not_looked_at() {
    let (old, new, sessions) = under_permanent_daylight_time().await;
    old.cancel(&sessions[1]).await.expect(200);
    new.wait(Duration::days(340));
    let listed = time_check::check(&new.app).await.unwrap();
    assert_eq!(listed, [], "the last visit is past by now");
}
