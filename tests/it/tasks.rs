//! The desk's tasks: whose they are, until when, about which sessions, who takes one, what settles it by itself, and how
//! the page shows all of it with the control that solves each kind.

use chrono::Duration;
use fadeline::domain::ids::{PatientId, SessionId, TaskId};
use fadeline::domain::messages::reply::{FiledReply, Verdict};
use fadeline::domain::messages::task::{Task, TaskKind};
use fadeline::storage::messages::{replies, tasks};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp};

const DESK: &str = "front_desk@example.test";

/// Ada asks by her link for another time than Friday, January 8, 10:00. Answers the session and the task.
async fn asked_to_move() -> (TestApp, String, String) {
    let (app, _, course) = TestApp::with_new_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-08T10:00").await;
    app.send_after_grace().await;
    let link = app.mails().await[0].link();
    app.call("", "POST", &format!("{link}/change"), Value::Null).await;
    let task = app.get("/tasks").await.items()[0]["id"].as_str().unwrap().to_owned();
    (app, session, task)
}

/// A task as a rule of the program would write it.
async fn write(app: &TestApp, kind: TaskKind, detail: &str, filled: impl FnOnce(&mut Task)) {
    let mut task = Task::open(app.app.clock.id(), kind, detail, app.app.clock.now());
    filled(&mut task);
    let mut tx = app.app.db.begin().await.unwrap();
    tasks::insert(&mut tx, &task).await.unwrap();
    tx.commit().await.unwrap();
}

