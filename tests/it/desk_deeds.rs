//! The desk's five flows without scripts, in as few presses as they may take: booking a caller,
//! moving, checking in, a no-show, planning a course; and what happens when one is refused.

use chrono::Duration;
use serde_json::json;

use crate::support::{Answer, Browser, TestApp};

const DESK: &str = "front_desk@example.test";

/// Presses the button of a card that checks its patient in.
async fn check_in(browser: &Browser, day: &Answer, session: &str) -> Answer {
    let (_, rest) = day
        .text
        .split_once(&format!(
            "formaction=\"/desk/sessions/{session}/check-in\" name=\"version\" value=\""
        ))
        .unwrap_or_else(|| panic!("no button on the card in {}", day.text));
    let version = rest.split('"').next().unwrap();
    let fields = [("day", "2027-01-04"), ("by", "practitioner"), ("version", version)];
    browser.post(&format!("/desk/sessions/{session}/check-in"), &fields).await
}

#[tokio::test]
async fn a_caller_is_found_by_digits_and_booked_by_pressing_the_first_time() {
    let (app, _, course) = TestApp::with_new_course().await;
    let browser = Browser::signed_in(&app, DESK).await;
    // One field, one key, one key.
    let panel = browser.page("/desk?q=5550123").await;
    panel.shows(&["Ada Sample", "Next: consultation"]);
    assert!(panel.says("<button autofocus>"), "the best time waits for Enter");
    let booked = browser.press(&panel, "/desk/book").await;
    let page = browser.follow(&booked).await;
    page.shows(&["role=\"status\"", "Booked.", "Ada Sample"]);
    let sessions = app.course(&course).await;
    assert_eq!(sessions.array("sessions").len(), 1);
    // A slip of the hand is not told.
    let undone = browser.press(&page, "/desk/sessions/").await;
    assert!(undone.leads_to().ends_with("done=undone"));
    app.send_after_grace().await;
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn several_are_listed_nobody_is_a_new_caller_and_one_small_form_is_enough() {
    let (app, _) = TestApp::with_clinic().await;
    for name in ["Ada", "Adele"] {
        app.open_course(name).await;
    }
    let browser = Browser::signed_in(&app, DESK).await;
    let found = browser.page("/desk?q=ad").await;
    found.shows(&["Ada Sample", "Adele Sample", "New caller"]);
    assert!(browser.get("/desk?q=zzz").await.says("Nobody found"));
    for (name, phone, words) in [
        ("", "", "Type the name."),
        ("\u{200b}", "416 555 0124", "Type the name."),
        ("Bea Sample", "call me", "digits only"),
        (
            &format!("Bea {}", "<b>".repeat(3_400)),
            "416 555 0124",
            "must not be longer than 200 characters",
        ),
    ] {
        let refused =
            browser.send_amiss("/desk/patients", &[("name", name), ("phone", phone)]).await;
        assert!(refused.says(words), "{name}: {}", refused.text);
        assert_eq!(
            refused.control("name"),
            name.trim().replace('<', "&#60;").replace('>', "&#62;")
        );
        assert_eq!(refused.control("phone"), phone);
        assert!(refused.says("aria-invalid=\"true\""));
    }
    let fields = [
        ("name", "Bea van der Sample"),
        ("phone", "416 555 0124"),
        ("goal", "remove"),
        ("language", "fr"),
    ];
    let registered = browser.post("/desk/patients", &fields).await;
    let panel = browser.follow(&registered).await;
    panel.shows(&["Bea van der Sample", "writes French", "Next: consultation"]);
    browser.press(&panel, "/desk/book").await.expect(303);
}

#[tokio::test]
async fn no_time_is_never_an_empty_list_but_a_reason_and_what_comes_first() {
    let (app, _, course) = TestApp::with_new_course().await;
    let browser = Browser::signed_in(&app, DESK).await;
    let patient = app.patient_of(&course).await;
    let panel = browser
        .page(&format!("/desk?patient={patient}&course={course}&service=laser_partial"))
        .await;
    panel.shows(&["No time is free:", "A consultation comes before"]);
    assert!(panel.says("consultation first</a>"));
}

#[tokio::test]
async fn a_time_that_was_taken_meanwhile_is_refused_in_words_with_other_times_beside_them() {
    let (app, _) = TestApp::with_clinic().await;
    app.open_course("Ada").await;
    let bea = app.open_course("Bea").await;
    let browser = Browser::signed_in(&app, DESK).await;
    let panel = browser.page("/desk?q=ada").await;
    let (_, fields) = panel.form("/desk/book");
    let start = fields.iter().find(|(name, _)| name == "start").unwrap().1.clone();
    app.book(&bea, "consultation", &start).await.expect(201);
    let refused = browser.press(&panel, "/desk/book").await.expect(422);
    refused.shows(&["role=\"alert\"", "already"]);
    refused.shows(&["Ada Sample", "class=\"times\""]);
    browser.press(&refused, "/desk/book").await.expect(303);
}

#[tokio::test]
async fn one_press_checks_in_and_one_undo_takes_all_of_it_back() {
    let (app, _, course) = TestApp::with_new_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-04T09:30").await;
    app.wait(Duration::minutes(5));
    let browser = Browser::signed_in(&app, DESK).await;
    let day = browser.page("/desk").await;
    let done = check_in(&browser, &day, &session).await;
    assert!(done.leads_to().ends_with("done=checked-in"));
    assert_eq!(app.status_of(&session).await, "checked-in");
    let page = browser.follow(&done).await;
    assert!(page.says("Checked in."));
    browser.press(&page, &format!("/desk/sessions/{session}/undo")).await.expect(303);
    assert_eq!(app.status_of(&session).await, "booked");
}

#[tokio::test]
async fn who_has_not_consented_arrives_and_the_desk_sees_in_red_what_is_missing() {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "laser_partial", "2027-01-04T09:30").await;
    let browser = Browser::signed_in(&app, DESK).await;
    let day = browser.page("/desk").await;
    assert!(day.says("no consent to the laser"));
    let done = check_in(&browser, &day, &session).await;
    assert!(done.leads_to().ends_with("done=arrived"));
    assert_eq!(app.status_of(&session).await, "arrived");
    let page = browser.follow(&done).await;
    page.shows(&["something is missing", "class=\"missing\""]);
    let refused = browser.press(&page, &format!("/desk/sessions/{session}/check-in")).await;
    assert!(refused.expect(422).says("has not consented to the laser"));
    // It is written down where it is missing.
    let consent = format!("/desk/sessions/{session}/consent");
    browser.press(&page, &consent).await.expect(422);
    let written = browser.press_with(&page, &consent, &[("text_version", "2026-1")]).await;
    let page = browser.follow(&written).await;
    page.shows(&["The consent is written down."]);
    page.hides(&["class=\"missing\""]);
    browser.press(&page, &format!("/desk/sessions/{session}/check-in")).await.expect(303);
    assert_eq!(app.status_of(&session).await, "checked-in");
}

