//! The page behind the link in a patient's mail: discreet, unguessable, over when it should
//! be, and of no effect, since mail scanners follow links too.

use chrono::Duration;
use serde_json::json;

use crate::support::{TestApp, has, mail::line};

async fn invited() -> (TestApp, String, String) {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.send_after_grace().await;
    let link = app.mails().await[0].link();
    (app, session, link)
}

async fn open(app: &TestApp, link: &str) -> crate::support::Answer {
    app.open(link).await
}

#[tokio::test]
async fn the_link_opens_when_and_where_and_the_ways_into_a_calendar() {
    let (app, _, link) = invited().await;
    let page = open(&app, &link).await.expect(200);
    page.shows(&[
        "Monday, March 15, 2027", "10:00 a.m.", "America/Toronto", "59 Hayden Street",
        "Add to calendar",
    ]);
    page.shows(&["calendar.google.com/calendar/render", "outlook.live.com/calendar"]);
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    assert_eq!(
        (&page.headers["referrer-policy"], &page.headers["x-robots-tag"]),
        (&"no-referrer".parse().unwrap(), &"noindex".parse().unwrap())
    );
    // The style sheet in its head is the same for every patient.
    let (_, body) = page.text.split_once("<body>").unwrap();
    for clinical in ["Ada", "Sample", "consultation", "laser", "ada@example.test", "416"] {
        assert!(
            !body.to_lowercase().contains(&clinical.to_lowercase()),
            "{clinical} is on the page"
        );
    }
}

/// 58: the download, behind the patient's link as from the desk.
#[tokio::test]
async fn the_file_is_the_visit_with_its_uid_and_changes_nothing() {
    let (app, session, link) = invited().await;
    let before = app.session(&session).await.body;
    let file = open(&app, &format!("{link}/appointment.ics")).await.expect(200);
    assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"appointment.ics\"");
    let desk = app.get(&format!("/sessions/{session}/invite.ics")).await.expect(200);
    assert_eq!(desk.headers["content-disposition"], "attachment; filename=\"appointment.ics\"");
    for calendar in [&file.text, &desk.text] {
        assert_eq!(line(calendar, "UID").as_deref(), before["uid"].as_str());
        for none in ["METHOD", "ORGANIZER", "ATTENDEE"] {
            assert_eq!(line(calendar, none), None, "{none}");
        }
    }
    assert_eq!(app.session(&session).await.body, before);
}

#[tokio::test]
async fn a_visit_that_was_called_off_says_so_and_is_no_file() {
    let (app, session, link) = invited().await;
    app.cancel(&session).await.expect(200);
    let page = open(&app, &link).await.expect(200);
    page.shows(&["Your appointment is cancelled"]);
    page.hides(&["Add to calendar"]);
    open(&app, &format!("{link}/appointment.ics")).await.expect(404);
    app.get(&format!("/sessions/{session}/invite.ics")).await.expect(404);
}

#[tokio::test]
async fn the_link_follows_the_visit_and_is_over_a_week_after_it() {
    let (app, session, link) = invited().await;
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    assert!(open(&app, &link).await.expect(200).text.contains("Tuesday, March 16, 2027"));
    app.app.clock.advance(
        "2027-03-23T15:45:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
            - app.app.clock.now(),
    );
    open(&app, &link).await.expect(200);
    app.wait(Duration::seconds(1));
    open(&app, &link).await.expect(404);
}

#[tokio::test]
async fn a_guess_opens_nothing_and_says_nothing() {
    let (app, _, link) = invited().await;
    let gone = open(&app, "/a/AAAAAAAAAAAAAAAAAAAAAAAA").await.expect(404);
    for guess in
        ["/a/x", "/a/%00", "/a/%FF", "/a/01890000-0000-7000-8000-000000000001", &format!("{link}x")]
    {
        let answer = open(&app, guess).await.expect(404);
        assert_eq!(answer.text, gone.text, "{guess}");
    }
    app.call("", "POST", &link, json!({})).await.expect(405);
}

