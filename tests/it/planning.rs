//! A whole course planned in one step, booked all or none, and moved together.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use serde_json::{Value, json};

use crate::support::clinic::{WEEKDAYS, hours};
use crate::support::{Answer, Clinic, TestApp, has};

/// A patient with tattoo ink who is ready for the first laser session, in a clinic open on weekdays.
async fn ready() -> (TestApp, Clinic, String) {
    let app = TestApp::empty().await;
    let clinic = app.make_clinic_open(hours(WEEKDAYS, "09:00", "18:00")).await;
    let patient = app.register("Ada").await;
    let course = json!({"patient_id": patient, "goal": "remove", "pigment": "tattoo_ink", "depth": "correct", "zones": ["vertex"]});
    let course = app.post("/courses", course).await.expect(201).id();
    app.prepare(&course).await;
    (app, clinic, course)
}

fn starts(answer: &Answer, list: &str) -> Vec<String> {
    let all =
        answer.body[list].as_array().unwrap_or_else(|| panic!("no {list} in {}", answer.text));
    all.iter().map(|one| one["start"].as_str().unwrap().to_owned()).collect()
}

fn day(start: &str) -> NaiveDate {
    start[..10].parse().unwrap()
}

async fn plan(app: &TestApp, course: &str, more: Value) -> Answer {
    let mut wanted = json!({"service": "laser_partial"});
    wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.post(&format!("/courses/{course}/plan"), wanted).await
}

async fn book(app: &TestApp, course: &str, starts: &[String]) -> Answer {
    let body = json!({"service": "laser_partial", "starts": starts});
    app.post(&format!("/courses/{course}/plan/book"), body).await
}

fn after_three() -> Value {
    json!({"count": 8, "weekdays": ["tue", "Thursday"], "not_before": "15:00"})
}

#[tokio::test]
async fn eight_sessions_are_planned_one_is_swapped_the_later_ones_follow_and_all_are_booked() {
    let (app, _, course) = ready().await;
    let planned = plan(&app, &course, after_three()).await.expect(200);
    let first = starts(&planned, "proposals");
    assert_eq!((first.len(), &planned.body["refused"]), (8, &json!([])));
    for pair in first.windows(2) {
        assert_eq!((day(&pair[1]) - day(&pair[0])).num_days(), 56, "as suggested: {pair:?}");
    }
    for proposal in planned.array("proposals") {
        let others = proposal["alternatives"].as_array().unwrap();
        assert_eq!(others.len(), 2, "{proposal}");
        for start in others.iter().chain([proposal]).map(|one| one["start"].as_str().unwrap()) {
            let at: DateTime<FixedOffset> = start.parse().unwrap();
            assert!(
                ["Tue", "Thu"].contains(&at.weekday().to_string().as_str()) && at.hour() >= 15,
                "{start}"
            );
        }
        let days: std::collections::BTreeSet<_> =
            others.iter().map(|one| day(one["start"].as_str().unwrap())).collect();
        assert!(
            days.len() == 2 && !days.contains(&day(proposal["start"].as_str().unwrap())),
            "on three days: {proposal}"
        );
    }
    // The third is swapped for an alternative: the first two stay, the rest follow it.
    let other =
        planned.body["proposals"][2]["alternatives"][0]["start"].as_str().unwrap().to_owned();
    let mut chosen = first[..2].to_vec();
    chosen.push(other.clone());
    let mut again = after_three();
    again["starts"] = json!(chosen);
    let swapped = plan(&app, &course, again).await.expect(200);
    let second = starts(&swapped, "proposals");
    assert_eq!(second[..3], chosen[..]);
    assert_eq!((day(&second[3]) - day(&other)).num_days(), 56);
    assert_ne!(first[3], second[3]);
    // The proposals are booked as they came.
    let whole = json!({"service": "laser_partial", "starts": swapped.body["proposals"]});
    let booked = app.post(&format!("/courses/{course}/plan/book"), whole).await.expect(201);
    assert_eq!(starts(&booked, "sessions"), second);
    for (proposal, session) in swapped.array("proposals").iter().zip(booked.array("sessions")) {
        assert_eq!(proposal["practitioner_id"], session["practitioner_id"]);
    }
    let read = app.course(&course).await;
    assert_eq!(read.body["progress"], json!({"done": 0, "booked": 8, "planned": 10, "left": 2}));
    assert_eq!(read.body["concerns"], json!([]));
    // What is left is planned behind what is booked, unless another count is asked for.
    let rest = plan(&app, &course, json!({})).await.expect(200);
    let rest = starts(&rest, "proposals");
    assert_eq!(rest.len(), 2);
    assert!((day(&rest[0]) - day(&second[7])).num_days() >= 42, "{rest:?}");
}

