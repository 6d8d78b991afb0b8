//! What is still unsent when its session comes near, and what can never arrive: a task for the desk in
//! time, by the clock of the session. Numbers and addresses at which nothing arrives stand in `dead_ways`.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use fadeline::delivery::Post;
use fadeline::domain::time::civil;
use serde_json::json;

use crate::dead_ways::tasks_of;
use crate::support::outside::{Down, Outside};
use crate::support::{Shop, TestApp, toronto};

pub(crate) const OUT: &str = "out@example.test";
pub(crate) const PHONE: &str = "+14165550123";
const NO_MAIL: Down = Down { mail: true, texts: false };
const NOTHING: Down = Down { mail: true, texts: true };

/// The instant of a wall time.
pub(crate) fn at(wall: &str) -> DateTime<Utc> {
    let wall = NaiveDateTime::parse_from_str(wall, "%Y-%m-%dT%H:%M").unwrap();
    civil::resolve(toronto(), wall).bound()
}

/// A clinic at nine on the first Monday of February, a patient with mail and telephone, and the world outside.
pub(crate) async fn february() -> (TestApp, Outside, Post, String) {
    let app = TestApp::at("2027-02-01T14:00:00Z").await;
    app.make_clinic().await;
    let patient =
        json!({"given_name": "Ada", "family_name": "Sample", "phone": PHONE, "email": OUT});
    let patient = app.post("/patients", patient).await.expect(201).id();
    let course = app.open_course_for(&patient).await;
    let outside = Outside::of(&app);
    let post = outside.post(Down::default());
    (app, outside, post, course)
}

async fn late(app: &TestApp, session: &str) -> Vec<String> {
    let tasks = app.open_tasks(session).await;
    tasks.into_iter().filter(|(kind, _)| kind == "message_late").map(|(_, detail)| detail).collect()
}

/// The story of the report, to the letter.
#[tokio::test]
async fn what_the_clinic_cancels_while_mail_is_down_is_a_call_within_the_hour() {
    let (app, outside, post, course) = february().await;
    let session = app.make_visit(&course, "consultation", "2027-02-02T10:00").await;
    app.pass_to(&post, at("2027-02-01T09:05")).await;
    assert_eq!(outside.mails(OUT).len(), 1, "the invitation is sent");
    let down = outside.post(NO_MAIL);
    app.cancel_for(&session, "clinic_request").await.expect(200);
    app.pass_to(&down, at("2027-02-01T10:07")).await;
    assert_eq!(app.open_tasks(&session).await, [], "it has an hour from when it was due");
    app.pass_to(&down, at("2027-02-01T10:08")).await;
    let said = late(&app, &session).await;
    assert_eq!(said.len(), 1, "{said:?}");
    for part in
        ["Phone Ada Sample before Tue Feb 2, 10:00 a.m.", "Tue Feb 2, 10:00 a.m. is cancelled"]
    {
        assert!(said[0].contains(part), "{part} in {said:?}");
    }
    for then in ["2027-02-02T09:00", "2027-02-02T11:45", "2027-02-05T11:45"] {
        app.pass_to(&down, at(then)).await;
        assert_eq!(late(&app, &session).await.len(), 1, "at {then} it is still to be done, once");
    }
    assert_eq!(app.ledger(&session).await.last().unwrap(), "cancel suppressed past");
}

/// What a story does to a session, or about it, of which a message stays unsent.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Books,
    Moves(&'static str),
    Cancels,
    /// Nothing: a reminder falls due.
    Waits,
}

/// What is unsent, and from when on it is a task.
struct Unsent {
    start: &'static str,
    deed: Deed,
    /// When the ways went down and it was done.
    now: &'static str,
    /// At which minute it becomes a task.
    late: &'static str,
    /// What the desk reads.
    says: &'static str,
}

