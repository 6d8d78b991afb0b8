//! A number or an address at which nothing arrives is marked, with the reason, and is not tried again until it is
//! another one, or the desk says that it works again; the next way takes over, and one task asks for a better one.

use fadeline::delivery::Post;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::support::outside::{Outside, Try};
use crate::support::{Browser, TestApp, has};
use crate::unsent_tasks::{OUT, PHONE, at, february};

/// A patient who wants texts, with a session in two weeks.
async fn wants_texts() -> (TestApp, Outside, Post, String, String) {
    let (app, outside, post, course) = february().await;
    let patient = app.patient_of(&course).await;
    app.change_patient(&patient, json!({"preferred_channel": "sms"})).await;
    let session = app.make_visit(&course, "consultation", "2027-02-16T10:00").await;
    app.pass_to(&post, at("2027-02-01T12:00")).await;
    (app, outside, post, patient, session)
}

/// The provider says what became of a text.
async fn reports(app: &TestApp, text: &Try, status: &str, code: &str) {
    let sid = format!("SM{}", text.row.replace('-', ""));
    let fields = [("MessageSid", sid.as_str()), ("MessageStatus", status), ("ErrorCode", code)];
    let answer = app.provider_calls(&format!("/texts/status/{}", text.row), &fields, None).await;
    assert!(answer.status < 300, "{}", answer.text);
}

async fn way(app: &TestApp, patient: &str, channel: &str) -> Value {
    let ways = app.get(&format!("/patients/{patient}/ways")).await.expect(200);
    ways.item("channel", channel).clone()
}

pub(crate) async fn tasks_of(app: &TestApp, patient: &str, kind: &str) -> usize {
    let tasks = app.get(&format!("/tasks?patient_id={patient}&limit=200")).await.expect(200);
    tasks.items().iter().filter(|task| task["kind"] == kind).count()
}

/// How a provider says that a number takes no texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    AtOnce,
    Later,
}

/// The story of the report, for each code, said at once or by a call that comes later.
#[tokio::test]
async fn a_number_that_takes_no_texts_is_marked_and_the_mail_on_file_takes_over() {
    for says in [Says::Later, Says::AtOnce] {
        for code in ["30006", "21211", "21614", "21635"] {
            takes_no_texts(says, code).await;
        }
    }
}

async fn takes_no_texts(says: Says, code: &str) {
    let told = format!("{code} {says:?}");
    let (app, outside, post, patient, session) = wants_texts().await;
    if says == Says::AtOnce {
        outside.refuse(PHONE, code);
    }
    app.pass_to(&post, at("2027-02-09T12:00")).await;
    let texts: Vec<_> = outside.tries().into_iter().filter(|one| one.to == PHONE).collect();
    assert_eq!(texts.len(), 1, "{told}: the reminder of the week before");
    if says == Says::Later {
        reports(&app, &texts[0], "undelivered", code).await;
    }
    let dead = way(&app, &patient, "sms").await;
    has(&dead, json!({"status": "dead", "recipient": PHONE}));
    assert!(dead["reason"].as_str().unwrap().contains(code), "{told}: {dead}");
    let mails = outside.mails(OUT).len();
    app.pass_to(&post, at("2027-02-17T12:00")).await;
    let after = outside.tries().into_iter().filter(|one| one.to == PHONE).count();
    assert_eq!(after, 1, "{told}: it is not tried again");
    // To confirm, and on the day.
    assert!(outside.mails(OUT).len() >= mails + 2, "{told}: the other reminders go by mail");
    assert_eq!(tasks_of(&app, &patient, "message_failed").await, 1, "{told}: one task");
    assert_eq!(app.task_kinds().await, ["message_failed"], "{told}: and no other: {session}");
    // Another number, at which something arrives.
    app.change_patient(&patient, json!({"phone": "+14165550144"})).await;
    assert_eq!(way(&app, &patient, "sms").await["status"], "works");
    let course = app.open_course_for(&patient).await;
    app.make_visit(&course, "consultation", "2027-02-24T10:00").await;
    app.pass_to(&post, at("2027-02-25T12:00")).await;
    assert!(!outside.arrived("+14165550144").is_empty(), "{told}");
    assert_eq!(tasks_of(&app, &patient, "message_failed").await, 0, "{told}: it is mended");
}

