//! Free times through the API: every slot can be booked, every bookable time of the grid
//! is a slot, and what is in the way is said. The arithmetic has its own model in
//! `slots_model`.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, FixedOffset};
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn every_slot_can_be_booked_and_every_bookable_time_on_the_grid_is_a_slot() {
    let (app, clinic) = TestApp::with_clinic_without_waits().await;
    app.rent(&clinic, "2027-01-07T09:00", "2027-01-07T17:00").await;
    app.close(
        json!({"practitioner_id": clinic.noor, "from": "12:00", "until": "13:00"}),
        "2027-01-05",
        "2027-01-08",
    )
    .await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    for start in ["2027-01-05T10:00", "2027-01-06T13:05", "2027-01-07T11:15"] {
        app.book(&ben, "laser_partial", start).await.expect(201);
    }
    app.book(&ada, "consultation", "2027-01-11T13:05").await.expect(201);
    for service in ["laser_partial", "laser_full", "consultation"] {
        let slots: BTreeSet<String> = app
            .slots(&ada, service, "2027-01-05", "2027-01-11")
            .await
            .starts()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut time: DateTime<FixedOffset> = "2027-01-05T00:00:00-05:00".parse().unwrap();
        let end: DateTime<FixedOffset> = "2027-01-12T00:00:00-05:00".parse().unwrap();
        while time < end {
            let start = time.to_rfc3339();
            // Nights are closed anyway; by day every quarter hour is tried.
            if ("08".."19").contains(&&start[11..13]) {
                let tried = app.book(&ada, service, &start).await;
                assert_eq!(
                    tried.status == 201,
                    slots.contains(&start),
                    "{service} {start}: {}",
                    tried.text
                );
                if tried.status == 201 {
                    app.cancel(&tried.id()).await.expect(200);
                }
            }
            time += Duration::minutes(15);
        }
    }
}

#[tokio::test]
async fn refused_names_each_thing_in_the_way_and_the_first_day_that_works() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let look = |service: &'static str, from: &'static str, to: &'static str, more: String| {
        let (app, course) = (&app, &course);
        async move {
            let slots = app.slots_with(course, service, from, to, &more).await;
            assert!(slots.starts().is_empty(), "{}", slots.text);
            let why: Vec<String> = slots.why_not().into_iter().map(str::to_owned).collect();
            (why, slots.body["refused"][0]["earliest"].as_str().map(str::to_owned))
        }
    };
    let day = |text: &str| Some(text.to_owned());
    let none = String::new;
    assert_eq!(
        look("consultation", "2027-01-09", "2027-01-10", none()).await,
        (vec!["clinic_closed".into()], day("2027-01-11"))
    );
    let theo = format!("&practitioner_id={}", clinic.theo);
    assert_eq!(
        look("consultation", "2027-01-05", "2027-01-08", theo).await,
        (vec!["practitioner_not_working".into()], day("2027-01-11"))
    );
    let rented = format!("&device_id={}", clinic.rented);
    assert_eq!(
        look("laser_partial", "2027-01-05", "2027-01-08", rented).await,
        (vec!["outside_rental_window".into()], None)
    );
    let in_consult = format!("&room_id={}", clinic.consult);
    assert_eq!(
        look("laser_partial", "2027-01-05", "2027-01-08", in_consult).await,
        (vec!["room_not_suitable".into()], None)
    );
    app.close(json!({"room_id": clinic.consult}), "2027-01-05", "2027-01-05").await;
    assert_eq!(
        look("consultation", "2027-01-05", "2027-01-05", none()).await,
        (vec!["room_closed".into()], day("2027-01-06"))
    );
    assert_eq!(
        look("consultation", "2026-12-01", "2026-12-05", none()).await,
        (vec!["start_in_past".into()], day("2027-01-04"))
    );
    assert_eq!(look("consultation", "2031-12-01", "2031-12-05", none()).await.0, ["too_far_ahead"]);
}

#[tokio::test]
async fn a_full_day_names_who_is_booked_and_the_next_day() {
    let (app, _) = TestApp::with_clinic_without_waits().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    for hour in 9..18 {
        app.book(&ben, "consultation", &format!("2027-01-05T{hour:02}:00")).await.expect(201);
    }
    let slots = app.slots(&ada, "consultation", "2027-01-05", "2027-01-05").await;
    assert_eq!(
        (slots.starts().len(), slots.why_not()),
        (0, vec!["conflict_practitioner", "conflict_room"])
    );
    assert_eq!(slots.body["refused"][0]["earliest"], "2027-01-06");
    let own = app.slots(&ben, "consultation", "2027-01-05", "2027-01-05").await;
    assert_eq!(own.why_not()[0], "conflict_patient");
}

#[tokio::test]
async fn slots_go_across_all_who_can_and_stay_with_whom_is_asked_for() {
    let (app, clinic) = TestApp::with_clinic_without_waits().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    app.book_with(
        &ben,
        "laser_partial",
        "2027-01-11T10:00",
        json!({"practitioner_id": clinic.noor}),
    )
    .await
    .expect(201);
    let all = app.slots(&ada, "consultation", "2027-01-11", "2027-01-11").await;
    let at_ten = all.item("start", "2027-01-11T10:00:00-05:00");
    assert_eq!(at_ten["practitioner_id"], clinic.theo.as_str());
    let noor = app
        .slots_with(
            &ada,
            "consultation",
            "2027-01-11",
            "2027-01-11",
            &format!("&practitioner_id={}", clinic.noor),
        )
        .await;
    assert!(!noor.starts().contains(&"2027-01-11T10:00:00-05:00"));
    assert!(noor.items().iter().all(|slot| slot["practitioner_id"] == clinic.noor.as_str()));
}

#[tokio::test]
async fn past_times_of_today_are_not_offered_and_limits_and_ranges_are_kept() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    app.wait(Duration::minutes(61));
    let today = app.slots(&course, "consultation", "2027-01-04", "2027-01-04").await;
    assert_eq!(today.in_order()[0], "2027-01-04T10:15:00-05:00");
    let path = format!("/slots?course_id={course}&service=consultation");
    let few = app.get(&format!("{path}&limit=3")).await.expect(200);
    assert_eq!((few.starts().len(), &few.items()[2]["rank"]), (3, &json!(3)));
    let from_noon =
        app.get(&format!("{path}&from=2027-01-05T12:00&to=2027-01-05T13:00")).await.expect(200);
    assert_eq!(from_noon.starts().len(), 4);
    app.get(&format!("{path}&from=2027-01-05&to=2027-01-04"))
        .await
        .refused(422, &["range_too_long"]);
    app.get(&format!("{path}&from=2027-01-05&to=2029-01-04"))
        .await
        .refused(422, &["range_too_long"]);
    app.get(&format!("{path}&limit=0")).await.expect(422);
}
