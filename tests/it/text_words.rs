//! What people really text: words that end texts, words around an answer, what the provider says of
//! them, what only a person can read, and one word for several appointments.

use serde_json::json;

use crate::support::{Answer, TestApp, has};

const ADA: &str = "+14165550123";

/// A visit on Monday 15 March at ten, of a patient who was reminded by text a week before.
async fn texted() -> (TestApp, String) {
    let (app, _, course) = TestApp::with_course().await;
    let patient = app.patient_of(&course).await;
    app.change_patient(&patient, json!({"preferred_channel": "sms"})).await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.advance_to("2027-03-08T15:00:00Z").await;
    (app, session)
}

async fn has_opted_out(app: &TestApp, session: &str) -> bool {
    let patient = app.patient_at(session).await;
    let kept = app.get(&format!("/patients/{patient}/opt-outs")).await.expect(200);
    kept.array("items").iter().any(|one| one.get("ended_by").is_none())
}

async fn is_confirmed(app: &TestApp, session: &str) -> bool {
    app.session(session).await.body.get("confirmed_at").is_some()
}

/// A text that the provider took for something itself.
async fn typed(app: &TestApp, words: &str, id: &str, of_type: &str) -> Answer {
    let fields = [("Body", words), ("From", ADA), ("MessageSid", id), ("OptOutType", of_type)];
    app.provider_calls("/texts/incoming", &fields, None).await.expect(200)
}