#[tokio::test]
async fn a_date_that_no_other_day_can_take_is_swapped_for_another_hour_of_it() {
    let (app, _, course) = ready().await;
    // The test patch holds up to this Tuesday, and the patient comes on Tuesdays alone.
    let wanted =
        json!({"count": 1, "from": "2027-05-01", "weekdays": ["tue"], "not_before": "15:00"});
    let planned = plan(&app, &course, wanted).await.expect(200);
    let proposals = planned.array("proposals");
    assert_eq!(proposals.len(), 1, "{}", planned.text);
    let others = proposals[0]["alternatives"].as_array().unwrap();
    assert_eq!(others.len(), 2, "{}", planned.text);
    let starts: std::collections::BTreeSet<_> =
        others.iter().chain(proposals).map(|one| one["start"].as_str().unwrap()).collect();
    assert_eq!(starts.len(), 3, "{starts:?}");
    for start in &starts {
        let at: DateTime<FixedOffset> = start.parse().unwrap();
        assert!(day(start).to_string() == "2027-05-04" && at.hour() >= 15, "{start}");
    }
    let other = others[1]["start"].as_str().unwrap().to_owned();
    book(&app, &course, &[other]).await.expect(201);
}

#[tokio::test]
async fn a_plan_keeps_to_the_practitioner_the_device_the_day_and_the_hours_asked_for() {
    let (app, clinic, course) = ready().await;
    for week in 0..30 {
        let thursday =
            NaiveDate::from_ymd_opt(2027, 1, 7).unwrap() + chrono::Duration::days(7 * week);
        app.rent(&clinic, &format!("{thursday}T09:00"), &format!("{thursday}T17:00")).await;
    }
    let wanted = json!({"count": 3, "from": "2027-02-01", "not_after": "11:00", "practitioner_id": clinic.noor, "device_id": clinic.rented});
    let planned = plan(&app, &course, wanted).await.expect(200);
    for proposal in planned.array("proposals") {
        let at: DateTime<FixedOffset> = proposal["start"].as_str().unwrap().parse().unwrap();
        assert_eq!(at.weekday().to_string(), "Thu");
        assert!(
            (at.hour(), at.minute()) <= (11, 0)
                && at.date_naive() >= NaiveDate::from_ymd_opt(2027, 2, 1).unwrap()
        );
        has(proposal, json!({"practitioner_id": clinic.noor, "device_id": clinic.rented}));
        assert_eq!(proposal["reasons"]["opens_rented_day"], true);
        assert!(
            proposal["why"]
                .as_str()
                .unwrap()
                .contains("the rented device would come for this visit alone")
        );
    }
}

