//! The managers' pages of messages, access, calendar, partners and catalogue: what each shows,
//! what its forms do, and that nothing typed is lost.

use serde_json::json;

use crate::manage_users::{boss, hidden};
use crate::support::{TestApp, fields, has};

/// `form` with other texts in some fields.
fn with<'a>(
    form: &'a [(String, String)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = form.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let kept = kept.filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes.iter().copied()).collect()
}

#[tokio::test]
async fn what_was_sent_to_whom_and_what_comes_next_is_found_by_name() {
    let (app, _) = TestApp::with_clinic().await;
    let course = app.prepare_course("Ada").await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.send_after_grace().await;
    let manager = boss(&app).await;
    let found = manager.page("/manage/messages?q=ada").await;
    let patient = app.patient_at(&session).await;
    let link = format!("/manage/messages?patient_id={patient}");
    found.shows(&[&link, "Ada Sample"]);
    let ledger = manager.page(&link).await;
    ledger.shows(&[
        "Messages to Ada Sample", "Invitation", "ada@example.test", "Sent",
        "Comes next: Reminder to prepare, 7 days before",
    ]);
    app.cancel(&session).await.expect(200);
    let by_session = manager.page(&format!("/manage/messages?session_id={session}")).await;
    by_session.shows(&[
        "the visit was called off before it went out", "Messages about one session of Ada Sample",
    ]);
    manager.get("/manage/messages?q=nobody").await.shows(&["Nobody is found by that."]);
    for gone in ["patient_id=x", "session_id=01890000-0000-7000-8000-000000000001", "referral_id=x"]
    {
        manager.get(&format!("/manage/messages?{gone}")).await.expect(404);
    }
    let long = manager.get(&format!("/manage/messages?q={}", "x".repeat(300))).await.expect(422);
    long.shows(&["q-problem", "This must not be longer than 200 characters"]);
}

#[tokio::test]
async fn who_looked_at_a_record_is_shown_page_by_page_and_looking_is_noted() {
    let (app, _) = TestApp::with_clinic().await;
    let patient = app.register("Ada").await;
    for _ in 0..120 {
        app.get(&format!("/patients/{patient}")).await.expect(200);
    }
    let manager = boss(&app).await;
    let path = format!("/manage/audit?patient_id={patient}");
    let first = manager.page(&path).await;
    first.shows(&["The record of Ada Sample", "Registered the patient"]);
    assert!(first.text.contains("Front desk"));
    assert_eq!(first.text.matches("<tr><td>").count(), 100);
    let next = first.after("href=\"/manage/audit?patient_id=");
    let next = next.replace("&#38;", "&").replace("&amp;", "&");
    let second = manager.page(&format!("/manage/audit?patient_id={next}")).await;
    assert!(second.text.contains("Read who looked at the record"));
    manager.get("/manage/audit?patient_id=01890000-0000-7000-8000-000000000001").await.expect(404);
}

#[tokio::test]
async fn a_month_shows_hours_holidays_closures_and_windows_and_both_are_added_and_removed() {
    let (app, clinic) = TestApp::with_clinic().await;
    let manager = boss(&app).await;
    let february = "/manage/calendar?month=2027-02";
    let page = manager.page(february).await;
    page.shows(&["February 2027", "Holiday: Family Day", "09:00–18:00", "scope=\"col\">Sun"]);
    let march = manager.page("/manage/calendar?month=2027-03").await;
    march.shows(&["<td class=\"around\">", "Holiday: Good Friday"]);
    // A closure of Noor's, for two afternoons.
    let closures = "/manage/calendar/closures?month=2027-02";
    let noor = format!("practitioner_id:{}", clinic.noor);
    let long = format!("<i>{}", "x".repeat(9_997));
    let closure = |reason| {
        [
            ("whose", noor.as_str()),
            ("first_day", "2027-02-09"),
            ("last_day", "2027-02-10"),
            ("from", "13:00"),
            ("until", ""),
            ("reason", reason),
        ]
    };
    let refused = manager.send_amiss(closures, &closure(&long)).await;
    refused.shows(&["f-reason-problem", &long.replace('<', "&#60;").replace('>', "&#62;")]);
    refused.shows(&[&format!("<option value=\"{noor}\" selected>"), "value=\"2027-02-09\""]);
    let empty = manager.send_amiss(closures, &[]).await;
    assert_eq!(empty.text.matches("This is needed.").count(), 3);
    let odd = fields("whose=everything&first_day=2027-02-09&from=1 pm&reason=Course");
    assert!(manager.send_amiss(closures, &odd).await.text.contains("f-from-problem"));
    let back = manager.post(closures, &closure("Course")).await.expect(303);
    let shown = manager.page(back.header("location")).await;
    assert_eq!(shown.text.matches("Closed: Noor from 13:00, Course").count(), 2);
    let remove = shown.after("action=\"/manage/calendar/closures/");
    let remove = format!("/manage/calendar/closures/{remove}");
    manager.send_amiss(&remove, &[("version", "7")]).await;
    manager.post(&remove, &[("version", "1")]).await.expect(303);
    manager.send_amiss(&remove, &[("version", "1")]).await.shows(&["removed meanwhile"]);
    assert!(!manager.get(february).await.text.contains("Closed: Noor"));
    // A window of the rented laser.
    let windows = "/manage/calendar/windows?month=2027-02";
    let window =
        |start, end| [("device_id", clinic.rented.as_str()), ("start", start), ("end", end)];
    let backwards =
        manager.send_amiss(windows, &window("2027-02-11T17:00", "2027-02-11T09:00")).await;
    backwards.shows(&["A rental window ends after it begins", "value=\"2027-02-11T17:00\""]);
    manager.send_amiss(windows, &window("soon", "2027-02-11T17:00")).await;
    manager.post(windows, &window("2027-02-11T09:00", "2027-02-11T17:00")).await.expect(303);
    let shown = manager.page(february).await;
    assert!(shown.text.contains("Rented: LASER-RENT-1 09:00–17:00"));
    let twice = manager.send_amiss(windows, &window("2027-02-11T09:00", "2027-02-11T18:00")).await;
    assert!(twice.text.contains("f-start-problem"));
}