#[tokio::test]
async fn a_no_show_counts_or_is_excused_and_three_new_times_are_there_at_once() {
    let (app, _, course) = TestApp::with_new_course().await;
    let patient = app.patient_of(&course).await;
    let browser = Browser::signed_in(&app, DESK).await;
    for (hour, excused) in [("09:30", false), ("11:00", true)] {
        let session = app.make_visit(&course, "consultation", &format!("2027-01-04T{hour}")).await;
        let early = browser.page(&format!("/desk?session={session}&no-show")).await;
        assert!(!early.says("Does it count against them?"), "they may still come");
        app.wait(Duration::minutes(if excused { 90 } else { 50 }));
        let asked = browser.get(&format!("/desk?session={session}&no-show")).await;
        let asked = if asked.status == 401 {
            browser.sign_in().await;
            browser.get(&format!("/desk?session={session}&no-show")).await
        } else {
            asked
        };
        asked.shows(&["Does it count against them?", "Excused"]);
        let (no_show, mark) = (format!("/desk/sessions/{session}/no-show"), [("excused", "1")]);
        let mark = if excused { &mark[..] } else { &[] };
        let noted = browser.press_with(&asked, &no_show, mark).await;
        let page = browser.follow(&noted).await;
        page.shows(&["did not come", "Book anew"]);
        assert_eq!(page.text.matches("action=\"/desk/book\"").count(), 3);
        assert_eq!(app.status_of(&session).await, "noshow");
    }
    let panel = browser.page(&format!("/desk?patient={patient}")).await;
    panel.shows(&["Did not come 1 time in two years"]); // the excused one does not count
}

