//! Rules 34–40 and 49 of booking, each refusing, letting through, and at its boundary;
//! and all failing ones at once. Rule 44 stands in `clock_changes`.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn rule_34_whoever_and_whatever_is_taken_is_named() {
    let (app, clinic) = TestApp::with_clinic_without_waits().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    app.book_with(&ada, "laser_partial", "2027-01-05T10:00", json!({})).await.expect(201);
    // Noor, the room and the laser are all taken on a Tuesday.
    app.book(&ben, "laser_partial", "2027-01-05T10:30")
        .await
        .refused(409, &["conflict_practitioner", "conflict_device", "conflict_room"]);
    app.book(&ada, "consultation", "2027-01-05T10:30")
        .await
        .refused(409, &["conflict_patient", "conflict_practitioner"]);
    // On a Monday Theo is here too, so the laser and the room are all that is in the way.
    app.book_with(
        &ada,
        "laser_partial",
        "2027-01-11T10:00",
        json!({"practitioner_id": clinic.noor}),
    )
    .await
    .expect(201);
    let with_theo = json!({"practitioner_id": clinic.theo});
    app.book_with(&ben, "laser_partial", "2027-01-11T10:00", with_theo.clone())
        .await
        .refused(409, &["conflict_device", "conflict_room"]);
    app.book_with(&ben, "consultation", "2027-01-11T10:00", with_theo).await.expect(201);
}

#[tokio::test]
async fn rule_34_touching_ends_are_allowed_and_a_minute_less_is_not() {
    let (app, _) = TestApp::with_clinic_without_waits().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    // 10:00 to 10:45, and fifteen minutes of turnaround.
    app.book(&ada, "consultation", "2027-01-05T10:00").await.expect(201);
    app.book(&ben, "consultation", "2027-01-05T10:59")
        .await
        .refused(409, &["conflict_practitioner", "conflict_room"]);
    app.book(&ben, "consultation", "2027-01-05T11:00").await.expect(201);
    let cal = app.prepare_course("Cal").await;
    app.book(&cal, "consultation", "2027-01-05T09:01")
        .await
        .refused(409, &["conflict_practitioner", "conflict_room"]);
    app.book(&cal, "consultation", "2027-01-05T09:00").await.expect(201);
}

#[tokio::test]
async fn anaesthetic_time_takes_room_and_patient_but_neither_practitioner_nor_device() {
    let (app, _) = TestApp::with_clinic_without_waits().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    // 45 minutes of anaesthetic, 15 of preparation, then 11:00 to 12:15, then 15 of turnaround.
    app.book(&ada, "laser_full", "2027-01-05T11:00").await.expect(201);
    app.book(&ben, "consultation", "2027-01-05T09:46")
        .await
        .refused(409, &["conflict_practitioner"]);
    app.book(&ben, "consultation", "2027-01-05T09:45").await.expect(201);
    app.book(&ada, "consultation", "2027-01-05T09:15")
        .await
        .refused(409, &["conflict_patient", "conflict_practitioner", "conflict_room"]);
    let cal = app.prepare_course("Cal").await;
    app.book(&cal, "laser_partial", "2027-01-05T09:15")
        .await
        .refused(409, &["conflict_practitioner", "conflict_room"]);
}

#[tokio::test]
async fn rule_35_closed_days_and_hours_are_refused_with_the_reason_and_the_next_day() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    let refused = |start: &'static str| async {
        app.book(&course, "consultation", start)
            .await
            .refused(422, &["clinic_closed", "practitioner_not_working"])
    };
    let sunday = refused("2027-01-10T10:00").await;
    assert_eq!(
        sunday.body["violations"][0]["message"],
        "Hayden is closed on Sunday 10 January 2027 (always closed on Sundays)."
    );
    assert_eq!(sunday.body["violations"][0]["earliest"], "2027-01-11");
    refused("2027-01-05T08:45").await;
    refused("2027-01-05T17:30").await;
    app.book(&course, "consultation", "2027-01-05T17:15").await.expect(201);
    app.book(&course, "consultation", "2027-01-06T09:00").await.expect(201);
}

#[tokio::test]
async fn rule_35_the_civic_holiday_follows_the_policy() {
    use fadeline::domain::clinic::policy::Policy;
    for (observe, status) in [(true, 422), (false, 201)] {
        let app =
            TestApp::with_policy(Policy { observe_civic_holiday: observe, ..Policy::default() })
                .await;
        app.make_clinic().await;
        let course = app.prepare_course("Ada").await;
        app.book(&course, "consultation", "2027-08-02T10:00").await.expect(status);
    }
}

