//! The desk's five flows without scripts, in as few presses as they may take: booking a caller,
//! moving, checking in, a no-show, planning a course; and what happens when one is refused.

use chrono::Duration;
use serde_json::json;

use crate::support::TestApp;
use crate::support::answer::Answer;
use crate::support::browser::Browser;

const DESK: &str = "front_desk@example.test";

/// The fields and the action of the first form on `page` whose action begins with `action`.
fn form(page: &Answer, action: &str) -> (String, Vec<(String, String)>) {
    let (_, rest) = page
        .text
        .split_once(&format!("<form method=\"post\" action=\"{action}"))
        .unwrap_or_else(|| panic!("no form {action} in {}", page.text));
    let (tail, rest) = rest.split_once('"').unwrap();
    let (form, _) = rest.split_once("</form>").unwrap();
    let fields = form.match_indices("<input type=\"hidden\" name=\"").map(|(at, opening)| {
        let (name, rest) = form[at + opening.len()..].split_once("\" value=\"").unwrap();
        (name.to_owned(), rest.split('"').next().unwrap().replace("&#43;", "+"))
    });
    (format!("{action}{tail}"), fields.collect())
}

/// Presses the button of that form.
async fn press(app: &TestApp, browser: &mut Browser, page: &Answer, action: &str) -> Answer {
    let (action, fields) = form(page, action);
    let fields: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    browser.post(app, &action, &fields).await
}

/// Presses the button of a card that checks its patient in.
async fn check_in(app: &TestApp, browser: &mut Browser, day: &Answer, session: &str) -> Answer {
    let (_, rest) = day
        .text
        .split_once(&format!(
            "formaction=\"/desk/sessions/{session}/check-in\" name=\"version\" value=\""
        ))
        .unwrap_or_else(|| panic!("no button on the card in {}", day.text));
    let version = rest.split('"').next().unwrap();
    let fields = [("day", "2027-01-04"), ("by", "practitioner"), ("version", version)];
    browser.post(app, &format!("/desk/sessions/{session}/check-in"), &fields).await
}

async fn status(app: &TestApp, session: &str) -> String {
    app.get(&format!("/sessions/{session}")).await.expect(200).str("status").to_owned()
}

#[tokio::test]
async fn a_caller_is_found_by_digits_and_booked_by_pressing_the_first_time() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.new_course("Ada").await;
    let mut browser = Browser::signed_in(&app, DESK).await;
    // One field, one key, one key.
    let panel = browser.get(&app, "/desk?q=5550123").await.expect(200);
    assert!(panel.says("Ada Sample") && panel.says("Next: consultation"), "{}", panel.text);
    assert!(panel.says("<button autofocus>"), "the best time waits for Enter");
    let booked = press(&app, &mut browser, &panel, "/desk/book").await;
    let page = browser.get(&app, booked.leads_to()).await.expect(200);
    assert!(page.says("role=\"status\"") && page.says("Booked.") && page.says("Ada Sample"));
    let sessions = app.get(&format!("/courses/{course}")).await.expect(200);
    assert_eq!(sessions.body["sessions"].as_array().unwrap().len(), 1);
    // A slip of the hand reaches nobody.
    let undone = press(&app, &mut browser, &page, "/desk/sessions/").await;
    assert!(undone.leads_to().ends_with("done=undone"));
    app.after_grace().await;
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn several_are_listed_nobody_is_a_new_caller_and_one_small_form_is_enough() {
    let app = TestApp::empty().await;
    app.clinic().await;
    for name in ["Ada", "Adele"] {
        app.new_course(name).await;
    }
    let mut browser = Browser::signed_in(&app, DESK).await;
    let found = browser.get(&app, "/desk?q=ad").await.expect(200);
    assert!(found.says("Ada Sample") && found.says("Adele Sample") && found.says("New caller"));
    assert!(browser.get(&app, "/desk?q=zzz").await.says("Nobody found"));
    for (name, phone, words) in [
        ("", "", "Type given and family name."),
        ("Bea", "416 555 0124", "Type given and family name."),
        ("Bea Sample", "call me", "not a telephone number"),
        (
            &format!("Bea {}", "<b>".repeat(3_400)),
            "416 555 0124",
            "must not be longer than 200 characters",
        ),
    ] {
        let refused = browser
            .post(&app, "/desk/patients", &[("name", name), ("phone", phone)])
            .await
            .expect(422);
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
    let registered = browser.post(&app, "/desk/patients", &fields).await;
    let panel = browser.get(&app, registered.leads_to()).await.expect(200);
    assert!(
        panel.says("Bea van der Sample")
            && panel.says("writes French")
            && panel.says("Next: consultation")
    );
    press(&app, &mut browser, &panel, "/desk/book").await.expect(303);
}

#[tokio::test]
async fn no_time_is_never_an_empty_list_but_a_reason_and_what_comes_first() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.new_course("Ada").await;
    let mut browser = Browser::signed_in(&app, DESK).await;
    let patient = app.get(&format!("/courses/{course}")).await.str("patient_id").to_owned();
    let panel = browser
        .get(&app, &format!("/desk?patient={patient}&course={course}&service=laser_partial"))
        .await
        .expect(200);
    assert!(
        panel.says("No time is free:") && panel.says("A consultation comes before"),
        "{}",
        panel.text
    );
    assert!(panel.says("consultation first</a>"));
}

