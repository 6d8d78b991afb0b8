//! Mail that comes back undelivered, as mail servers of many makes say so: known by what it holds, told apart from what is only
//! late, and a task even where it matches nothing.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fadeline::actions::incoming::mail;
use fadeline::calendar::authentication::Trust;
use serde_json::Value;

use crate::support::{Mail, TestApp};

/// A patient of this name, whose session was mailed to them.
async fn invited(name: &str) -> (TestApp, String, Mail) {
    let (app, _) = TestApp::with_clinic().await;
    let course = app.prepare_course(name).await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    (app, session, mail)
}

async fn file(app: &TestApp, key: &str, raw: &str) {
    let raw = raw.replace("\r\n", "\n").replace('\n', "\r\n");
    let trust = Trust::new("mx.clinic.test", false);
    assert!(mail::receive(&app.app, key, Some(raw.as_bytes()), &trust).await.unwrap());
}

/// The mail of this name, about what `invite` told.
fn case(name: &str, invite: &Mail) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| match line.split_once('<') {
        Some((before, rest)) if rest.contains("@clinic.test") && rest.len() > 40 => {
            format!("{before}{}", invite.id())
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A report with these fields about its recipient, and what it sends back.
fn report(fields: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\nAuto-Submitted: auto-replied\nSubject: Report\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee below.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n{fields}\n--b\n{returned}\n--b--\n"
    )
}

fn headers(of: &str) -> String {
    format!("Content-Type: text/rfc822-headers\n\n{of}\n")
}

/// The reason that the ledger has of the first message.
async fn last_error(app: &TestApp, session: &str) -> String {
    app.messages(session).await.items()[0]["last_error"].as_str().unwrap_or_default().to_owned()
}

async fn tasks(app: &TestApp) -> Vec<Value> {
    app.get("/tasks").await.expect(200).items().to_vec()
}

async fn is_given_up(app: &TestApp, session: &str, by: &str) {
    // What blames the address lets the next way take over.
    assert_eq!(app.ledger(session).await[0], "invite failed", "{by}");
    let tasks = tasks(app).await;
    let [task] = tasks.as_slice() else { panic!("{by}: {tasks:?}") };
    assert_eq!((&task["kind"], &task["session_id"]), (&"message_failed".into(), &session.into()));
    assert!(task["patient_id"].is_string() && task["message_id"].is_string());
    let id = task["id"].as_str().unwrap();
    let read = app.get(&format!("/tasks/{id}")).await.expect(200);
    assert_eq!(read.body["reply"]["verdict"], "bounced", "{by}: what the server wrote can be read");
}

#[tokio::test]
async fn the_reports_of_exchange_qmail_and_one_with_folded_fields_are_known() {
    for (name, patient) in [
        ("bounce-exchange-ndr.eml", "Ndr"),
        ("bounce-folded-action.eml", "Fold"),
        ("bounce-plain-text.eml", "Boun"),
    ] {
        let (app, session, invite) = invited(patient).await;
        file(&app, "1", &case(name, &invite)).await;
        is_given_up(&app, &session, name).await;
        let why = last_error(&app, &session).await;
        assert!(why.starts_with("came back undelivered, for good: 5."), "{name}: {why}");
        assert!(!why.contains('@'), "{name}: {why}");
    }
}

/// Reports of the mail `invite`, a row of the ledger of its own, each known by something else.
fn reports(invite: &Mail, row: &str) -> Vec<(&'static str, String)> {
    let calendar = STANDARD.encode(&invite.calendar.as_ref().unwrap().1);
    let failed = "Final-Recipient: rfc822; ada@example.test\nAction: failed\nStatus: 5.1.1\n";
    let nameless = "Action: failed\nStatus: 5.1.1\n";
    let returned_calendar = format!(
        "Content-Type: message/rfc822\n\nMessage-ID: <relayed@relay.test>\nContent-Type: text/calendar; method=REQUEST\n\
         Content-Transfer-Encoding: base64\n\n{calendar}\n"
    );
    let (id, uid) = (invite.id(), invite.line("UID"));
    let plain = |head: &str, words: &str| format!("Return-Path: <>\n{head}\n\n{words}\n");
    vec![
        ("our field, after a relay", report(nameless, &headers(&format!("Message-ID: <1@relay.test>\nX-Fadeline-Message: {row}")))),
        ("our field, folded and upper case", report(nameless, &headers(&format!("X-FADELINE-MESSAGE:\n {}", row.to_uppercase())))),
        ("Message-ID", report(nameless, &headers(&format!("Message-ID: {id}")))),
        ("In-Reply-To of the report", report(nameless, "\nnothing").replace("Subject:", &format!("In-Reply-To: {id}\nSubject:"))),
        ("References of the report", report(nameless, "\nnothing").replace("Subject:", &format!("References: <x@y>\n {id}\nSubject:"))),
        ("the UID of the calendar that was sent back", report(nameless, &returned_calendar)),
        ("the UID, as text", report(nameless, &format!("Content-Type: message/rfc822\n\nX: y\n\nBEGIN:VEVENT\nUID:{uid}\n"))),
        ("Final-Recipient alone", report(failed, "\nnothing")),
        ("Original-Recipient alone", report(&failed.replace("Final-Recipient: rfc822; ada@example.test", "Final-Recipient: rfc822; box7@hosting.test\nOriginal-Recipient: RFC822;<Ada@Example.test>"), "\nnothing")),
        ("names of types in any case", report(failed, "\nnothing").replace("message/delivery-status", "MESSAGE/Delivery-Status").replace("multipart/report", "Multipart/REPORT")),
        ("no multipart/report at all", report(failed, "\nnothing").replace("multipart/report; report-type=delivery-status", "multipart/mixed")),
        ("X-Failed-Recipients, as Exim and Gmail", plain("From: Mail Delivery System <Mailer-Daemon@mx.test>\nX-Failed-Recipients:\n ada@example.test\nSubject: Mail delivery failed: returning message to sender", "A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\n  ada@example.test\n    550 5.1.1 unknown")),
        ("qmail", plain("From: MAILER-DAEMON@mx.test\nSubject: failure notice", "Hi. This is the qmail-send program at mx.test.\nThis is a permanent error; I've given up.\n\n<ada@example.test>:\nSorry, no mailbox here by that name. (#5.1.1)")),
        ("a text of a postmaster", plain("From: postmaster@mx.test\nSubject: Undeliverable: Your appointment", &format!("Your mail {id} could not be delivered."))),
        ("Outlook in French", plain("From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mx.test\nSubject: Non remis : Your appointment", "Échec de la remise à ada@example.test")),
    ]
}

/// By our own field, our Message-ID, the UID that was sent back, or the address alone.
#[tokio::test]
async fn a_report_is_known_by_whatever_of_ours_it_holds() {
    for at in 0.. {
        let (app, session, invite) = invited("Ada").await;
        let row = app.messages(&session).await.items()[0]["id"].as_str().unwrap().to_owned();
        assert!(invite.raw.contains(&format!("X-Fadeline-Message: {row}\r\n")));
        let Some((by, mail)) = reports(&invite, &row).into_iter().nth(at) else {
            assert!(at > 10);
            break;
        };
        file(&app, by, &mail).await;
        is_given_up(&app, &session, by).await;
    }
}

#[tokio::test]
async fn what_is_late_is_filed_and_what_was_given_up_after_days_is_a_task_that_blames_no_address() {
    let (app, session, invite) = invited("Ada").await;
    let id = headers(&format!("Message-ID: {}", invite.id()));
    let late = |words: &str| {
        format!(
            "From: MAILER-DAEMON@mx.test\nReturn-Path: <>\nSubject: {words}\n\nada@example.test\nMessage-ID: {}\n",
            invite.id()
        )
    };
    for (key, mail) in [
        report("Final-Recipient: rfc822; ada@example.test\nAction: delayed\nStatus: 4.4.1\n", &id),
        report("Final-Recipient: rfc822; ada@example.test\nACTION:\n Delayed (for 4 hours)\nStatus: 4.0.0\n", &id),
        report("Final-Recipient: rfc822; ada@example.test\nStatus: 4.2.0\n", &id),
        late("Delayed Mail (still being retried)"),
        late("Warning: message 1abc delayed 24 hours"),
        late("Delivery Status Notification (Delay)"),
        // It arrived after all, or was read.
        report("Final-Recipient: rfc822; ada@example.test\nAction: relayed\nStatus: 2.0.0\n", &id),
        report("x", &id).replace("delivery-status", "disposition-notification"),
    ]
    .iter()
    .enumerate()
    {
        file(&app, &format!("late {key}"), mail).await;
        assert_eq!(app.ledger(&session).await, ["invite sent"], "{mail}");
        assert!(tasks(&app).await.is_empty(), "{mail}");
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM replies WHERE verdict = 'delayed'").await, 6);
    file(&app, "given up", &report("Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 451 host of ada@example.test is away\n", &id)).await;
    is_given_up(&app, &session, "after days").await;
    assert_eq!(
        last_error(&app, &session).await,
        "came back undelivered: 4.4.7 451 host of … is away"
    );
    // Another server says the same of the same mail.
    file(&app, "again", &report("Action: failed\nStatus: 5.4.7\n", &id)).await;
    assert_eq!(tasks(&app).await.len(), 1);
}

#[tokio::test]
async fn a_report_that_matches_nothing_is_a_task_and_an_automatic_answer_is_none() {
    let (app, session, _) = invited("Ada").await;
    file(
        &app,
        "1",
        &report(
            "Final-Recipient: rfc822; stranger@example.test\nAction: failed\nStatus: 5.1.1\n",
            "\nnothing",
        ),
    )
    .await;
    let found = tasks(&app).await;
    assert_eq!(app.task_kinds().await, ["message_failed"]);
    assert!(found[0].get("session_id").is_none());
    file(
        &app,
        "2",
        "Return-Path: <>\nFrom: Mailer-Daemon@mx.test\nSubject: failure notice\n\nSorry.\n",
    )
    .await;
    assert_eq!(app.task_kinds().await, ["message_failed"; 2]);
    for (key, mail) in [
        (
            "3",
            "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: ada@example.test\nSubject: Away\n\nI am away.\n",
        ),
        (
            "4",
            "Auto-Submitted: auto-generated\nFrom: news@example.test\nSubject: News\n\nRead this.\n",
        ),
    ] {
        file(&app, key, mail).await;
        assert_eq!(app.task_kinds().await.len(), 2, "{mail}");
    }
    // Late, and whose nobody can tell: nothing is lost yet.
    file(&app, "5", &report("Action: delayed\nStatus: 4.4.1\n", "\nnothing")).await;
    assert_eq!(app.task_kinds().await.len(), 2);
    assert_eq!(app.ledger(&session).await, ["invite sent"]);
    // A mail that went there weeks ago is not what a report that names its address alone is about.
    app.wait(chrono::Duration::days(30));
    file(
        &app,
        "6",
        &report(
            "Final-Recipient: rfc822; ada@example.test\nAction: failed\nStatus: 5.1.1\n",
            "\nnothing",
        ),
    )
    .await;
    assert_eq!(app.ledger(&session).await, ["invite sent"]);
    let last = tasks(&app).await.pop().unwrap();
    assert_eq!(last["patient_id"], app.patient_at(&session).await.as_str());
}
