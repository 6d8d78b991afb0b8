//! Reminders: planned with the booking, kept true through every change, each sent once at the
//! right Toronto hour, and skipped with the reason when that is not possible any more.

use chrono::Duration;
use fadeline::domain::clinic::policy::Policy;
use serde_json::json;

use crate::support::clinic::{WEEKDAYS, hours};
use crate::support::{TestApp, has};

/// Rule 50's own example: Monday 15 March 2027, the morning after the clock went forward.
const MONDAY: &str = "2027-03-15T10:00";

async fn booked_at(app: &TestApp, start: &str) -> String {
    let course = app.prepare_course("Ada").await;
    app.make_visit(&course, "consultation", start).await
}

async fn booked() -> (TestApp, String) {
    let (app, _) = TestApp::with_clinic().await;
    let session = booked_at(&app, MONDAY).await;
    (app, session)
}

/// Due times of what is planned, as the ledger shows them.
async fn due(app: &TestApp, session: &str) -> Vec<String> {
    let messages = app.messages(session).await;
    let reminders = messages.items().iter().filter(|message| message["kind"] == "reminder");
    reminders.map(|message| message["due_at"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_booking_plans_its_reminders_a_week_two_days_and_two_hours_before_by_the_right_clock() {
    let (app, session) = booked().await;
    assert_eq!(
        app.planned(&session).await,
        [
            "reminder 7d email scheduled", "reminder 48h email scheduled",
            "reminder 2h sms scheduled"
        ]
    );
    assert_eq!(
        due(&app, &session).await,
        ["2027-03-08T10:00:00-05:00", "2027-03-13T09:00:00-05:00", "2027-03-15T08:00:00-04:00"]
    );
    let autumn = booked_at(&app, "2027-11-08T10:00").await;
    assert_eq!(
        due(&app, &autumn).await,
        ["2027-11-01T10:00:00-04:00", "2027-11-06T11:00:00-04:00", "2027-11-08T08:00:00-05:00"]
    );
}

#[tokio::test]
async fn each_goes_out_once_at_its_time_and_the_ledger_says_by_what_name() {
    let (app, session) = booked().await;
    app.advance_to("2027-03-08T15:00:00Z").await;
    app.advance_to("2027-03-13T14:00:00Z").await;
    app.advance_to("2027-03-16T12:00:00Z").await;
    assert_eq!(
        app.planned(&session).await,
        ["reminder 7d email sent", "reminder 48h email sent", "reminder 2h sms sent"]
    );
    let mails = app.mails().await;
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Your appointment on Mar 15, 10:00 a.m.",
            "Reminder: your appointment on Mar 15, 10:00 a.m.",
            "Please confirm: your appointment on Mar 15, 10:00 a.m."
        ]
    );
    let texts = app.texts().await;
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].0, "+14165550123");
    assert!(
        texts[0].1.starts_with("Hayden St Clinic: appointment Mon Mar 15, 10:00 a.m. "),
        "{}",
        texts[0].1
    );
    let ledger = app.messages(&session).await;
    let confirm = ledger.item("lead", "48h");
    has(
        confirm,
        json!({"sent_at": "2027-03-13T09:00:00-05:00", "purpose": "confirm",
            "attempts": 1}),
    );
    let id = confirm["provider_id"].as_str().unwrap();
    assert!(mails[2].raw.contains(&format!("Message-ID: {id}")), "{id}");
    // A mail program can end it by one click, and no calendar comes with it.
    assert!(
        mails[2].raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
            && mails[2].calendar.is_none()
    );
}

#[tokio::test]
async fn what_is_past_when_a_visit_is_booked_is_not_sent_in_a_bundle() {
    let (app, _) = TestApp::with_clinic().await;
    // On Monday at nine, for Tuesday at ten: a day and an hour ahead.
    let session = booked_at(&app, "2027-01-05T10:00").await;
    assert_eq!(app.planned(&session).await, ["reminder 2h sms scheduled"]);
    let soon = booked_at(&app, "2027-01-04T10:30").await;
    assert!(app.planned(&soon).await.is_empty());
    app.send_after_grace().await;
    assert_eq!(app.mails().await.len(), 2, "the invitations alone");
}

