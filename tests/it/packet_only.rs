//! The packet, and nothing else (rules 57 and 58): a word is planted in everything that a patient's
//! record holds besides, and looked for in every octet that any partner-facing answer, page,
//! calendar, mail or text is made of. The list of these is held against the API's own description.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};

use crate::packet_pages;
use crate::support::past::{done_with, patch_with};
use crate::support::{Answer, Shop, TestApp, has};

/// What is planted; no word that anything else would hold.
const PLANTED: &str = "zanzibar";
/// The date of birth, which no packet holds, and ways to write it.
const BORN: &[&str] = &["1987-06-05", "June 5, 1987", "5 juin 1987", "1987"];

/// All that left for one shop.
#[derive(Default)]
pub(crate) struct Left {
    said: Vec<(String, String)>,
}

impl Left {
    pub(crate) fn keep(&mut self, what: &str, answer: &Answer) {
        // The number of a request and the length of an answer may hold any digits.
        let any = ["x-request-id", "content-length"];
        let headers = answer.headers.iter().filter(|(name, _)| !any.contains(&name.as_str()));
        let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
        self.said.push((
            format!("{what} ({})", answer.status),
            format!("{}\n{}", headers.join("\n"), answer.text),
        ));
    }
}

/// A record with something planted in each of its fields, referred to a shop.
struct Record {
    app: TestApp,
    shop: Shop,
    other: Shop,
    course: String,
    patient: String,
}

async fn planted() -> Record {
    let (app, clinic) = TestApp::with_clinic().await;
    let named = |path: &str| format!("/{path}");
    for (path, id) in [
        ("practitioners", &clinic.noor),
        ("practitioners", &clinic.theo),
        ("rooms", &clinic.treatment),
        ("rooms", &clinic.consult),
    ] {
        let name = json!({"name": format!("{PLANTED} {id}")});
        app.set(&format!("{}/{id}", named(path)), name).await;
    }
    app.set(&format!("/devices/{}", clinic.owned), json!({"name": PLANTED})).await;
    app.set(
        &format!("/sites/{}", clinic.site),
        json!({"name": PLANTED, "address": format!("1 {PLANTED}")}),
    )
    .await;
    let (shop, other) = (app.make_shop("Harbour Light", 1).await, app.make_shop(PLANTED, 1).await);
    let patient = json!({"given_name": "Ada", "family_name": "Sample", "phone": "416-555-0123", "email": format!("{PLANTED}@example.test"),
        "date_of_birth": "1987-06-05", "fitzpatrick": "II", "preferred_language": "en"});
    let patient = app.post("/patients", patient).await.expect(201).id();
    let course = app.open_course_for(&patient).await;
    app.prepare(&course).await;
    for (kind, partner) in [
        ("messages", None),
        ("laser_treatment", None),
        ("disclosure", Some(&shop.id)),
        ("disclosure", Some(&other.id)),
    ] {
        let consent = json!({"kind": kind, "partner_id": partner, "text_version": format!("{PLANTED} {kind}")});
        app.post(&format!("/patients/{patient}/consents"), consent).await.expect(201);
    }
    // Another course, another shop, another patient at the same shop: none of them is this shop's to know of.
    let elsewhere = app.open_course_for(&patient).await;
    app.book(&elsewhere, "consultation", "2027-01-05T16:00").await.expect(201);
    let theirs = app.book_at(&other, &course, "review", "2027-01-06T16:00").await.expect(201);
    app.call(
        &other.token,
        "POST",
        &format!("/referrals/{}/reject", theirs.str("referral_id")),
        json!({"reason": PLANTED}),
    )
    .await
    .expect(200);
    let noted = json!({"outcome": "completed", "note": PLANTED, "adverse_events": [{"kind": PLANTED, "severity": "mild"}]});
    app.write_past(&course, "review", "2026-12-01T10:00", None, noted.clone()).await;
    app.write_past(&course, "laser_partial", "2026-11-20T10:00", Some(&clinic.owned), {
        let mut record = done_with(1064);
        record["note"] = json!(PLANTED);
        record["reason"] = json!(PLANTED);
        record
    })
    .await;
    let stranger = json!({"given_name": PLANTED, "family_name": PLANTED, "phone": "416-555-0199", "email": "stranger@example.test"});
    let stranger = app.post("/patients", stranger).await.expect(201).id();
    let stranger = app.open_course_for(&stranger).await;
    app.book(&stranger, "consultation", "2027-01-05T12:00").await.expect(201);
    Record { app, shop, other, course, patient }
}

/// A shop that asks; what it is answered is kept.
struct Asking<'a> {
    record: &'a Record,
    left: &'a mut Left,
    /// The operations that it asked for.
    done: BTreeSet<String>,
}