fn details(answer: &Answer) -> Vec<String> {
    answer.items().iter().map(|task| task["detail"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_task_is_taken_given_back_done_and_reopened_by_those_who_have_seen_it() {
    let (app, session, id) = asked_to_move().await;
    let path = format!("/tasks/{id}");
    let open = app.get(&path).await.expect(200);
    open.has(
        json!({"kind": "visit_to_move", "session_id": session, "owner_id": null, "done_at": null}),
    );
    let me = app.get("/me").await.expect(200).id();
    let taken = app.post(&format!("{path}/take"), Value::Null).await.expect(200);
    taken.has(json!({"owner_id": me, "version": 2}));
    let stale = app.call_if("\"1\"", &app.desk, "POST", &format!("{path}/take"), Value::Null).await;
    stale.expect(412);
    // Whoever else takes it has it, and whoever has it gives it back.
    let other = app.add_desk().await;
    let over = app.call(&other, "POST", &format!("{path}/take"), Value::Null).await.expect(200);
    assert!(over.body["owner_id"].is_string() && over.body["owner_id"] != json!(me));
    let back = app.call(&other, "POST", &format!("{path}/take"), Value::Null).await.expect(200);
    back.has(json!({"owner_id": null}));
    let done = app.post(&format!("{path}/done"), Value::Null).await.expect(200);
    assert!(done.body["done_at"].is_string() && done.body["done_by"].is_string());
    let late = app.post(&format!("{path}/take"), Value::Null).await.expect(200);
    late.has(json!({"owner_id": null, "version": done.body["version"]}));
    let opened = app.post(&format!("{path}/reopen"), Value::Null).await.expect(200);
    opened.has(json!({"done_at": null, "done_by": null}));
    let again = app.post(&format!("{path}/reopen"), Value::Null).await.expect(200);
    again.has(json!({"version": opened.body["version"]}));
    assert_eq!(app.task_kinds().await, ["visit_to_move"]);
    let patient = app.patient_at(&session).await;
    let audit = app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await;
    for action in ["task.take", "task.give_back", "task.done", "task.reopen"] {
        assert!(audit.items().iter().any(|line| line["action"] == action), "{action}");
    }
}

#[tokio::test]
async fn the_tasks_of_a_patient_and_of_a_session_are_found_those_about_several_too() {
    let (app, session, _) = asked_to_move().await;
    let patient = app.patient_at(&session).await;
    let bert = app.register("Bert").await;
    let course = app.open_course_for(&patient).await;
    let second = app.make_visit(&course, "consultation", "2027-01-11T10:00").await;
    let id = |text: &str| text.parse::<SessionId>().unwrap();
    let due = app.app.clock.now() + Duration::hours(2);
    write(&app, TaskKind::PatientToPhone, "Both.", |task| {
        task.patient_id = Some(patient.parse::<PatientId>().unwrap());
        task.session_ids = vec![id(&session), id(&second)];
        task.due_at = Some(due);
    })
    .await;
    write(&app, TaskKind::ReplyToRead, "Of Bert.", |task| {
        task.patient_id = Some(bert.parse::<PatientId>().unwrap());
    })
    .await;
    let of = async |query: &str| details(&app.get(&format!("/tasks?{query}")).await.expect(200));
    assert_eq!(of("").await.len(), 3);
    assert_eq!(of(&format!("patient_id={patient}")).await.len(), 2);
    assert_eq!(of(&format!("patient_id={bert}")).await, ["Of Bert."]);
    assert_eq!(of(&format!("session_id={second}")).await, ["Both."]);
    assert_eq!(of(&format!("session_id={session}")).await.len(), 2);
    assert!(of(&format!("session_id={session}&patient_id={bert}")).await.is_empty());
    let nobody = TaskId(app.app.clock.opaque());
    assert!(of(&format!("session_id={nobody}")).await.is_empty());
    let listed = app.get(&format!("/tasks?session_id={second}")).await;
    assert_eq!(listed.items()[0]["session_ids"], json!([session, second]));
    assert_eq!(listed.items()[0]["due_at"], "2027-01-04T11:03:00-05:00");
    // What was done is found when it is asked for.
    let both = listed.items()[0]["id"].as_str().unwrap();
    app.post(&format!("/tasks/{both}/done"), Value::Null).await.expect(200);
    assert!(of(&format!("session_id={second}")).await.is_empty());
    assert_eq!(of(&format!("session_id={second}&status=all")).await, ["Both."]);
}

/// What a move solves is settled by it; what a person has to do stays.
#[tokio::test]
async fn a_move_settles_what_asks_about_the_old_time_and_nothing_else() {
    let (app, session, _) = asked_to_move().await;
    let patient: PatientId = app.patient_at(&session).await.parse().unwrap();
    let about: SessionId = session.parse().unwrap();
    let kinds = [
        TaskKind::PatientToPhone,
        TaskKind::VisitDeclined,
        TaskKind::ReportOverdue,
        TaskKind::ReferralUnanswered,
        TaskKind::MessageFailed,
        TaskKind::ReplyToRead,
    ];
    for kind in kinds {
        write(&app, kind, "About it.", |task| {
            task.session_id = Some(about);
            task.patient_id = Some(patient);
        })
        .await;
    }
    app.move_to(&session, "2027-01-08T13:00").await.expect(200);
    assert_eq!(app.task_kinds().await, ["message_failed", "reply_to_read"]);
}

#[tokio::test]
async fn the_page_says_whose_and_when_what_is_due_comes_first_and_what_is_late_is_said_in_words() {
    let (app, session, _) = asked_to_move().await;
    let patient: PatientId = app.patient_at(&session).await.parse().unwrap();
    let about: SessionId = session.parse().unwrap();
    for (detail, hours) in [("Later.", 5), ("Sooner.", 1)] {
        write(&app, TaskKind::PatientToPhone, detail, |task| {
            task.patient_id = Some(patient);
            task.session_ids = vec![about];
            task.due_at = Some(app.app.clock.now() + Duration::hours(hours));
        })
        .await;
    }
    app.wait(Duration::hours(2));
    let browser = Browser::signed_in(&app, DESK).await;
    let list = browser.page("/desk/tasks").await;
    list.shows(&[
        "Ada Sample",
        "href=\"tel:+14165550123\"",
        "(416) 555-0123",
        "Fri 8 Jan, 10:00 a.m.",
        "Overdue since Mon 4 Jan, 10:03 a.m.",
        "due Mon 4 Jan, 2:03 p.m.",
        "Session to move",
        "Find another time",
        "Phone (416) 555-0123",
        &format!("/desk?day=2027-01-08&#38;session={session}"),
        "Show completed",
    ]);
    let at = |words: &str| list.text.find(words).unwrap_or_else(|| panic!("no {words}"));
    assert!(at("Sooner.") < at("Later.") && at("Later.") < at("Session to move"));
}

#[tokio::test]
async fn a_task_is_taken_completed_and_reopened_on_the_page() {
    let (app, _, id) = asked_to_move().await;
    let browser = Browser::signed_in(&app, DESK).await;
    let list = browser.page("/desk/tasks").await;
    let taken = browser.press(&list, &format!("/desk/tasks/{id}/take")).await;
    assert_eq!(taken.leads_to(), "/desk/tasks?done=taken");
    let list = browser.follow(&taken).await;
    list.shows(&["Taken.", "taken by you", "Give back"]);
    let stale = browser.post(&format!("/desk/tasks/{id}/done"), &[("version", "1")]).await;
    assert_eq!(stale.leads_to(), "/desk/tasks?stale");
    let done = browser.press(&list, &format!("/desk/tasks/{id}/done")).await;
    let empty = browser.follow(&done).await;
    empty.shows(&["Done.", "Nothing to do", "Show completed"]);
    let all = browser.page("/desk/tasks?all").await;
    all.shows(&["Hide completed", "Completed", "Session to move", "completed Mon 4 Jan", "Reopen"]);
    assert!(!all.says("&#38;move"), "what is done needs nothing that solves it");
    let opened = browser.press(&all, &format!("/desk/tasks/{id}/reopen")).await;
    assert_eq!(opened.leads_to(), "/desk/tasks?all&done=reopened");
    browser.page("/desk/tasks").await.shows(&["Session to move", "Give back"]);
}

/// A proposal is taken by one press on its task, as it was seen: another time that the shop proposes meanwhile is not.
#[tokio::test]
async fn a_shops_proposal_is_taken_by_one_press_on_its_task() {
    let (app, _, course) = TestApp::with_course().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    app.disclose(&course, &shop.id).await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-01-07T10:00").await.expect(201);
    let referral = booked.str("referral_id").to_owned();
    let propose = async |start: &str| {
        let body = json!({"start": start, "session_id": booked.id()});
        app.shop_does(&shop, &referral, "propose", body).await.expect(200);
    };
    propose("2027-01-08T19:00").await;
    let browser = Browser::signed_in(&app, DESK).await;
    let seen = browser.page("/desk/tasks").await;
    seen.shows(&["Another time proposed", "Harbour Light", "Take Fri 8 Jan, 7:00 p.m.", "Decline"]);
    propose("2027-01-08T18:00").await;
    let late = browser.press_with(&seen, "/desk/tasks/", &[("answer", "take")]).await;
    assert_eq!(late.leads_to(), "/desk/tasks?stale");
    let seen = browser.page("/desk/tasks").await;
    seen.shows(&["Take Fri 8 Jan, 6:00 p.m."]);
    let taken = browser.press_with(&seen, "/desk/tasks/", &[("answer", "take")]).await;
    browser.follow(&taken).await.shows(&["Nothing to do"]);
    let session = app.session(&booked.id()).await;
    session.has(json!({"start": "2027-01-08T18:00:00-05:00", "status": "booked"}));
}

/// A caller who asked for a consultation is registered from the task with what they typed.
#[tokio::test]
async fn a_caller_is_registered_from_the_task_that_their_request_made() {
    let (app, _) = TestApp::with_clinic().await;
    let filed = FiledReply {
        id: app.app.clock.id(),
        mailbox_key: "a request".to_owned(),
        received_at: app.app.clock.now(),
        sender: Some("Kit Tender, +14165550199, kit@example.test".to_owned()),
        subject: None,
        body: Some("Please call.".to_owned()),
        verdict: Verdict::Wish,
        message_id: None,
        session_id: None,
        patient_id: None,
    };
    let mut tx = app.app.db.begin().await.unwrap();
    replies::insert(&mut tx, &filed).await.unwrap();
    tx.commit().await.unwrap();
    write(&app, TaskKind::ConsultationWished, "Call them.", |task| {
        task.reply_id = Some(filed.id);
    })
    .await;
    let browser = Browser::signed_in(&app, DESK).await;
    let list = browser.page("/desk/tasks").await;
    list.shows(&["Read the request"]);
    list.hides(&["Kit Tender"]);
    let id = app.get("/tasks").await.items()[0]["id"].as_str().unwrap().to_owned();
    let task = browser.page(&format!("/desk/tasks/{id}")).await;
    task.shows(&["Kit Tender", "Please call.", "Register this caller"]);
    let href = task.after("class=\"plain\" href=\"/desk?new").replace("&#38;", "&");
    let form = browser.page(&format!("/desk?new{href}")).await;
    form.shows(&["value=\"Kit Tender\"", "kit@example.test"]);
}