#[tokio::test]
async fn a_time_that_was_taken_meanwhile_is_refused_in_words_with_other_times_beside_them() {
    let app = TestApp::empty().await;
    app.clinic().await;
    app.new_course("Ada").await;
    let bea = app.new_course("Bea").await;
    let mut browser = Browser::signed_in(&app, DESK).await;
    let panel = browser.get(&app, "/desk?q=ada").await.expect(200);
    let (_, fields) = form(&panel, "/desk/book");
    let start = fields.iter().find(|(name, _)| name == "start").unwrap().1.clone();
    app.post("/sessions", json!({"course_id": bea, "service": "consultation", "start": start}))
        .await
        .expect(201);
    let refused = press(&app, &mut browser, &panel, "/desk/book").await.expect(422);
    assert!(refused.says("role=\"alert\"") && refused.says("already"), "{}", refused.text);
    assert!(refused.says("Ada Sample") && refused.says("class=\"times\""));
    press(&app, &mut browser, &refused, "/desk/book").await.expect(303);
}

#[tokio::test]
async fn one_press_checks_in_and_one_undo_takes_all_of_it_back() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.new_course("Ada").await;
    let session = app.book(&course, "consultation", "2027-01-04T09:30").await.expect(201).id();
    app.wait(Duration::minutes(5));
    let mut browser = Browser::signed_in(&app, DESK).await;
    let day = browser.get(&app, "/desk").await.expect(200);
    let done = check_in(&app, &mut browser, &day, &session).await;
    assert!(done.leads_to().ends_with("done=checked-in"));
    assert_eq!(status(&app, &session).await, "checked-in");
    let page = browser.get(&app, done.leads_to()).await.expect(200);
    assert!(page.says("Checked in."));
    press(&app, &mut browser, &page, &format!("/desk/sessions/{session}/undo")).await.expect(303);
    assert_eq!(status(&app, &session).await, "booked");
}