#[tokio::test]
async fn rule_35_a_closure_closes_what_it_names() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    app.close(json!({"site_id": clinic.site}), "2027-01-05", "2027-01-05").await;
    let refused = app
        .book(&course, "consultation", "2027-01-05T10:00")
        .await
        .refused(422, &["clinic_closed"]);
    assert!(refused.body["detail"].as_str().unwrap().contains("(Inventory)"));
    app.close(json!({"practitioner_id": clinic.noor}), "2027-01-06", "2027-01-06").await;
    app.book(&course, "consultation", "2027-01-06T10:00")
        .await
        .refused(422, &["practitioner_not_working"]);
    app.close(json!({"room_id": clinic.treatment, "from": "12:00"}), "2027-01-07", "2027-01-07")
        .await;
    app.book(&course, "laser_partial", "2027-01-07T11:30").await.refused(422, &["room_closed"]);
    app.book(&course, "laser_partial", "2027-01-07T11:15").await.expect(201);
    app.close(json!({"device_id": clinic.owned}), "2027-01-08", "2027-01-08").await;
    app.book_with(&course, "laser_partial", "2027-01-08T11:30", json!({"device_id": clinic.owned}))
        .await
        .refused(422, &["device_not_available"]);
    let everything = app.close(json!({}), "2027-01-11", "2027-01-11").await;
    app.book(&course, "consultation", "2027-01-11T10:00").await.refused(422, &["clinic_closed"]);
    app.manage("DELETE", &format!("/closures/{everything}"), json!(null)).await.expect(204);
    app.book(&course, "consultation", "2027-01-11T10:00").await.expect(201);
}

#[tokio::test]
async fn rule_36_a_rented_laser_is_booked_inside_its_window_without_set_up_and_tear_down() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    app.rent(&clinic, "2027-01-07T09:00", "2027-01-07T17:00").await;
    let rented = json!({"device_id": clinic.rented});
    let book = |start: &'static str| app.book_with(&course, "laser_partial", start, rented.clone());
    let wrong_day = book("2027-01-06T10:00").await.refused(422, &["outside_rental_window"]);
    assert_eq!(wrong_day.body["violations"][0]["earliest"], "2027-01-07");
    let too_early = book("2027-01-07T09:29").await.refused(422, &["outside_rental_window"]);
    assert!(too_early.body["detail"].as_str().unwrap().contains("09:30 to 16:30"));
    book("2027-01-07T15:46").await.refused(422, &["outside_rental_window"]);
    book("2027-01-07T15:45").await.expect(201);
    book("2027-01-07T09:30").await.expect(201);
}

#[tokio::test]
async fn rule_37_a_removed_window_makes_its_sessions_pending_and_a_move_books_them_again() {
    let (app, clinic) = TestApp::with_clinic_without_waits().await;
    let (ada, ben) = (app.prepare_course("Ada").await, app.prepare_course("Ben").await);
    let window = app.rent(&clinic, "2027-01-07T09:00", "2027-01-07T17:00").await;
    let rented = json!({"device_id": clinic.rented});
    let lost =
        app.book_with(&ada, "laser_partial", "2027-01-07T10:00", rented).await.expect(201).id();
    let kept = app
        .book_with(&ben, "laser_partial", "2027-01-07T14:00", json!({"device_id": clinic.owned}))
        .await
        .expect(201)
        .id();
    let removed = app
        .manage(
            "DELETE",
            &format!("/devices/{}/rental-windows/{window}", clinic.rented),
            json!(null),
        )
        .await
        .expect(200);
    assert_eq!(removed.body["rebook"][0]["id"], lost.as_str());
    assert_eq!(app.status_of(&kept).await, "booked");
    let pending = app.get("/sessions?status=pending").await.expect(200);
    assert_eq!(pending.items().len(), 1);
    assert_eq!(pending.items()[0]["rebook_reason"], "rental_window_removed");
    app.act(&lost, "undo").await.refused(409, &["nothing_to_undo"]);
    // Until it is moved, it keeps its people's time.
    app.book(&ben, "consultation", "2027-01-07T10:00")
        .await
        .refused(409, &["conflict_practitioner"]);
    let moved = app.move_to(&lost, "2027-01-08T10:00").await.expect(200);
    moved.has(json!({"status": "booked", "device_id": clinic.owned}));
    assert!(moved.body.get("rebook_reason").is_none());
}

#[tokio::test]
async fn rule_38_a_device_needs_its_licence_its_service_and_to_be_in_order() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let device = format!("/devices/{}", clinic.owned);
    let book = |start: &'static str| {
        app.book_with(&course, "laser_partial", start, json!({"device_id": clinic.owned}))
    };
    for change in [
        json!({"licence_valid_until": "2027-01-05"}),
        json!({"licence_valid_until": null, "service_due_on": "2027-01-05"}),
    ] {
        app.set(&device, change).await;
        book("2027-01-06T10:00").await.refused(422, &["device_not_available"]);
        let last_day = book("2027-01-05T10:00").await.expect(201);
        app.cancel(&last_day.id()).await.expect(200);
    }
    app.set(&device, json!({"service_due_on": null, "out_of_service": true})).await;
    book("2027-01-05T10:00").await.refused(422, &["device_not_available"]);
    app.set(&device, json!({"out_of_service": false})).await;
    book("2027-01-05T10:00").await.expect(201);
}

