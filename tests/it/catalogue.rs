//! The catalogue through the API, patients and consents: added, read, changed, listed,
//! and what makes no sense refused.

use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test]
async fn each_kind_of_thing_is_added_read_changed_and_listed() {
    let (app, clinic) = TestApp::with_clinic().await;
    app.close(json!({"site_id": clinic.site}), "2027-05-05", "2027-05-07").await;
    for (kind, field, value) in [
        ("sites", "name", json!("Hayden Street")),
        ("practitioners", "name", json!("Noor Sample RN")),
        ("rooms", "name", json!("Consult B")),
        ("devices", "out_of_service", json!(true)),
        ("services", "duration_minutes", json!(50)),
        ("closures", "reason", json!("Painting")),
    ] {
        let list = app.get(&format!("/{kind}")).await.expect(200);
        let first = list.items()[0].clone();
        let path = format!("/{kind}/{}", first["id"].as_str().unwrap());
        assert_eq!(app.get(&path).await.expect(200).body, first);
        let changed = app.set(&path, json!({field: value})).await;
        assert_eq!((&changed.body[field], &changed.body["version"]), (&value, &json!(2)));
        assert_eq!(changed.headers["etag"], "\"2\"");
        assert_eq!(app.get(&path).await.body, changed.body);
    }
}

