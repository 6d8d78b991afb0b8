//! Two records of one person made one: shown first, everything carried over, the other leading to the one that was kept; and
//! taken back within a day, exactly, unless something was changed since.

use chrono::Duration;
use serde_json::{Value, json};

use crate::manage_users::boss;
use crate::support::{Answer, Browser, Shop, TestApp, texts};

/// Two records of Ada: the one that is kept, and the other, with courses of both.
struct Two {
    app: TestApp,
    shop: Shop,
    kept: String,
    other: String,
    kept_course: String,
    other_course: String,
}

async fn two() -> Two {
    let (app, _) = TestApp::with_clinic().await;
    let shop = app.make_shop("Harbour Light", 2).await;
    let kept_course = app.prepare_course("Ada").await;
    let kept = app.patient_of(&kept_course).await;
    app.change_patient(&kept, json!({"email": null, "fitzpatrick": null})).await;
    let other = json!({"given_name": "Adah", "family_name": "Sample", "phone": "647 351 0061", "email": "adah@example.test",
        "date_of_birth": "1980-02-29", "fitzpatrick": "IV", "preferred_language": "fr"});
    let other = app.post("/patients", other).await.expect(201).id();
    let other_course = app.open_course_for(&other).await;
    app.prepare(&other_course).await;
    Two { app, shop, kept, other, kept_course, other_course }
}

impl Two {
    async fn merge(&self) -> Answer {
        self.merge_with("").await
    }

    async fn merge_with(&self, query: &str) -> Answer {
        let path = format!("/patients/{}/merge{query}", self.kept);
        self.app.manage("POST", &path, json!({"other_id": self.other})).await
    }

    async fn undo(&self, deed: &str) -> Answer {
        self.app.manage("POST", &format!("/deeds/{deed}/undo"), Value::Null).await
    }

    /// All that can be read of a record, but what rises with each change or goes with the day.
    async fn all_of(&self, patient: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for path in [
            format!("/patients/{patient}"),
            format!("/courses?patient_id={patient}"),
            format!("/patients/{patient}/consents"),
            format!("/patients/{patient}/locks"),
            format!("/patients/{patient}/opt-outs"),
            format!("/referrals?patient_id={patient}"),
        ] {
            let mut body = self.app.get(&path).await.body;
            without_versions(&mut body);
            all.push(body);
        }
        all
    }
}

fn without_versions(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["version", "sequence", "updated_at", "next_window", "estimate"] {
                fields.remove(name);
            }
            fields.values_mut().for_each(without_versions);
        }
        Value::Array(items) => items.iter_mut().for_each(without_versions),
        _ => (),
    }
}