#[tokio::test]
async fn a_move_shows_what_it_does_to_later_sessions_and_takes_them_along() {
    let (app, _, course) = TestApp::with_course().await;
    let first = app.book(&course, "laser_partial", "2027-02-01T10:00").await.expect(201);
    let second = app.book(&course, "laser_partial", "2027-03-15T10:00").await.expect(201);
    let (first, second) = (first.id(), second.id());
    let browser = Browser::signed_in(&app, DESK).await;
    let look = browser.page(&format!("/desk?session={first}&to=2027-02-08T10:00")).await;
    look.shows(&["Move to Mon 8 Feb 2027, 10:00?"]);
    look.shows(&["moves Mon 15 Mar 2027, 10:00 to Mon 22 Mar 2027, 10:00"]);
    assert_eq!(app.session(&first).await.str("local_start"), "2027-02-01T10:00", "only looked at");
    let moved = browser.press(&look, &format!("/desk/sessions/{first}/move")).await;
    assert!(
        moved.leads_to().contains("day=2027-02-08") && moved.leads_to().ends_with("done=moved")
    );
    assert_eq!(app.session(&first).await.str("local_start"), "2027-02-08T10:00");
    assert_eq!(app.session(&second).await.str("local_start"), "2027-03-22T10:00");
    // Three ranked times wait beside it, each a single press.
    let page = browser.follow(&moved).await;
    assert_eq!(page.text.matches("<button>Move to ").count(), 3);
    // A Sunday: why not, and when.
    let sunday = browser.page(&format!("/desk?session={first}&to=2027-02-07T10:00")).await;
    sunday.shows(&["closed on Sunday 7 February 2027", "The first day that works is"]);
    // The clock skips this time.
    let skipped = browser.page(&format!("/desk?session={first}&to=2027-03-14T02:30")).await;
    skipped.shows(&["goes forward"]);
}

#[tokio::test]
async fn of_two_desks_that_move_one_session_the_second_is_told() {
    let (app, _, course) = TestApp::with_new_course().await;
    let session = app.make_visit(&course, "consultation", "2027-01-05T10:00").await;
    let one = Browser::signed_in(&app, DESK).await;
    let other = Browser::signed_in(&app, "manager@example.test").await;
    let address = format!("/desk?day=2027-01-05&session={session}");
    let (mine, theirs) = (one.get(&address).await, other.get(&address).await);
    one.press(&mine, &format!("/desk/sessions/{session}/move")).await.expect(303);
    let late = other.press(&theirs, &format!("/desk/sessions/{session}/move")).await.expect(409);
    assert!(late.says("Somebody changed it a moment ago"));
    let called_off = other.press(&late, &format!("/desk/sessions/{session}/cancel")).await;
    assert!(called_off.expect(422).says("why it is called off"), "a reason is chosen");
    let why = [("reason", "patient_request")];
    other.press_with(&late, &format!("/desk/sessions/{session}/cancel"), &why).await.expect(303);
    assert_eq!(app.status_of(&session).await, "cancelled");
}

