//! What a patient is told of a visit, when it is booked, moved, cancelled or undone: one
//! UID for life, a rising SEQUENCE, nothing of a slip, and the old address told that it is off.

use chrono::Duration;
use fadeline::domain::clinic::policy::Policy;
use serde_json::{Value, json};

use crate::support::{Clinic, TestApp};

async fn clinic() -> (TestApp, Clinic, String) {
    let (app, clinic, course) = TestApp::with_course().await;
    (app, clinic, course)
}

async fn booked() -> (TestApp, String, String) {
    let (app, _, course) = clinic().await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    (app, course, session)
}

/// A visit from its booking to its end: 11, 12, 15, 19, 35, 37, 39, 40, 41, 42, 43.
#[tokio::test]
async fn a_visit_is_invited_updated_and_cancelled_under_one_uid_with_rising_sequence() {
    let (app, _, session) = booked().await;
    app.send_after_grace().await;
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    app.send_after_grace().await;
    app.move_to(&session, "2027-03-17T12:00").await.expect(200);
    app.send_after_grace().await;
    app.cancel(&session).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(
        app.ledger(&session).await,
        ["invite sent", "update sent", "update sent", "cancel sent"]
    );
    let mails = app.mails().await;
    let methods: Vec<_> =
        mails.iter().map(|mail| mail.calendar.as_ref().unwrap().0.as_str()).collect();
    assert_eq!(methods, ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]);
    let of = |name: &str| mails.iter().map(|mail| mail.line(name)).collect::<Vec<_>>();
    assert_eq!(of("METHOD"), methods);
    assert_eq!(of("SEQUENCE"), ["0", "1", "2", "3"]);
    let uid = app.session(&session).await.str("uid").to_owned();
    assert!(of("UID").iter().all(|one| *one == uid));
    assert!(of("ORGANIZER").iter().all(|one| one == "mailto:appointments@clinic.invalid"));
    assert_eq!(
        of("DTSTART"),
        ["20270315T100000", "20270316T110000", "20270317T120000", "20270317T120000"]
    );
    let stamps = of("DTSTAMP");
    assert!(
        stamps.is_sorted() && stamps.iter().collect::<std::collections::BTreeSet<_>>().len() == 4,
        "{stamps:?}"
    );
    assert_eq!(mails[3].line("STATUS"), "CANCELLED");
}

#[tokio::test]
async fn a_change_of_practitioner_alone_mails_nothing_and_shows_in_the_feed() {
    let (app, clinic, course) = clinic().await;
    let with = |id: &str| json!({"practitioner_id": id});
    let session = app
        .book_with(&course, "consultation", "2027-01-11T10:00", with(&clinic.noor))
        .await
        .expect(201)
        .id();
    app.send_after_grace().await;
    let to = json!({"start": "2027-01-11T10:00", "practitioner_id": clinic.theo});
    app.reschedule(&session, to).await.expect(200);
    app.send_after_grace().await;
    let mails = app.mails().await;
    assert_eq!(
        mails.len(),
        1,
        "no patient is told who treats, so nothing asks for an answer again"
    );
    let patient = app.patient_of(&course).await;
    let feed = app.post("/feeds", json!({"kind": "patient", "id": patient})).await.expect(201);
    let path = feed.str("url").split_once("/feeds/").unwrap().1.to_owned();
    let feed = app.open(&format!("/feeds/{path}")).await.expect(200);
    let line = |name: &str| {
        feed.text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}:")))
            .unwrap()
            .to_owned()
    };
    assert_eq!(line("UID"), mails[0].line("UID"));
    assert_eq!((mails[0].line("SEQUENCE"), line("SEQUENCE")), ("0".into(), "1".into()));
    assert!(line("DTSTAMP") >= mails[0].line("DTSTAMP"));
    // What they do see is told under the same name and organizer.
    app.move_to(&session, "2027-01-12T10:00").await.expect(200);
    app.send_after_grace().await;
    let mails = app.mails().await;
    for name in ["UID", "ORGANIZER"] {
        assert_eq!(mails[0].line(name), mails[1].line(name), "{name}");
    }
    assert_eq!(mails[1].line("SEQUENCE"), "2");
    assert!(mails[1].line("DTSTAMP") > mails[0].line("DTSTAMP"));
}

