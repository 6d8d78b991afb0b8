//! The managers' pages of messages, access, calendar, partners and catalogue: what each shows,
//! what its forms do, and that nothing typed is lost.

use serde_json::{Value, json};

use crate::manage_users::{boss, hidden};
use crate::support::{Answer, TestApp};

async fn begun() -> (TestApp, crate::support::Clinic) {
    let app = TestApp::empty().await;
    let clinic = app.clinic().await;
    (app, clinic)
}

/// Every control of a page, filled as it is, for sending the page's form back.
pub(crate) fn filled(page: &Answer, action: &str) -> Vec<(String, String)> {
    let form = page.text.split(&format!("method=\"post\" action=\"{action}\"")).nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(rest.split('"').next().unwrap().replace("&#60;", "<").replace("&#38;", "&"))
    };
    let mut all = Vec::new();
    for tag in form.split('<') {
        if let Some(tag) = tag.strip_prefix("input") {
            let is_box = tag.contains("type=\"checkbox\"");
            if !is_box || tag.contains(" checked") {
                all.push((
                    attribute(tag, "name").unwrap(),
                    attribute(tag, "value").unwrap_or_default(),
                ));
            }
        } else if let Some(tag) = tag.strip_prefix("select") {
            all.push((attribute(tag, "name").unwrap(), String::new()));
        } else if tag.starts_with("option") && tag.contains(" selected") {
            all.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
        } else if let Some(tag) = tag.strip_prefix("textarea") {
            let text = tag.split_once('>').unwrap().1.trim().to_owned();
            all.push((attribute(tag, "name").unwrap(), text));
        }
    }
    all
}

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
    let (app, _) = begun().await;
    let course = app.course("Ada").await;
    let session = app.book(&course, "consultation", "2027-03-15T10:00").await.expect(201).id();
    app.after_grace().await;
    let manager = boss(&app).await;
    let found = manager.get("/manage/messages?q=ada").await.expect(200);
    let patient = app.get(&format!("/sessions/{session}")).await.str("patient_id").to_owned();
    let link = format!("/manage/messages?patient_id={patient}");
    assert!(found.text.contains(&link) && found.text.contains("Ada Sample"));
    let ledger = manager.get(&link).await.expect(200);
    for said in [
        "Messages to Ada Sample",
        "Invitation",
        "ada@example.test",
        "Sent",
        "Comes next: Reminder to prepare, 7 days before",
    ] {
        assert!(ledger.text.contains(said), "{said}");
    }
    app.cancel(&session).await.expect(200);
    let by_session =
        manager.get(&format!("/manage/messages?session_id={session}")).await.expect(200);
    assert!(by_session.text.contains("the visit was called off before it went out"));
    assert!(by_session.text.contains("Messages about one session of Ada Sample"));
    assert!(
        manager.get("/manage/messages?q=nobody").await.text.contains("Nobody is found by that.")
    );
    for gone in ["patient_id=x", "session_id=01890000-0000-7000-8000-000000000001", "referral_id=x"]
    {
        manager.get(&format!("/manage/messages?{gone}")).await.expect(404);
    }
    let long = manager.get(&format!("/manage/messages?q={}", "x".repeat(300))).await.expect(422);
    assert!(
        long.text.contains("q-problem")
            && long.text.contains("This must not be longer than 200 characters")
    );
}