#[tokio::test]
async fn a_plan_is_booked_all_or_none_and_says_which_time_is_in_the_way() {
    let (app, clinic, course) = ready().await;
    let planned = starts(&plan(&app, &course, json!({"count": 4})).await.expect(200), "proposals");
    let other = app.open_course("Ben").await;
    let take = json!({"course_id": other, "service": "consultation", "start": planned[2], "room_id": clinic.treatment});
    app.set(
        &format!("/rooms/{}", clinic.treatment),
        json!({"capabilities": ["laser_controlled_area", "consultation"]}),
    )
    .await;
    app.post("/sessions", take).await.expect(201);
    let before = app.count("SELECT COUNT(*) FROM claims").await;
    let refused = book(&app, &course, &planned).await.expect(409);
    assert_eq!(refused.body["violations"][0]["field"], "/starts/2", "{}", refused.text);
    assert_eq!(app.count("SELECT COUNT(*) FROM claims").await, before);
    assert_eq!(app.course(&course).await.body["progress"]["booked"], 0);
    // A rule refuses the same way, and every time that breaks one is named.
    let mut near = planned.clone();
    near[1] = format!("{}T10:00", day(&planned[0]) + chrono::Duration::days(6));
    near[3] = format!("{}T10:00", day(&planned[2]) + chrono::Duration::days(7));
    let refused = book(&app, &course, &near).await.expect(422);
    let fields: Vec<_> = refused
        .array("violations")
        .iter()
        .map(|one| (one["code"].as_str().unwrap(), one["field"].as_str().unwrap()))
        .collect();
    assert!(
        fields.contains(&("interval_too_short", "/starts/1"))
            && fields.contains(&("conflict_room", "/starts/2")),
        "{fields:?}"
    );
    let back = [planned[1].clone(), planned[0].clone()];
    book(&app, &course, &back).await.refused(422, &["starts_out_of_order"]);
    book(&app, &course, &[]).await.expect(422);
    assert_eq!(app.course(&course).await.body["progress"]["booked"], 0);
}

#[tokio::test]
async fn a_plan_that_is_sent_twice_under_one_key_is_booked_once() {
    let (app, _, course) = ready().await;
    let planned = starts(&plan(&app, &course, json!({"count": 3})).await.expect(200), "proposals");
    let body = json!({"service": "laser_partial", "starts": planned});
    let send = || app.call_once("p1", &app.desk, "POST", "/courses/x/plan/book", body.clone());
    send().await.expect(404);
    let path = format!("/courses/{course}/plan/book");
    let send = || app.call_once("p2", &app.desk, "POST", &path, body.clone());
    let (one, two) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(one.text, two.text);
    let planning = format!("/courses/{course}/plan");
    let ask = || {
        app.call_once(
            "p3",
            &app.desk,
            "POST",
            &planning,
            json!({"service": "laser_partial", "count": 1}),
        )
    };
    let (one, two) = (ask().await.expect(200), ask().await.expect(200));
    assert_eq!(one.text, two.text);
}

#[tokio::test]
async fn where_no_plan_keeps_every_wish_it_says_so_and_why() {
    let (app, clinic, course) = ready().await;
    let sundays = plan(&app, &course, json!({"count": 2, "weekdays": ["sun"]})).await.expect(200);
    assert_eq!(sundays.body["proposals"], json!([]));
    assert_eq!(sundays.why_not()[0], "no_plan", "{}", sundays.text);
    app.set(&format!("/rooms/{}", clinic.treatment), json!({"active": false})).await;
    let closed = plan(&app, &course, json!({"count": 2})).await.expect(200);
    assert!(closed.why_not().contains(&"room_not_suitable"), "{}", closed.text);
    plan(&app, &course, json!({"count": 0})).await.expect(422);
    plan(&app, &course, json!({"weekdays": ["someday"]})).await.expect(422);
    let taken = json!({"count": 2, "starts": ["2027-01-05T03:00"]});
    let refused = plan(&app, &course, taken).await.expect(422);
    assert_eq!(refused.body["violations"][0]["field"], "/starts/0");
}

/// A course of four booked sessions, eight weeks apart on Tuesdays at three; their ids and starts.
async fn four_booked() -> (TestApp, String, Vec<String>, Vec<String>) {
    let (app, _, course) = ready().await;
    let wanted =
        json!({"count": 4, "weekdays": ["tue"], "not_before": "15:00", "not_after": "15:00"});
    let planned = starts(&plan(&app, &course, wanted).await.expect(200), "proposals");
    let booked = book(&app, &course, &planned).await.expect(201);
    let ids = booked.array("sessions").iter().map(|one| one["id"].as_str().unwrap().to_owned());
    (app, course, ids.collect(), planned)
}