#[tokio::test]
async fn a_whole_course_is_planned_swapped_and_booked_in_one_press() {
    let (app, _, course) = TestApp::with_course().await;
    let browser = Browser::signed_in(&app, DESK).await;
    let plan = format!("/desk/courses/{course}/plan");
    let asked =
        format!("{plan}?service=laser_partial&count=3&weekday=tue&weekday=thu&not_before=15:00");
    let page = browser.page(&asked).await;
    page.shows(&["3 dates", "Book all"]);
    let rows: Vec<Vec<String>> = page
        .text
        .split("<select name=\"start\">")
        .skip(1)
        .map(|row| {
            let row = row.split("</select>").next().unwrap();
            row.split("<option value=\"")
                .skip(1)
                .map(|one| one.split('"').next().unwrap().replace("&#43;", "+"))
                .collect()
        })
        .collect();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.len() > 1), "each with others to choose");
    // The first is swapped for another, and those after it follow.
    let swapped = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("service", "laser_partial")
        .append_pair("count", "3")
        .append_pair("swapped", "1")
        .append_pair("start", &rows[0][1])
        .append_pair("start", &rows[1][0])
        .append_pair("start", &rows[2][0])
        .finish();
    let follows = browser.page(&format!("{plan}?{swapped}")).await;
    let first = follows.text.split("<option value=\"").find(|one| one.starts_with("20")).unwrap();
    assert!(
        first.replace("&#43;", "+").starts_with(rows[0][1].split(' ').next().unwrap()),
        "{first}"
    );
    let mut fields = vec![("service", "laser_partial"), ("count", "3")];
    fields.extend(rows.iter().map(|row| ("start", row[0].as_str())));
    let booked = browser.post(&plan, &fields).await;
    assert!(booked.leads_to().ends_with("done=planned"));
    assert!(browser.follow(&booked).await.says("The whole course is booked"));
    let sessions = app.course(&course).await;
    let laser = sessions.array("sessions").iter().filter(|one| one["service"] == "laser_partial");
    assert_eq!(laser.count(), 3);
    // Once more, and the dates are taken: nothing of it is booked, and the reasons stand above the form.
    let refused = browser.send_amiss(&plan, &fields).await;
    refused.shows(&["role=\"alert\"", "Book all"]);
    // What was agreed with the caller stays chosen, and is not replaced by what is free now.
    let kept = refused.text.replace("&#43;", "+");
    for row in &rows {
        assert!(
            kept.contains(&format!("<option value=\"{}\" selected>", row[0])),
            "{} in {kept}",
            row[0]
        );
    }
    let absurd = browser.page(&format!("{plan}?service=laser_partial&count=999")).await;
    assert!(absurd.says("The number of sessions is 1 to 60."));
}

#[tokio::test]
async fn a_course_at_a_glance_shows_intervals_and_a_chart_that_is_a_table_too() {
    let (app, _, course) = TestApp::with_course().await;
    app.consent_to_laser(&course).await;
    let session = app.make_visit(&course, "laser_partial", "2027-01-04T09:30").await;
    for verb in ["arrive", "check-in"] {
        app.act(&session, verb).await.expect(200);
    }
    let record = json!({"outcome": "completed", "zones": ["vertex"], "endpoint": "frosting", "pain": 3, "eyewear_checked": true, "clearance_percent": 60,
        "parameter_sets": [{"wavelength_nm": 1064, "fluence_j_cm2": 3.0, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns",
            "frequency_hz": 2.0, "pulse_count": 12, "passes": 1}]});
    app.complete(&session, record).await.expect(200);
    let browser = Browser::signed_in(&app, DESK).await;
    let page = browser.page(&format!("/desk/courses/{course}")).await;
    page.shows(&[
        "60 % clear after", "1064 nm, 3 J/cm²", "days later", "<svg class=\"chart\"",
        "The same as a table", "frosting",
    ]);
}

#[tokio::test]
async fn a_session_is_booked_at_a_shop_from_the_same_panel_and_stands_in_its_own_column() {
    let (app, _) = TestApp::with_clinic().await;
    let maple = app.make_shop("Maple Light", 1).await;
    app.make_shop("Harbour Light", 1).await;
    let course = app.prepare_course("Ada").await;
    app.disclose(&course, &maple.id).await;
    let patient = app.patient_of(&course).await;
    let browser = Browser::signed_in(&app, DESK).await;
    let here = browser.page(&format!("/desk?patient={patient}&service=consultation")).await;
    here.shows(&["At a partner shop?"]);
    here.hides(&["<h3>Maple Light</h3>"]);
    let panel =
        browser.page(&format!("/desk?patient={patient}&service=consultation&everywhere")).await;
    panel.shows(&["<h3>Maple Light</h3>", "<h3>Harbour Light</h3>"]);
    let (_, after) = panel.text.split_once("<h3>Maple Light</h3>").unwrap();
    let mut of_maple = panel.clone();
    of_maple.text = after.to_owned();
    let booked = browser.press(&of_maple, "/desk/book").await;
    let page = browser.follow(&booked).await;
    page.shows(&["partner shop", "not accepted yet", "Maple Light"]);
    // A session is dragged to people, and a shop is none.
    let columns = page.text.matches("<section class=\"column").count();
    assert_eq!(page.text.matches(" data-person=\"").count(), columns - 1, "{}", page.text);
}
