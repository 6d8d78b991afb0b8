//! The same person twice: shown before they are registered again, and not booked at two places at once, unless the desk says
//! that they are two people.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp, borrowed, texts};

const DESK: &str = "front_desk@example.test";

fn twice(more: Value) -> Value {
    let mut body = json!({"given_name": "Twice", "family_name": "Pressed", "phone": "647-555-7777", "email": "twice@example.test"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Who may be the same, by their ids.
#[track_caller]
fn candidates(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(answer.str("code"), "possible_duplicate");
    texts(answer.list("candidates"), "id")
}

#[tokio::test]
async fn the_same_caller_again_is_shown_with_who_they_may_be() {
    let (app, _) = TestApp::with_clinic().await;
    let born = json!({"date_of_birth": "1980-02-29", "phone": "647 555 7777 x3"});
    let first = app.post("/patients", twice(born)).await.expect(201).id();
    let course = app.open_course_for(&first).await;
    app.write_past(
        &course,
        "consultation",
        "2026-12-01T10:00",
        None,
        json!({"outcome": "completed"}),
    )
    .await;
    let again = app.post("/patients", twice(json!({}))).await;
    assert_eq!(candidates(&again), [first.as_str()]);
    assert_eq!(
        again.list("candidates")[0],
        json!({"id": first, "given_name": "Twice", "family_name": "Pressed", "date_of_birth": "1980-02-29",
            "phone": "+16475557777", "phone_extension": "3", "email": "twice@example.test", "last_seen": "2026-12-01"})
    );
    let audit = app.manager_get(&format!("/audit?patient_id={first}")).await;
    assert!(texts(audit.items(), "action").contains(&"patient.found"), "{}", audit.text);
    for (like, known) in [
        (json!({"email": null}), true),
        (json!({"phone": "416 555 0100", "email": "TWICE@example.test"}), true),
        (json!({"given_name": "twice", "family_name": "Préssed"}), true),
        (json!({"family_name": "Presed"}), true),
        (json!({"given_name": "Twiec"}), true),
        (json!({"given_name": "Thrice"}), false),
        (json!({"given_name": "Twic", "family_name": "Presed"}), false),
        (json!({"family_name": "Other"}), false),
        (json!({"phone": "416 555 0101", "email": null}), false),
    ] {
        let answer = app.post("/patients", twice(like.clone())).await;
        assert_eq!(answer.status, if known { 409 } else { 201 }, "{like}: {}", answer.text);
    }
    app.post("/patients", twice(json!({"duplicate_ok": true}))).await.expect(201);
    app.post("/patients", twice(json!({"duplicate_okay": true}))).await.expect(422);
    app.patch(&format!("/patients/{first}"), json!({"duplicate_ok": true})).await.expect(422);
}

#[tokio::test]
async fn of_two_registrations_at_once_the_second_sees_the_first() {
    let app = TestApp::empty().await;
    let answers = join_all((0..8).map(|_| app.post("/patients", twice(json!({}))))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1, "{:?}", answers.iter().map(|one| one.status).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409)));
}

#[tokio::test]
async fn the_desk_opens_the_record_that_is_there_or_registers_anyway_with_all_that_was_typed() {
    let (app, _) = TestApp::with_clinic().await;
    let desk = Browser::signed_in(&app, DESK).await;
    let form = [
        ("name", "Twice Pressed"),
        ("phone", "647-555-7777"),
        ("goal", "adjust"),
        ("language", "fr"),
    ];
    let first = desk.post("/desk/patients", &form).await.expect(303);
    let first =
        first.leads_to().split("patient=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let shown = desk.post("/desk/patients", &form).await.expect(409);
    shown.shows(&[
        "Already here:",
        "Twice Pressed",
        "date of birth unknown",
        "not seen yet",
        "+16475557777",
        "Register anyway",
        &format!("patient={first}"),
    ]);
    assert_eq!(shown.control("name"), "Twice Pressed");
    let mut fields = shown.filled("/desk/patients");
    assert!(fields.contains(&("language".to_owned(), "fr".to_owned())), "{fields:?}");
    assert_eq!(app.get("/patients?q=pressed").await.items().len(), 1);
    fields.push(("duplicate_ok".to_owned(), "yes".to_owned()));
    desk.post("/desk/patients", &borrowed(&fields)).await.expect(303);
    assert_eq!(app.get("/patients?q=pressed").await.items().len(), 2);
}

/// Two records of one name and number, each with a course.
async fn look_alikes(app: &TestApp) -> [String; 2] {
    let mut courses = Vec::new();
    for _ in 0..2 {
        let patient =
            app.post("/patients", twice(json!({"duplicate_ok": true}))).await.expect(201).id();
        courses.push(app.open_course_for(&patient).await);
    }
    courses.try_into().unwrap()
}

#[tokio::test]
async fn a_twin_is_not_booked_at_the_same_minute_in_another_room_unless_the_desk_says_two_people() {
    let (app, clinic) = TestApp::with_clinic().await;
    let [one, other] = look_alikes(&app).await;
    // Theo works on Mondays, so that somebody is free.
    app.make_room(&clinic, "Consult B").await;
    let monday = "2027-01-11T10:00";
    let booked = app.make_visit(&one, "consultation", monday).await;
    let refused = app.book(&other, "consultation", "2027-01-11T10:15").await;
    let refused = refused.refused(422, &["possible_same_patient"]);
    assert_eq!(
        refused.body["violations"][0]["overridable_by"],
        json!(["front_desk", "practitioner", "manager"])
    );
    // The search never offers what booking refuses, and says why.
    let slots = app.slots(&other, "consultation", "2027-01-11", "2027-01-11").await;
    assert!(slots.starts().iter().all(|start| !start.contains("T10:")), "{}", slots.text);
    assert!(slots.starts().iter().any(|start| start.contains("T11:")));
    assert!(slots.why_not().contains(&"possible_same_patient"), "{}", slots.text);
    // Nor does a plan take it, and a hold asks the same.
    let starts = json!({"service": "consultation", "starts": [monday]});
    let plan = app.post(&format!("/courses/{other}/plan/book"), starts).await.expect(422);
    assert!(plan.codes().contains(&"possible_same_patient"), "{}", plan.text);
    let hold = json!({"course_id": other, "service": "consultation", "start": monday});
    app.post("/holds", hold).await.refused(422, &["possible_same_patient"]);
    // A move asks the same; touching ends are allowed.
    let later = app.make_visit(&other, "consultation", "2027-01-11T14:00").await;
    app.move_to(&later, "2027-01-11T10:30").await.refused(422, &["possible_same_patient"]);
    let why = json!({"override": {"reason": "mother and daughter"}});
    let twin = app.book_with(&other, "consultation", monday, why).await.expect(201);
    assert_ne!(twin.str("room_id"), app.session(&booked).await.str("room_id"));
    let audit = app.manager_get(&format!("/audit?patient_id={}", twin.str("patient_id"))).await;
    let overridden = audit.item("action", "rule.override");
    assert_eq!(overridden["detail"], "possible_same_patient: mother and daughter");
}

#[tokio::test]
async fn another_first_name_or_nothing_shared_is_another_person() {
    let (app, clinic) = TestApp::with_clinic().await;
    app.make_room(&clinic, "Consult B").await;
    app.make_room(&clinic, "Consult C").await;
    let of = |more: Value| {
        let app = &app;
        async move {
            let patient = app.post("/patients", twice(more)).await.expect(201).id();
            app.open_course_for(&patient).await
        }
    };
    let mother = of(json!({})).await;
    let daughter = of(json!({"given_name": "Maya"})).await;
    let namesake = of(json!({"phone": "416 555 0100", "email": null})).await;
    app.make_visit(&mother, "consultation", "2027-01-11T10:00").await;
    app.make_visit(&daughter, "consultation", "2027-01-11T10:00").await;
    app.book(&namesake, "consultation", "2027-01-11T11:00").await.expect(201);
    let slots = app.slots(&namesake, "consultation", "2027-01-12", "2027-01-12").await;
    assert!(!slots.why_not().contains(&"possible_same_patient"));
    // The same date of birth makes them one again.
    for course in [&mother, &namesake] {
        app.change_patient(&app.patient_of(course).await, json!({"date_of_birth": "1980-02-29"}))
            .await;
    }
    app.book(&namesake, "consultation", "2027-01-11T10:00").await.expect(422);
}

#[tokio::test]
async fn the_desk_goes_on_with_two_people_by_one_more_press() {
    let (app, clinic) = TestApp::with_clinic().await;
    app.make_room(&clinic, "Consult B").await;
    let [one, other] = look_alikes(&app).await;
    let desk = Browser::signed_in(&app, DESK).await;
    let patient = app.patient_of(&other).await;
    let panel = desk.page(&format!("/desk?patient={patient}&from=2027-01-11")).await;
    let (_, fields) = panel.form("/desk/book");
    let start = fields.iter().find(|(name, _)| name == "start").unwrap().1.clone();
    app.book(&one, "consultation", &start).await.expect(201);
    let mut fields: Vec<_> = fields
        .into_iter()
        .filter(|(name, _)| !["practitioner_id", "room_id"].contains(&name.as_str()))
        .collect();
    let refused = desk.post("/desk/book", &borrowed(&fields)).await.expect(422);
    refused.shows(&["same name", "Book anyway: two people"]);
    fields = refused.filled("/desk/book");
    assert!(fields.iter().any(|(name, text)| name == "why" && text.len() >= 10), "{fields:?}");
    desk.post("/desk/book", &borrowed(&fields)).await.expect(303);
    assert_eq!(app.course(&other).await.array("sessions").len(), 1);
}