#[tokio::test]
async fn who_looked_at_a_record_is_shown_page_by_page_and_looking_is_noted() {
    let (app, _) = begun().await;
    let patient = app.register("Ada").await;
    for _ in 0..120 {
        app.get(&format!("/patients/{patient}")).await.expect(200);
    }
    let manager = boss(&app).await;
    let path = format!("/manage/audit?patient_id={patient}");
    let first = manager.get(&path).await.expect(200);
    assert!(
        first.text.contains("The record of Ada Sample")
            && first.text.contains("Registered the patient")
    );
    assert!(first.text.contains("Front desk"));
    assert_eq!(first.text.matches("<tr><td>").count(), 100);
    let next = first
        .text
        .split("href=\"/manage/audit?patient_id=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let next = next.replace("&#38;", "&").replace("&amp;", "&");
    let second = manager.get(&format!("/manage/audit?patient_id={next}")).await.expect(200);
    assert!(second.text.contains("Read who looked at the record"));
    manager.get("/manage/audit?patient_id=01890000-0000-7000-8000-000000000001").await.expect(404);
}

#[tokio::test]
async fn a_month_shows_hours_holidays_closures_and_windows_and_both_are_added_and_removed() {
    let (app, clinic) = begun().await;
    let manager = boss(&app).await;
    let february = "/manage/calendar?month=2027-02";
    let page = manager.get(february).await.expect(200);
    for said in ["February 2027", "Holiday: Family Day", "09:00–18:00", "scope=\"col\">Sun"] {
        assert!(page.text.contains(said), "{said}");
    }
    let march = manager.get("/manage/calendar?month=2027-03").await.expect(200);
    assert!(
        march.text.contains("<td class=\"around\">") && march.text.contains("Holiday: Good Friday")
    );
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
    let refused = manager.post(closures, &closure(&long)).await.expect(422);
    assert!(
        refused.text.contains("f-reason-problem")
            && refused.text.contains(&long.replace('<', "&#60;").replace('>', "&#62;"))
    );
    assert!(
        refused.text.contains(&format!("<option value=\"{noor}\" selected>"))
            && refused.text.contains("value=\"2027-02-09\"")
    );
    let empty = manager.post(closures, &[]).await.expect(422);
    assert_eq!(empty.text.matches("This is needed.").count(), 3);
    let odd = [
        ("whose", "everything"),
        ("first_day", "2027-02-09"),
        ("from", "1 pm"),
        ("reason", "Course"),
    ];
    assert!(manager.post(closures, &odd).await.expect(422).text.contains("f-from-problem"));
    let back = manager.post(closures, &closure("Course")).await.expect(303);
    let shown = manager.get(back.headers["location"].to_str().unwrap()).await.expect(200);
    assert_eq!(shown.text.matches("Closed: Noor from 13:00, Course").count(), 2);
    let remove = shown
        .text
        .split("action=\"/manage/calendar/closures/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let remove = format!("/manage/calendar/closures/{remove}");
    manager.post(&remove, &[("version", "7")]).await.expect(422);
    manager.post(&remove, &[("version", "1")]).await.expect(303);
    assert!(
        manager
            .post(&remove, &[("version", "1")])
            .await
            .expect(422)
            .text
            .contains("removed meanwhile")
    );
    assert!(!manager.get(february).await.text.contains("Closed: Noor"));
    // A window of the rented laser.
    let windows = "/manage/calendar/windows?month=2027-02";
    let window =
        |start, end| [("device_id", clinic.rented.as_str()), ("start", start), ("end", end)];
    let backwards =
        manager.post(windows, &window("2027-02-11T17:00", "2027-02-11T09:00")).await.expect(422);
    assert!(
        backwards.text.contains("A rental window ends after it begins")
            && backwards.text.contains("value=\"2027-02-11T17:00\"")
    );
    manager.post(windows, &window("soon", "2027-02-11T17:00")).await.expect(422);
    manager.post(windows, &window("2027-02-11T09:00", "2027-02-11T17:00")).await.expect(303);
    let shown = manager.get(february).await.expect(200);
    assert!(shown.text.contains("Rented: LASER-RENT-1 09:00–17:00"));
    let twice =
        manager.post(windows, &window("2027-02-11T09:00", "2027-02-11T18:00")).await.expect(422);
    assert!(twice.text.contains("f-start-problem"));
}

#[tokio::test]
async fn removing_a_window_shows_what_is_to_be_booked_anew_before_and_after() {
    let (app, clinic) = begun().await;
    let window = app.rent(&clinic, "2027-03-18T09:00", "2027-03-18T17:00").await;
    let course = app.course("Ada").await;
    app.consent_to_laser(&course).await;
    let on_rented = json!({"device_id": clinic.rented});
    app.book_with(&course, "laser_partial", "2027-03-18T10:00", on_rented).await.expect(201);
    let manager = boss(&app).await;
    let path = format!("/manage/calendar/windows/{}/{window}/remove?month=2027-03", clinic.rented);
    let asked = manager.get(&path).await.expect(200);
    assert!(asked.text.contains("1 session is booked in it") && asked.text.contains("Ada Sample"));
    assert!(
        manager.get("/manage/calendar?month=2027-03").await.text.contains("Rented: LASER-RENT-1")
    );
    let done = manager.post(&path, &[]).await.expect(303);
    let after = manager.get(done.headers["location"].to_str().unwrap()).await.expect(200);
    assert!(
        after.text.contains("The rental window was removed.") && after.text.contains("Ada Sample")
    );
    assert!(
        !manager.get("/manage/calendar?month=2027-03").await.text.contains("Rented: LASER-RENT-1")
    );
    assert!(manager.post(&path, &[]).await.expect(422).text.contains("removed meanwhile"));
}

#[tokio::test]
async fn each_thing_of_the_catalogue_comes_back_from_its_form_unchanged() {
    let (app, clinic) = begun().await;
    let manager = boss(&app).await;
    let services = app.manage("GET", "/services", Value::Null).await.expect(200);
    let service = services.items()[6]["id"].as_str().unwrap().to_owned();
    let things = [
        ("services", "services", service),
        ("people", "practitioners", clinic.theo.clone()),
        ("rooms", "rooms", clinic.treatment.clone()),
        ("devices", "devices", clinic.owned.clone()),
        ("sites", "sites", clinic.site.clone()),
    ];
    for (pages, api, id) in things {
        let before = app.manage("GET", &format!("/{api}/{id}"), Value::Null).await.expect(200);
        let path = format!("/manage/catalogue/{pages}/{id}");
        let page = manager.get(&path).await.expect(200);
        let form = filled(&page, &path);
        manager.post(&path, &with(&form, &[])).await.expect(303);
        let mut after =
            app.manage("GET", &format!("/{api}/{id}"), Value::Null).await.expect(200).body;
        assert_eq!(after["version"], json!(2), "{pages}");
        after["version"] = json!(1);
        assert_eq!(after, before.body, "{pages}");
        // The same form again is older than what is there now.
        let stale = manager.post(&path, &with(&form, &[("name", "Another")])).await.expect(422);
        assert!(
            stale.text.contains("Somebody else changed this meanwhile")
                && stale.text.contains("value=\"Another\"")
        );
        let newer = filled(&stale, &path);
        manager.post(&path, &with(&newer, &[])).await.expect(303);
        // A name that cannot be.
        let page = filled(&manager.get(&path).await, &path);
        let long = format!("<script>{}", "x".repeat(9_992));
        let refused = manager.post(&path, &with(&page, &[("name", &long)])).await.expect(422);
        assert!(
            refused.text.contains("f-name-problem") && refused.text.contains("&#60;script&#62;xxx"),
            "{pages}"
        );
        assert!(!refused.text.contains("<script>x"), "{pages}");
        let empty = manager.post(&format!("/manage/catalogue/{pages}/new"), &[]).await.expect(422);
        assert!(empty.text.contains("This is needed."), "{pages}");
    }
    manager.get("/manage/catalogue/rooms/x").await.expect(404);
}

#[tokio::test]
async fn things_are_added_from_forms_with_hours_modes_and_dollars() {
    let (app, clinic) = begun().await;
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
    let list = manager.get("/manage/catalogue").await.expect(200);
    assert!(list.text.contains("Touch-up") && list.text.contains("$1249.50"));
    let services = app.manage("GET", "/services", Value::Null).await;
    let made = services.items().iter().find(|one| one["code"] == "touch_up").unwrap();
    assert_eq!(
        (&made["price_cents"], &made["reminders"], &made["anaesthetic_minutes"]),
        (&json!(124_950), &json!(["48h confirm email", "7d prepare email"]), &json!(0))
    );
    let twice = manager.post("/manage/catalogue/services/new", &service).await.expect(422);
    assert!(
        twice.text.contains("There is a service of that code already.")
            && twice.text.contains("f-code-problem")
    );
    let odd = [("price_cents", "-5"), ("duration_minutes", "soon"), ("reminders", "whenever")];
    let odd = manager.post("/manage/catalogue/services/new", &odd).await.expect(422);
    assert!(
        odd.text.contains("f-price_cents-problem")
            && odd.text.contains("Write a whole number.")
            && odd.text.contains("whenever")
    );
    let mut second = service.to_vec();
    second[0] = ("code", "touch_up_2");
    second[6] = ("reminders", "48h confirm email\nwhenever");
    let second = manager.post("/manage/catalogue/services/new", &second).await.expect(422);
    assert!(
        second.text.contains("id=\"f-reminders-problem\">Line 2: "),
        "what is wrong in a line is told"
    );
    // Somebody with hours in two rows, the first of which stays empty, and a certificate that ends soon.
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
    let list = manager.get("/manage/catalogue").await.expect(200);
    assert!(
        list.text.contains("First aid ends on Wed 20 Jan 2027, in 16 days.")
            && list.text.contains("Tue 10:00–16:00")
    );
    let mut backwards = person.to_vec();
    backwards[7] = ("hours/1/closes", "09:00");
    let backwards = manager.post("/manage/catalogue/people/new", &backwards).await.expect(422);
    assert!(
        backwards.text.contains("f-hours-problem")
            && backwards.text.contains("close before they open")
    );
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
    let unfinished = manager.post("/manage/catalogue/devices/new", &device).await.expect(422);
    assert!(
        unfinished.text.contains("id=\"f-modes-0-spot_mm-min-problem\"")
            && unfinished.text.contains("id=\"f-modes-0-fluence_j_cm2-max-problem\"")
    );
    manager
        .post("/manage/catalogue/devices/new", &[&device[..4], &device[6..]].concat())
        .await
        .expect(303);
    let list = manager.get("/manage/catalogue").await.expect(200);
    assert!(list.text.contains("The check of its licence expired on Thu 31 Dec 2026."));
}

#[tokio::test]
async fn a_partner_is_written_down_changed_and_settled() {
    let app = TestApp::empty().await;
    let manager = boss(&app).await;
    let new = [
        ("name", "Harbour <Light>"),
        ("address", "1 Example Ave"),
        ("phone", "416 555 0181"),
        ("methods", "laser"),
        ("languages", "fr"),
        ("wavelengths_nm", "1064, 532"),
        ("works", "on_request"),
        ("papers/licence/number", "T-1"),
        ("papers/licence/valid_until", "2027-01-20"),
        ("shop/chairs", "2"),
        ("shop/hours/0/weekday", "tue"),
        ("shop/hours/0/opens", "11:00"),
        ("shop/hours/0/closes", "19:00"),
        ("active", "on"),
    ];
    let added = manager.post("/manage/partners/new", &new).await.expect(303);
    let page = manager.get(added.headers["location"].to_str().unwrap()).await.expect(200);
    let path = added.headers["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
    assert!(
        page.text.contains("Harbour &#60;Light&#62;")
            && page.text.contains("Licence ends on Wed 20 Jan 2027, in 16 days.")
    );
    assert!(page.text.contains("Insurance is not on file."));
    let id = path.rsplit('/').next().unwrap();
    let written = app.manage("GET", &format!("/partners/{id}"), Value::Null).await.expect(200);
    assert_eq!(written.body["wavelengths_nm"], json!([1064, 532]));
    assert_eq!(app.count("SELECT COUNT(*) FROM rooms").await, 2);
    // Changed, by somebody who was second.
    let form = filled(&page, &path);
    manager.post(&path, &with(&form, &[("papers/licence/valid_until", "")])).await.expect(422);
    manager
        .post(
            &path,
            &with(&form, &[("papers/licence/valid_until", "2028-01-20"), ("contact", "Mika")]),
        )
        .await
        .expect(303);
    let stale = manager.post(&path, &with(&form, &[("contact", "Max")])).await.expect(422);
    assert!(stale.text.contains("There is now: Mika") && stale.text.contains("value=\"Max\""));
    let form = filled(&manager.get(&path).await, &path);
    let long = "x".repeat(10_000);
    let refused = manager
        .post(&path, &with(&form, &[("name", &long), ("phone", "911 maybe")]))
        .await
        .expect(422);
    assert!(
        refused.text.contains("id=\"f-name-problem\"")
            && refused.text.contains("value=\"911 maybe\"")
    );
    let empty = manager.post("/manage/partners/new", &[]).await.expect(422);
    assert_eq!(empty.text.matches("This is needed.").count(), 3);
    // A link is shown once, and revoked.
    let made = manager.post(&format!("{path}/links"), &[("label", "The till")]).await.expect(201);
    assert!(made.text.contains("/shop/") && made.text.contains("The till"));
    let again = manager.get(&path).await.expect(200);
    assert!(!again.text.contains("/shop/"));
    let revoke = again
        .text
        .split(&format!("action=\"{path}/links/"))
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let revoke = format!("{path}/links/{revoke}");
    let version = hidden(again.text.split(&revoke).nth(1).unwrap(), "version");
    manager.post(&revoke, &[("version", "9")]).await.expect(422);
    manager.post(&revoke, &[("version", &version)]).await.expect(303);
    assert!(manager.get(&path).await.text.contains("None in use."));
    manager.post(&format!("{path}/links"), &[("label", "")]).await.expect(422);
    // Its settlement, also as a file.
    let file =
        manager.get(&format!("{path}/settlement.csv?from=2027-01&to=2027-02")).await.expect(200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.starts_with("month,partner,partner_id,referred"));
    let same = app
        .manage(
            "GET",
            &format!("/settlement.csv?from=2027-01&to=2027-02&partner_id={id}"),
            Value::Null,
        )
        .await;
    assert_eq!(file.text, same.text);
    assert!(
        manager
            .get(&format!("{path}?from=2027-05&to=2027-01"))
            .await
            .text
            .contains("from is not after to")
    );
}

#[tokio::test]
async fn how_a_shop_is_told_is_set_on_its_own_page_and_what_cannot_be_is_said_beside_it() {
    let app = TestApp::empty().await;
    let manager = boss(&app).await;
    let new = [
        ("name", "Harbour"),
        ("address", "1 Example Ave"),
        ("phone", "416 555 0181"),
        ("active", "on"),
    ];
    let added = manager.post("/manage/partners/new", &new).await.expect(303);
    let shop = added.headers["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
    let path = format!("{shop}/told");
    assert!(manager.get(&shop).await.expect(200).text.contains(&path));
    let form = filled(&manager.get(&path).await.expect(200), &path);
    let by_text = with(&form, &[("changes_by", "sms"), ("before_minutes", "7")]);
    let refused = manager.post(&path, &by_text).await.expect(422);
    for problem in [
        "id=\"f-changes_by-problem\"",
        "Text messages need a telephone number.",
        "id=\"f-before_minutes-problem\"",
    ] {
        assert!(refused.text.contains(problem), "{problem}: {}", refused.text);
    }
    let all = [
        ("email", "till@harbour.example.test"),
        ("phone", "416 555 0199"),
        ("language", "fr"),
        ("changes_by", "sms"),
        ("day_list_by", ""),
        ("before_by", "email"),
        ("before_minutes", "90"),
    ];
    manager.post(&path, &with(&form, &all)).await.expect(303);
    let id = shop.rsplit('/').next().unwrap();
    let told = app.manage("GET", &format!("/partners/{id}/notices"), Value::Null).await.expect(200);
    assert_eq!(
        (&told.body["changes_by"], &told.body["day_list_by"]),
        (&json!("sms"), &Value::Null)
    );
    assert_eq!((&told.body["language"], &told.body["before_minutes"]), (&json!("fr"), &json!(90)));
    // Whoever opened the form before that is told, and keeps what was typed.
    let late = manager
        .post(&path, &with(&form, &[("email", "other@harbour.example.test")]))
        .await
        .expect(422);
    assert!(
        late.text.contains("There is now: till@harbour.example.test")
            && late.text.contains("value=\"other@harbour.example.test\"")
    );
}