#[tokio::test]
async fn who_has_not_consented_arrives_and_the_desk_sees_in_red_what_is_missing() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.course("Ada").await;
    let session = app.book(&course, "laser_partial", "2027-01-04T09:30").await.expect(201).id();
    let mut browser = Browser::signed_in(&app, DESK).await;
    let day = browser.get(&app, "/desk").await.expect(200);
    assert!(day.says("no consent to the laser"));
    let done = check_in(&app, &mut browser, &day, &session).await;
    assert!(done.leads_to().ends_with("done=arrived"));
    assert_eq!(status(&app, &session).await, "arrived");
    let page = browser.get(&app, done.leads_to()).await.expect(200);
    assert!(page.says("something is missing") && page.says("class=\"missing\""));
    let refused =
        press(&app, &mut browser, &page, &format!("/desk/sessions/{session}/check-in")).await;
    assert!(refused.expect(422).says("has not consented to the laser"));
    // It is written down where it is missing.
    let (action, fields) = form(&page, &format!("/desk/sessions/{session}/consent"));
    let mut fields: Vec<_> =
        fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    browser.post(&app, &action, &fields).await.expect(422);
    fields.push(("text_version", "2026-1"));
    let written = browser.post(&app, &action, &fields).await;
    let page = browser.get(&app, written.leads_to()).await.expect(200);
    assert!(page.says("The consent is written down.") && !page.says("class=\"missing\""));
    press(&app, &mut browser, &page, &format!("/desk/sessions/{session}/check-in"))
        .await
        .expect(303);
    assert_eq!(status(&app, &session).await, "checked-in");
}

#[tokio::test]
async fn a_no_show_counts_or_is_excused_and_three_new_times_are_there_at_once() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.new_course("Ada").await;
    let patient = app.get(&format!("/courses/{course}")).await.str("patient_id").to_owned();
    let mut browser = Browser::signed_in(&app, DESK).await;
    for (hour, excused) in [("09:30", false), ("11:00", true)] {
        let session =
            app.book(&course, "consultation", &format!("2027-01-04T{hour}")).await.expect(201).id();
        let early =
            browser.get(&app, &format!("/desk?session={session}&no-show")).await.expect(200);
        assert!(!early.says("Does it count against them?"), "they may still come");
        app.wait(Duration::minutes(if excused { 90 } else { 50 }));
        let asked = browser.get(&app, &format!("/desk?session={session}&no-show")).await;
        let asked = if asked.status == 401 {
            browser = Browser::signed_in(&app, DESK).await;
            browser.get(&app, &format!("/desk?session={session}&no-show")).await
        } else {
            asked
        };
        assert!(
            asked.says("Does it count against them?") && asked.says("Excused"),
            "{}",
            asked.text
        );
        let (action, fields) = form(&asked, &format!("/desk/sessions/{session}/no-show"));
        let mut fields: Vec<_> =
            fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        fields.extend(excused.then_some(("excused", "1")));
        let noted = browser.post(&app, &action, &fields).await;
        let page = browser.get(&app, noted.leads_to()).await.expect(200);
        assert!(page.says("did not come") && page.says("Book anew"));
        assert_eq!(page.text.matches("action=\"/desk/book\"").count(), 3);
        assert_eq!(status(&app, &session).await, "noshow");
    }
    let panel = browser.get(&app, &format!("/desk?patient={patient}")).await.expect(200);
    assert!(
        panel.says("Did not come 1 time in two years"),
        "the excused one does not count: {}",
        panel.text
    );
}