#[tokio::test]
async fn a_move_supersedes_what_waits_and_plans_anew_and_nothing_goes_out_for_the_old_time() {
    let (app, session) = booked().await;
    app.advance_to("2027-03-08T16:00:00Z").await;
    app.move_to(&session, "2027-03-25T15:00").await.expect(200);
    let planned = app.planned(&session).await;
    assert_eq!(
        planned,
        [
            "reminder 7d email sent", "reminder 48h email superseded moved",
            "reminder 2h sms superseded moved", "reminder 7d email scheduled",
            "reminder 48h email scheduled", "reminder 2h sms scheduled"
        ]
    );
    app.advance_to("2027-03-26T12:00:00Z").await;
    let told: Vec<_> = app.mails().await.iter().map(|mail| mail.subject.clone()).collect();
    assert_eq!(
        told,
        [
            "Your appointment on Mar 15, 10:00 a.m.",
            "Reminder: your appointment on Mar 15, 10:00 a.m.",
            "Changed: your appointment is now Mar 25, 3:00 p.m.",
            "Reminder: your appointment on Mar 25, 3:00 p.m.",
            "Please confirm: your appointment on Mar 25, 3:00 p.m."
        ]
    );
    assert_eq!(app.texts().await.len(), 1);
}

#[tokio::test]
async fn a_cancellation_supersedes_all_and_its_undoing_plans_all_again() {
    let (app, session) = booked().await;
    app.cancel(&session).await.expect(200);
    let gone = ["7d email", "48h email", "2h sms"]
        .map(|one| format!("reminder {one} superseded cancelled"));
    assert_eq!(app.planned(&session).await, gone);
    app.act(&session, "undo").await.expect(200);
    let planned = app.planned(&session).await;
    assert_eq!(planned.iter().filter(|one| one.ends_with("scheduled")).count(), 3, "{planned:?}");
    app.advance_to("2027-03-16T12:00:00Z").await;
    assert_eq!((app.mails().await.len(), app.texts().await.len()), (3, 1));
}

#[tokio::test]
async fn whoever_is_here_or_was_treated_is_reminded_no_more() {
    let (app, session) = booked().await;
    app.advance_to("2027-03-15T13:30:00Z").await;
    let other = booked_at(&app, "2027-03-15T11:00").await;
    app.advance_to("2027-03-15T13:40:00Z").await;
    app.act(&session, "arrive").await.expect(200);
    assert_eq!(
        app.planned(&session).await[2],
        "reminder 2h sms sent",
        "it went out at eight, before they came"
    );
    assert!(app.planned(&other).await.is_empty());
    let early = booked_at(&app, "2027-03-15T16:00").await;
    assert_eq!(app.planned(&early).await, ["reminder 2h sms scheduled"]);
}

#[tokio::test]
async fn what_falls_into_quiet_hours_is_moved_or_skipped_and_the_row_says_why() {
    let app = TestApp::empty().await;
    app.make_clinic_open(hours(WEEKDAYS, "07:00", "18:00")).await;
    let early = booked_at(&app, "2027-03-16T07:30").await;
    assert_eq!(
        app.planned(&early).await,
        [
            "reminder 7d email scheduled", "reminder 48h email scheduled",
            "reminder 2h sms suppressed quiet_hours"
        ]
    );
    assert_eq!(
        due(&app, &early).await[..2],
        ["2027-03-08T20:45:00-05:00".to_owned(), "2027-03-13T20:45:00-05:00".to_owned()]
    );
    let half_past_eight = booked_at(&app, "2027-03-17T08:30").await;
    assert_eq!(due(&app, &half_past_eight).await[2], "2027-03-17T08:00:00-04:00");
    app.advance_to("2027-03-18T12:00:00Z").await;
    for text in app.open("/demo/mailbox.json").await.body.as_array().unwrap() {
        let hour: u32 = text["at"].as_str().unwrap()[11..13].parse().unwrap();
        assert!((8..21).contains(&hour), "{text}");
    }
    assert_eq!(app.planned(&half_past_eight).await[2], "reminder 2h sms sent");
}