impl Asking<'_> {
    /// Asks for `operation`, as the document spells it, with `id` in the place of its first name in braces.
    async fn ask(&mut self, operation: &str, id: &str, body: Value) -> Answer {
        let (method, path) = operation.split_once(' ').unwrap();
        self.ask_at(operation, method, &path.replace("{id}", id), body).await
    }

    /// The same without a body.
    async fn send(&mut self, operation: &str, id: &str) -> Answer {
        self.ask(operation, id, Value::Null).await
    }

    /// The same at an address of which more is said.
    async fn ask_at(&mut self, operation: &str, method: &str, path: &str, body: Value) -> Answer {
        let Record { app, shop, .. } = self.record;
        let answer = app.call(&shop.token, method, path, body).await;
        self.left.keep(operation, &answer);
        self.done.insert(operation.to_owned());
        answer
    }
}

/// Does all that a shop can do, and keeps all that it was answered.
async fn everything(record: &Record, left: &mut Left) -> BTreeSet<String> {
    let Record { app, shop, course, .. } = record;
    let mut asking = Asking { record, left, done: BTreeSet::new() };
    let (referral, first) = dates_are_agreed(&mut asking).await;
    let feed = asking.ask("POST /feeds", "", json!({"kind": "partner", "id": shop.id})).await;
    let link =
        asking.ask("POST /partners/{id}/links", &shop.id, json!({"label": "The till"})).await;
    let opened = |url: &str, root: &str| url[url.find(root).unwrap()..].to_owned();
    asking.left.keep("the feed", &app.open(&opened(feed.str("url"), "/feeds/")).await.expect(200));
    asking.left.keep("the page", &app.open(&opened(link.str("url"), "/shop/")).await.expect(200));
    app.advance_to("2027-01-14T16:00:00Z").await;
    packet_pages::look(app, shop, &[&referral], asking.left).await;
    asking
        .ask("POST /referrals/{id}/report", &referral, json!({"outcome": "completed"}))
        .await
        .expect(422);
    asking.ask("POST /referrals/{id}/report", &referral, done_with(755)).await.expect(422);
    asking.ask("POST /referrals/{id}/report", &referral, patch_with(532)).await.expect(200);
    asking
        .ask("POST /referrals/{id}/fail", &referral, json!({"reason": "The laser broke."}))
        .await
        .expect(200);
    asking
        .ask("POST /referrals/{id}/reject", &referral, json!({"reason": "No."}))
        .await
        .expect(409);
    // What lies too near to what no shop may know of is answered to the clinic alone.
    let another = app.refer(course, &shop.id, "review", 1).await;
    app.send_after_grace().await;
    asking
        .ask("POST /referrals/{id}/propose", &another, json!({"start": "2027-01-20T10:00"}))
        .await
        .expect(200);
    app.clinic_does(&another, "cancel", json!({"reason": PLANTED})).await.expect(200);
    app.send_after_grace().await;
    asking.send("GET /referrals/{id}", &another).await.expect(200);
    asking.ask_at("GET /referrals", "GET", "/referrals?limit=200", Value::Null).await.expect(200);
    packet_pages::look_at_all(app, shop, &[&referral, &another], asking.left).await;
    lists_are_read_and_addresses_ended(&mut asking, &feed.id(), &link.id()).await;
    what_is_none_of_its_business(record, &first, asking.left).await;
    asking.done
}

/// What a shop does until the day of its first visit: the referral, and that visit.
async fn dates_are_agreed(asking: &mut Asking<'_>) -> (String, Answer) {
    let Record { app, shop, course, .. } = asking.record;
    let wants =
        json!({"email": "harbour@example.test", "phone": "416 555 0182", "before_by": "sms"});
    asking.send("GET /me", "").await;
    asking.send("GET /partners/{id}/notices", &shop.id).await;
    asking.ask("PATCH /partners/{id}/notices", &shop.id, wants).await;
    asking.send("GET /partners", "").await;
    asking.send("GET /partners/{id}", &shop.id).await;
    // One referral goes all the way; with two dates, one of them moved, one cancelled by the clinic for its own reasons.
    let referral = app.refer(course, &shop.id, "test_patch", 2).await;
    app.patch(&format!("/referrals/{referral}"), json!({"screening": "not_clear"}))
        .await
        .expect(200);
    app.advance_to("2027-01-05T14:00:00Z").await;
    let first = app.book_at(shop, course, "test_patch", "2027-01-08T10:00").await.expect(201);
    let second = app.book_at(shop, course, "test_patch", "2027-01-09T10:00").await.expect(201);
    app.send_after_grace().await;
    packet_pages::look(app, shop, &[&referral], asking.left).await;
    asking.send("GET /referrals", "").await;
    asking.send("GET /referrals/{id}", &referral).await;
    asking
        .ask("POST /referrals/{id}/propose", &referral, json!({"start": "2027-01-08T11:00"}))
        .await;
    app.clinic_does(&referral, "reject", json!({"reason": PLANTED})).await.expect(200);
    app.advance_to("2027-01-07T20:00:00Z").await;
    asking.send("POST /referrals/{id}/accept", &referral).await;
    app.send_after_grace().await;
    app.cancel_for(&second.id(), "unwell").await.expect(200);
    app.advance_to("2027-01-08T13:30:00Z").await;
    asking
        .ask_at(
            "GET /partners/{id}/visits",
            "GET",
            &format!("/partners/{}/visits?from=2027-01-01", shop.id),
            Value::Null,
        )
        .await;
    packet_pages::look(app, shop, &[&referral], asking.left).await;
    (referral, first)
}