#[tokio::test]
async fn a_booking_that_is_undone_in_time_reaches_nobody() {
    let (app, _, session) = booked().await;
    app.wait(Duration::minutes(2));
    assert!(app.deliver().await.is_nothing(), "it waits out the grace time");
    app.act(&session, "undo").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await, ["invite superseded cancelled"]);
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn a_move_that_is_undone_in_time_reaches_nobody_either() {
    let (app, _, session) = booked().await;
    app.send_after_grace().await;
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    app.act(&session, "undo").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await, ["invite sent", "update superseded undone"]);
    app.cancel(&session).await.expect(200);
    app.act(&session, "undo").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await.last().unwrap(), "cancel superseded undone");
    assert_eq!(app.mails().await.len(), 1);
}

#[tokio::test]
async fn of_several_quick_moves_only_the_last_is_told() {
    let (app, _, session) = booked().await;
    for minute in ["10:15", "10:30", "10:45", "11:00"] {
        app.move_to(&session, &format!("2027-03-15T{minute}")).await.expect(200);
        app.wait(Duration::minutes(1));
        app.deliver().await;
    }
    app.send_after_grace().await;
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].line("METHOD"), mails[0].line("DTSTART"), mails[0].line("SEQUENCE")),
        ("REQUEST".into(), "20270315T110000".into(), "4".into())
    );
    assert_eq!(
        app.ledger(&session).await,
        [
            "invite superseded moved", "invite superseded moved", "invite superseded moved",
            "invite superseded moved", "invite sent"
        ]
    );
}

#[tokio::test]
async fn a_cancellation_that_was_told_and_then_undone_invites_anew_under_the_same_uid() {
    let app = TestApp::with_policy(Policy { message_grace_minutes: 0, ..Policy::default() }).await;
    app.make_clinic().await;
    let course = app.prepare_course("Ada").await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.deliver().await;
    app.cancel(&session).await.expect(200);
    app.deliver().await;
    app.act(&session, "undo").await.expect(200);
    app.deliver().await;
    assert_eq!(app.ledger(&session).await, ["invite sent", "cancel sent", "invite sent"]);
    let sequences: Vec<_> = app.mails().await.iter().map(|mail| mail.line("SEQUENCE")).collect();
    assert_eq!(sequences, ["0", "1", "2"]);
}

/// 44: the address changes.
#[tokio::test]
async fn a_new_address_is_invited_and_the_old_one_told_that_it_is_off_and_no_more() {
    let (app, course, session) = booked().await;
    app.send_after_grace().await;
    let patient = app.patient_of(&course).await;
    let path = format!("/patients/{patient}");
    app.patch(&path, json!({"email": "new@example.test"})).await.expect(200);
    app.send_after_grace().await;
    let mails = app.mails().await;
    let told: Vec<_> = mails
        .iter()
        .map(|mail| (mail.to.as_str(), mail.line("METHOD"), mail.line("SEQUENCE")))
        .collect();
    assert_eq!(
        told,
        [
            ("ada@example.test", "REQUEST".into(), "0".into()),
            ("ada@example.test", "CANCEL".into(), "1".into()),
            ("new@example.test", "REQUEST".into(), "1".into()),
        ]
    );
    assert_eq!(app.session(&session).await.body["sequence"], 1);
    for secret in ["LOCATION", "DESCRIPTION", "VALARM", "URL"] {
        assert!(
            !mails[1].calendar.as_ref().unwrap().1.contains(secret),
            "{secret} goes to an address that is not the patient's"
        );
    }
    assert!(!mails[1].text.contains("/a/"), "no link goes there");
    assert!(!mails[1].subject.contains("Cancelled"), "the appointment is not off");
    assert!(mails[1].text.contains("no more email"), "{}", mails[1].text);
    // Without an address, the last one is told so, and the next change goes by text.
    app.patch(&path, json!({"email": null})).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.mails().await.last().unwrap().line("METHOD"), "CANCEL");
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    assert_eq!(app.ledger(&session).await.last().unwrap(), "update scheduled");
    app.send_after_grace().await;
    assert!(app.texts().await.last().unwrap().1.contains("Mar 16, 11:00 a.m."));
}