#[tokio::test]
async fn after_an_outage_what_is_of_use_goes_out_once_and_the_rest_says_why_not() {
    let (app, session) = booked().await;
    // Nothing is delivered until ten in the evening of the eleventh: the week's reminder is more than half a week late.
    app.wait(Duration::days(66) + Duration::hours(13));
    app.deliver().await;
    assert_eq!(app.planned(&session).await[0], "reminder 7d email suppressed too_late");
    // And again until the evening of the thirteenth: the second is late, and of use.
    app.wait(Duration::days(1) + Duration::hours(22));
    app.deliver().await;
    app.deliver().await;
    assert_eq!(app.planned(&session).await[1], "reminder 48h email sent");
    assert_eq!(app.mails().await.len(), 2, "the invitation and one reminder");
    // The last one is due at eight, and half an hour before the visit it is of use no more.
    app.wait(Duration::days(1) + Duration::hours(12) + Duration::minutes(31));
    app.deliver().await;
    assert_eq!(app.planned(&session).await[2], "reminder 2h sms suppressed too_late");
}

#[tokio::test]
async fn what_is_late_waits_for_the_morning_and_disturbs_nobody_at_night() {
    let (app, session) = booked().await;
    // Out until Saturday night, ten o'clock.
    app.wait(Duration::days(68) + Duration::hours(13));
    assert!(app.deliver().await.postponed > 0);
    let waiting = app.messages(&session).await;
    let confirm = waiting.item("lead", "48h");
    has(
        confirm,
        json!({"status": "scheduled", "next_try_at": "2027-03-14T08:00:00-04:00",
            "attempts": 0}),
    );
    app.advance_to("2027-03-14T12:00:00Z").await;
    assert_eq!(app.planned(&session).await[1], "reminder 48h email sent");
}

#[tokio::test]
async fn a_patient_is_reminded_by_the_way_they_wish_and_where_they_are() {
    let (app, session) = booked().await;
    let patient = app.patient_at(&session).await;
    app.change_patient(&patient, json!({"preferred_channel": "sms"})).await;
    let planned = app.planned(&session).await;
    let waiting: Vec<_> = planned.iter().filter(|one| one.ends_with("scheduled")).collect();
    assert_eq!(
        waiting,
        ["reminder 7d sms scheduled", "reminder 48h sms scheduled", "reminder 2h sms scheduled"]
    );
    app.change_patient(&patient, json!({"phone": "416 555 0177", "preferred_language": "fr"}))
        .await;
    app.advance_to("2027-03-16T12:00:00Z").await;
    let texts = app.texts().await;
    assert!(texts.len() == 3 && texts.iter().all(|(to, _)| to == "+14165550177"), "{texts:?}");
    assert!(texts.iter().all(|(_, words)| words.contains("lun. 15 mars à 10 h")), "{texts:?}");
    let old = app.planned(&session).await;
    assert!(old.contains(&"reminder 2h sms superseded readdressed".to_owned()), "{old:?}");
}

#[tokio::test]
async fn a_service_and_the_clinic_choose_their_own_reminders() {
    let policy = Policy { reminders: vec!["3d remind sms".parse().unwrap()], ..Policy::default() };
    let app = TestApp::with_policy(policy).await;
    app.make_clinic().await;
    let session = booked_at(&app, MONDAY).await;
    assert_eq!(app.planned(&session).await, ["reminder 3d sms scheduled"]);
    let services = app.get("/services?limit=200").await.expect(200);
    let consultation = services.item("code", "consultation");
    let path = format!("/services/{}", consultation["id"].as_str().unwrap());
    let own = json!({"reminders": ["24h confirm email", "1h remind sms"]});
    app.set(&path, own).await;
    // What is booked already follows at once.
    assert_eq!(
        app.planned(&session).await,
        [
            "reminder 3d sms superseded unwanted", "reminder 24h email scheduled",
            "reminder 1h sms scheduled"
        ]
    );
    app.manage("PATCH", &path, json!({"reminders": ["48h nag email"]})).await.expect(422);
    app.set(&path, json!({"reminders": []})).await;
    let none = app.planned(&session).await;
    assert!(none.iter().all(|one| !one.ends_with("scheduled")), "{none:?}");
}

