//! What is under way when a visit changes: a change finds what waits, not what a node has
//! claimed, and when that node has died the row waits again, with what was true before.

use chrono::{DateTime, Duration, Utc};
use fadeline::domain::patient::channel::Channel;
use fadeline::storage::messages::ledger;
use serde_json::json;

use fadeline::delivery::transport::{Smtp, SmtpSettings};
use fadeline::delivery::{Post, step};

use crate::support::TestApp;

/// A visit whose reminder of a week before was just claimed by a node that then died.
async fn claimed() -> (TestApp, String) {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-18T10:00").await;
    app.send_after_grace().await;
    let due: DateTime<Utc> = "2027-01-11T15:00:00Z".parse().unwrap();
    app.wait(due - app.app.clock.now());
    let mut tx = app.app.db.begin().await.unwrap();
    let claimed =
        ledger::claim(&mut tx, Channel::Email, due, due + Duration::minutes(5)).await.unwrap();
    assert_eq!(claimed.len(), 1);
    tx.commit().await.unwrap();
    app.wait(Duration::minutes(1));
    (app, session)
}

/// 52: none goes out for the old time, nor for a visit that is off.
#[tokio::test]
async fn a_reminder_whose_sender_died_is_not_sent_of_a_visit_that_moved_or_went_meanwhile() {
    let (app, session) = claimed().await;
    app.move_to(&session, "2027-02-16T10:00").await.expect(200);
    app.wait(Duration::minutes(4));
    app.deliver().await;
    assert_eq!(app.planned(&session).await[0], "reminder 7d email superseded moved");
    let (app, session) = claimed().await;
    app.cancel(&session).await.expect(200);
    app.wait(Duration::minutes(4));
    app.deliver().await;
    assert_eq!(app.planned(&session).await[0], "reminder 7d email superseded cancelled");
    assert!(app.mails().await.iter().all(|mail| !mail.subject.starts_with("Reminder")));
}

/// What may have arrived, and may not, is tried again, though something else was planned in between.
#[tokio::test]
async fn a_reminder_that_waits_for_its_next_try_is_not_lost_when_the_plan_is_made_anew() {
    let (app, session) = claimed().await;
    app.wait(Duration::minutes(4));
    let now = app.app.clock.now();
    let mut tx = app.app.db.begin().await.unwrap();
    assert_eq!(ledger::release_expired(&mut tx, now).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let patient = app.patient_at(&session).await;
    let other = json!({"channel": "sms", "wanted": false, "said": "By telephone."});
    app.post(&format!("/patients/{patient}/opt-outs"), other).await.expect(200);
    assert_eq!(app.deliver().await.sent, 1);
    assert_eq!(app.planned(&session).await[0], "reminder 7d email sent");
}

/// Each way goes by itself, as the bell rings for it.
#[tokio::test]
async fn a_mail_server_that_keeps_us_waiting_holds_up_no_text_and_no_task() {
    let (app, _, course) = TestApp::with_course().await;
    app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201);
    app.send_after_grace().await;
    // Accepts, and never says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url::Url::parse(&format!("smtp://127.0.0.1:{}", silent.local_addr().unwrap().port()))
        .unwrap();
    let smtp = Smtp::new(&SmtpSettings::new(&url, None, None).unwrap()).unwrap();
    let post = Post::new(app.app.clone(), Some(smtp), None, true, None);
    // Another patient's invitation is due together with the text.
    app.wait(chrono::Duration::hours(23) - chrono::Duration::minutes(6));
    let other = app.prepare_course("Bo").await;
    app.book(&other, "consultation", "2027-03-10T10:00").await.expect(201);
    app.wait(chrono::Duration::minutes(3));
    let now = app.app.clock.now();
    let mail = tokio::spawn({
        let post = post.clone();
        async move { step::step_by(&post, &[Channel::Email], now).await }
    });
    let (_connection, _) = silent.accept().await.unwrap();
    let texts = step::step_by(&post, &[Channel::Sms, Channel::Desk], now).await.unwrap();
    assert_eq!(texts.sent, 1);
    assert!(!mail.is_finished(), "mail still waits");
    mail.abort();
}

/// Told to stop, a node finishes the mail that it is in the middle of, marks it, and begins no other.
#[tokio::test]
async fn told_to_stop_what_is_in_flight_is_finished_and_marked_and_nothing_else_is_begun() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let (app, _) = TestApp::with_clinic().await;
    for name in ["Ada", "Bo"] {
        let course = app.prepare_course(name).await;
        let start = if name == "Ada" { "2027-03-15T10:00" } else { "2027-03-15T14:00" };
        app.book(&course, "consultation", start).await.expect(201);
    }
    app.wait(chrono::Duration::minutes(3));
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url::Url::parse(&format!("smtp://127.0.0.1:{}", server.local_addr().unwrap().port()))
        .unwrap();
    let smtp = Smtp::new(&SmtpSettings::new(&url, None, None).unwrap()).unwrap();
    let post = Post::new(app.app.clone(), Some(smtp), None, false, None);
    let mut bell = fadeline::delivery::ticker::start(&post).await.unwrap();
    let (stream, _) = server.accept().await.unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
        let answer: &[u8] = match line.split(' ').next().unwrap() {
            "EHLO" | "MAIL" | "RCPT" => b"250 ok\r\n",
            "DATA" => b"354 go on\r\n",
            _ => continue,
        };
        write.write_all(answer).await.unwrap();
    }
    // The whole mail is over there, and no word has come back.
    bell.shutdown().await.unwrap();
    let stopping = tokio::spawn({
        let post = post.clone();
        async move { post.stop().await }
    });
    tokio::task::yield_now().await;
    assert!(!stopping.is_finished(), "it waits for the word");
    write.write_all(b"250 taken\r\n").await.unwrap();
    stopping.await.unwrap();
    let count = async |status: &'static str| app.count(status).await;
    assert_eq!(count("SELECT COUNT(*) FROM messages WHERE status = 'sent'").await, 1);
    assert_eq!(count("SELECT COUNT(*) FROM messages WHERE status = 'sending'").await, 0);
    assert_eq!(
        count("SELECT COUNT(*) FROM messages WHERE status = 'scheduled' AND kind = 'invite'").await,
        1
    );
}