async fn lists_are_read_and_addresses_ended(asking: &mut Asking<'_>, feed: &str, link: &str) {
    let shop = &asking.record.shop;
    asking.send("GET /partners/{id}/links", &shop.id).await;
    asking.send("GET /feeds", "").await;
    asking.send("POST /feeds/{id}/rotate", feed).await;
    asking.send("DELETE /feeds/{id}", feed).await;
    asking
        .ask_at(
            "DELETE /partners/{id}/links/{link_id}",
            "DELETE",
            &format!("/partners/{}/links/{link}", shop.id),
            Value::Null,
        )
        .await;
    asking
        .ask_at("GET /settlement", "GET", "/settlement?from=2026-11&to=2027-02", Value::Null)
        .await
        .expect(200);
    asking
        .ask_at(
            "GET /settlement.csv",
            "GET",
            "/settlement.csv?from=2026-11&to=2027-02",
            Value::Null,
        )
        .await
        .expect(200);
}

async fn what_is_none_of_its_business(record: &Record, first: &Answer, left: &mut Left) {
    let Record { app, shop, course, .. } = record;
    for closed in [
        format!("/patients/{}", record.patient),
        format!("/courses/{course}"),
        format!("/sessions/{}", first.id()),
        format!("/messages?session_id={}", first.id()),
        "/tasks".to_owned(),
        format!("/slots?course_id={course}&service=review"),
        format!("/referrals?partner_id={}", record.other.id),
    ] {
        let answer = app.shop_get(shop, &closed).await;
        assert!(matches!(answer.status, 403 | 404), "{closed}: {}", answer.text);
        left.keep(&closed, &answer);
    }
}

#[tokio::test]
async fn nothing_outside_the_packet_reaches_a_shop_by_any_door() {
    let record = planted().await;
    let mut left = Left::default();
    let done = everything(&record, &mut left).await;
    let app = &record.app;
    for mail in app.mails_to("harbour@example.test").await {
        left.said.push((
            format!("the mail “{}”", mail.subject),
            [mail.raw, mail.text, mail.html].join("\n"),
        ));
    }
    for (to, text) in app.texts().await.into_iter().filter(|(to, _)| to == "+14165550182") {
        left.said.push((format!("a text to {to}"), text));
    }
    let kinds: Vec<_> = left.said.iter().map(|(what, _)| what.as_str()).collect();
    for what in [
        "New referral", "please reply", "Cancelled", "Your list for", "Your report is overdue",
        "Waiting for your reply", "a text to",
    ] {
        assert!(kinds.iter().any(|kind| kind.contains(what)), "nothing of {what} left: {kinds:#?}");
    }
    for (what, said) in &left.said {
        let lower = said.to_lowercase();
        assert!(
            !lower.contains(PLANTED),
            "{what} holds what is none of the shop's business:\n{said}"
        );
        for born in BORN {
            assert!(
                !lower.contains(&born.to_lowercase()),
                "{what} tells when somebody was born:\n{said}"
            );
        }
        assert!(!said.contains(&record.patient), "{what} names the patient's record:\n{said}");
        assert!(!said.contains(&record.course), "{what} names the course:\n{said}");
    }
    // The packet itself did leave, or there would be nothing to prove.
    let all: String = left.said.iter().map(|(_, said)| said.as_str()).collect();
    for packed in [
        "Ada Sample", "+14165550123", "vertex", "\"smp\"", "\"correct\"", "\"II\"", "not_clear",
        "acceptable", "2026-11-20",
    ] {
        assert!(all.contains(packed), "{packed} was not in the packet");
    }
    // Every operation that a shop may use was used.
    let document = app.open("/api/v1/openapi.json").await.expect(200).body;
    let mut open_to_shops = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let roles = operation["security"][0]["bearer"].as_array().cloned().unwrap_or_default();
            if roles.contains(&json!("partner")) {
                let route = path.strip_prefix("/api/v1").unwrap();
                open_to_shops.insert(format!("{} {route}", method.to_uppercase()));
            }
        }
    }
    open_to_shops.remove("POST /sign-out");
    assert_eq!(open_to_shops, done);
}