#[tokio::test]
async fn an_address_that_is_changed_back_in_time_changes_nothing() {
    let (app, course, session) = booked().await;
    app.send_after_grace().await;
    let path = format!("/patients/{}", app.patient_of(&course).await);
    for email in ["new@example.test", "ADA@example.test"] {
        app.patch(&path, json!({"email": email})).await.expect(200);
    }
    app.send_after_grace().await;
    assert_eq!(
        app.ledger(&session).await,
        ["invite sent", "cancel superseded undone", "invite superseded readdressed"]
    );
    let link = app.mails().await[0].link();
    app.open(&link).await.expect(200);
}

#[tokio::test]
async fn who_withdrew_the_consent_to_messages_gets_none_until_it_is_given_anew() {
    let (app, course, session) = booked().await;
    let patient = app.patient_of(&course).await;
    let consent = app.consent_to_messages(&patient).await;
    app.delete(&consent).await.expect(200);
    app.send_after_grace().await;
    app.move_to(&session, "2027-03-16T11:00").await.expect(200);
    app.send_after_grace().await;
    assert!(app.mails().await.is_empty() && app.texts().await.is_empty());
    assert!(app.ledger(&session).await.contains(&"update suppressed no_consent".to_owned()));
    assert_eq!(app.task_kinds().await, ["change_to_tell"], "the desk phones");
    app.consent_to_messages(&patient).await;
    app.send_after_grace().await;
    assert_eq!(app.mails().await.len(), 1, "what was kept from them so far is sent");
}

#[tokio::test]
async fn where_the_clinic_asks_for_a_recorded_consent_nobody_is_written_to_without() {
    let app =
        TestApp::with_policy(Policy { messages_need_recorded_consent: true, ..Policy::default() })
            .await;
    app.make_clinic().await;
    let course = app.prepare_course("Ada").await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    assert_eq!(app.ledger(&session).await, ["invite suppressed no_consent"]);
}

#[tokio::test]
async fn who_wants_no_calendar_entries_gets_the_same_mail_without_one() {
    let (app, _, course) = clinic().await;
    let path = format!("/patients/{}", app.patient_of(&course).await);
    app.patch(&path, json!({"calendar_invites": false})).await.expect(200);
    app.book(&course, "consultation", "2027-03-15T10:00").await.expect(201);
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    assert!(mail.calendar.is_none() && mail.attached.is_none() && !mail.raw.contains("VCALENDAR"));
    assert!(
        mail.text.contains("Monday, March 15, 2027")
            && mail.text.contains("/a/")
            && mail.html.contains("/a/")
    );
}

#[tokio::test]
async fn what_a_patient_wants_within_the_grace_time_is_what_they_get() {
    let (app, _, course) = clinic().await;
    app.book(&course, "consultation", "2027-03-15T10:00").await.expect(201);
    let path = format!("/patients/{}", app.patient_of(&course).await);
    let wish = json!({"calendar_invites": false, "preferred_language": "fr"});
    app.patch(&path, wish).await.expect(200);
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    assert!(mail.calendar.is_none() && mail.subject.starts_with("Votre rendez-vous"), "{mail:?}");
}