#[tokio::test]
async fn what_makes_no_sense_in_the_catalogue_is_refused_with_the_field() {
    let (app, clinic) = TestApp::with_clinic().await;
    let site = |more: Value| {
        let mut body =
            json!({"kind": "clinic", "name": "Second", "address": "2 Hayden Street", "hours": []});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let span =
        |opens: &str, closes: &str| json!([{"weekday": "mon", "opens": opens, "closes": closes}]);
    for (path, body, status) in [
        ("/sites", site(json!({"hours": span("18:00", "09:00")})), 422),
        ("/sites", site(json!({"hours": span("9:00", "18:00")})), 422),
        ("/sites", site(json!({"hours": span("09:00", "24:01")})), 422),
        ("/sites", site(json!({"kind": "partner"})), 422),
        ("/sites", site(json!({"partner_id": "01890000-0000-7000-8000-000000000001"})), 422),
        ("/sites", site(json!({"name": ""})), 422),
        ("/sites", site(json!({"name": "<b>".repeat(3334)})), 422),
        (
            "/rooms",
            json!({"site_id": "01890000-0000-7000-8000-000000000001", "name": "X", "capabilities": []}),
            422,
        ),
        ("/rooms", json!({"site_id": clinic.site, "name": "X", "capabilities": ["sauna"]}), 422),
        (
            "/devices",
            json!({"site_id": clinic.site, "code": "LASER-OWN-1", "name": "X", "ownership": "owned"}),
            409,
        ),
        (
            "/devices",
            json!({"site_id": clinic.site, "code": "A B", "name": "X", "ownership": "owned"}),
            422,
        ),
        (
            "/devices",
            json!({"site_id": clinic.site, "code": "D", "name": "X", "ownership": "owned", "day_cost_cents": -1}),
            422,
        ),
        (
            "/services",
            json!({"code": "consultation", "name": "X", "duration_minutes": 10, "skill": "laser"}),
            409,
        ),
        (
            "/services",
            json!({"code": "x", "name": "X", "duration_minutes": 0, "skill": "laser"}),
            422,
        ),
        (
            "/services",
            json!({"code": "x", "name": "X", "duration_minutes": 481, "skill": "laser"}),
            422,
        ),
        (
            "/services",
            json!({"code": "x", "name": "X", "duration_minutes": 480, "anaesthetic_minutes": 480, "preparation_minutes": 480, "turnaround_minutes": 1, "skill": "laser"}),
            422,
        ),
        (
            "/closures",
            json!({"first_day": "2027-05-07", "last_day": "2027-05-06", "reason": "X"}),
            422,
        ),
        (
            "/closures",
            json!({"first_day": "2027-05-07", "last_day": "2029-05-06", "reason": "X"}),
            422,
        ),
        (
            "/closures",
            json!({"first_day": "9999-05-07", "last_day": "9999-05-07", "reason": "X"}),
            422,
        ),
        (
            "/closures",
            json!({"first_day": "2027-05-07", "last_day": "2027-05-07", "reason": "X", "site_id": clinic.site, "room_id": clinic.consult}),
            422,
        ),
    ] {
        let refused = app.manage("POST", path, body.clone()).await;
        assert_eq!(refused.status, status, "{path} {body}: {}", refused.text);
    }
    app.manage(
        "PATCH",
        &format!("/services/{}", app.get("/services").await.items()[0]["id"].as_str().unwrap()),
        json!({"code": "laser_full"}),
    )
    .await
    .expect(409);
    let window = |start: &str, end: &str| json!({"start": start, "end": end});
    let (owned, rented) = (
        format!("/devices/{}/rental-windows", clinic.owned),
        format!("/devices/{}/rental-windows", clinic.rented),
    );
    app.manage("POST", &owned, window("2027-01-07T09:00", "2027-01-07T17:00"))
        .await
        .refused(422, &["not_rented"]);
    app.manage("POST", &rented, window("2027-01-07T17:00", "2027-01-07T09:00"))
        .await
        .refused(422, &["window_length"]);
    app.manage("POST", &rented, window("2027-01-07T09:00", "2027-01-07T17:00")).await.expect(201);
    app.manage("POST", &rented, window("2027-01-07T09:00", "2027-01-07T16:00")).await.expect(409);
}

#[tokio::test]
async fn public_holidays_are_listed_for_any_year() {
    let app = TestApp::empty().await;
    let list = app.get("/public-holidays?year=2027").await.expect(200);
    assert_eq!(list.items().len(), 10);
    assert!(list.items().contains(&json!({"date": "2027-07-01", "name": "Canada Day"})));
    app.get("/public-holidays?year=99999").await.expect(422);
    app.get("/public-holidays?year=soon").await.expect(400);
}

#[tokio::test]
async fn a_patient_is_found_by_name_digits_or_email_whatever_the_spelling() {
    let app = TestApp::empty().await;
    let eloise = json!({"given_name": "Éloïse", "family_name": "Le Bœuf", "phone": "(647) 555-0142", "email": "eloise@example.test", "preferred_language": "fr"});
    let created = app.post("/patients", eloise).await.expect(201);
    assert_eq!(created.str("phone"), "+16475550142");
    app.register("Ada").await;
    for q in [
        "eloise", "LE+BOEUF", "boeuf+elo", "%C3%89lo%C3%AFse", "0142", "647-555",
        "1+(647)+555-0142", "eloise%40example",
    ] {
        let found = app.get(&format!("/patients?q={q}")).await.expect(200);
        assert_eq!(found.items().len(), 1, "{q}");
        assert_eq!(found.items()[0]["id"], created.str("id"), "{q}");
    }
    assert_eq!(app.get("/patients").await.expect(200).items().len(), 2);
    for q in ["nobody", "%25", "_", "9999", "%27+OR+1%3D1"] {
        assert_eq!(app.get(&format!("/patients?q={q}")).await.expect(200).items().len(), 0, "{q}");
    }
    app.get("/patients?q=%00").await.expect(422);
}

#[tokio::test]
async fn a_patient_is_changed_field_by_field_and_nonsense_is_refused() {
    let app = TestApp::empty().await;
    let patient = app.register("Ada").await;
    let path = format!("/patients/{patient}");
    let change = |body| app.patch(&path, body);
    let changed = change(json!({"phone": "647 351 0061", "email": null, "fitzpatrick": 4, "date_of_birth": "1980-02-29"}))
        .await
        .expect(200);
    changed.has(json!({"phone": "+16473510061", "email": null, "fitzpatrick": "IV"}));
    assert_eq!(changed.body["version"], 2);
    for (body, pointer) in [
        (json!({"phone": "555"}), "/phone"),
        (json!({"email": "ada"}), "/email"),
        (json!({"fitzpatrick": "VII"}), "/fitzpatrick"),
        (json!({"preferred_language": "de"}), "/preferred_language"),
        (json!({"given_name": null}), ""),
        (json!({"nickname": "A"}), "/nickname"),
        (json!({"date_of_birth": "0001-01-01"}), "/date_of_birth"),
        (json!({"date_of_birth": "yesterday"}), "/date_of_birth"),
    ] {
        let refused = change(body).await.expect(422);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    change(json!({"date_of_birth": "2027-01-05"})).await.refused(422, &["born_in_future"]);
    change(json!([])).await.expect(422);
    assert_eq!(app.get(&path).await.body, changed.body);
}

#[tokio::test]
async fn a_course_is_opened_with_what_is_known_and_nothing_unknown_is_passed_over() {
    let app = TestApp::empty().await;
    let patient = app.register("Ada").await;
    let open = |body| app.post("/courses", body);
    let bare = open(json!({"patient_id": patient, "goal": "lighten"})).await.expect(201);
    bare.has(json!({"pigment": "unknown", "depth": "unknown",
            "delivery": "onsite", "status": "active"}));
    assert_eq!(bare.body["estimate"], Value::Null);
    for body in [
        json!({"goal": "remove"}),
        json!({"patient_id": patient}),
        json!({"patient_id": patient, "goal": "remove", "zonez": ["vertex"]}),
        json!({"patient_id": patient, "goal": "remove", "zones": ["nose"]}),
        json!({"patient_id": patient, "goal": "remove", "status": "completed", "outcome": "cleared"}),
        json!({"patient_id": patient, "goal": "remove", "planned_sessions": 0}),
    ] {
        open(body).await.expect(422);
    }
    open(json!({"patient_id": "01890000-0000-7000-8000-000000000001", "goal": "remove"}))
        .await
        .expect(404);
    let estimates = [
        ("smp", "correct", 2),
        ("smp", "too_shallow", 2),
        ("tattoo_ink", "correct", 10),
        ("smp", "too_deep", 10),
        ("unknown", "correct", 10),
    ];
    for (pigment, depth, most) in estimates {
        let course =
            open(json!({"patient_id": patient, "goal": "remove", "pigment": pigment, "depth": depth, "zones": ["vertex", "vertex"]})).await;
        let course = course.expect(201);
        assert_eq!(
            (&course.body["estimate"]["max"], &course.body["zones"]),
            (&json!(most), &json!(["vertex"])),
            "{pigment} {depth}"
        );
    }
}

#[tokio::test]
async fn a_consent_is_given_kept_and_withdrawn_once() {
    let app = TestApp::empty().await;
    let patient = app.register("Ada").await;
    let path = format!("/patients/{patient}/consents");
    let given = app
        .post(&path, json!({"kind": "laser_treatment", "text_version": "2027-1"}))
        .await
        .expect(201);
    assert_eq!(given.str("status"), "active");
    app.post(&path, json!({"kind": "disclosure", "text_version": "2027-1"}))
        .await
        .refused(422, &["consent_partner"]);
    let nobody = "01890000-0000-7000-8000-000000000001";
    app.post(&path, json!({"kind": "disclosure", "partner_id": nobody, "text_version": "2027-1"}))
        .await
        .expect(404);
    let one = format!("{path}/{}", given.id());
    let withdrawn = app.delete(&one).await.expect(200);
    withdrawn.has(json!({"status": "inactive", "withdrawn_at": "2027-01-04T09:00:00-05:00"}));
    app.delete(&one).await.refused(409, &["consent_not_active"]);
    assert_eq!(app.get(&path).await.expect(200).items().len(), 1);
    let other = app.register("Ben").await;
    app.delete(&format!("/patients/{other}/consents/{}", given.id())).await.expect(404);
}

#[tokio::test]
async fn lists_go_on_page_by_page_without_losing_or_repeating() {
    let app = TestApp::empty().await;
    for n in 0..7 {
        app.register(&format!("Patient{n}")).await;
    }
    for list in ["/patients", "/patients?q=patient"] {
        let joint = if list.contains('?') { '&' } else { '?' };
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = app.get(&format!("{list}{joint}limit=3{after}")).await.expect(200);
            seen.extend(
                page.items()
                    .iter()
                    .map(|patient| patient["given_name"].as_str().unwrap().to_owned()),
            );
            match page.body["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, (0..7).map(|n| format!("Patient{n}")).collect::<Vec<_>>());
    }
    for bad in ["limit=0", "limit=201"] {
        app.get(&format!("/patients?{bad}")).await.expect(422);
    }
    for bad in ["limit=many", "limit=-1", "lmit=3"] {
        app.get(&format!("/patients?{bad}")).await.expect(400);
    }
    app.get("/patients?after=junk").await.expect(422);
}

#[tokio::test]
async fn what_makes_no_sense_in_the_catalogue_is_refused_and_what_is_no_longer_offered_is_not_booked()
 {
    let (app, clinic) = TestApp::with_clinic().await;
    let shop = json!({"kind": "partner", "name": "Maple", "address": "1 Example Ave", "hours": []});
    app.manage("POST", "/sites", shop).await.refused(422, &["site_partner"]);
    let endless =
        json!({"code": "endless", "name": "Endless", "duration_minutes": 0, "skill": "laser"});
    app.manage("POST", "/services", endless).await.refused(422, &["service_length"]);
    let services = app.get("/services?limit=100").await;
    let talk = services.item("code", "consultation")["id"].as_str().unwrap().to_owned();
    app.set(&format!("/services/{talk}"), json!({"active": false})).await;
    let course = app.open_course("Ada").await;
    app.book_with(
        &course,
        "consultation",
        "2027-01-05T10:00",
        json!({"practitioner_id": clinic.noor}),
    )
    .await
    .refused(422, &["service_not_offered"]);
}