#[tokio::test]
async fn everything_goes_along_and_the_other_leads_to_the_one_that_was_kept() {
    let two = two().await;
    let app = &two.app;
    let session = app.make_visit(&two.other_course, "consultation", "2027-03-15T10:00").await;
    app.consent_to_laser(&two.other_course).await;
    app.disclose(&two.other_course, &two.shop.id).await;
    app.refer(&two.other_course, &two.shop.id, "review", 1).await;
    let lock = json!({"item": "phone"});
    app.post(&format!("/patients/{}/locks", two.other), lock).await.expect(201);
    let feed = app.post("/feeds", json!({"kind": "patient", "id": two.other})).await.expect(201);
    app.send_after_grace().await;
    // A preview keeps nothing.
    let preview = two.merge_with("?preview=true").await.expect(200);
    preview.has(json!({"preview": true, "taken": ["email", "date_of_birth", "fitzpatrick"],
        "differing": ["given_name", "phone", "preferred_language"]}));
    assert_eq!(preview.body["carried"]["courses"], 1);
    assert_eq!(preview.body["carried"]["consents"], 2);
    assert_eq!(preview.body["carried"]["feeds"], 1);
    assert!(preview.headers.get("deed-id").is_none());
    app.get(&format!("/patients/{}", two.other)).await.expect(200);
    app.post(&format!("/patients/{}/merge", two.kept), json!({"other_id": two.other}))
        .await
        .expect(403);

    let merged = two.merge().await.expect(200);
    assert_eq!(merged.header("deed-id"), merged.str("deed_id"));
    let patient = app.get(&format!("/patients/{}", two.kept)).await.expect(200);
    patient.has(json!({"given_name": "Ada", "phone": "+14165550123", "email": "adah@example.test",
        "date_of_birth": "1980-02-29", "fitzpatrick": "IV", "preferred_language": "en"}));
    let courses = app.get(&format!("/courses?patient_id={}", two.kept)).await;
    let courses = texts(courses.items(), "id").into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(courses.contains(&two.kept_course) && courses.contains(&two.other_course));
    assert_eq!(app.patient_at(&session).await, two.kept);
    for (path, many) in [("consents", 2), ("locks", 1)] {
        let found = app.get(&format!("/patients/{}/{path}", two.kept)).await.expect(200);
        assert_eq!(found.items().len(), many, "{path}: {}", found.text);
    }
    let messages = app.manager_get(&format!("/messages?session_id={session}")).await;
    assert!(
        messages.items().iter().all(|one| one["patient_id"] == two.kept.as_str()),
        "{}",
        messages.text
    );
    // A booking is against the times of both.
    let clash = app.book(&two.kept_course, "consultation", "2027-03-15T10:15").await.expect(409);
    assert!(clash.codes().contains(&"conflict_patient"), "{}", clash.text);
    // Who subscribed to the other record's calendar goes on reading.
    let path = feed.str("url").split_once("/feeds/").unwrap().1.to_owned();
    let entries = app.open(&format!("/feeds/{path}")).await.expect(200);
    assert!(
        entries.text.contains("DTSTART;TZID=America/Toronto:20270315T100000"),
        "{}",
        entries.text
    );
    // The other id leads to the one that was kept, and is found by nothing else.
    let gone = app.get(&format!("/patients/{}", two.other)).await.expect(404);
    gone.has(json!({"code": "merged", "merged_into": two.kept}));
    app.patch(&format!("/patients/{}", two.other), json!({"given_name": "X"})).await.expect(404);
    app.post("/courses", json!({"patient_id": two.other, "goal": "remove"})).await.expect(404);
    assert!(
        app.get("/patients?q=adah+sample")
            .await
            .items()
            .iter()
            .all(|one| one["id"] != two.other.as_str())
    );
    two.merge().await.expect(404);
    let desk = Browser::signed_in(app, "front_desk@example.test").await;
    let led = desk.get(&format!("/desk?patient={}", two.other)).await.expect(303);
    assert!(led.leads_to().contains(&two.kept));
    for id in [&two.kept, &two.other] {
        let audit = app.manager_get(&format!("/audit?patient_id={id}&limit=200")).await.expect(200);
        let merged = audit.items().iter().filter(|line| line["action"] == "patient.merge");
        assert!(
            merged.filter(|line| line["patient_id"] == id.as_str()).count() == 1,
            "{}",
            audit.text
        );
    }
}

#[tokio::test]
async fn who_is_booked_twice_at_once_is_not_merged_and_told_why() {
    let two = two().await;
    let app = &two.app;
    app.make_visit(&two.other_course, "consultation", "2027-01-11T10:00").await;
    let clinic_room = app.get("/sites").await.items()[0]["id"].as_str().unwrap().to_owned();
    let room =
        json!({"site_id": clinic_room, "name": "Consult B", "capabilities": ["consultation"]});
    app.manage("POST", "/rooms", room).await.expect(201);
    let clash = app.make_visit(&two.kept_course, "consultation", "2027-01-11T10:15").await;
    let refused = two.merge().await.refused(409, &["conflict_patient"]);
    let words = refused.body["violations"][0]["message"].as_str().unwrap();
    assert!(words.contains("11 January 2027, 10:15") && words.contains("10:00"), "{words}");
    assert_eq!(two.merge_with("?preview=true").await.expect(200).list("refused").len(), 1);
    app.cancel(&clash).await.expect(200);
    two.merge().await.expect(200);
    let own = app
        .manage("POST", &format!("/patients/{}/merge", two.kept), json!({"other_id": two.kept}))
        .await;
    own.expect(422);
}

#[tokio::test]
async fn within_a_day_it_is_undone_exactly() {
    let two = two().await;
    let app = &two.app;
    app.consent_to_laser(&two.other_course).await;
    app.consent_to_laser(&two.kept_course).await;
    let session = app.make_visit(&two.other_course, "consultation", "2027-03-15T10:00").await;
    app.make_visit(&two.kept_course, "consultation", "2027-03-16T10:00").await;
    app.send_after_grace().await;
    let before = [two.all_of(&two.kept).await, two.all_of(&two.other).await];
    let merged = two.merge().await.expect(200);
    let deed = merged.str("deed_id").to_owned();
    let consents = app.get(&format!("/patients/{}/consents", two.kept)).await;
    let active = consents.items().iter().filter(|one| one["status"] == "active").count();
    assert_eq!(active, 1, "one consent of a kind holds, so that withdrawing it withdraws it");
    app.send_after_grace().await;
    app.wait(Duration::hours(23));
    app.post(&format!("/deeds/{deed}/undo"), Value::Null).await.expect(403);
    let undone = two.undo(&deed).await.expect(200);
    undone.has(json!({"undone": deed, "patient_ids": [two.kept, two.other]}));
    let after = [two.all_of(&two.kept).await, two.all_of(&two.other).await];
    assert_eq!(before, after);
    assert_eq!(app.patient_at(&session).await, two.other);
    let again = app.book(&two.other_course, "consultation", "2027-03-15T10:15").await;
    assert!(again.expect(409).codes().contains(&"conflict_patient"));
    two.undo(&deed).await.refused(409, &["nothing_to_undo"]);
    let messages = app.get(&format!("/messages?session_id={session}")).await;
    assert!(messages.items().iter().all(|one| one["patient_id"] == two.other.as_str()));
}