#[tokio::test]
async fn a_move_shows_what_it_does_to_later_sessions_and_takes_them_along() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.course("Ada").await;
    let first = app.book(&course, "laser_partial", "2027-02-01T10:00").await.expect(201);
    let second = app.book(&course, "laser_partial", "2027-03-15T10:00").await.expect(201);
    let (first, second) = (first.id(), second.id());
    let mut browser = Browser::signed_in(&app, DESK).await;
    let look =
        browser.get(&app, &format!("/desk?session={first}&to=2027-02-08T10:00")).await.expect(200);
    assert!(look.says("Move to Mon 8 Feb 2027, 10:00?"), "{}", look.text);
    assert!(look.says("moves Mon 15 Mar 2027, 10:00 to Mon 22 Mar 2027, 10:00"), "{}", look.text);
    assert_eq!(
        app.get(&format!("/sessions/{first}")).await.str("local_start"),
        "2027-02-01T10:00",
        "only looked at"
    );
    let moved = press(&app, &mut browser, &look, &format!("/desk/sessions/{first}/move")).await;
    assert!(
        moved.leads_to().contains("day=2027-02-08") && moved.leads_to().ends_with("done=moved")
    );
    assert_eq!(app.get(&format!("/sessions/{first}")).await.str("local_start"), "2027-02-08T10:00");
    assert_eq!(
        app.get(&format!("/sessions/{second}")).await.str("local_start"),
        "2027-03-22T10:00"
    );
    // Three ranked times wait beside it, each a single press.
    let page = browser.get(&app, moved.leads_to()).await.expect(200);
    assert_eq!(page.text.matches("<button>Move to ").count(), 3);
    // A Sunday: why not, and when.
    let sunday =
        browser.get(&app, &format!("/desk?session={first}&to=2027-02-07T10:00")).await.expect(200);
    assert!(
        sunday.says("closed on Sunday 7 February 2027")
            && sunday.says("The first day that works is")
    );
    // The clock skips this time.
    let skipped =
        browser.get(&app, &format!("/desk?session={first}&to=2027-03-14T02:30")).await.expect(200);
    assert!(skipped.says("goes forward"), "{}", skipped.text);
}

#[tokio::test]
async fn of_two_desks_that_move_one_session_the_second_is_told() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.new_course("Ada").await;
    let session = app.book(&course, "consultation", "2027-01-05T10:00").await.expect(201).id();
    let mut one = Browser::signed_in(&app, DESK).await;
    let mut other = Browser::signed_in(&app, "manager@example.test").await;
    let address = format!("/desk?day=2027-01-05&session={session}");
    let (mine, theirs) = (one.get(&app, &address).await, other.get(&app, &address).await);
    press(&app, &mut one, &mine, &format!("/desk/sessions/{session}/move")).await.expect(303);
    let late = press(&app, &mut other, &theirs, &format!("/desk/sessions/{session}/move"))
        .await
        .expect(409);
    assert!(late.says("Somebody changed it a moment ago"));
    let called_off =
        press(&app, &mut other, &late, &format!("/desk/sessions/{session}/cancel")).await;
    assert!(called_off.expect(422).says("why it is called off"), "a reason is chosen");
    let (action, fields) = form(&late, &format!("/desk/sessions/{session}/cancel"));
    let mut fields: Vec<_> =
        fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    fields.push(("reason", "patient_request"));
    other.post(&app, &action, &fields).await.expect(303);
    assert_eq!(status(&app, &session).await, "cancelled");
}

#[tokio::test]
async fn a_whole_course_is_planned_swapped_and_booked_in_one_press() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.course("Ada").await;
    let mut browser = Browser::signed_in(&app, DESK).await;
    let plan = format!("/desk/courses/{course}/plan");
    let asked =
        format!("{plan}?service=laser_partial&count=3&weekday=tue&weekday=thu&not_before=15:00");
    let page = browser.get(&app, &asked).await.expect(200);
    assert!(page.says("3 dates") && page.says("Book all"), "{}", page.text);
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
    let follows = browser.get(&app, &format!("{plan}?{swapped}")).await.expect(200);
    let first = follows.text.split("<option value=\"").find(|one| one.starts_with("20")).unwrap();
    assert!(
        first.replace("&#43;", "+").starts_with(rows[0][1].split(' ').next().unwrap()),
        "{first}"
    );
    let mut fields = vec![("service", "laser_partial"), ("count", "3")];
    fields.extend(rows.iter().map(|row| ("start", row[0].as_str())));
    let booked = browser.post(&app, &plan, &fields).await;
    assert!(booked.leads_to().ends_with("done=planned"));
    assert!(
        browser.get(&app, booked.leads_to()).await.expect(200).says("The whole course is booked")
    );
    let sessions = app.get(&format!("/courses/{course}")).await.expect(200);
    let laser = sessions.body["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["service"] == "laser_partial");
    assert_eq!(laser.count(), 3);
    // Once more, and the dates are taken: nothing of it is booked, and the reasons stand above the form.
    let refused = browser.post(&app, &plan, &fields).await.expect(422);
    assert!(refused.says("role=\"alert\"") && refused.says("Book all"), "{}", refused.text);
    // What was agreed with the caller stays chosen, and is not replaced by what is free now.
    let kept = refused.text.replace("&#43;", "+");
    for row in &rows {
        assert!(
            kept.contains(&format!("<option value=\"{}\" selected>", row[0])),
            "{} in {kept}",
            row[0]
        );
    }
    let absurd =
        browser.get(&app, &format!("{plan}?service=laser_partial&count=999")).await.expect(200);
    assert!(absurd.says("The number of sessions is 1 to 60."));
}