#[tokio::test]
async fn a_move_lists_the_later_sessions_that_no_longer_fit_and_moves_the_chosen_ones_with_it() {
    let (app, course, ids, planned) = four_booked().await;
    let to = format!("{}T15:00", day(&planned[0]) + chrono::Duration::days(42));
    // Shown before it is confirmed: nothing is moved.
    let reschedule = |body: Value| {
        let path = format!("/sessions/{}/reschedule", ids[0]);
        let app = &app;
        async move { app.post(&path, body).await }
    };
    let preview = reschedule(json!({"start": to, "preview": true})).await.expect(200);
    assert_eq!(preview.body["preview"], true);
    assert_eq!(app.session(&ids[0]).await.str("start"), planned[0]);
    let later = preview.array("later");
    let broken: Vec<_> = later.iter().map(|one| one["session_id"].as_str().unwrap()).collect();
    assert_eq!(
        broken,
        [&ids[1], &ids[2]],
        "the fourth is far enough from where the third would go"
    );
    for one in later {
        assert_eq!(one["violations"][0]["code"], "interval_too_short");
        let proposal = one["proposal"]["start"].as_str().unwrap();
        let at: DateTime<FixedOffset> = proposal.parse().unwrap();
        assert_eq!(
            (at.weekday().to_string().as_str(), at.hour(), at.minute()),
            ("Tue", 15, 0),
            "like the one it had"
        );
    }
    let also: Vec<_> = later
        .iter()
        .map(|one| json!({"session_id": one["session_id"], "start": one["proposal"]["start"]}))
        .collect();
    let moved = reschedule(json!({"start": to, "also": also})).await.expect(200);
    assert_eq!((moved.body["sequence"].as_i64(), &moved.body["later"]), (Some(1), &json!([])));
    assert_eq!(moved.array("also_moved").len(), 2);
    assert_eq!(moved.body["also_moved"][0]["sequence"], 1);
    let read = app.course(&course).await;
    assert_eq!((&read.body["concerns"], &read.body["progress"]["booked"]), (&json!([]), &json!(4)));
    let days: Vec<_> = read
        .array("sessions")
        .iter()
        .filter(|one| one["status"] == "booked")
        .map(|one| day(one["start"].as_str().unwrap()))
        .collect();
    assert!(days.windows(2).all(|pair| (pair[1] - pair[0]).num_days() >= 42), "{days:?}");
}

#[tokio::test]
async fn later_sessions_that_were_not_chosen_stay_and_are_shown_as_concerns_of_the_course() {
    let (app, course, ids, planned) = four_booked().await;
    let to = format!("{}T15:00", day(&planned[0]) + chrono::Duration::days(42));
    let moved = app.move_to(&ids[0], &to).await.expect(200);
    assert_eq!(moved.array("later").len(), 2);
    let read = app.course(&course).await;
    let concerned: Vec<_> =
        read.array("concerns").iter().map(|one| one["session_id"].as_str().unwrap()).collect();
    assert_eq!(concerned, [ids[1].as_str()], "measured against those before it as they stand");
    // Moving it nearer to the session before it than the skin rests is refused all the same.
    let back = format!("{}T15:00", day(&to) + chrono::Duration::days(20));
    app.move_to(&ids[1], &back).await.refused(422, &["interval_too_short"]);
}