#[tokio::test]
async fn removing_a_window_shows_what_is_to_be_booked_anew_before_and_after() {
    let (app, clinic) = TestApp::with_clinic().await;
    let window = app.rent(&clinic, "2027-03-18T09:00", "2027-03-18T17:00").await;
    let course = app.prepare_course("Ada").await;
    app.consent_to_laser(&course).await;
    let on_rented = json!({"device_id": clinic.rented});
    app.book_with(&course, "laser_partial", "2027-03-18T10:00", on_rented).await.expect(201);
    let manager = boss(&app).await;
    let path = format!("/manage/calendar/windows/{}/{window}/remove?month=2027-03", clinic.rented);
    let asked = manager.page(&path).await;
    asked.shows(&["1 session is booked in it", "Ada Sample"]);
    manager.get("/manage/calendar?month=2027-03").await.shows(&["Rented: LASER-RENT-1"]);
    let done = manager.post(&path, &[]).await.expect(303);
    let after = manager.page(done.header("location")).await;
    after.shows(&["The rental window was removed.", "Ada Sample"]);
    manager.get("/manage/calendar?month=2027-03").await.hides(&["Rented: LASER-RENT-1"]);
    assert!(manager.send_amiss(&path, &[]).await.text.contains("removed meanwhile"));
}

#[tokio::test]
async fn each_thing_of_the_catalogue_comes_back_from_its_form_unchanged() {
    let (app, clinic) = TestApp::with_clinic().await;
    let manager = boss(&app).await;
    let services = app.manager_get("/services").await.expect(200);
    let service = services.items()[6]["id"].as_str().unwrap().to_owned();
    let things = [
        ("services", "services", service),
        ("people", "practitioners", clinic.theo.clone()),
        ("rooms", "rooms", clinic.treatment.clone()),
        ("devices", "devices", clinic.owned.clone()),
        ("sites", "sites", clinic.site.clone()),
    ];
    for (pages, api, id) in things {
        let before = app.manager_get(&format!("/{api}/{id}")).await.expect(200);
        let path = format!("/manage/catalogue/{pages}/{id}");
        let page = manager.page(&path).await;
        let form = page.filled(&path);
        manager.post(&path, &with(&form, &[])).await.expect(303);
        let mut after = app.manager_get(&format!("/{api}/{id}")).await.expect(200).body;
        assert_eq!(after["version"], json!(2), "{pages}");
        after["version"] = json!(1);
        assert_eq!(after, before.body, "{pages}");
        // The same form again is older than what is there now.
        let stale = manager.send_amiss(&path, &with(&form, &[("name", "Another")])).await;
        stale.shows(&["Somebody else changed this meanwhile", "value=\"Another\""]);
        let newer = stale.filled(&path);
        manager.post(&path, &with(&newer, &[])).await.expect(303);
        // A name that cannot be.
        let page = manager.get(&path).await.filled(&path);
        let long = format!("<script>{}", "x".repeat(9_992));
        let refused = manager.send_amiss(&path, &with(&page, &[("name", &long)])).await;
        assert!(
            refused.text.contains("f-name-problem") && refused.text.contains("&#60;script&#62;xxx"),
            "{pages}"
        );
        assert!(!refused.text.contains("<script>x"), "{pages}");
        let empty = manager.send_amiss(&format!("/manage/catalogue/{pages}/new"), &[]).await;
        assert!(empty.text.contains("This is needed."), "{pages}");
    }
    manager.get("/manage/catalogue/rooms/x").await.expect(404);
}