#[tokio::test]
async fn a_course_at_a_glance_shows_intervals_and_a_chart_that_is_a_table_too() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let course = app.course("Ada").await;
    app.consent_to_laser(&course).await;
    let session = app.book(&course, "laser_partial", "2027-01-04T09:30").await.expect(201).id();
    for verb in ["arrive", "check-in"] {
        app.act(&session, verb).await.expect(200);
    }
    let record = json!({"outcome": "completed", "zones": ["vertex"], "endpoint": "frosting", "pain": 3, "eyewear_checked": true, "clearance_percent": 60,
        "parameter_sets": [{"wavelength_nm": 1064, "fluence_j_cm2": 3.0, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns",
            "frequency_hz": 2.0, "pulse_count": 12, "passes": 1}]});
    app.call(&app.practitioner, "POST", &format!("/sessions/{session}/complete"), record)
        .await
        .expect(200);
    let mut browser = Browser::signed_in(&app, DESK).await;
    let page = browser.get(&app, &format!("/desk/courses/{course}")).await.expect(200);
    for words in [
        "60 % clear after",
        "1064 nm, 3 J/cm²",
        "days later",
        "<svg class=\"chart\"",
        "The same as a table",
        "frosting",
    ] {
        assert!(page.says(words), "{words}: {}", page.text);
    }
}

#[tokio::test]
async fn a_session_is_booked_at_a_shop_from_the_same_panel_and_stands_in_its_own_column() {
    let app = TestApp::empty().await;
    app.clinic().await;
    let maple = app.shop("Maple Light", 1).await;
    app.shop("Harbour Light", 1).await;
    let course = app.course("Ada").await;
    app.disclose(&course, &maple.id).await;
    let patient = app.get(&format!("/courses/{course}")).await.str("patient_id").to_owned();
    let mut browser = Browser::signed_in(&app, DESK).await;
    let here = browser
        .get(&app, &format!("/desk?patient={patient}&service=consultation"))
        .await
        .expect(200);
    assert!(here.says("At a partner shop?") && !here.says("<h3>Maple Light</h3>"));
    let panel = browser
        .get(&app, &format!("/desk?patient={patient}&service=consultation&everywhere"))
        .await
        .expect(200);
    assert!(panel.says("<h3>Maple Light</h3>") && panel.says("<h3>Harbour Light</h3>"));
    let (_, after) = panel.text.split_once("<h3>Maple Light</h3>").unwrap();
    let mut of_maple = panel.clone();
    of_maple.text = after.to_owned();
    let booked = press(&app, &mut browser, &of_maple, "/desk/book").await;
    let page = browser.get(&app, booked.leads_to()).await.expect(200);
    assert!(
        page.says("partner shop") && page.says("not accepted yet") && page.says("Maple Light"),
        "{}",
        page.text
    );
    // A session is dragged to people, and a shop is none.
    let columns = page.text.matches("<section class=\"column").count();
    assert_eq!(page.text.matches(" data-person=\"").count(), columns - 1, "{}", page.text);
}
