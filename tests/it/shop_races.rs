//! Races at partner shops, over real HTTP: on `SQLite` against one server, on `PostgreSQL` against
//! two that share the database. Waits hold across places, chairs are not sold twice, and of two
//! answers to one question one counts.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::races::{Race, ahead};

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_hold_when_two_shops_and_the_clinic_are_booked_at_once() {
    let race = Race::with_waits().await;
    let app = &race.app;
    let (one, other) =
        (app.make_shop("Harbour Light", 3).await, app.make_shop("Other Light", 3).await);
    for round in 0..5 {
        let course = app.prepare_course(&format!("Ada{round}")).await;
        app.patch(&format!("/courses/{course}"), json!({"goal": "lighten"})).await.expect(200);
        for shop in [&one, &other] {
            app.disclose(&course, &shop.id).await;
        }
        // Each of these days is nearer to the others than saline allows, and free for all else.
        let book = |turn: usize| {
            let (site, day) = match turn % 3 {
                0 => (&one.site, 40),
                1 => (&other.site, 50),
                _ => (&race.clinic.site, 60),
            };
            let body = json!({"course_id": course, "service": "saline", "start": ahead(day + round, "10:00"), "site_id": site});
            race.call(turn, "POST", "/sessions", body)
        };
        let answers = join_all((0..9).map(book)).await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(count(&statuses, 201), 1, "{statuses:?}");
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            let codes = refused.codes();
            assert!(
                codes.contains(&"interval_too_short") || codes.contains(&"conflict_patient"),
                "{codes:?}"
            );
        }
    }
    let referrals = app.get("/referrals?limit=200").await.expect(200);
    assert!(
        referrals.items().iter().all(|one| one["sessions"].as_array().unwrap().len() == 1),
        "no referral without its session: {}",
        referrals.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_booked_as_often_as_it_has_chairs_and_no_more() {
    let race = Race::begin().await;
    let shop = race.app.make_shop("Harbour Light", 3).await;
    let courses = race.courses(20).await;
    for course in &courses {
        race.app.disclose(course, &shop.id).await;
    }
    let start = ahead(40, "10:00");
    let book = |turn: usize| {
        let body = json!({"course_id": courses[turn], "service": "consultation", "start": start, "site_id": shop.site});
        race.call(turn, "POST", "/sessions", body)
    };
    let statuses: Vec<_> =
        join_all((0..20).map(book)).await.iter().map(|answer| answer.status).collect();
    assert_eq!((count(&statuses, 201), count(&statuses, 409)), (3, 17), "{statuses:?}");
}

/// The shop accepts while the desk moves, the patient's consent is withdrawn, and a manager rejects.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_meet_leave_one_state_that_fits_together() {
    let race = Race::begin().await;
    let app = &race.app;
    let shop = app.make_shop("Harbour Light", 3).await;
    for round in 0..10 {
        let course = app.prepare_course(&format!("Ada{round}")).await;
        let consent = app.disclose(&course, &shop.id).await;
        let there = json!({"course_id": course, "service": "consultation", "start": ahead(40 + round, "10:00"), "site_id": shop.site});
        let booked = app.post("/sessions", there).await.expect(201);
        let referral = booked.str("referral_id").to_owned();
        let path = |verb: &str| format!("/referrals/{referral}/{verb}");
        let deed = |turn: usize| {
            let why = json!({"reason": "No.", "for_shop": true});
            match turn % 5 {
                0 => race.call_as(
                    turn,
                    &app.manager,
                    "POST",
                    path("accept"),
                    json!({"for_shop": true}),
                ),
                1 => race.call_as(turn, &app.manager, "POST", path("reject"), why),
                2 => race.call_as(
                    turn,
                    &app.desk,
                    "POST",
                    format!("/sessions/{}/reschedule", booked.id()),
                    json!({"start": ahead(41 + round, "11:00")}),
                ),
                3 => race.call_as(turn, &app.desk, "DELETE", consent.clone(), Value::Null),
                _ => race.call_as(
                    turn,
                    &shop.token,
                    "POST",
                    path("propose"),
                    json!({"start": ahead(42 + round, "12:00")}),
                ),
            }
        };
        let answers = join_all((0..10).map(deed)).await;
        for answer in &answers {
            assert!(
                matches!(answer.status, 200 | 403 | 409 | 412 | 422),
                "{}: {}",
                answer.status,
                answer.text
            );
        }
        // The consent was withdrawn at some moment, so nothing is left that the shop still has to do.
        let seen = app.referral(&referral).await;
        let session = app.session(&booked.id()).await;
        assert!(["cancelled", "rejected"].contains(&seen.str("status")), "{}", seen.text);
        assert_eq!(session.str("status"), "cancelled", "{}", session.text);
        let open = seen.array("proposals").iter().filter(|one| one["status"] == "open").count();
        assert_eq!(open, 0, "{}", seen.text);
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM claims").await, 0);
}
