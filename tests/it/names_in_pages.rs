//! Names that are written from right to left do not turn the times and numbers beside them round: on every page, a patient's name
//! stands in an element of its own for that.

use fadeline::domain::role::Role;
use serde_json::json;

use crate::manage_users::boss;
use crate::support::{Browser, TestApp};

/// Given and family names in Arabic and in Hebrew.
const PEOPLE: [(&str, &str); 2] = [("محمد", "علي"), ("שרה", "כהן")];

/// The text of a page that stands outside `<bdi>`, controls, titles and scripts left out, since those show a name by itself.
fn outside_bdi(html: &str) -> String {
    let (mut outside, mut inside, mut rest) = (String::new(), 0_i32, html);
    let holds = ["bdi", "title", "textarea", "option", "style", "script"];
    while let Some((text, tag)) = rest.split_once('<') {
        if inside == 0 {
            outside.push_str(text);
        }
        let (tag, after) = tag.split_once('>').unwrap();
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphabetic).collect();
        if holds.contains(&name.as_str()) {
            inside += if tag.starts_with('/') { -1 } else { 1 };
        }
        rest = after;
    }
    outside.push_str(rest);
    outside
}

#[track_caller]
fn isolates(page: &str, html: &str) {
    let text = outside_bdi(html);
    for name in PEOPLE.iter().flat_map(|(given, family)| [given, family]) {
        assert!(!text.contains(name), "{page}: {name} stands outside <bdi> in {html}");
    }
}

#[tokio::test]
async fn every_page_keeps_a_name_from_turning_what_is_beside_it_round() {
    let (app, clinic) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 3).await;
    app.make_room(&clinic, "Consult B").await;
    let manager = boss(&app).await;
    let desk = Browser::signed_in(&app, "front_desk@example.test").await;
    let shops = Browser::of_new(&app, Role::Partner, Some(&shop.id)).await;
    let mut patients = Vec::new();
    for (n, (given, family)) in PEOPLE.into_iter().enumerate() {
        let patient = json!({"given_name": given, "family_name": family, "phone": format!("647-555-01{n}0"),
            "email": format!("p{n}@example.test")});
        patients.push(app.post("/patients", patient).await.expect(201).id());
    }
    let mut pages: Vec<(&Browser, String)> = Vec::new();
    for (n, patient) in patients.iter().enumerate() {
        let course = app.open_course_for(patient).await;
        app.prepare(&course).await;
        app.disclose(&course, &shop.id).await;
        let day = "2027-01-05";
        let session = app.make_visit(&course, "consultation", &format!("{day}T1{n}:00")).await;
        let off = app.make_visit(&course, "consultation", &format!("{day}T1{}:00", n + 4)).await;
        app.cancel(&off).await.expect(200);
        let theirs =
            app.book_at(&shop, &course, "review", &format!("2027-01-06T1{n}:00")).await.expect(201);
        let referral = theirs.str("referral_id").to_owned();
        for path in [
            format!("/desk?day={day}"),
            format!("/desk?day={day}&by=room"),
            format!("/desk?day={day}&session={session}"),
            format!("/desk?day={day}&session={session}&to={day}T16:00"),
            format!("/desk?day={day}&session={session}&no-show"),
            format!("/desk?patient={patient}"),
            "/desk?q=0".to_owned(),
            format!("/desk/week?day={day}"),
            format!("/desk/courses/{course}"),
            format!("/desk/courses/{course}/plan"),
            "/desk/tasks?all".to_owned(),
        ] {
            pages.push((&desk, path));
        }
        for path in [
            format!("/desk/sessions/{session}/record"),
            format!("/manage/messages?patient_id={patient}"),
            format!("/manage/messages?session_id={session}"),
            "/manage/messages?q=0".to_owned(),
            format!("/manage/audit?patient_id={patient}"),
            format!("/manage/patients/{patient}/merge?q=0"),
            format!("/manage/patients/{patient}/merge?patient_id={}", patients[1 - n]),
            "/manage/calendar/to-rebook".to_owned(),
        ] {
            pages.push((&manager, path));
        }
        for path in [
            "/partner?from=2027-01-04".to_owned(),
            format!("/partner/referrals/{referral}"),
            format!("/partner/referrals/{referral}/report/{}", theirs.id()),
        ] {
            pages.push((&shops, path));
        }
    }
    app.send_after_grace().await;
    let mut named = 0;
    for (browser, path) in &pages {
        let page = browser.get(path).await;
        assert!([200, 404, 422].contains(&page.status), "{path}: {}", page.status);
        named += usize::from(PEOPLE.iter().any(|(given, _)| page.text.contains(given)));
        isolates(path, &page.text);
    }
    assert!(named >= 30, "only {named} pages show a name");
    // The form for somebody who is known already, and what a caller wrote.
    let form = [("name", "محمد علي"), ("phone", "647-555-0100")];
    let known = desk.post("/desk/patients", &form).await.expect(409);
    known.shows(&["Already here:"]);
    isolates("/desk/patients", &known.text);
}