#[tokio::test]
async fn a_link_that_went_to_an_old_address_opens_nothing() {
    let (app, session, link) = invited().await;
    let patient = app.patient_at(&session).await;
    let change = json!({"email": "new@example.test"});
    app.change_patient(&patient, change).await;
    open(&app, &link).await.expect(404);
    app.send_after_grace().await;
    let new = app.mails().await.last().unwrap().link();
    assert_ne!(new, link);
    open(&app, &new).await.expect(200);
}

#[tokio::test]
async fn an_old_link_stays_dead_when_a_cancellation_is_undone_after_the_address_changed() {
    let (app, session, link) = invited().await;
    let patient = app.patient_at(&session).await;
    app.cancel(&session).await.expect(200);
    let change = json!({"email": "new@example.test"});
    app.change_patient(&patient, change).await;
    open(&app, &link).await.expect(404);
    app.act(&session, "undo").await.expect(200);
    app.send_after_grace().await;
    open(&app, &link).await.expect(404);
    open(&app, &app.mails().await.last().unwrap().link()).await.expect(200);
}

#[tokio::test]
async fn opening_it_leaves_a_line_in_the_audit() {
    let (app, session, link) = invited().await;
    open(&app, &link).await.expect(200);
    let patient = app.patient_at(&session).await;
    let audit =
        app.manager_get(&format!("/audit?patient_id={patient}&limit=200")).await.expect(200);
    let read = audit.item("action", "visit.read");
    has(read, json!({"role": "patient", "user": "the patient's link"}));
}

/// A tap further it says how to prepare: more for a treatment than for a talk, and of neither what it is.
#[tokio::test]
async fn a_tap_further_it_says_how_to_prepare_and_still_not_for_what() {
    let (app, session, link) = invited().await;
    let page = open(&app, &link).await.expect(200);
    page.shows(&[&format!("{link}/prepare\">How to prepare")]);
    for early in ["sun", "medicines", "skin"] {
        let body = page.text.split_once("<body>").unwrap().1;
        assert!(!body.contains(early), "{early} is on the first page");
    }
    let talk = open(&app, &format!("{link}/prepare")).await.expect(200);
    talk.shows(&["a list of your medicines"]);
    // What is asked for the skin is seen after a press more; the short address of texts is the same page.
    let at_once = talk.text.split_once("<details>").unwrap().0;
    let body = at_once.split_once("<body>").unwrap().1;
    for early in ["sun", "skin", "head"] {
        assert!(!body.contains(early), "{early} is seen at once");
    }
    assert_eq!(open(&app, &format!("{link}/p")).await.expect(200).text, talk.text);
    talk.hides(&["four weeks"]);
    let patient = app.patient_at(&session).await;
    let change = json!({"preferred_language": "fr"});
    app.change_patient(&patient, change).await;
    let french = open(&app, &format!("{link}/prepare")).await.expect(200);
    french.shows(&["Comment vous préparer", "médicaments"]);
    app.cancel(&session).await.expect(200);
    let off = open(&app, &format!("{link}/prepare")).await.expect(200);
    off.shows(&["Votre rendez-vous est annulé"]);
    off.hides(&["médicaments"]);
    open(&app, "/a/guessed/prepare").await.expect(404);

    let course = app.prepare_course("Eve").await;
    app.consent_to_laser(&course).await;
    app.book(&course, "laser_partial", "2027-03-16T10:00").await.expect(201);
    app.send_after_grace().await;
    let mails = app.mails().await;
    let link = mails.iter().rfind(|mail| mail.to == "eve@example.test").unwrap().link();
    let treated = open(&app, &format!("{link}/prepare")).await.expect(200);
    treated.shows(&["four weeks", "24 hours"]);
    for page in [&talk, &french, &treated] {
        let body = page.text.split_once("<body>").unwrap().1.to_lowercase();
        for telling in crate::support::mail::TELLING {
            assert!(!body.contains(telling), "{telling} is in {body}");
        }
    }
}