#[tokio::test]
async fn rule_39_an_operator_is_trained_authorised_and_their_credentials_are_valid_that_day() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let with_theo = json!({"practitioner_id": clinic.theo});
    let laser = |start: &'static str, more| app.book_with(&course, "laser_partial", start, more);
    let rented = json!({"practitioner_id": clinic.theo, "device_id": clinic.rented});
    laser("2027-01-11T10:00", rented)
        .await
        .refused(422, &["outside_rental_window", "operator_not_authorised"]);
    // Theo's authorisation ends with the year; Noor's credential in the middle of the next.
    laser("2027-12-20T10:00", with_theo.clone()).await.expect(201);
    laser("2028-01-10T10:00", with_theo.clone()).await.refused(422, &["operator_not_authorised"]);
    let with_noor = json!({"practitioner_id": clinic.noor});
    laser("2028-06-30T10:00", with_noor.clone()).await.expect(201);
    laser("2028-07-04T10:00", with_noor).await.refused(422, &["operator_not_authorised"]);
    app.set(&format!("/practitioners/{}", clinic.theo), json!({"skills": ["laser"]})).await;
    app.book_with(&course, "consultation", "2027-01-11T10:00", with_theo)
        .await
        .refused(422, &["operator_not_authorised"]);
}

#[tokio::test]
async fn rule_40_a_laser_is_fired_only_in_a_controlled_area() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let consult = json!({"room_id": clinic.consult});
    app.book_with(&course, "laser_partial", "2027-01-05T10:00", consult.clone())
        .await
        .refused(422, &["room_not_suitable"]);
    app.book_with(&course, "consultation", "2027-01-05T10:00", consult).await.expect(201);
    app.book_with(
        &course,
        "laser_partial",
        "2027-01-05T12:00",
        json!({"room_id": clinic.treatment}),
    )
    .await
    .expect(201);
}

#[tokio::test]
async fn rule_49_what_has_ended_is_not_moved_and_cannot_end_again() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    app.cancel(&session).await.expect(200);
    app.move_to(&session, "2027-01-06T10:00")
        .await
        .refused(422, &["terminal_state", "not_allowed_from_cancelled"]);
    app.cancel(&session).await.refused(409, &["not_allowed_from_cancelled"]);
    app.act(&session, "arrive").await.refused(409, &["not_allowed_from_cancelled"]);
}

#[tokio::test]
async fn all_failing_rules_come_back_at_once() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    app.set(&format!("/devices/{}", clinic.rented), json!({"out_of_service": true})).await;
    let all = json!({"practitioner_id": clinic.theo, "device_id": clinic.rented, "room_id": clinic.consult});
    let refused = app.book_with(&course, "laser_partial", "2027-07-01T20:00", all).await;
    let refused = refused.refused(
        422,
        &[
            "clinic_closed", "practitioner_not_working", "device_not_available",
            "outside_rental_window", "operator_not_authorised", "room_not_suitable",
        ],
    );
    assert!(
        refused
            .array("violations")
            .iter()
            .all(|one| one["overridable"] == false
                && one["message"].as_str().unwrap().ends_with('.'))
    );
}

#[tokio::test]
async fn nothing_is_booked_in_the_past_or_beyond_the_horizon() {
    let (app, _, course) = TestApp::with_course_without_waits().await;
    app.book(&course, "consultation", "2026-12-30T10:00").await.refused(422, &["start_in_past"]);
    app.book(&course, "consultation", "2027-01-04T09:00").await.expect(201);
    app.book(&course, "consultation", "2031-01-06T10:00").await.refused(422, &["too_far_ahead"]);
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_not_there() {
    let (app, clinic, course) = TestApp::with_course_without_waits().await;
    let nobody = "01890000-0000-7000-8000-000000000001";
    app.book(nobody, "consultation", "2027-01-05T10:00").await.expect(404);
    app.book(&course, "haircut", "2027-01-05T10:00").await.refused(422, &["unknown_service"]);
    for field in ["practitioner_id", "room_id", "device_id", "site_id"] {
        app.book_with(&course, "consultation", "2027-01-05T10:00", json!({field: nobody}))
            .await
            .expect(404);
    }
    let other =
        json!({"kind": "clinic", "name": "Second", "address": "2 Hayden Street", "hours": []});
    let other = app.manage("POST", "/sites", other).await.expect(201).id();
    let mixed =
        json!({"site_id": other, "practitioner_id": clinic.noor, "room_id": clinic.consult});
    app.book_with(&course, "consultation", "2027-01-05T10:00", mixed)
        .await
        .refused(422, &["clinic_closed", "not_at_this_site", "not_at_this_site"]);
}