#[tokio::test]
async fn what_a_telephone_out_of_reach_misses_is_tried_once_more_and_three_times_in_a_row_it_is_dead()
 {
    let (app, outside, post, patient, first) = wants_texts().await;
    let course = app.open_course_for(&patient).await;
    let mut sessions = vec![first];
    for start in ["2027-02-17T10:00", "2027-02-18T10:00"] {
        sessions.push(app.make_visit(&course, "consultation", start).await);
    }
    let mut reported = 0;
    for (nth, day) in ["09", "10", "11"].into_iter().enumerate() {
        app.pass_to(&post, at(&format!("2027-02-{day}T10:30"))).await;
        let text = outside.arrived(PHONE).pop().unwrap();
        reports(&app, &text, "undelivered", "30003").await;
        assert_eq!(
            tasks_of(&app, &patient, "message_failed").await,
            nth.min(2),
            "tried once more first"
        );
        let before = outside.arrived(PHONE).len();
        app.pass_to(&post, at(&format!("2027-02-{day}T11:29"))).await;
        assert_eq!(outside.arrived(PHONE).len(), before, "after an hour");
        app.pass_to(&post, at(&format!("2027-02-{day}T11:31"))).await;
        let again = outside.arrived(PHONE).pop().unwrap();
        assert_eq!((outside.arrived(PHONE).len(), &again.row), (before + 1, &text.row));
        reports(&app, &again, "undelivered", "30003").await;
        reported += 1;
        let status = way(&app, &patient, "sms").await["status"].clone();
        assert_eq!(status, if reported < 3 { "works" } else { "dead" }, "after {reported}");
    }
    let texts = outside.arrived(PHONE).len();
    app.pass_to(&post, at("2027-02-19T12:00")).await;
    assert_eq!(outside.arrived(PHONE).len(), texts, "nothing more goes there");
}

#[tokio::test]
async fn what_a_code_says_of_a_text_alone_is_a_task_and_the_number_stays_good() {
    for (code, tries, says) in [
        ("30004", 1, "did not reach the phone"),
        ("30005", 1, "did not reach the phone"),
        ("30007", 1, "spam"),
        ("30008", 2, "did not reach the phone"),
        ("99999", 1, "did not reach the phone"),
    ] {
        let (app, outside, post, patient, session) = wants_texts().await;
        app.pass_to(&post, at("2027-02-09T10:30")).await;
        for nth in 1..=tries {
            let text = outside.arrived(PHONE).pop().unwrap();
            assert_eq!(outside.arrived(PHONE).len(), nth, "{code}");
            assert_eq!(app.open_tasks(&session).await, [], "{code}");
            reports(&app, &text, "undelivered", code).await;
            app.pass_to(&post, at("2027-02-09T12:30").max(app.app.clock.now())).await;
        }
        assert_eq!(outside.arrived(PHONE).len(), tries, "{code}");
        let tasks = app.open_tasks(&session).await;
        assert!(tasks.len() == 1 && tasks[0].1.contains(says), "{code}: {tasks:?}");
        assert_eq!(way(&app, &patient, "sms").await["status"], "works", "{code}");
    }
}

#[tokio::test]
async fn who_ended_texts_at_the_provider_has_ended_them_here_and_is_phoned_about_what_was_lost() {
    for says in [Says::AtOnce, Says::Later] {
        let (app, outside, post, patient, session) = wants_texts().await;
        if says == Says::AtOnce {
            outside.refuse(PHONE, "21610");
        }
        app.pass_to(&post, at("2027-02-09T10:30")).await;
        if says == Says::Later {
            reports(&app, &outside.arrived(PHONE)[0], "undelivered", "21610").await;
        }
        let kept = app.get(&format!("/patients/{patient}/opt-outs")).await.expect(200);
        has(&kept.array("items")[0], json!({"recipient": PHONE, "begun_by": "provider"}));
        assert_eq!(way(&app, &patient, "sms").await["status"], "refused");
        app.pass_to(&post, at("2027-02-14T12:00")).await;
        assert!(!app.open_tasks(&session).await.is_empty(), "{says:?}");
        app.pass_to(&post, at("2027-02-17T12:00")).await;
        let tries = outside.tries().into_iter().filter(|one| one.to == PHONE).count();
        assert_eq!(tries, 1, "{says:?}");
    }
}