async fn is_late_at(one: &Unsent) {
    let (app, outside, post, course) = february().await;
    let books = matches!(one.deed, Deed::Books);
    let mut session = String::new();
    if !books {
        session = app.make_visit(&course, "consultation", one.start).await;
    }
    app.pass_to(&post, at(one.now)).await;
    let down = outside.post(NOTHING);
    match one.deed {
        Deed::Books => session = app.make_visit(&course, "consultation", one.start).await,
        Deed::Moves(to) => {
            app.move_to(&session, to).await.expect(200).id().clone_into(&mut session);
        }
        Deed::Cancels => app.cancel(&session).await.expect(200).id().clone_into(&mut session),
        Deed::Waits => (),
    }
    let told = format!("{:?} at {} of {}", one.deed, one.now, one.start);
    app.pass_to(&down, at(one.late) - Duration::minutes(1)).await;
    assert_eq!(late(&app, &session).await, Vec::<String>::new(), "{told}: before its time");
    app.pass_to(&down, at(one.late)).await;
    let said = late(&app, &session).await;
    assert!(said.iter().any(|said| said.contains(one.says)), "{told}: {said:?}");
}

#[tokio::test]
async fn each_change_is_a_task_an_hour_after_it_was_due_or_two_hours_before_it_is_of_no_use() {
    for one in [
        Unsent {
            start: "2027-02-02T16:00",
            deed: Deed::Books,
            now: "2027-02-01T09:30",
            late: "2027-02-01T10:33",
            says: "the appointment on Tue Feb 2, 4:00 p.m. takes place",
        },
        Unsent {
            start: "2027-02-02T16:00",
            deed: Deed::Moves("2027-02-12T11:00"),
            now: "2027-02-01T09:30",
            late: "2027-02-01T10:33",
            says: "before Tue Feb 2, 4:00 p.m.: the appointment moved from Tue Feb 2, 4:00 p.m. to Fri Feb 12, 11:00 a.m.",
        },
        // Moved to a time that is near.
        Unsent {
            start: "2027-02-12T11:00",
            deed: Deed::Moves("2027-02-02T16:00"),
            now: "2027-02-01T09:30",
            late: "2027-02-01T10:33",
            says: "before Tue Feb 2, 4:00 p.m.: the appointment moved from Fri Feb 12, 11:00 a.m. to Tue Feb 2, 4:00 p.m.",
        },
        // So near that half an hour has to be enough.
        Unsent {
            start: "2027-02-01T11:00",
            deed: Deed::Cancels,
            now: "2027-02-01T09:42",
            late: "2027-02-01T10:30",
            says: "before Mon Feb 1, 11:00 a.m.: the appointment on Mon Feb 1, 11:00 a.m. is cancelled",
        },
        // Farther off: two hours before, at the latest.
        Unsent {
            start: "2027-02-03T10:00",
            deed: Deed::Cancels,
            now: "2027-02-01T09:30",
            late: "2027-02-03T08:00",
            says: "Wed Feb 3, 10:00 a.m. is cancelled",
        },
        Unsent {
            start: "2027-02-03T10:00",
            deed: Deed::Moves("2027-02-12T11:00"),
            now: "2027-02-01T09:30",
            late: "2027-02-03T08:00",
            says: "moved from Wed Feb 3, 10:00 a.m. to Fri Feb 12, 11:00 a.m.",
        },
    ] {
        is_late_at(&one).await;
    }
}

/// A reminder is of use for a while only: two hours before that ends, somebody has to remind.
#[tokio::test]
async fn a_reminder_that_does_not_go_out_is_a_task_while_it_is_still_of_use() {
    for (now, start, late_at, says) in [
        // To confirm, 48 hours ahead, of use for a day.
        (
            "2027-02-08T09:00", "2027-02-10T10:00", "2027-02-09T08:00",
            "to remind them of the appointment on Wed Feb 10",
        ),
        // On the day, of use until half an hour is left.
        (
            "2027-02-10T07:30", "2027-02-10T10:00", "2027-02-10T08:10",
            "to remind them of the appointment on Wed Feb 10",
        ),
    ] {
        is_late_at(&Unsent { start, deed: Deed::Waits, now, late: late_at, says }).await;
    }
}