#[tokio::test]
async fn what_moves_together_moves_all_or_none() {
    let (app, _, ids, planned) = four_booked().await;
    let to = format!("{}T15:00", day(&planned[0]) + chrono::Duration::days(42));
    let reschedule = |also: Value| {
        let path = format!("/sessions/{}/reschedule", ids[0]);
        let body = json!({"start": to, "also": also});
        let app = &app;
        async move { app.post(&path, body).await }
    };
    let near = format!("{}T15:00", day(&to) + chrono::Duration::days(41));
    let refused = reschedule(json!([{"session_id": ids[1], "start": near}]))
        .await
        .refused(422, &["interval_too_short"]);
    assert_eq!(refused.body["violations"][0]["field"], "/also/0/start");
    let other = app.prepare_course("Ben").await;
    let foreign = app.make_visit(&other, "consultation", "2027-02-01T10:00").await;
    for named in [&foreign, &ids[0], &"01890000-0000-7000-8000-000000000001".to_owned()] {
        reschedule(json!([{"session_id": named, "start": planned[3]}]))
            .await
            .refused(422, &["not_to_be_moved"]);
    }
    let twice = json!([{"session_id": ids[1], "start": planned[3]}, {"session_id": ids[1], "start": planned[3]}]);
    reschedule(twice).await.refused(422, &["not_to_be_moved"]);
    for (id, start) in ids.iter().zip(&planned) {
        let session = app.session(id).await;
        assert_eq!(
            (session.str("start"), session.body["sequence"].as_i64()),
            (start.as_str(), Some(0))
        );
    }
    // Two sessions may take each other's time: each lets go before either takes.
    let swapped = app
        .reschedule(
            &ids[3],
            json!({"start": planned[2], "also": [{"session_id": ids[2], "start": planned[3]}]}),
        )
        .await
        .expect(200);
    assert_eq!(
        (swapped.str("start"), swapped.body["also_moved"][0]["start"].as_str().unwrap()),
        (planned[2].as_str(), planned[3].as_str())
    );
}

#[tokio::test]
async fn a_practitioner_plans_and_books_more_than_ten_with_a_reason_and_the_desk_does_not() {
    let (app, _, course) = ready().await;
    let reason = json!({"reason": "Layered ink, seen by the physician."});
    let wanted = json!({"service": "laser_partial", "count": 11, "override": reason});
    let path = format!("/courses/{course}/plan");
    app.post(&path, wanted.clone()).await.refused(422, &["plan_exceeds_ceiling"]);
    let planned = app.call(&app.practitioner, "POST", &path, wanted).await.expect(200);
    let planned = starts(&planned, "proposals");
    assert_eq!(planned.len(), 11);
    let booking = json!({"service": "laser_partial", "starts": planned, "override": reason});
    let path = format!("{path}/book");
    let refused = app.post(&path, booking.clone()).await.refused(422, &["plan_exceeds_ceiling"]);
    assert_eq!(refused.body["violations"][0]["field"], "/starts/10");
    let booked = app.call(&app.practitioner, "POST", &path, booking).await.expect(201);
    // What was decided once is not asked again: none is a concern, and the desk moves any of them.
    assert_eq!(app.course(&course).await.body["concerns"], json!([]));
    let last = &booked.body["sessions"][10];
    let same_day = day(last["start"].as_str().unwrap());
    app.move_to(last["id"].as_str().unwrap(), &format!("{same_day}T11:00")).await.expect(200);
}

#[tokio::test]
async fn a_session_is_not_moved_too_near_to_one_of_another_course_on_the_same_skin() {
    let (app, _, course) = ready().await;
    let patient = app.patient_of(&course).await;
    let other = json!({"patient_id": patient, "goal": "remove", "pigment": "smp", "depth": "correct", "zones": ["vertex", "mid_scalp"]});
    let other = app.post("/courses", other).await.expect(201).id();
    app.prepare(&other).await;
    let moved = app.make_visit(&course, "laser_partial", "2027-01-05T10:00").await;
    app.book(&other, "laser_partial", "2027-04-06T10:00").await.expect(201);
    app.move_to(&moved, "2027-03-02T10:00").await.refused(422, &["interval_too_short"]);
    app.move_to(&moved, "2027-02-23T10:00").await.expect(200);
}
