//! One idea of a telephone number and one of an email address, at every door: what is a slip of the hand is refused in words,
//! what people write is understood, and what cannot be reached is not tried.

use fadeline::actions::patient::patients;
use fadeline::actions::{App, Program};
use fadeline::clock::Clock;
use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::clinic::profile::ClinicProfile;
use fadeline::domain::role::Role;
use serde_json::{Value, json};

use crate::manage_users::boss;
use crate::support::{Answer, Browser, PASSWORD, TestApp, profile, toronto};

const DESK: &str = "front_desk@example.test";

fn ada(more: Value) -> Value {
    let mut body = json!({"given_name": "Ada", "family_name": "Sample", "phone": "416-555-0123", "duplicate_ok": true});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A refusal of one field, which says this.
#[track_caller]
fn refuses(answer: &Answer, pointer: &str, words: &str) {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let error = &answer.body["errors"][0];
    assert_eq!(error["pointer"], pointer, "{}", answer.text);
    assert!(error["detail"].as_str().unwrap().contains(words), "{}", answer.text);
}

#[tokio::test]
async fn a_number_with_a_letter_is_refused_at_every_door_with_what_to_do() {
    let (app, _) = TestApp::with_clinic().await;
    let desk = Browser::signed_in(&app, DESK).await;
    for slip in ["416 555 O123", "416-555-l234", "1-800-FLOWERS"] {
        refuses(&app.post("/patients", ada(json!({"phone": slip}))).await, "/phone", "digits only");
        let typed = [("name", "Ada Sample"), ("phone", slip)];
        let form = desk.send_amiss("/desk/patients", &typed).await;
        assert!(form.says("digits only"), "{}", form.text);
        assert_eq!(form.control("phone"), slip);
        let found = app.get(&format!("/patients?q={}", slip.replace(' ', "+"))).await;
        assert!(found.items().is_empty(), "{slip}");
    }
    let patient = app.post("/patients", ada(json!({}))).await.expect(201).id();
    let changed =
        app.patch(&format!("/patients/{patient}"), json!({"phone": "416 555 O123"})).await;
    refuses(&changed, "/phone", "digits only");
    let shop = json!({"name": "Shop", "address": "1 Example Ave", "phone": "416 555 O123"});
    refuses(&app.manage("POST", "/partners", shop).await, "/phone", "digits only");
    let page = Browser::new(&app).page("/consultation").await;
    app.wait(chrono::Duration::seconds(5));
    let fields = [
        ("name", "Ada"),
        ("phone", "416 555 O123"),
        ("wish", "Call me."),
        ("stamp", page.control("stamp")),
    ];
    Browser::new(&app).send_amiss("/consultation", &fields).await.shows(&["use digits only"]);
}

#[tokio::test]
async fn an_extension_is_kept_beside_the_number_and_shown_wherever_the_number_is() {
    let (app, shop, course) = crate::referrals::referable().await;
    for spelling in [
        "416-555-0123 ext. 45", "416-555-0123 x45", "416-555-0123;ext=45",
        "(416) 555-0123 poste 45", "416 555 0123 #45",
    ] {
        let kept = app.post("/patients", ada(json!({"phone": spelling}))).await.expect(201);
        kept.has(json!({"phone": "+14165550123", "phone_extension": "45"}));
    }
    let patient = app.patient_of(&course).await;
    let path = format!("/patients/{patient}");
    let changed = app.patch(&path, json!({"phone": "416 555 0123 ext 45"})).await.expect(200);
    changed.has(json!({"phone": "+14165550123", "phone_extension": "45"}));
    let desk = Browser::signed_in(&app, DESK).await;
    let shown = ["+14165550123 ext. 45", "tel:+14165550123;ext=45"];
    desk.page(&format!("/desk?patient={patient}")).await.shows(&shown);
    desk.page("/desk?q=sample").await.shows(&shown[..1]);
    let session = app.book_at(&shop, &course, "consultation", "2027-01-05T10:00").await.expect(201);
    let card = desk.page(&format!("/desk?day=2027-01-05&session={}", session.id())).await;
    card.shows(&shown);
    let shops = Browser::of_new(&app, Role::Partner, Some(&shop.id)).await;
    shops.page("/partner").await.shows(&shown);
    boss(&app).await.page("/manage/messages?q=sample").await.shows(&shown[..1]);
    // Another number comes with its own extension, or with none.
    let alone = app.patch(&path, json!({"phone": "647 351 0061"})).await.expect(200);
    alone.has(json!({"phone": "+16473510061", "phone_extension": null}));
    app.patch(&path, json!({"phone_extension": "7"})).await.expect(200);
    let renamed = app.patch(&path, json!({"given_name": "Adele"})).await.expect(200);
    renamed.has(json!({"phone": "+16473510061", "phone_extension": "7"}));
    // Where none can be kept, it is refused and not dropped.
    let shop = json!({"name": "Shop", "address": "1 Example Ave", "phone": "416 555 0123 x45"});
    refuses(&app.manage("POST", "/partners", shop).await, "/phone", "extension");
}

#[tokio::test]
async fn no_text_goes_to_a_number_behind_a_switchboard_nor_is_one_from_there_the_patients() {
    let (app, _) = TestApp::with_clinic().await;
    let switchboard = json!({"phone": "416-555-0123 x45", "preferred_channel": "sms", "email": "ada@example.test"});
    let patient = app.post("/patients", ada(switchboard)).await.expect(201).id();
    let course = app.open_course_for(&patient).await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    let messages = app.get(&format!("/messages?session_id={session}")).await.expect(200);
    assert!(!messages.items().is_empty());
    assert!(
        messages.items().iter().all(|message| message["channel"] != "sms"),
        "{}",
        messages.text
    );
    app.advance_to("2027-03-14T18:00:00Z").await;
    app.receive_text("+14165550123", "C", "m1").await.expect(200);
    assert_eq!(app.session(&session).await.body["confirmed_at"], Value::Null);
    let none = json!({"channel": "sms", "wanted": false, "said": "No texts."});
    app.post(&format!("/patients/{patient}/opt-outs"), none).await.expect(422);
}

#[tokio::test]
async fn a_domain_beyond_ascii_is_kept_as_typed_and_mail_goes_out_to_what_servers_know() {
    let (app, _) = TestApp::with_clinic().await;
    let patient =
        app.post("/patients", ada(json!({"email": "Ada@exämple.test"}))).await.expect(201);
    assert_eq!(patient.str("email"), "Ada@exämple.test");
    let course = app.open_course_for(&patient.id()).await;
    app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.send_after_grace().await;
    let mails = app.mails().await;
    assert_eq!(mails[0].to, "Ada@xn--exmple-cua.test");
    assert!(
        mails[0]
            .calendar
            .as_ref()
            .unwrap()
            .1
            .replace("\r\n ", "")
            .contains("mailto:Ada@xn--exmple-cua.test")
    );
    // Both spellings are one address: for a search, for the same caller again, and for signing in.
    for q in ["ada@ex%C3%A4mple.test", "ADA@xn--exmple-cua.test"] {
        assert_eq!(app.get(&format!("/patients?q={q}")).await.items().len(), 1, "{q}");
    }
    let again = json!({"given_name": "Ada", "family_name": "Sample", "phone": "647 351 0061", "email": "ADA@xn--exmple-cua.TEST"});
    app.post("/patients", again).await.expect(409);
    app.add_user("casey@exämple.test", Role::FrontDesk, None, Some(PASSWORD)).await;
    let credentials = json!({"email": "Casey@xn--exmple-cua.test", "password": PASSWORD});
    app.call("", "POST", "/sign-in", credentials).await.expect(200);
    Browser::with_password(&app, "casey@EXÄMPLE.test", PASSWORD).await.page("/desk").await;
}

#[tokio::test]
async fn an_address_that_our_server_cannot_send_to_is_refused_with_a_sentence() {
    let (app, clinic) = TestApp::with_clinic().await;
    for (email, words) in [
        ("adä@example.test", "our mail server cannot send to"),
        ("\"a b\"@example.test", "no quotation marks"),
        ("ada@[127.0.0.1]", "a domain such as"),
        ("ada@127.0.0.1", "not an email address"),
    ] {
        refuses(&app.post("/patients", ada(json!({"email": email}))).await, "/email", words);
    }
    let patient = app.register("Bea").await;
    let changed =
        app.patch(&format!("/patients/{patient}"), json!({"email": "adä@example.test"})).await;
    refuses(&changed, "/email", "cannot send to");
    let person = json!({"day_list_to": "noör@example.test"});
    let changed = app.manage("PATCH", &format!("/practitioners/{}", clinic.noor), person).await;
    refuses(&changed, "/day_list_to", "cannot send to");
    let desk = Browser::signed_in(&app, DESK).await;
    let typed = [("name", "Ada Sample"), ("phone", "416 555 0123"), ("email", "adä@example.test")];
    let form = desk.post("/desk/patients", &typed).await.expect(422);
    assert!(form.says("cannot send to"), "{}", form.text);
}

#[tokio::test]
async fn a_mail_server_with_smtputf8_takes_what_others_do_not() {
    let app = TestApp::empty().await;
    let generous = ClinicProfile { smtputf8: true, ..profile() };
    let clock = Clock::still_at(app.app.clock.now());
    let generous = App::new(app.database.db().await, clock, toronto(), Policy::default(), generous);
    let new = || serde_json::from_value(ada(json!({"email": "adä@example.test"}))).unwrap();
    let caller = Program::own("the story").caller();
    assert!(patients::register(&app.app, &caller, new()).await.is_err());
    assert!(patients::register(&generous, &caller, new()).await.is_ok());
}