/// After two days without a way; the session is farther off.
#[tokio::test]
async fn what_is_given_up_is_a_task_that_says_what_is_to_be_told() {
    for (deed, says) in [
        (
            Deed::Moves("2027-02-19T11:00"),
            "moved from Wed Feb 10, 10:00 a.m. to Fri Feb 19, 11:00 a.m.",
        ),
        (Deed::Cancels, "Wed Feb 10, 10:00 a.m. is cancelled"),
        (Deed::Waits, "Wed Feb 10"),
    ] {
        let (app, outside, post, course) = february().await;
        let session = app.make_visit(&course, "consultation", "2027-02-10T10:00").await;
        app.pass_to(&post, at("2027-02-01T11:00")).await;
        match deed {
            Deed::Moves(to) => drop(app.move_to(&session, to).await.expect(200)),
            Deed::Cancels => drop(app.cancel(&session).await.expect(200)),
            Deed::Books | Deed::Waits => (),
        }
        app.pass_to(&outside.post(NOTHING), at("2027-02-06T20:00")).await;
        let tasks = app.open_tasks(&session).await;
        assert!(tasks.iter().any(|(_, said)| said.contains(says)), "{deed:?}: {tasks:?}");
    }
}

#[tokio::test]
async fn a_question_that_was_never_asked_is_a_call() {
    let (app, outside, post, course) = february().await;
    let session = app.make_visit(&course, "consultation", "2027-02-10T10:00").await;
    app.pass_to(&post, at("2027-02-08T09:00")).await;
    let down = outside.post(NO_MAIL);
    app.pass_to(&down, at("2027-02-10T09:00")).await;
    assert!(
        app.planned(&session)
            .await
            .iter()
            .any(|one| one == "reminder 48h email suppressed too_late")
    );
    assert_eq!(app.open_tasks(&session).await.len(), 1, "one call, not two");
}

/// A shop that reads mail, and a patient whom it may know.
async fn with_shop() -> (TestApp, Outside, Post, String, Shop) {
    let (app, outside, post, course) = february().await;
    let shop = app.make_shop("Harbour Light", 1).await;
    app.shop_wants(&shop, json!({"email": "harbour@example.test"})).await;
    app.disclose(&course, &shop.id).await;
    (app, outside, post, course, shop)
}

#[tokio::test]
async fn what_a_shop_is_not_told_in_time_is_a_call_to_the_shop() {
    for deed in [Deed::Books, Deed::Moves("2027-02-12T11:00"), Deed::Cancels] {
        let (app, outside, post, course, shop) = with_shop().await;
        let down = outside.post(NO_MAIL);
        let booked = async || {
            app.book_at(&shop, &course, "consultation", "2027-02-02T16:00").await.expect(201)
        };
        let session = if matches!(deed, Deed::Books) {
            booked().await.id()
        } else {
            let booked = booked().await;
            app.accept(&shop, booked.str("referral_id")).await;
            app.pass_to(&post, at("2027-02-01T09:30")).await;
            booked.id()
        };
        let due = app.app.clock.now() + Duration::minutes(3);
        match deed {
            Deed::Moves(to) => drop(app.move_to(&session, to).await.expect(200)),
            Deed::Cancels => drop(app.cancel(&session).await.expect(200)),
            Deed::Books | Deed::Waits => (),
        }
        app.pass_to(&down, due + Duration::minutes(59)).await;
        assert_eq!(late(&app, &session).await, Vec::<String>::new(), "{deed:?}");
        app.pass_to(&down, due + Duration::minutes(61)).await;
        let said = late(&app, &session).await;
        assert!(said.iter().any(|said| said.contains("Phone Harbour Light")), "{deed:?}: {said:?}");
    }
}

/// Whom the desk is to phone about a session at a shop.
async fn shops_to_phone(app: &TestApp, session: &str) -> Vec<String> {
    let tasks = app.open_tasks(session).await;
    tasks.into_iter().filter(|(kind, _)| kind == "shop_to_phone").map(|(_, words)| words).collect()
}