#[tokio::test]
async fn an_address_at_which_nothing_arrives_is_marked_and_texts_take_over() {
    for answer in ["550 5.1.1 no such user", "551 not here", "553 5.1.3 no such mailbox"] {
        let (app, outside, post, course) = february().await;
        let patient = app.patient_of(&course).await;
        outside.refuse(OUT, answer);
        let session = app.make_visit(&course, "consultation", "2027-02-16T10:00").await;
        app.pass_to(&post, at("2027-02-01T12:00")).await;
        let dead = way(&app, &patient, "email").await;
        has(&dead, json!({"status": "dead", "recipient": OUT}));
        assert!(dead["reason"].as_str().unwrap().contains(&answer[..3]), "{dead}");
        let text = outside.arrived(PHONE).pop().unwrap_or_else(|| panic!("{answer}: no text"));
        assert!(text.raw.contains("Feb 16, 10:00 a.m."), "{answer}: {text:?}");
        app.move_to(&session, "2027-02-17T11:00").await.expect(200);
        app.pass_to(&post, at("2027-02-18T12:00")).await;
        let tries = outside.tries().into_iter().filter(|one| one.to == OUT).count();
        assert_eq!(tries, 1, "{answer}: not tried again until it is another one");
        assert_eq!(tasks_of(&app, &patient, "message_failed").await, 1, "{answer}: one task");
        app.change_patient(&patient, json!({"email": "new@example.test"})).await;
        app.make_visit(&course, "consultation", "2027-02-24T10:00").await;
        app.pass_to(&post, at("2027-02-19T12:00")).await;
        assert_eq!(outside.mails("new@example.test").len(), 1, "{answer}");
        assert_eq!(tasks_of(&app, &patient, "message_failed").await, 0, "{answer}: it is mended");
    }
}

#[tokio::test]
async fn the_desk_says_by_its_page_that_an_address_works_again() {
    let (app, outside, post, course) = february().await;
    outside.refuse(OUT, "550 5.1.1 no such user");
    let session = app.make_visit(&course, "consultation", "2027-02-16T10:00").await;
    app.pass_to(&post, at("2027-02-01T12:00")).await;
    let desk = Browser::of_new(&app, Role::FrontDesk, None).await;
    let panel = desk.page(&format!("/desk?day=2027-02-16&session={session}")).await;
    panel.shows(&[
        &format!("Email does not arrive: changes go by text to {PHONE}."),
        &format!("Email to {OUT} does not arrive. Ask for another address."),
    ]);
    outside.accept(OUT);
    let patient = app.patient_of(&course).await;
    let pressed = desk.press(&panel, &format!("/desk/patients/{patient}/ways/email/mend")).await;
    let after = desk.follow(&pressed).await;
    after.shows(&["Noted. What they have not been told goes there now."]);
    after.hides(&["does not arrive"]);
    assert_eq!(way(&app, &patient, "email").await["status"], "works");
    app.move_to(&session, "2027-02-17T11:00").await.expect(200);
    app.pass_to(&post, at("2027-02-02T12:00")).await;
    assert_eq!(outside.mails(OUT).len(), 1);
}

#[tokio::test]
async fn before_a_change_the_page_names_every_way_that_it_would_go_by() {
    let (app, _, post, course) = february().await;
    let far = app.make_visit(&course, "consultation", "2027-02-16T10:00").await;
    app.pass_to(&post, at("2027-02-01T12:00")).await;
    let desk = Browser::of_new(&app, Role::FrontDesk, None).await;
    let panel = desk.page(&format!("/desk?day=2027-02-16&session={far}")).await;
    panel.shows(&[&format!("Changes go by email to {OUT}.")]);
    app.pass_to(&post, at("2027-02-15T12:00")).await;
    let desk = Browser::of_new(&app, Role::Manager, None).await;
    let panel = desk.page(&format!("/desk?day=2027-02-16&session={far}")).await;
    panel.shows(&[&format!("changes go by email to {OUT} and by text to {PHONE}.")]);
}

#[tokio::test]
async fn a_refusal_that_is_about_us_or_for_a_while_leaves_the_address_as_it_is() {
    for answer in ["552 5.2.2 mailbox full", "554 5.7.1 spam", "550 5.7.1 blocked by policy"] {
        let (app, outside, post, course) = february().await;
        let patient = app.patient_of(&course).await;
        outside.refuse(OUT, answer);
        let session = app.make_visit(&course, "consultation", "2027-02-16T10:00").await;
        app.pass_to(&post, at("2027-02-01T12:00")).await;
        assert_eq!(way(&app, &patient, "email").await["status"], "works", "{answer}");
        let tasks = app.open_tasks(&session).await;
        assert!(tasks.len() == 1 && tasks[0].0 == "message_failed", "{answer}: {tasks:?}");
    }
}