async fn details(app: &TestApp) -> String {
    let tasks = app.get("/tasks?limit=200").await.expect(200);
    tasks.items().iter().map(|task| task["detail"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// F15: what a provider blocks anyway, and what people write instead.
#[tokio::test]
async fn words_that_end_texts_end_them_and_are_nobodys_work() {
    for words in [
        "STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "opt-out",
        "ARRET", "arrête", "STOP please", "please stop", "please stop texting me", "remove me",
        "désabonnez-moi",
    ] {
        let (app, session) = texted().await;
        app.receive_text(ADA, words, "SM1").await.expect(200);
        assert!(has_opted_out(&app, &session).await, "{words}");
        assert!(app.task_kinds().await.is_empty(), "{words}");
        app.deliver().await;
        assert_eq!(app.texts().await.len(), 1, "{words}: not even an answer");
        assert_eq!(app.status_of(&session).await, "booked");
    }
}

#[tokio::test]
async fn cancel_alone_ends_texts_and_asks_whether_they_mean_the_appointment() {
    for words in ["CANCEL", "annuler!"] {
        let (app, session) = texted().await;
        app.receive_text(ADA, words, "SM1").await.expect(200);
        assert!(has_opted_out(&app, &session).await);
        let task = app.get("/tasks").await.items()[0].clone();
        has(&task, json!({"kind": "reply_to_read", "session_id": session}));
        assert!(task["detail"].as_str().unwrap().contains("mean the appointment"), "{task}");
        assert_eq!(app.status_of(&session).await, "booked");
        app.deliver().await;
        assert_eq!(app.texts().await.len(), 1);
    }
    let (app, session) = texted().await;
    app.receive_text(ADA, "please cancel my appointment", "SM1").await.expect(200);
    assert!(!has_opted_out(&app, &session).await, "that is for a person alone");
    assert_eq!(app.task_kinds().await, ["reply_to_read"]);
}

#[tokio::test]
async fn a_stop_that_may_mean_something_else_is_a_stop_and_read() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "Stop the bleeding how?", "SM1").await.expect(200);
    assert!(has_opted_out(&app, &session).await);
    assert!(details(&app).await.contains("may mean something else"));
}

#[tokio::test]
async fn what_the_provider_took_it_for_wins_over_our_reading() {
    let (app, session) = texted().await;
    typed(&app, "non merci", "SM1", "STOP").await;
    assert!(has_opted_out(&app, &session).await);
    assert!(app.task_kinds().await.is_empty());
    typed(&app, "d'accord de nouveau", "SM2", "START").await;
    assert!(!has_opted_out(&app, &session).await);
    typed(&app, "CANCEL", "SM3", "STOP").await;
    assert!(has_opted_out(&app, &session).await);
    assert_eq!(app.task_kinds().await, ["reply_to_read"], "they may still mean the appointment");
    // YES is a START to some providers, and a yes to us.
    typed(&app, "YES", "SM4", "start").await;
    assert!(!has_opted_out(&app, &session).await && is_confirmed(&app, &session).await);
    app.deliver().await;
    let before = app.texts().await.len();
    typed(&app, "who is this", "SM5", "HELP").await;
    app.deliver().await;
    assert!(app.texts().await[before].1.contains("texts about your appointments"));
    typed(&app, "R", "SM6", "SOMETHING").await;
    assert_eq!(app.task_kinds().await, ["reply_to_read", "visit_to_move"]);
}

#[tokio::test]
async fn words_around_a_yes_are_understood_and_a_doubt_is_for_a_person() {
    for words in ["Yes, see you then!", "C thanks", "oui, merci", "Y please", "I'll be there 👍"]
    {
        let (app, session) = texted().await;
        app.receive_text(ADA, words, "SM1").await.expect(200);
        assert!(is_confirmed(&app, &session).await, "{words}");
        assert!(app.task_kinds().await.is_empty(), "{words}");
    }
    for words in
        ["should I stop my cream", "yes but later", "can't come, sorry", "no thanks", "yes no"]
    {
        let (app, session) = texted().await;
        app.receive_text(ADA, words, "SM1").await.expect(200);
        assert!(!is_confirmed(&app, &session).await, "{words}");
        assert!(!has_opted_out(&app, &session).await, "{words}");
        assert_eq!(app.task_kinds().await, ["reply_to_read"], "{words}");
    }
}

#[tokio::test]
async fn who_writes_what_a_person_has_to_read_is_told_so_once_a_day() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "Is there parking?", "SM1").await.expect(200);
    app.deliver().await;
    let told = app.texts().await;
    assert_eq!(told.len(), 2);
    assert!(
        told[1].1.contains("we will read your message") && told[1].1.contains("(647) 351-0061")
    );
    assert!(fadeline::domain::messages::gsm7::septets(&told[1].1).unwrap() <= 160);
    for (at, words) in ["And a dog?", "Hello?", "It is small"].iter().enumerate() {
        app.receive_text(ADA, words, &format!("SM2{at}")).await.expect(200);
    }
    app.deliver().await;
    assert_eq!(app.texts().await.len(), 2, "once is enough");
    assert_eq!(app.task_kinds().await, ["reply_to_read"; 4]);
    app.wait(chrono::Duration::days(1));
    app.receive_text(ADA, "Thank you", "SM3").await.expect(200);
    app.deliver().await;
    assert_eq!(app.texts().await.len(), 3);
    // A time that was told before is still the one that a yes is about.
    app.receive_text(ADA, "yes", "SM4").await.expect(200);
    assert!(is_confirmed(&app, &session).await);
}

#[tokio::test]
async fn nobody_is_answered_who_may_be_a_program_or_wants_no_texts() {
    let (app, _) = texted().await;
    // A number of nobody here: answered in the same breath, once.
    let stranger = app.receive_text("+14165550199", "Do you do eyebrows?", "SM1").await.expect(200);
    stranger.shows(&["<Message>Hayden St Clinic: thank you, we will read your message"]);
    let again = app.receive_text("+14165550199", "Hello?", "SM2").await.expect(200);
    again.hides(&["<Message>"]);
    for (at, from) in ["12345", "+12345", "787874", "GOOGLE", "AMAZON INC"].iter().enumerate() {
        for (which, words) in ["Your code is 1234", "HELP", "STOP"].iter().enumerate() {
            let answer =
                app.receive_text(from, words, &format!("SM3{at}{which}")).await.expect(200);
            answer.hides(&["<Message>"]);
        }
    }
    app.receive_text(ADA, "STOP", "SM4").await.expect(200);
    app.receive_text(ADA, "Is there parking?", "SM5").await.expect(200).hides(&["<Message>"]);
    app.deliver().await;
    assert_eq!(app.texts().await.len(), 1, "the reminder");
}