#[tokio::test]
async fn things_are_added_from_forms_with_hours_modes_and_dollars() {
    let (app, clinic) = TestApp::with_clinic().await;
    let manager = boss(&app).await;
    let service = [
        ("code", "touch_up"),
        ("name", "Touch-up"),
        ("duration_minutes", "30"),
        ("price_cents", "$1,249.5"),
        ("skill", "laser"),
        ("method", "laser"),
        ("reminders", "48h confirm email\n7d prepare email"),
        ("active", "on"),
    ];
    manager.post("/manage/catalogue/services/new", &service).await.expect(303);
    let list = manager.page("/manage/catalogue").await;
    list.shows(&["Touch-up", "$1249.50"]);
    let services = app.manager_get("/services").await;
    let made = services.item("code", "touch_up");
    has(
        made,
        json!({"price_cents": 124_950, "reminders": ["48h confirm email", "7d prepare email"],
            "anaesthetic_minutes": 0}),
    );
    let twice = manager.send_amiss("/manage/catalogue/services/new", &service).await;
    twice.shows(&["There is a service of that code already.", "f-code-problem"]);
    let odd = [("price_cents", "-5"), ("duration_minutes", "soon"), ("reminders", "whenever")];
    let odd = manager.send_amiss("/manage/catalogue/services/new", &odd).await;
    odd.shows(&["f-price_cents-problem", "Write a whole number.", "whenever"]);
    let mut second = service.to_vec();
    second[0] = ("code", "touch_up_2");
    second[6] = ("reminders", "48h confirm email\nwhenever");
    let second = manager.send_amiss("/manage/catalogue/services/new", &second).await;
    assert!(
        second.text.contains("id=\"f-reminders-problem\">Line 2: "),
        "what is wrong in a line is told"
    );
    // A practitioner with hours in two rows, the first of which stays empty, and a certificate that ends soon.
    let person = [
        ("name", "Robin"),
        ("site_id", clinic.site.as_str()),
        ("skills", "laser"),
        ("skills", "saline"),
        ("hours/0/weekday", ""),
        ("hours/1/weekday", "tue"),
        ("hours/1/opens", "10:00"),
        ("hours/1/closes", "16:00"),
        ("device_authorisations/0/device_id", clinic.owned.as_str()),
        ("device_authorisations/0/expires_on", ""),
        ("credentials/0/kind", "first aid"),
        ("credentials/0/expires_on", "2027-01-20"),
        ("active", "on"),
    ];
    manager.post("/manage/catalogue/people/new", &person).await.expect(303);
    let list = manager.page("/manage/catalogue").await;
    list.shows(&["First aid ends on Wed 20 Jan 2027, in 16 days.", "Tue 10:00–16:00"]);
    let mut backwards = person.to_vec();
    backwards[7] = ("hours/1/closes", "09:00");
    let backwards = manager.send_amiss("/manage/catalogue/people/new", &backwards).await;
    backwards.shows(&["f-hours-problem", "close before they open"]);
    // A device in which a row is not finished.
    let device = [
        ("code", "LASER-2"),
        ("name", "Demo"),
        ("site_id", clinic.site.as_str()),
        ("ownership", "owned"),
        ("modes/1/wavelength_nm", "1064"),
        ("modes/1/spot_mm/min", "x"),
        ("licence_valid_until", "2026-12-31"),
        ("active", "on"),
    ];
    let unfinished = manager.send_amiss("/manage/catalogue/devices/new", &device).await;
    unfinished.shows(&[
        "id=\"f-modes-0-spot_mm-min-problem\"", "id=\"f-modes-0-fluence_j_cm2-max-problem\"",
    ]);
    manager
        .post("/manage/catalogue/devices/new", &[&device[..4], &device[6..]].concat())
        .await
        .expect(303);
    let list = manager.page("/manage/catalogue").await;
    assert!(list.text.contains("The check of its licence expired on Thu 31 Dec 2026."));
}