/// Rule 73.
#[tokio::test]
async fn reminders_of_a_course_on_hold_stop_and_come_back_when_it_is_resumed() {
    let (app, session) = booked().await;
    let course = app.session(&session).await.str("course_id").to_owned();
    let path = format!("/courses/{course}");
    app.patch(&path, json!({"status": "on-hold"})).await.expect(200);
    let held = app.planned(&session).await;
    assert!(held.iter().all(|one| one.ends_with("suppressed on_hold")), "{held:?}");
    app.consent_to_laser(&course).await;
    app.patch(&path, json!({"status": "active"})).await.expect(200);
    let back = app.planned(&session).await;
    assert!(back.len() == 3 && back.iter().all(|one| one.ends_with("scheduled")), "{back:?}");
}

/// Rule 53.
#[tokio::test]
async fn without_consent_nothing_is_sent_and_the_desk_is_told_to_phone() {
    let (app, session) = booked().await;
    let patient = app.patient_at(&session).await;
    let given = app.consent_to_messages(&patient).await;
    app.send_after_grace().await;
    app.delete(&given).await.expect(200);
    let planned = app.planned(&session).await;
    for one in ["7d email", "48h email", "2h sms"] {
        app.expect_planned(&session, &format!("reminder {one} suppressed no_consent")).await;
    }
    assert!(
        planned.len() == 4 && planned.contains(&"phone_call desk scheduled".to_owned()),
        "{planned:?}"
    );
    assert!(app.task_kinds().await.is_empty(), "not weeks ahead");
    app.advance_to("2027-03-13T15:00:00Z").await;
    assert_eq!(app.task_kinds().await, ["patient_to_phone"]);
    app.advance_to("2027-03-16T12:00:00Z").await;
    let mails = app.mails().await;
    let methods: Vec<_> = mails.iter().map(|mail| mail.line("METHOD")).collect();
    assert_eq!(
        methods,
        ["REQUEST", "CANCEL"],
        "the invitation, and one last word that takes it back"
    );
    assert!(app.texts().await.is_empty());
    assert_eq!(app.task_kinds().await, ["patient_to_phone"], "once for a visit");
}

#[tokio::test]
async fn consent_given_again_brings_back_what_is_still_to_come() {
    let (app, session) = booked().await;
    let patient = app.patient_at(&session).await;
    let given = app.consent_to_messages(&patient).await;
    app.delete(&given).await.expect(200);
    app.advance_to("2027-03-09T15:00:00Z").await;
    app.consent_to_messages(&patient).await;
    let planned = app.planned(&session).await;
    let waiting: Vec<_> = planned.iter().filter(|one| one.ends_with("scheduled")).collect();
    assert_eq!(
        waiting,
        ["reminder 48h email scheduled", "reminder 2h sms scheduled"],
        "{planned:?}"
    );
    app.expect_planned(&session, "phone_call desk superseded unwanted").await;
    app.expect_planned(&session, "reminder 7d email suppressed no_consent").await;
}

#[tokio::test]
async fn a_practitioner_who_wants_it_gets_the_list_of_the_next_day_as_one_mail() {
    let (app, clinic) = TestApp::with_clinic().await;
    let noor = format!("/practitioners/{}", clinic.noor);
    app.set(&noor, json!({"day_list_to": "noor@example.test"})).await;
    let with = json!({"practitioner_id": clinic.noor});
    for (name, start) in
        [("Ada", "2027-03-16T10:00"), ("Bo", "2027-03-16T14:00"), ("Cleo", "2027-03-17T10:00")]
    {
        let course = app.prepare_course(name).await;
        app.book_with(&course, "consultation", start, with.clone()).await.expect(201);
    }
    app.advance_to("2027-03-15T22:00:00Z").await;
    let lists = app.mails_to("noor@example.test").await;
    assert_eq!(lists.len(), 1);
    assert_eq!(lists[0].subject, "Your list for Mar 16");
    for said in ["10:00 a.m. – 10:45 a.m.  Ada S.", "2:00 p.m. – 2:45 p.m.  Bo S."] {
        lists[0].shows(&[said]);
    }
    lists[0].hides(&["Cleo", "Sample"]);
    app.set(&noor, json!({"day_list_to": null})).await;
    app.advance_to("2027-03-17T22:00:00Z").await;
    assert_eq!(app.mails_to("noor@example.test").await.len(), 1);
}