#[tokio::test]
async fn an_entry_is_taken_back_once_even_where_nothing_else_may_be_sent() {
    let (app, course, session) = booked().await;
    let patient = app.patient_of(&course).await;
    let consent = app.consent_to_messages(&patient).await;
    app.send_after_grace().await;
    app.delete(&consent).await.expect(200);
    app.cancel(&session).await.expect(200);
    app.send_after_grace().await;
    // The entry that is in a calendar is taken back all the same, and the desk phones.
    let told = app.ledger(&session).await;
    assert_eq!(told, ["invite sent", "cancel superseded cancelled", "cancel sent", "cancel sent"]);
    assert_eq!(app.mails().await.last().unwrap().line("METHOD"), "CANCEL");
    assert_eq!(app.task_kinds().await, ["change_to_tell"]);
    app.consent_to_messages(&patient).await;
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await, told, "once");
}

#[tokio::test]
async fn what_happens_on_the_day_is_no_news_to_a_calendar() {
    let (app, _, session) = booked().await;
    app.send_after_grace().await;
    app.app.clock.advance(
        "2027-03-15T13:45:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
            - app.app.clock.now(),
    );
    app.act(&session, "arrive").await.expect(200);
    app.act(&session, "check-in").await.expect(200);
    let done = app.session(&session).await;
    assert_eq!(done.body["sequence"], 0);
    assert_eq!(app.ledger(&session).await, ["invite sent"]);
}

#[tokio::test]
async fn a_visit_whose_laser_went_away_is_told_when_it_has_a_new_time() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let window = app.rent(&clinic, "2027-01-14T09:00", "2027-01-14T17:00").await;
    let with = json!({"device_id": clinic.rented});
    let session =
        app.book_with(&course, "laser_partial", "2027-01-14T10:00", with).await.expect(201).id();
    let remove = format!("/devices/{}/rental-windows/{window}", clinic.rented);
    app.manage("DELETE", &remove, Value::Null).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await, ["invite superseded pending"]);
    let to = json!({"start": "2027-01-15T10:00", "device_id": clinic.owned});
    app.reschedule(&session, to).await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await.last().unwrap(), "invite sent");
}

#[tokio::test]
async fn what_is_over_is_not_told_any_more() {
    let (app, _, course) = clinic().await;
    let session = app.make_visit(&course, "consultation", "2027-01-04T09:15").await;
    app.wait(Duration::hours(2));
    app.deliver().await;
    assert_eq!(app.ledger(&session).await, ["invite suppressed past"; 2], "by mail and by text");
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn mail_is_in_the_patients_language_and_says_all_without_its_calendar() {
    let (app, _, course) = clinic().await;
    let path = format!("/patients/{}", app.patient_of(&course).await);
    app.patch(&path, json!({"preferred_language": "fr"})).await.expect(200);
    app.book(&course, "consultation", "2027-03-15T10:00").await.expect(201);
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    assert_eq!(mail.subject, "Votre rendez-vous du 15 mars à 10 h");
    for part in [&mail.text, &mail.html] {
        for said in [
            "lundi 15 mars 2027", "de 10 h à 10 h 45", "heure de Toronto (America/Toronto)",
            "59 Hayden Street", "/a/", "(647) 351-0061",
        ] {
            assert!(part.contains(said), "{said} in {part}");
        }
    }
    assert_eq!(mail.line("SUMMARY"), "Rendez-vous - Hayden St Clinic");
}

#[tokio::test]
async fn a_visit_of_the_demo_was_invited_when_it_was_booked_so_calling_it_off_takes_it_back() {
    let (app, _) = crate::support::told::served("2026-11-22T15:00:00Z").await;
    let booked = app.get("/sessions?status=booked&from=2026-11-23").await.expect(200);
    let session = booked.items()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.ledger(&session).await, ["invite sent"]);
    app.cancel(&session).await.expect(200);
    app.send_after_grace().await;
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].line("METHOD"), mails[0].line("UID")),
        ("CANCEL".to_owned(), booked.items()[0]["uid"].as_str().unwrap().to_owned())
    );
}