#[tokio::test]
async fn a_partner_is_written_down_changed_and_settled() {
    let app = TestApp::empty().await;
    let manager = boss(&app).await;
    let new = fields(
        "name=Harbour <Light>&address=1 Example Ave&phone=416 555 0181&methods=laser\
        &languages=fr&wavelengths_nm=1064, 532&works=on_request\
        &papers/licence/number=T-1&papers/licence/valid_until=2027-01-20&shop/chairs=2\
        &shop/hours/0/weekday=tue&shop/hours/0/opens=11:00&shop/hours/0/closes=19:00\
        &active=on",
    );
    let added = manager.post("/manage/partners/new", &new).await.expect(303);
    let page = manager.page(added.header("location")).await;
    let path = added.header("location").split('?').next().unwrap().to_owned();
    page.shows(&["Harbour &#60;Light&#62;", "Licence ends on Wed 20 Jan 2027, in 16 days."]);
    assert!(page.text.contains("Insurance is not on file."));
    let id = path.rsplit('/').next().unwrap();
    let written = app.manager_get(&format!("/partners/{id}")).await.expect(200);
    assert_eq!(written.body["wavelengths_nm"], json!([1064, 532]));
    assert_eq!(app.count("SELECT COUNT(*) FROM rooms").await, 2);
    // Changed by a manager who came second.
    let form = page.filled(&path);
    manager.send_amiss(&path, &with(&form, &[("papers/licence/valid_until", "")])).await;
    manager
        .post(
            &path,
            &with(&form, &[("papers/licence/valid_until", "2028-01-20"), ("contact", "Mika")]),
        )
        .await
        .expect(303);
    let stale = manager.send_amiss(&path, &with(&form, &[("contact", "Max")])).await;
    stale.shows(&["There is now: Mika", "value=\"Max\""]);
    let form = manager.get(&path).await.filled(&path);
    let long = "x".repeat(10_000);
    let refused =
        manager.send_amiss(&path, &with(&form, &[("name", &long), ("phone", "911 maybe")])).await;
    refused.shows(&["id=\"f-name-problem\"", "value=\"911 maybe\""]);
    let empty = manager.send_amiss("/manage/partners/new", &[]).await;
    assert_eq!(empty.text.matches("This is needed.").count(), 3);
    // A link is shown once, and revoked.
    let made = manager.post(&format!("{path}/links"), &[("label", "The till")]).await.expect(201);
    made.shows(&["/shop/", "The till"]);
    let again = manager.page(&path).await;
    assert!(!again.text.contains("/shop/"));
    let revoke = again.after(&format!("action=\"{path}/links/"));
    let revoke = format!("{path}/links/{revoke}");
    let version = hidden(again.text.split(&revoke).nth(1).unwrap(), "version");
    manager.send_amiss(&revoke, &[("version", "9")]).await;
    manager.post(&revoke, &[("version", &version)]).await.expect(303);
    assert!(manager.get(&path).await.text.contains("None in use."));
    manager.send_amiss(&format!("{path}/links"), &[("label", "")]).await;
    // Its settlement, also as a file.
    let file = manager.page(&format!("{path}/settlement.csv?from=2027-01&to=2027-02")).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.starts_with("month,partner,partner_id,referred"));
    let same =
        app.manager_get(&format!("/settlement.csv?from=2027-01&to=2027-02&partner_id={id}")).await;
    assert_eq!(file.text, same.text);
    manager.get(&format!("{path}?from=2027-05&to=2027-01")).await.shows(&["from is not after to"]);
}

#[tokio::test]
async fn how_a_shop_is_told_is_set_on_its_own_page_and_what_cannot_be_is_said_beside_it() {
    let app = TestApp::empty().await;
    let manager = boss(&app).await;
    let new = fields("name=Harbour&address=1 Example Ave&phone=416 555 0181&active=on");
    let added = manager.post("/manage/partners/new", &new).await.expect(303);
    let shop = added.header("location").split('?').next().unwrap().to_owned();
    let path = format!("{shop}/told");
    assert!(manager.page(&shop).await.text.contains(&path));
    let form = manager.page(&path).await.filled(&path);
    let by_text = with(&form, &[("changes_by", "sms"), ("before_minutes", "7")]);
    let refused = manager.send_amiss(&path, &by_text).await;
    refused.shows(&[
        "id=\"f-changes_by-problem\"", "Text messages need a telephone number.",
        "id=\"f-before_minutes-problem\"",
    ]);
    let all = fields(
        "email=till@harbour.example.test&phone=416 555 0199&language=fr&changes_by=sms\
        &day_list_by=&before_by=email&before_minutes=90",
    );
    manager.post(&path, &with(&form, &all)).await.expect(303);
    let id = shop.rsplit('/').next().unwrap();
    let told = app.manager_get(&format!("/partners/{id}/notices")).await.expect(200);
    told.has(json!({"changes_by": "sms", "day_list_by": null}));
    told.has(json!({"language": "fr", "before_minutes": 90}));
    // A manager who opened the form before that is told, and keeps what was typed.
    let late =
        manager.send_amiss(&path, &with(&form, &[("email", "other@harbour.example.test")])).await;
    late.shows(&[
        "There is now: till@harbour.example.test", "value=\"other@harbour.example.test\"",
    ]);
}