/// The clock of the node that delivers never stands on the very instant.
#[tokio::test]
async fn a_reminder_that_has_little_time_left_goes_out_though_the_clock_has_moved_on_a_moment() {
    let app = TestApp::empty().await;
    app.make_clinic_open(hours(WEEKDAYS, "07:00", "18:00")).await;
    let session = booked_at(&app, "2027-01-05T08:30").await;
    assert_eq!(due(&app, &session).await, ["2027-01-05T08:00:00-05:00"]);
    app.send_after_grace().await;
    app.wait(Duration::hours(23) - Duration::minutes(3) + Duration::seconds(4));
    app.deliver().await;
    assert_eq!(app.planned(&session).await, ["reminder 2h sms sent"]);
}

#[tokio::test]
async fn what_is_due_and_could_not_go_out_goes_to_the_address_that_was_corrected_meanwhile() {
    let (app, session) = booked().await;
    let patient = app.patient_at(&session).await;
    app.send_after_grace().await;
    // Nothing is delivered from before the first reminder until an hour after the second was due; then the address is corrected.
    app.wait(Duration::days(68) + Duration::hours(1));
    app.change_patient(&patient, json!({"email": "ada.right@example.test"})).await;
    app.expect_planned(&session, "reminder 48h email superseded readdressed").await;
    // After the invitation to that address, which waits out its grace, and not together with it.
    app.send_after_grace().await;
    app.deliver().await;
    assert!(app.mails().await.iter().all(|mail| !mail.subject.starts_with("Please confirm")));
    app.wait(Duration::hours(1));
    app.deliver().await;
    let late: Vec<_> = app
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.subject.starts_with("Please confirm"))
        .collect();
    assert_eq!((late.len(), late[0].to.as_str()), (1, "ada.right@example.test"));
}

/// Rule 53: for whatever reason it is cancelled.
#[tokio::test]
async fn a_patient_whom_nothing_reaches_is_phoned_about_every_cancellation() {
    let (app, session) = booked().await;
    let patient = app.patient_at(&session).await;
    app.send_after_grace().await;
    for channel in ["email", "sms"] {
        let wish = json!({"channel": channel, "wanted": false, "said": "By telephone"});
        app.post(&format!("/patients/{patient}/opt-outs"), wish).await.expect(200);
    }
    let why = json!({"reason": "clinic_request"});
    app.post(&format!("/sessions/{session}/cancel"), why).await.expect(200);
    assert_eq!(app.task_kinds().await, ["change_to_tell"]);
    let task = app.get("/tasks").await.items()[0].clone();
    let said = task["detail"].as_str().unwrap();
    assert!(said.contains("cancelled") && said.contains("Mar 15"), "{said}");
    // The same for those who share the number and have no address, and for a patient who asked for it.
    let other = booked_at(&app, "2027-03-16T10:00").await;
    let asked = booked_at(&app, "2027-03-17T10:00").await;
    for session in [&other, &asked] {
        let patient = app.patient_at(session).await;
        app.change_patient(&patient, json!({"email": null})).await;
    }
    app.send_after_grace().await;
    app.post(&format!("/sessions/{other}/cancel"), json!({"reason": "clinic_request"}))
        .await
        .expect(200);
    app.cancel(&asked).await.expect(200);
    app.send_after_grace().await;
    assert!(app.texts().await.is_empty());
    assert_eq!(app.task_kinds().await, ["change_to_tell"; 3]);
}
