//! Rule 44 and the days around it: the gaps and folds of 2026–2028 through the API,
//! sessions across each, hours on those days, and Toronto days at eight in the evening.

use serde_json::json;

use crate::support::TestApp;
use crate::support::clinic::{ALL_DAYS, hours};

/// A clinic that never closes, so that the clock's odd hours can be booked.
async fn open_all_night() -> (TestApp, String) {
    let app = TestApp::at("2026-01-05T14:00:00Z").await;
    let clinic = app.make_clinic_open(hours(ALL_DAYS, "00:00", "24:00")).await;
    app.set(&format!("/sites/{}", clinic.site), json!({"observes_holidays": false})).await;
    app.set(&format!("/practitioners/{}", clinic.noor), json!({"credentials": []})).await;
    let course = app.prepare_course("Ada").await;
    (app, course)
}

#[tokio::test]
async fn a_wall_time_that_the_clock_skips_is_refused_on_each_spring_sunday() {
    let (app, course) = open_all_night().await;
    for day in ["2026-03-08", "2027-03-14", "2028-03-12"] {
        for time in ["02:00", "02:30", "02:59"] {
            let refused = app
                .book(&course, "consultation", &format!("{day}T{time}"))
                .await
                .refused(422, &["no_such_local_time"]);
            assert!(
                refused.body["detail"]
                    .as_str()
                    .unwrap()
                    .contains("The first time after it is 03:00.")
            );
        }
        app.book(&course, "consultation", &format!("{day}T03:00")).await.expect(201);
    }
    let session = app.make_visit(&course, "consultation", "2027-03-16T10:00").await;
    app.move_to(&session, "2027-03-14T02:30").await.refused(422, &["no_such_local_time"]);
    app.get(&format!(
        "/slots?course_id={course}&service=consultation&from=2027-03-14T02:30&to=2027-03-15"
    ))
    .await
    .refused(422, &["no_such_local_time"]);
}

#[tokio::test]
async fn a_session_across_the_gap_takes_elapsed_time() {
    let (app, course) = open_all_night().await;
    for day in ["2026-03-08", "2027-03-14", "2028-03-12"] {
        let across = app.book(&course, "consultation", &format!("{day}T01:30")).await.expect(201);
        assert_eq!(across.str("start"), format!("{day}T01:30:00-05:00"));
        assert_eq!(across.str("end"), format!("{day}T03:15:00-04:00"));
    }
}

#[tokio::test]
async fn a_wall_time_that_happens_twice_means_the_first_and_says_so_unless_an_offset_is_given() {
    let (app, course) = open_all_night().await;
    for day in ["2026-11-01", "2027-11-07", "2028-11-05"] {
        let first = app.book(&course, "consultation", &format!("{day}T01:00")).await.expect(201);
        assert_eq!(first.str("start"), format!("{day}T01:00:00-04:00"));
        assert!(first.str("notice").contains("twice"));
        let second =
            app.book(&course, "consultation", &format!("{day}T01:00:00-05:00")).await.expect(201);
        assert_eq!(second.str("start"), format!("{day}T01:00:00-05:00"));
        assert!(second.body.get("notice").is_none());
        assert_eq!(second.str("local_start"), first.str("local_start"));
    }
}

#[tokio::test]
async fn a_session_across_the_fold_takes_elapsed_time() {
    let (app, course) = open_all_night().await;
    for day in ["2026-11-01", "2027-11-07", "2028-11-05"] {
        let across =
            app.book(&course, "consultation", &format!("{day}T01:30:00-04:00")).await.expect(201);
        assert_eq!(across.str("start"), format!("{day}T01:30:00-04:00"));
        assert_eq!(across.str("end"), format!("{day}T01:15:00-05:00"));
    }
}

#[tokio::test]
async fn the_days_of_a_clock_change_have_one_hour_of_slots_less_or_more() {
    let (app, course) = open_all_night().await;
    let count = |day: &'static str| async {
        app.slots(&course, "consultation", day, day).await.starts().len()
    };
    let (ordinary, spring, autumn) =
        (count("2027-03-17").await, count("2027-03-14").await, count("2027-11-07").await);
    assert_eq!((ordinary, spring, autumn), (96, 92, 100));
    let spring = app.slots(&course, "consultation", "2027-03-14", "2027-03-14").await;
    assert!(!spring.starts().iter().any(|start| start.contains("T02:")));
    let autumn = app.slots(&course, "consultation", "2027-11-07", "2027-11-07").await;
    assert_eq!(autumn.starts().iter().filter(|start| start.contains("T01:30")).count(), 2);
}

#[tokio::test]
async fn hours_are_wall_hours_on_both_sides_of_a_change() {
    let app = TestApp::without_waits().await;
    app.make_clinic_open(hours(ALL_DAYS, "09:00", "18:00")).await;
    let course = app.prepare_course("Ada").await;
    for (day, offset) in [
        ("2027-03-13", "-05:00"),
        ("2027-03-14", "-04:00"),
        ("2027-11-06", "-04:00"),
        ("2027-11-07", "-05:00"),
    ] {
        let slots = app.slots(&course, "consultation", day, day).await;
        let (first, last) = (format!("{day}T09:00:00{offset}"), format!("{day}T17:15:00{offset}"));
        assert_eq!(
            (slots.in_order()[0], *slots.in_order().last().unwrap()),
            (first.as_str(), last.as_str())
        );
    }
}

#[tokio::test]
async fn eight_in_the_evening_in_winter_belongs_to_that_day_and_not_to_the_next_one_of_utc() {
    let (app, course) = open_all_night().await;
    let session = app.book(&course, "consultation", "2027-01-15T20:00").await.expect(201);
    assert_eq!(session.str("start"), "2027-01-15T20:00:00-05:00");
    for (day, here) in [("2027-01-14", 0), ("2027-01-15", 1), ("2027-01-16", 0)] {
        assert_eq!(
            app.get(&format!("/sessions?from={day}&to={day}")).await.expect(200).items().len(),
            here,
            "{day}"
        );
    }
    let evening = app.slots(&course, "consultation", "2027-01-14", "2027-01-14").await;
    assert!(evening.starts().contains(&"2027-01-14T20:00:00-05:00"));
}

#[tokio::test]
async fn the_holiday_on_thursday_1_july_2027_takes_the_rental_day_away() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    for day in ["2027-06-24", "2027-07-01", "2027-07-08"] {
        app.rent(&clinic, &format!("{day}T09:00"), &format!("{day}T17:00")).await;
    }
    let with_rented = format!("&device_id={}", clinic.rented);
    let slots =
        app.slots_with(&course, "laser_partial", "2027-06-25", "2027-07-07", &with_rented).await;
    assert_eq!(slots.starts(), Vec::<&str>::new());
    assert!(
        slots.why_not().contains(&"clinic_closed")
            && slots.why_not().contains(&"outside_rental_window"),
        "{}",
        slots.text
    );
    assert_eq!(slots.body["refused"][0]["earliest"], "2027-07-08");
    let refused = app
        .book_with(
            &course,
            "laser_partial",
            "2027-07-01T10:00",
            json!({"device_id": clinic.rented}),
        )
        .await;
    let refused = refused.refused(422, &["clinic_closed"]);
    assert_eq!(refused.body["violations"][0]["earliest"], "2027-07-08");
}