#[tokio::test]
async fn what_was_changed_since_is_named_and_after_a_day_it_stays() {
    let two = two().await;
    let app = &two.app;
    let deed = two.merge().await.expect(200).str("deed_id").to_owned();
    app.change_patient(&two.kept, json!({"fitzpatrick": "V"})).await;
    let refused = two.undo(&deed).await.refused(409, &["nothing_to_undo"]);
    let words = refused.body["violations"][0]["message"].as_str().unwrap();
    assert!(words.contains("patient change by Somebody"), "{words}");
    let late = self::two().await;
    let deed = late.merge().await.expect(200).str("deed_id").to_owned();
    late.app.wait(Duration::hours(25));
    late.undo(&deed).await.refused(409, &["nothing_to_undo"]);
    // What else was done is not taken back here, and what was not done is not there.
    let other = late.app.register("Bea").await;
    let changed = late.app.patch(&format!("/patients/{other}"), json!({"given_name": "Bee"})).await;
    late.undo(changed.expect(200).header("deed-id")).await.refused(409, &["nothing_to_undo"]);
    late.undo("01890000-0000-7000-8000-000000000001").await.expect(404);
}

#[tokio::test]
async fn the_later_word_on_a_consent_counts_whichever_record_it_was_written_in() {
    let two = two().await;
    let app = &two.app;
    let messages = |patient: &str| {
        let path = format!("/patients/{patient}/consents");
        async move {
            app.post(&path, json!({"kind": "messages", "text_version": "1"})).await.expect(201).id()
        }
    };
    let withdrawn = messages(&two.kept).await;
    app.wait(Duration::hours(1));
    messages(&two.other).await;
    app.wait(Duration::hours(1));
    app.delete(&format!("/patients/{}/consents/{withdrawn}", two.kept)).await.expect(200);
    two.merge().await.expect(200);
    let consents = app.get(&format!("/patients/{}/consents", two.kept)).await;
    assert!(consents.items().iter().all(|one| one["status"] == "inactive"), "{}", consents.text);
}

#[tokio::test]
async fn a_record_that_was_merged_twice_over_leads_to_the_last() {
    let two = two().await;
    let app = &two.app;
    let third = app.register("Adela").await;
    let first = two.merge().await.expect(200).str("deed_id").to_owned();
    let path = format!("/patients/{third}/merge");
    let second = app.manage("POST", &path, json!({"other_id": two.kept})).await.expect(200);
    for id in [&two.kept, &two.other] {
        app.get(&format!("/patients/{id}")).await.expect(404).has(json!({"merged_into": third}));
    }
    two.undo(&first).await.refused(409, &["nothing_to_undo"]);
    two.undo(second.str("deed_id")).await.expect(200);
    app.get(&format!("/patients/{}", two.other))
        .await
        .expect(404)
        .has(json!({"merged_into": two.kept}));
}

#[tokio::test]
async fn a_manager_merges_on_a_page_sees_both_first_and_undoes_it_there() {
    let two = two().await;
    let app = &two.app;
    let manager = boss(app).await;
    let desk = Browser::signed_in(app, "front_desk@example.test").await;
    let record = format!("/desk?patient={}", two.kept);
    let page = format!("/manage/patients/{}/merge", two.kept);
    manager.page(&record).await.shows(&["Merge with…", &page]);
    desk.page(&record).await.hides(&["Merge with"]);
    let found = manager.page(&format!("{page}?q=adah")).await;
    let both = format!("{page}?patient_id={}", two.other);
    found.shows(&["Adah Sample", &both]);
    let preview = manager.page(&both).await;
    preview.shows(&[
        "Keep Ada Sample, and merge Adah Sample into it?", "taken from the other",
        "differs: not taken over", "1 course", "+16473510061",
    ]);
    let done = manager.press(&preview, &page).await.expect(303);
    let merged = manager.follow(&done).await;
    merged.shows(&[
        "Merged. It can be undone for 24 hours", "Adah Sample was merged into this record",
    ]);
    app.get(&format!("/patients/{}", two.other)).await.expect(404);
    let undone = manager.press(&merged, "/manage/deeds/").await.expect(303);
    manager.follow(&undone).await.shows(&["Undone: both records are as they were."]);
    app.get(&format!("/patients/{}", two.other)).await.expect(200);
}