/// A family on one number, each reminded by text.
async fn family(names: &[&str]) -> (TestApp, Vec<String>) {
    let (app, _) = TestApp::with_clinic().await;
    let mut sessions = Vec::new();
    for (hour, name) in (9..).zip(names) {
        let course = app.prepare_course(name).await;
        let patient = app.patient_of(&course).await;
        app.change_patient(&patient, json!({"preferred_channel": "sms"})).await;
        let start = format!("2027-03-15T{hour:02}:00");
        sessions.push(app.make_visit(&course, "consultation", &start).await);
    }
    app.advance_to("2027-03-08T20:00:00Z").await;
    assert_eq!(app.texts().await.len(), names.len());
    (app, sessions)
}

#[tokio::test]
async fn one_yes_to_several_reminders_confirms_all_of_them_and_names_them() {
    let (app, sessions) = family(&["Ada", "Bo", "Cy"]).await;
    app.receive_text(ADA, "C", "SM1").await.expect(200);
    for session in &sessions {
        assert!(is_confirmed(&app, session).await);
        assert_eq!(app.planned(session).await[0], "reminder 7d sms acknowledged");
    }
    app.deliver().await;
    let thanks = app.texts().await.last().unwrap().1.clone();
    for time in ["9:00", "10:00", "11:00"] {
        assert!(thanks.contains(time), "{time} is not in {thanks}");
    }
    assert!(fadeline::domain::messages::gsm7::septets(&thanks).unwrap() <= 160, "{thanks}");
    assert!(app.task_kinds().await.is_empty());
}

#[tokio::test]
async fn more_than_can_be_named_is_asked_about_and_none_is_confirmed() {
    let (app, sessions) = family(&["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gil"]).await;
    app.receive_text(ADA, "C", "SM1").await.expect(200);
    for session in &sessions {
        assert!(!is_confirmed(&app, session).await);
    }
    app.deliver().await;
    let asked = app.texts().await.last().unwrap().1.clone();
    assert!(asked.contains("several appointments"), "{asked}");
    assert_eq!(app.task_kinds().await, ["reply_to_read"]);
}

#[tokio::test]
async fn what_moved_since_it_was_told_is_not_confirmed_with_the_rest() {
    let (app, sessions) = family(&["Ada", "Bo"]).await;
    app.move_to(&sessions[0], "2027-03-25T15:00").await.expect(200);
    app.receive_text(ADA, "C", "SM1").await.expect(200);
    let confirmed =
        [is_confirmed(&app, &sessions[0]).await, is_confirmed(&app, &sessions[1]).await];
    assert_eq!(confirmed, [false, true]);
}

/// The times that R is answered with, and those of the patient's page.
#[tokio::test]
async fn another_time_is_near_the_one_refused_and_never_beside_it() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "R", "SM1").await.expect(200);
    app.deliver().await;
    let answer = app.texts().await.last().unwrap().1.clone();
    assert!(answer.contains("Mar 16 10:00 a.m., Mar 17"), "{answer}");
    let link = answer.split_whitespace().find(|word| word.contains("/a/")).unwrap();
    let link = link[link.find("/a/").unwrap()..].to_owned();
    let page = app.open(&link).await.expect(200).text;
    let offered: Vec<_> = page.split("name=\"start\" value=\"").skip(1).collect();
    for time in ["2027-03-15T13:45", "2027-03-15T14:15", "2027-03-15T13:30"] {
        assert!(!offered.iter().any(|one| one.starts_with(time)), "{time}: {page}");
    }
    assert_eq!(app.status_of(&session).await, "booked");
}