#[tokio::test]
async fn each_shop_that_cannot_be_written_to_is_one_call_that_says_the_newest() {
    let (app, _, post, course, shop) = with_shop().await;
    let other = app.make_shop("Maple Row", 1).await;
    app.shop_wants(&other, json!({"email": "maple@example.test"})).await;
    app.disclose(&course, &other.id).await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-02-02T10:00").await.expect(201);
    app.accept(&shop, booked.str("referral_id")).await;
    app.pass_to(&post, at("2027-02-01T09:30")).await;
    for unread in [&shop, &other] {
        app.shop_wants(unread, json!({"email": null})).await;
    }
    let session = booked.id();
    for time in ["11:00", "12:00"] {
        app.move_to(&session, &format!("2027-02-02T{time}")).await.expect(200);
        let calls = shops_to_phone(&app, &session).await;
        assert!(calls.len() == 1 && calls[0].contains("Harbour Light"), "{calls:?}");
        assert!(calls[0].contains(&format!("{}:00", &time[..2])), "{time}: {calls:?}");
    }
    // Less than a day ahead, so that the new shop's page is not enough.
    let to_other = json!({"start": "2027-02-02T09:00", "site_id": other.site});
    app.reschedule(&session, to_other).await.expect(200);
    let calls = shops_to_phone(&app, &session).await;
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls.iter().any(|call| call.contains("Harbour Light") && call.contains("cancelled")));
    assert!(calls.iter().any(|call| call.contains("Maple Row") && call.contains("takes place")));
}

#[tokio::test]
async fn a_list_that_a_shop_does_not_get_is_read_out_to_it() {
    let (app, outside, post, course, shop) = with_shop().await;
    let booked = app.book_at(&shop, &course, "consultation", "2027-02-03T10:00").await.expect(201);
    app.accept(&shop, booked.str("referral_id")).await;
    app.pass_to(&post, at("2027-02-02T15:00")).await;
    // Due at four.
    app.pass_to(&outside.post(NO_MAIL), at("2027-02-03T09:59")).await;
    let said = late(&app, &booked.id()).await;
    assert!(
        said.iter().any(|said| said.contains("Harbour Light") && said.contains("list")),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_list_of_dates_that_does_not_arrive_is_one_call_about_all_of_them() {
    let (app, outside, post, course) = february().await;
    let patient = app.patient_of(&course).await;
    app.change_patient(&patient, json!({"calendar_invites": false})).await;
    outside.refuse(OUT, "554 5.7.1 spam");
    let mut sessions = Vec::new();
    for day in ["16", "18"] {
        sessions
            .push(app.make_visit(&course, "consultation", &format!("2027-02-{day}T10:00")).await);
    }
    app.pass_to(&post, at("2027-02-01T12:00")).await;
    assert_eq!(tasks_of(&app, &patient, "message_failed").await, 1);
    for session in &sessions {
        let tasks = app.open_tasks(session).await;
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        for date in ["Tue Feb 16, 10:00 a.m. takes place;", "Thu Feb 18, 10:00 a.m. takes place."] {
            assert!(tasks[0].1.contains(date), "{date} in {tasks:?}");
        }
    }
}

/// That another message arrives says nothing of the one that was lost.
#[tokio::test]
async fn what_one_session_lost_stays_a_task_when_another_message_arrives() {
    let (app, outside, post, course) = february().await;
    let session = app.make_visit(&course, "consultation", "2027-02-16T10:00").await;
    app.pass_to(&post, at("2027-02-01T12:00")).await;
    outside.refuse(OUT, "554 5.7.1 spam");
    app.cancel_for(&session, "clinic_request").await.expect(200);
    app.pass_to(&post, at("2027-02-01T13:00")).await;
    assert_eq!(app.open_tasks(&session).await.len(), 1);
    outside.accept(OUT);
    app.make_visit(&course, "consultation", "2027-02-18T10:00").await;
    app.pass_to(&post, at("2027-02-01T14:00")).await;
    assert_eq!(outside.mails(OUT).len(), 2);
    assert_eq!(app.open_tasks(&session).await.len(), 1, "nobody has told them yet");
}