/// The fields of the packet, written down once more by hand: one that is added has to be added here too.
#[tokio::test]
async fn the_packet_has_the_fields_of_rule_57_and_no_other() {
    let record = planted().await;
    let Record { app, shop, course, .. } = &record;
    let id = app.refer(course, &shop.id, "laser_partial", 1).await;
    let seen = app.shop_sees(shop, &id).await.expect(200);
    let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        fields(&seen.body["packet"]),
        [
            "depth", "fitzpatrick", "goal", "last_laser", "method", "name", "phone", "pigment",
            "screening", "test_patch", "zones"
        ]
    );
    assert_eq!(
        fields(&seen.body),
        [
            "answered_at", "count", "id", "packet", "partner_id", "proposals", "received_at",
            "requested_at", "service", "status", "undated", "version", "visits"
        ]
    );
}

/// Rule 58: what is locked is left out everywhere, and that something is, is said; not what.
#[tokio::test]
async fn what_the_patient_locked_is_left_out_and_the_packet_says_that_something_is() {
    let record = planted().await;
    let Record { app, shop, course, patient, other } = &record;
    let wants = json!({"email": "harbour@example.test"});
    app.shop_wants(shop, wants).await;
    let locks = format!("/patients/{patient}/locks");
    let all =
        ["phone", "zones", "goal", "pigment", "depth", "fitzpatrick", "test_patch", "last_laser"];
    let mut made = Vec::new();
    for item in all {
        made.push(
            app.post(&locks, json!({"item": item, "partner_id": shop.id})).await.expect(201).id(),
        );
    }
    // Of medicines a shop hears nothing; the result that rests on them is kept back with them.
    app.post(&locks, json!({"item": "medication"})).await.expect(201);
    let id = app.refer(course, &shop.id, "laser_partial", 1).await;
    app.patch(&format!("/referrals/{id}"), json!({"screening": "clear"})).await.expect(200);
    let seen = app.shop_sees(shop, &id).await.expect(200);
    let packet = &seen.body["packet"];
    for item in all.iter().chain(&["screening"]) {
        assert_eq!(packet[*item], Value::Null, "{item}");
    }
    has(packet, json!({"name": "Ada Sample", "method": "laser"}));
    assert_eq!(packet["withheld"], "some information withheld at the patient's request");
    app.send_after_grace().await;
    let mail = app.last_mail_to("harbour@example.test").await;
    mail.shows(&["Ada Sample"]);
    mail.hides(&["4165550123"]);
    // To another shop only what is locked from all is kept back.
    let theirs = app.refer(course, &other.id, "laser_partial", 1).await;
    let theirs = app.shop_sees(other, &theirs).await.expect(200);
    assert_eq!(
        (theirs.body["packet"]["phone"].as_str(), &theirs.body["packet"]["screening"]),
        (Some("+14165550123"), &Value::Null)
    );
    assert!(theirs.body["packet"]["withheld"].is_string());
    // Lifted, it is told again; twice is once too often.
    app.delete(&format!("{locks}/{}", made[0])).await.expect(200);
    app.delete(&format!("{locks}/{}", made[0])).await.refused(409, &["lock_lifted"]);
    let seen = app.shop_sees(shop, &id).await.expect(200);
    assert_eq!(seen.body["packet"]["phone"], "+14165550123");
    let listed = app.get(&locks).await.expect(200);
    assert_eq!(listed.items().len(), 9);
    assert!(listed.items()[0]["ended_at"].is_string());
}

/// Point 7: another shop's id is answered as one that is not there, and takes no longer.
#[tokio::test]
async fn another_shops_id_takes_no_longer_than_a_missing_one() {
    let record = planted().await;
    let Record { app, shop, other, course, .. } = &record;
    let id = app.refer(course, &shop.id, "review", 1).await;
    let time = async |id: &str| {
        let begun = std::time::Instant::now();
        app.shop_get(other, &format!("/referrals/{id}")).await.expect(404);
        begun.elapsed()
    };
    let missing = "01890000-0000-7000-8000-000000000001";
    // In turn, so that whatever else the machine does falls on both alike.
    let (mut theirs, mut none) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        theirs.push(time(&id).await);
        none.push(time(missing).await);
    }
    theirs.sort_unstable();
    none.sort_unstable();
    let (theirs, none) = (theirs[100], none[100]);
    assert!(
        theirs < none * 3 / 2 + std::time::Duration::from_micros(200),
        "{theirs:?} against {none:?}"
    );
    app.wait(Duration::minutes(1));
}
