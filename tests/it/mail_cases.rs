//! Mails as programs of others really write them (`tests/it/cases`), each at the mailbox's door, with the ids of the
//! session at hand put into it: what is believed, what changes nothing, and what a person has to read.

use std::path::Path;

use fadeline::actions::incoming::mail;
use fadeline::calendar::authentication::Trust;
use serde_json::{Value, json};

use crate::support::{Mail, TestApp};

/// A Monday before all of their stamps.
const BEFORE: &str = "2027-02-01T09:00:00Z";

/// A patient of this name, whose session on Wednesday 17 February at ten was mailed.
async fn invited(name: &str) -> (TestApp, String, Mail) {
    let app = TestApp::at(BEFORE).await;
    app.make_clinic().await;
    let course = app.prepare_course(name).await;
    let session = app.make_visit(&course, "consultation", "2027-02-17T10:00").await;
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    (app, session, mail)
}

/// The mail of this name, about what `invite` tells.
fn case(name: &str, invite: &Mail) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let id = |line: &str| line.len() > 36 && line[..36].parse::<uuid::Uuid>().is_ok();
    let lines = text.lines().map(|line| {
        if line.strip_prefix("UID:").is_some_and(|uid| uid.len() == 36) {
            return format!("UID:{}", invite.line("UID"));
        }
        match line.split_once('<') {
            Some((before, rest)) if id(rest) => format!("{before}{}", invite.id()),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\r\n").into_bytes()
}

async fn file(app: &TestApp, key: &str, raw: &[u8]) {
    let trust = Trust::new("mx.clinic.test", false);
    assert!(mail::receive(&app.app, key, Some(raw), &trust).await.unwrap());
}

/// What the ledger has as the answer to the last change that was told.
async fn answer(app: &TestApp, session: &str) -> Option<String> {
    let messages = app.messages(session).await;
    let told =
        messages.items().iter().rfind(|row| row["kind"] == "invite" || row["kind"] == "update");
    told.unwrap().get("answer").and_then(Value::as_str).map(str::to_owned)
}

async fn is_confirmed(app: &TestApp, session: &str) -> bool {
    app.session(session).await.body.get("confirmed_at").is_some()
}

/// The one task that there is, with what was written.
async fn the_task(app: &TestApp) -> Value {
    let tasks = app.get("/tasks").await.expect(200);
    assert_eq!(tasks.items().len(), 1, "{}", tasks.text);
    let id = tasks.items()[0]["id"].as_str().unwrap().to_owned();
    app.get(&format!("/tasks/{id}")).await.expect(200).body.clone()
}

#[tokio::test]
async fn an_answer_without_a_sequence_after_a_move_changes_nothing() {
    let (app, session, invite) = invited("Anna").await;
    app.move_to(&session, "2027-02-18T11:00").await.expect(200);
    app.send_after_grace().await;
    file(&app, "1", &case("reply-no-sequence-after-move.eml", &invite)).await;
    assert_eq!((answer(&app, &session).await, is_confirmed(&app, &session).await), (None, false));
    assert!(app.task_kinds().await.is_empty());
    assert_eq!(app.count("SELECT COUNT(*) FROM replies WHERE verdict = 'stale'").await, 1);
    // The same for the time that the session has now, and without any.
    let text = String::from_utf8(case("reply-no-sequence-after-move.eml", &invite)).unwrap();
    let now = text.replace("20270213T200000Z", "20270218T160000Z");
    file(&app, "2", now.as_bytes()).await;
    file(&app, "3", text.replace("DTSTART:20270213T200000Z\r\n", "").as_bytes()).await;
    assert_eq!(app.count("SELECT COUNT(*) FROM replies WHERE verdict = 'stale'").await, 3);
    // With its sequence, what names another time is about another; what names this one is not.
    let told = text.replace("UID:", "SEQUENCE:1\r\nUID:");
    file(&app, "4", told.as_bytes()).await;
    assert!(!is_confirmed(&app, &session).await);
    let told = told.replace("20270213T200000Z", "20270218T160000Z");
    file(&app, "5", told.as_bytes()).await;
    assert!(is_confirmed(&app, &session).await);
}

#[tokio::test]
async fn what_decides_nothing_changes_nothing() {
    let (app, session, invite) = invited("Bea").await;
    let undecided = String::from_utf8(case("reply-needs-action.eml", &invite)).unwrap();
    file(&app, "1", undecided.as_bytes()).await;
    assert_eq!((answer(&app, &session).await, is_confirmed(&app, &session).await), (None, false));
    file(&app, "2", undecided.replace("NEEDS-ACTION", "ACCEPTED").as_bytes()).await;
    assert!(is_confirmed(&app, &session).await);
    let later = undecided.replace("T091622Z", "T101622Z");
    for (key, mail) in [
        ("3", later.clone()),
        ("4", later.replace(";PARTSTAT=NEEDS-ACTION", "")),
        ("5", later.replace("NEEDS-ACTION", "X-MAYBE")),
        ("6", later.replace("NEEDS-ACTION", "IN-PROCESS")),
    ] {
        file(&app, key, mail.as_bytes()).await;
        assert_eq!(answer(&app, &session).await.as_deref(), Some("confirm"), "{mail}");
        assert!(is_confirmed(&app, &session).await, "{mail}");
    }
    assert!(app.task_kinds().await.is_empty());
    assert_eq!(app.count("SELECT COUNT(*) FROM replies WHERE verdict = 'undecided'").await, 5);
}

#[tokio::test]
async fn perhaps_is_kept_as_perhaps_and_never_means_that_they_come() {
    let (app, session, invite) = invited("Cora").await;
    let perhaps = String::from_utf8(case("reply-auto-tentative.eml", &invite)).unwrap();
    file(&app, "1", perhaps.as_bytes()).await;
    let seen = (answer(&app, &session).await, is_confirmed(&app, &session).await);
    assert_eq!(seen, (Some("tentative".to_owned()), false));
    assert!(app.task_kinds().await.is_empty());
    app.expect_planned(&session, "reminder 48h email scheduled").await;
    // A yes that becomes a perhaps later on is no yes any more; one from before says nothing about it.
    file(&app, "2", perhaps.replace("TENTATIVE", "ACCEPTED").as_bytes()).await;
    file(&app, "3", perhaps.replace("T092203Z", "T092100Z").as_bytes()).await;
    assert!(is_confirmed(&app, &session).await);
    file(&app, "4", perhaps.replace("T092203Z", "T110000Z").as_bytes()).await;
    assert!(!is_confirmed(&app, &session).await);
}

#[tokio::test]
async fn twins_are_one_and_the_organizer_is_looked_past() {
    let (app, session, invite) = invited("Edda").await;
    file(&app, "1", &case("reply-attendee-twice.eml", &invite)).await;
    assert!(is_confirmed(&app, &session).await);
    let (app, session, invite) = invited("Dina").await;
    file(&app, "1", &case("reply-organizer-as-attendee.eml", &invite)).await;
    assert_eq!(answer(&app, &session).await.as_deref(), Some("change"));
    assert_eq!(app.task_kinds().await, ["visit_declined"]);
}

#[tokio::test]
async fn who_sends_somebody_else_is_called_and_no_longer_expected() {
    let (app, session, invite) = invited("Bea").await;
    let text = String::from_utf8(case("reply-needs-action.eml", &invite)).unwrap();
    file(&app, "1", text.replace("NEEDS-ACTION", "ACCEPTED").as_bytes()).await;
    let delegated = text.replace("T091622Z", "T101622Z").replace(
        "PARTSTAT=NEEDS-ACTION",
        "PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:friend@example.test\"",
    );
    file(&app, "2", delegated.as_bytes()).await;
    assert_eq!(answer(&app, &session).await.as_deref(), Some("delegated"));
    assert!(!is_confirmed(&app, &session).await);
    let task = the_task(&app).await;
    assert!(task["detail"].as_str().unwrap().contains("someone else"), "{task}");
    assert_eq!(app.status_of(&session).await, "booked");
}

#[tokio::test]
async fn what_microsoft_365_found_out_counts_only_where_the_setting_says_so() {
    let (app, session, invite) = invited("Fay").await;
    let accepted = case("reply-m365-results.eml", &invite);
    file(&app, "1", &accepted).await;
    assert!(!is_confirmed(&app, &session).await);
    assert_eq!(app.task_kinds().await, ["reply_to_read"]);
    let topmost = Trust::new("", true);
    // Below another field it may have come with the mail.
    let below = [b"Authentication-Results: mx.evil.test; none\r\n", accepted.as_slice()].concat();
    mail::receive(&app.app, "2", Some(&below), &topmost).await.unwrap();
    assert!(!is_confirmed(&app, &session).await);
    mail::receive(&app.app, "3", Some(&accepted), &topmost).await.unwrap();
    assert!(is_confirmed(&app, &session).await);
}

#[tokio::test]
async fn all_that_our_own_server_says_on_top_is_read_together() {
    let (app, session, invite) = invited("Gwen").await;
    let accepted = String::from_utf8(case("reply-two-results-headers.eml", &invite)).unwrap();
    // What was there before another server received it is not ours, whatever it is signed with.
    let came_with_it = accepted.replacen(
        "spf=pass smtp.mailfrom=example.test\r\n",
        "spf=fail smtp.mailfrom=example.test\r\nReceived: from elsewhere by mx.clinic.test\r\n",
        1,
    );
    file(&app, "1", came_with_it.as_bytes()).await;
    assert!(!is_confirmed(&app, &session).await);
    file(&app, "2", accepted.as_bytes()).await;
    assert!(is_confirmed(&app, &session).await);
}

#[tokio::test]
async fn who_was_not_invited_or_answers_for_another_is_not_believed_and_read() {
    let (app, session, invite) = invited("Ines").await;
    file(&app, "1", &case("reply-sent-by.eml", &invite)).await;
    assert_eq!(answer(&app, &session).await, None);
    let task = the_task(&app).await;
    assert_eq!(task["reply"]["sender"], "pa@example.test");
    assert_eq!(task["reply"]["subject"], "DECLINED: Appointment");
    assert_eq!(app.status_of(&session).await, "booked");
    let app = TestApp::at(BEFORE).await;
    app.make_clinic().await;
    let course = app.prepare_course("Hana").await;
    let patient = app.patient_of(&course).await;
    app.change_patient(&patient, json!({"email": "hana+visits@example.test"})).await;
    let session = app.make_visit(&course, "consultation", "2027-02-17T10:00").await;
    app.send_after_grace().await;
    let invite = app.last_mail_to("hana+visits@example.test").await;
    file(&app, "1", &case("reply-plus-address.eml", &invite)).await;
    assert!(!is_confirmed(&app, &session).await);
    let task = the_task(&app).await;
    assert!(task["detail"].as_str().unwrap().contains("not invited"), "{task}");
    assert_eq!(task["session_id"], session.as_str());
}

#[tokio::test]
async fn what_outlook_wraps_up_is_a_task_with_its_subject_and_sender() {
    let (app, session, invite) = invited("Jill").await;
    file(&app, "1", &case("reply-winmail.eml", &invite)).await;
    let task = the_task(&app).await;
    assert_eq!(task["session_id"], session.as_str());
    assert_eq!(task["reply"]["sender"], "jill@example.test");
    assert_eq!(task["reply"]["subject"], "Declined: Appointment");
    assert_eq!(answer(&app, &session).await, None);
}

#[tokio::test]
async fn an_unquoted_comma_in_a_name_and_a_calendar_of_no_known_type_are_read() {
    let (app, session, invite) = invited("Frm0").await;
    file(&app, "1", &case("reply-from-field-0.eml", &invite)).await;
    assert!(is_confirmed(&app, &session).await || app.task_kinds().await == ["reply_to_read"]);
    let (app, session, invite) = invited("Oct").await;
    file(&app, "1", &case("reply-octet-stream.eml", &invite)).await;
    let task = the_task(&app).await;
    assert_eq!(task["reply"]["body"], "Oct has accepted.");
    assert_eq!(task["patient_id"], app.patient_at(&session).await.as_str());
}

#[tokio::test]
async fn words_beside_somebodys_own_calendar_are_words_of_the_patient() {
    let (app, session, invite) = invited("Oct").await;
    let own = String::from_utf8(case("mail-with-own-ics.eml", &invite)).unwrap();
    file(&app, "1", own.as_bytes()).await;
    let task = the_task(&app).await;
    let words = "I am away then, see attached. Can I come the week after?";
    assert_eq!((&task["kind"], &task["reply"]["body"]), (&json!("reply_to_read"), &json!(words)));
    assert_eq!(task["patient_id"], app.patient_at(&session).await.as_str());
    // Whatever the calendar is: another's invitation, an answer to another's, one that cannot be read.
    let attendee = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:oct@example.test\r\nSUMMARY";
    for (key, mail) in [
        ("2", own.replace("PUBLISH", "REQUEST").replace("SUMMARY", attendee)),
        ("3", own.replace("PUBLISH", "REPLY").replace("SUMMARY", attendee)),
        ("4", own.replace("BEGIN:VEVENT\r\n", &"BEGIN:VEVENT\r\n".repeat(3000))),
        ("5", own.replace("BEGIN:VCALENDAR", "not a calendar")),
    ] {
        file(&app, key, mail.as_bytes()).await;
    }
    let words = "SELECT COUNT(*) FROM replies WHERE verdict = 'words' AND body LIKE 'I am away then%' AND patient_id IS NOT NULL";
    assert_eq!(app.count(words).await, 5);
    assert_eq!(app.task_kinds().await, ["reply_to_read"; 5]);
}

/// A mail over a limit loses the excess, not everything.
#[tokio::test]
async fn a_photo_of_three_megabytes_keeps_no_words_from_being_read() {
    let (app, session, invite) = invited("Oct").await;
    let photo = "/9j/4AAQSkZJRgABAQAAAQABAAD/".repeat(110_000);
    let picture = format!(
        "--m\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n{photo}\r\n"
    );
    let words = "--m\r\nContent-Type: text/plain\r\n\r\nI cannot come on Monday\r\n";
    for (key, parts) in [("1", [words, &picture]), ("2", [&picture, words])] {
        let mail = format!(
            "From: oct@example.test\r\nSubject: Monday\r\nIn-Reply-To: {}\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n{}--m--\r\n",
            invite.id(),
            parts.concat()
        );
        file(&app, key, mail.as_bytes()).await;
    }
    for task in app.get("/tasks").await.expect(200).items() {
        let id = task["id"].as_str().unwrap();
        let task = app.get(&format!("/tasks/{id}")).await.expect(200).body.clone();
        let reply = &task["reply"];
        assert_eq!(
            (&reply["sender"], &reply["subject"], &reply["body"]),
            (&json!("oct@example.test"), &json!("Monday"), &json!("I cannot come on Monday"))
        );
        assert_eq!(task["session_id"], session.as_str());
        assert_eq!(task["patient_id"], app.patient_at(&session).await.as_str());
    }
    assert_eq!(app.task_kinds().await.len(), 2);
}

/// Rule 53 by mail: the address itself, shown to be that, and nobody else.
#[tokio::test]
async fn stop_as_the_first_line_of_a_verified_mail_ends_mail_to_that_address_alone() {
    let vouched = "Authentication-Results: mx.clinic.test; dmarc=pass header.from=example.test\r\n";
    let mail_of = |head: &str, words: &str| {
        format!("{head}From: oct@example.test\r\nSubject: Re: Your appointment\r\n\r\n{words}\r\n")
    };
    for words in [
        "STOP",
        "Unsubscribe",
        "arrêt",
        "\r\n  Stop please.\r\n\r\nOn Monday you wrote:\r\n> Your appointment",
    ] {
        let (app, session, _) = invited("Oct").await;
        let patient = app.patient_at(&session).await;
        let kept = format!("/patients/{patient}/opt-outs");
        file(&app, "1", mail_of("", words).as_bytes()).await;
        assert!(app.get(&kept).await.expect(200).array("items").is_empty(), "unverified: {words}");
        let task = the_task(&app).await;
        assert!(task["detail"].as_str().unwrap().contains("unsubscribe"), "{task}");
        file(&app, "2", mail_of(vouched, words).as_bytes()).await;
        let kept = app.get(&kept).await.expect(200);
        assert_eq!(kept.array("items").len(), 1, "{words}");
        let kept = &kept.array("items")[0];
        assert_eq!((&kept["channel"], &kept["begun_by"]), (&json!("email"), &json!("mail")));
        assert!(kept["proof"].as_str().unwrap().contains("mail 2"), "{kept}");
        assert_eq!(app.task_kinds().await.len(), 1, "what was done is nobody's work");
        app.expect_planned(&session, "reminder 48h email suppressed no_consent").await;
    }
    let (app, _, _) = invited("Oct").await;
    for (key, words) in
        ["Stop by at noon?", "Where do I park?\r\nSTOP", "cancel"].iter().enumerate()
    {
        file(&app, &key.to_string(), mail_of(vouched, words).as_bytes()).await;
    }
    assert_eq!(app.task_kinds().await, ["reply_to_read"; 3]);
    assert_eq!(app.count("SELECT COUNT(*) FROM opt_outs").await, 0);
}
