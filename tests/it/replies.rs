//! What comes back: a calendar's answer is noted or makes a task and never moves a visit;
//! who cannot be shown to be the patient is not believed; each mail is filed once.

use chrono::Duration;
use fadeline::actions::incoming::mail;
use fadeline::calendar::authentication::Trust;
use serde_json::{Value, json};

use crate::support::{Mail, TestApp};

const US: &str = "mx.clinic.test";
const VOUCHED: &str =
    "Authentication-Results: mx.clinic.test; dmarc=pass header.from=example.test\r\n";

async fn invited() -> (TestApp, String, Mail) {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    (app, session, mail)
}

/// A calendar's answer to an invitation.
struct Reply<'a> {
    invite: &'a Mail,
    from: &'a str,
    attendee: &'a str,
    answer: &'a str,
    method: &'a str,
    sequence: &'a str,
    stamp: &'a str,
    vouched: &'a str,
}

impl<'a> Reply<'a> {
    fn to(invite: &'a Mail, answer: &'a str) -> Self {
        Self {
            invite,
            from: "ada@example.test",
            attendee: "ada@example.test",
            answer,
            method: "REPLY",
            sequence: "0",
            stamp: "20270104T143000Z",
            vouched: VOUCHED,
        }
    }

    fn mail(&self) -> Vec<u8> {
        let uid = self.invite.line("UID");
        let Self { from, attendee, answer, method, sequence, stamp, vouched, .. } = self;
        format!(
            "{vouched}From: Ada <{from}>\r\nTo: appointments@clinic.invalid\r\nSubject: {answer}: Appointment\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n\
             BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Some//Calendar//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
             SEQUENCE:{sequence}\r\nDTSTAMP:{stamp}\r\nATTENDEE;PARTSTAT={answer}:mailto:{attendee}\r\nCOMMENT:my scalp itches\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        .into_bytes()
    }
}

async fn file(app: &TestApp, key: &str, raw: &[u8]) -> bool {
    mail::receive(&app.app, key, Some(raw), &Trust::new(US, false)).await.unwrap()
}

async fn tasks(app: &TestApp) -> Vec<String> {
    let tasks = app.get("/tasks").await.expect(200);
    tasks.items().iter().map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
}

async fn answer(app: &TestApp, session: &str) -> (Value, Value) {
    let message = app.messages(session).await.items()[0].clone();
    (message["status"].clone(), message.get("answer").cloned().unwrap_or(Value::Null))
}

/// 70: matched by UID and address.
#[tokio::test]
async fn an_accepted_invitation_is_acknowledged_in_the_ledger_and_makes_no_work() {
    let (app, session, invite) = invited().await;
    assert!(file(&app, "1", &Reply::to(&invite, "ACCEPTED").mail()).await);
    assert_eq!(answer(&app, &session).await, (json!("acknowledged"), json!("confirm")));
    assert_eq!(tasks(&app).await, Vec::<String>::new());
    // The mailbox files; it is the patient's calendar that answers.
    let filed = "SELECT COUNT(*) FROM audit WHERE action = 'reply.file' AND user_name = 'the mailbox' AND role = 'mailbox'";
    assert_eq!(app.count(filed).await, 1);
    let confirmed = "SELECT COUNT(*) FROM audit WHERE action = 'session.confirm' AND user_name = 'the patient''s calendar' AND role = 'patient'";
    assert_eq!(app.count(confirmed).await, 1);
}

/// 73: declined asks staff.
#[tokio::test]
async fn a_declined_invitation_is_a_task_and_the_visit_still_stands() {
    let (app, session, invite) = invited().await;
    file(&app, "1", &Reply::to(&invite, "DECLINED").mail()).await;
    assert_eq!(tasks(&app).await, ["visit_declined"]);
    assert_eq!(app.status_of(&session).await, "booked");
    assert_eq!(answer(&app, &session).await, (json!("acknowledged"), json!("change")));
    let list = app.get("/tasks").await;
    assert!(!list.text.contains("itches"), "what somebody wrote is not in lists");
    let task =
        app.get(&format!("/tasks/{}", list.items()[0]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(task.body["reply"]["body"], "my scalp itches");
    let patient = task.str("patient_id").to_owned();
    let audit = app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await;
    assert!(audit.items().iter().any(|line| line["action"] == "task.read"));
}

#[tokio::test]
async fn each_mail_is_filed_once_however_often_it_is_read() {
    let (app, _, invite) = invited().await;
    let declined = Reply::to(&invite, "DECLINED").mail();
    assert!(file(&app, "1", &declined).await);
    assert!(!file(&app, "1", &declined).await);
    assert_eq!(tasks(&app).await.len(), 1);
}

/// 71: forged and unvouched answers.
#[tokio::test]
async fn who_cannot_be_shown_to_be_the_patient_is_not_believed() {
    let (app, session, invite) = invited().await;
    let forged = [
        Reply { from: "eve@forged.test", ..Reply::to(&invite, "ACCEPTED") },
        Reply { vouched: "", ..Reply::to(&invite, "ACCEPTED") },
        Reply {
            vouched: "Authentication-Results: mx.clinic.test; dmarc=fail header.from=example.test\r\n",
            ..Reply::to(&invite, "ACCEPTED")
        },
        Reply {
            vouched: "Authentication-Results: elsewhere.test; dmarc=pass header.from=example.test\r\n",
            ..Reply::to(&invite, "ACCEPTED")
        },
    ];
    for (n, reply) in forged.iter().enumerate() {
        file(&app, &n.to_string(), &reply.mail()).await;
    }
    assert_eq!(answer(&app, &session).await, (json!("sent"), Value::Null));
    assert_eq!(tasks(&app).await, ["reply_to_read"; 4]);
    // A mailbox without a known name vouches for no sender.
    let accepted = Reply::to(&invite, "ACCEPTED").mail();
    mail::receive(&app.app, "x", Some(&accepted), &Trust::default()).await.unwrap();
    assert_eq!(answer(&app, &session).await, (json!("sent"), Value::Null));
}

/// 72: stale answers.
#[tokio::test]
async fn an_answer_to_what_has_changed_since_is_ignored() {
    let (app, session, invite) = invited().await;
    let newer = Reply { stamp: "20270104T150000Z", ..Reply::to(&invite, "ACCEPTED") };
    file(&app, "1", &newer.mail()).await;
    file(&app, "2", &Reply::to(&invite, "DECLINED").mail()).await;
    assert_eq!(
        answer(&app, &session).await.1,
        json!("confirm"),
        "an older answer to the same does not count"
    );
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    app.send_after_grace().await;
    file(&app, "3", &Reply { stamp: "20270104T153000Z", ..Reply::to(&invite, "DECLINED") }.mail())
        .await;
    assert_eq!(tasks(&app).await, Vec::<String>::new());
    assert_eq!(app.ledger(&session).await, ["invite acknowledged", "update sent"]);
}

/// 73: counter-proposals and party crashers go to staff.
#[tokio::test]
async fn a_counter_proposal_and_a_stranger_who_answers_are_tasks() {
    let (app, session, invite) = invited().await;
    file(&app, "1", &Reply { method: "COUNTER", ..Reply::to(&invite, "TENTATIVE") }.mail()).await;
    let stranger = Reply {
        from: "eve@example.test",
        attendee: "eve@example.test",
        ..Reply::to(&invite, "ACCEPTED")
    };
    file(&app, "2", &stranger.mail()).await;
    assert_eq!(tasks(&app).await, ["visit_declined", "reply_to_read"]);
    assert_eq!(app.status_of(&session).await, "booked");
}

#[tokio::test]
async fn an_answer_about_a_visit_that_is_not_there_is_filed_and_no_more() {
    let (app, _, mut invite) = invited().await;
    let (method, calendar) = invite.calendar.clone().unwrap();
    let uid = invite.line("UID");
    invite.calendar =
        Some((method, calendar.replace(&uid, "11111111-2222-4333-8444-555555555555")));
    file(&app, "1", &Reply::to(&invite, "DECLINED").mail()).await;
    assert_eq!(tasks(&app).await, Vec::<String>::new());
    assert_eq!(app.count("SELECT COUNT(*) FROM replies WHERE verdict = 'unknown_visit'").await, 1);
}

/// 75: no loop.
#[tokio::test]
async fn words_are_a_task_and_automatic_answers_are_none_and_nobody_is_answered() {
    let (app, _, _) = invited().await;
    let words = "From: ada@example.test\r\nTo: appointments@clinic.invalid\r\nSubject: Parking\r\n\r\nWhere do I park?\r\n";
    file(&app, "1", words.as_bytes()).await;
    let away = format!("Auto-Submitted: auto-replied\r\n{words}");
    file(&app, "2", away.as_bytes()).await;
    assert_eq!(tasks(&app).await, ["reply_to_read"]);
    let task = app.get("/tasks").await.items()[0].clone();
    assert!(task["patient_id"].is_string(), "it is known who wrote");
    app.wait(Duration::hours(1));
    app.deliver().await;
    assert_eq!(app.mails().await.len(), 1, "nothing but the invitation ever went out");
}

#[tokio::test]
async fn a_mail_that_comes_back_undelivered_is_a_failed_message_and_a_task() {
    let (app, session, invite) = invited().await;
    let id = invite.id();
    let bounce = format!(
        "From: MAILER-DAEMON@mx.clinic.test\r\nAuto-Submitted: auto-replied\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.clinic.test\r\n\r\nFinal-Recipient: rfc822; ada@example.test\r\n\
         Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n--b--\r\n"
    );
    file(&app, "1", bounce.as_bytes()).await;
    // The address is at fault, so the next way takes over.
    assert_eq!(app.ledger(&session).await, ["invite failed", "invite scheduled"]);
    assert_eq!(tasks(&app).await, ["message_failed"]);
}

/// 69: what cannot be read is filed.
#[tokio::test]
async fn what_cannot_be_fetched_or_is_too_deep_is_filed_and_makes_a_task() {
    let (app, _, invite) = invited().await;
    mail::receive(&app.app, "gone", None, &Trust::new(US, false)).await.unwrap();
    let deep = String::from_utf8(Reply::to(&invite, "ACCEPTED").mail()).unwrap();
    let deep = deep.replace("BEGIN:VEVENT", &"BEGIN:VEVENT\r\n".repeat(5000));
    file(&app, "deep", deep.as_bytes()).await;
    let large = format!("From: a@b.test\r\n\r\n{}", "x".repeat(300_000));
    file(&app, "large", large.as_bytes()).await;
    assert_eq!(tasks(&app).await, ["reply_to_read"; 3]);
    assert_eq!(app.count("SELECT COUNT(*) FROM replies WHERE verdict = 'unreadable'").await, 2);
    // What is only long loses its end.
    let long = "SELECT COUNT(*) FROM replies WHERE verdict = 'words' AND sender = 'a@b.test' AND body LIKE 'xxx%'";
    assert_eq!(app.count(long).await, 1);
}

#[tokio::test]
async fn an_answer_of_a_machine_that_names_our_message_is_no_bounce() {
    let (app, session, invite) = invited().await;
    let id = invite.id();
    let away = format!(
        "From: ada@example.test\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: {id}\r\nSubject: Away\r\n\r\nI am away.\r\n"
    );
    file(&app, "1", away.as_bytes()).await;
    let delayed = format!(
        "From: MAILER-DAEMON@mx.clinic.test\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.clinic.test\r\n\r\nAction: delayed\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n--b--\r\n"
    );
    file(&app, "2", delayed.as_bytes()).await;
    assert_eq!(app.ledger(&session).await, ["invite sent"]);
    assert_eq!(tasks(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_telephone_whose_clock_is_off_does_not_silence_what_is_answered_later() {
    let (app, _, invite) = invited().await;
    let far = Reply { stamp: "20990101T000000Z", ..Reply::to(&invite, "ACCEPTED") };
    file(&app, "1", &far.mail()).await;
    file(&app, "2", &Reply::to(&invite, "DECLINED").mail()).await;
    assert_eq!(tasks(&app).await, ["visit_declined"]);
}

#[tokio::test]
async fn words_that_answer_our_message_are_about_its_visit_if_it_was_for_whoever_writes() {
    let (app, session, invite) = invited().await;
    let id = invite.id();
    for (n, from) in ["ada@example.test", "eve@elsewhere.test"].iter().enumerate() {
        let words = format!(
            "From: {from}\r\nIn-Reply-To: {id}\r\nSubject: Re\r\n\r\nMay I come later?\r\n"
        );
        file(&app, &n.to_string(), words.as_bytes()).await;
    }
    let found = app.get("/tasks").await;
    let about: Vec<_> =
        found.items().iter().map(|task| task.get("session_id").and_then(Value::as_str)).collect();
    assert_eq!(about, [Some(session.as_str()), None]);
}
