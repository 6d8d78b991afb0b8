//! What patients answer: by the link, by text, by the button of a mail program. A confirmation
//! stops the next request for one, STOP stops all, and nothing ever cancels a visit.

use chrono::Duration;
use serde_json::json;

use crate::support::{TestApp, has};

const ADA: &str = "+14165550123";

/// A visit on Monday 15 March at ten, its week's reminder sent, with the link that it carried.
async fn reminded() -> (TestApp, String, String) {
    let (app, _, course) = TestApp::with_course().await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.advance_to("2027-03-08T15:00:00Z").await;
    let link = app.mails().await.last().unwrap().link();
    (app, session, link)
}

/// The same for a patient who is reminded by text.
async fn texted() -> (TestApp, String) {
    let (app, _, course) = TestApp::with_course().await;
    let patient = app.patient_of(&course).await;
    let wish = json!({"preferred_channel": "sms"});
    app.change_patient(&patient, wish).await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.advance_to("2027-03-08T15:00:00Z").await;
    (app, session)
}

async fn open(app: &TestApp, path: &str) -> String {
    app.open(path).await.expect(200).text
}

/// Where a press of a button leads.
fn led_to(answer: &crate::support::Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").to_owned()
}

/// The value of the field `start` of the form that posts to `action`.
fn starts_on(page: &str, action: &str) -> Vec<String> {
    let forms = page.split("<form").skip(1).filter(|form| form.contains(&format!("{action}\"")));
    forms
        .filter_map(|form| {
            Some(
                form.split("name=\"start\" value=\"")
                    .nth(1)?
                    .split('"')
                    .next()?
                    .replace("&#43;", "+"),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_confirmation_by_the_link_stops_the_next_request_and_not_the_last_reminder() {
    let (app, session, link) = reminded().await;
    let page = open(&app, &link).await;
    assert!(page.contains("Yes, I’ll be there") && page.contains("I can’t come"));
    let start = starts_on(&page, "/confirm").remove(0);
    let confirmed = app.press(&format!("{link}/confirm"), &[("start", &start)]).await;
    let page = open(&app, &led_to(&confirmed)).await;
    assert!(
        page.contains("Thank you. Your appointment is confirmed.")
            && !page.contains("Yes, I’ll be there")
    );
    assert_eq!(
        app.planned(&session).await,
        [
            "reminder 7d email acknowledged", "reminder 48h email superseded confirmed",
            "reminder 2h sms scheduled"
        ]
    );
    let read = app.session(&session).await;
    assert_eq!(read.str("confirmed_at"), "2027-03-08T10:00:00-05:00");
    app.advance_to("2027-03-16T12:00:00Z").await;
    assert_eq!((app.mails().await.len(), app.texts().await.len()), (2, 1));
    assert!(app.task_kinds().await.is_empty());
    // Looking and pressing once more change nothing.
    let again = app.press(&format!("{link}/confirm"), &[("start", &start)]).await;
    assert!(led_to(&again).ends_with("?changed"), "it is over");
}

#[tokio::test]
async fn a_move_takes_the_confirmation_with_it_and_asks_again() {
    let (app, session, link) = reminded().await;
    let page = open(&app, &link).await;
    let start = starts_on(&page, "/confirm").remove(0);
    app.press(&format!("{link}/confirm"), &[("start", &start)]).await;
    app.move_to(&session, "2027-03-25T15:00").await.expect(200);
    assert!(app.session(&session).await.body.get("confirmed_at").is_none());
    app.expect_planned(&session, "reminder 48h email scheduled").await;
    // The page that was open says the old time: what it confirms is not what is.
    let late = app.press(&format!("{link}/confirm"), &[("start", &start)]).await;
    let page = open(&app, &led_to(&late)).await;
    assert!(
        page.contains("has changed since you opened this page")
            && page.contains("Yes, I’ll be there")
    );
}

#[tokio::test]
async fn whoever_cannot_come_is_offered_three_legal_times_and_takes_one() {
    let (app, session, link) = reminded().await;
    let asked = app.press(&format!("{link}/change"), &[]).await;
    let page = open(&app, &led_to(&asked)).await;
    let offers = starts_on(&page, "/move");
    assert_eq!(offers.len(), 3, "{page}");
    assert_eq!(app.task_kinds().await, ["visit_to_move"]);
    assert_eq!(app.status_of(&session).await, "booked", "until they choose, it stands");
    // A time that was never offered is not taken.
    let never = app.press(&format!("{link}/move"), &[("start", "2027-03-21T15:00:00+00:00")]).await;
    assert!(led_to(&never).ends_with("?asked"));
    let taken = app.press(&format!("{link}/move"), &[("start", &offers[1])]).await;
    assert!(open(&app, &led_to(&taken)).await.contains("Your appointment has been moved"));
    let moved = app.session(&session).await;
    let at = |text: &str| text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap();
    assert_eq!(at(moved.str("start")), at(&offers[1]));
    assert!(app.task_kinds().await.is_empty(), "nothing is left to be done");
    // Asked twice is one task.
    app.press(&format!("{link}/change"), &[]).await;
    app.press(&format!("{link}/change"), &[]).await;
    assert_eq!(app.task_kinds().await, ["visit_to_move"]);
    let audit =
        app.manager_get(&format!("/audit?patient_id={}&limit=200", moved.str("patient_id"))).await;
    let by_link = audit.items().iter().filter(|line| line["role"] == "patient");
    let deeds: std::collections::BTreeSet<_> =
        by_link.map(|line| line["action"].as_str().unwrap().to_owned()).collect();
    assert!(
        deeds.contains("session.reschedule") && deeds.contains("session.ask_for_another"),
        "{deeds:?}"
    );
}

#[tokio::test]
async fn one_click_in_a_mail_program_ends_reminders_at_once_with_proof_and_changes_are_still_told()
{
    let (app, session, link) = reminded().await;
    let path = format!("{link}/unsubscribe");
    assert!(open(&app, &path).await.contains("Unsubscribe from messages"), "looking ends nothing");
    app.press(&path, &[]).await.expect(400);
    assert_eq!(app.planned(&session).await[1], "reminder 48h email scheduled");
    app.press(&path, &[("List-Unsubscribe", "One-Click")]).await.expect(204);
    app.press(&path, &[("List-Unsubscribe", "One-Click")]).await.expect(204);
    let planned = app.planned(&session).await;
    assert_eq!(planned[0], "reminder 7d email acknowledged");
    app.expect_planned(&session, "reminder 48h email suppressed no_consent").await;
    app.expect_planned(&session, "reminder 2h sms scheduled").await;
    let patient = app.patient_at(&session).await;
    let kept = app.get(&format!("/patients/{patient}/opt-outs")).await.expect(200);
    let kept = kept.array("items");
    assert_eq!(
        (kept.len(), &kept[0]["channel"], &kept[0]["begun_by"]),
        (1, &json!("email"), &json!("one_click"))
    );
    app.advance_to("2027-03-13T14:00:00Z").await;
    assert_eq!(app.task_kinds().await, ["patient_to_phone"]);
    // A change of the appointment is mailed all the same.
    app.move_to(&session, "2027-03-25T15:00").await.expect(200);
    app.send_after_grace().await;
    assert_eq!(app.ledger(&session).await.last().unwrap(), "update sent");
    // And on the page they may have them again.
    assert!(open(&app, &format!("{link}/messages")).await.contains("Get messages again"));
    let on = app.press(&format!("{link}/messages/start"), &[]).await;
    assert!(led_to(&on).ends_with("?on"));
    app.expect_planned(&session, "reminder 48h email scheduled").await;
}

#[tokio::test]
async fn a_text_confirms_what_the_last_one_told_and_is_thanked_for_it() {
    for words in ["C", "yes", " Oui! ", "confirm"] {
        let (app, session) = texted().await;
        app.receive_text(ADA, words, "SM1").await.expect(200);
        app.deliver().await;
        app.expect_planned(&session, "reminder 48h sms superseded confirmed").await;
        let thanks = app.texts().await.last().unwrap().1.clone();
        assert!(
            thanks.starts_with(
                "Hayden St Clinic: thank you, your appointment is confirmed: Mon Mar 15, 10:00 a.m."
            ),
            "{thanks}"
        );
        // The provider hands it over again; it was done.
        app.receive_text(ADA, words, "SM1").await.expect(200);
        app.deliver().await;
        assert_eq!(app.texts().await.len(), 2);
    }
}

#[tokio::test]
async fn a_text_that_confirms_a_time_that_is_no_longer_true_is_read_by_a_person() {
    let (app, session) = texted().await;
    app.move_to(&session, "2027-03-25T15:00").await.expect(200);
    app.receive_text(ADA, "C", "SM1").await.expect(200);
    assert!(app.session(&session).await.body.get("confirmed_at").is_none());
    assert_eq!(app.task_kinds().await, ["reply_to_read"]);
}

#[tokio::test]
async fn r_asks_for_another_time_and_is_answered_with_three_and_a_link() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "r", "SM1").await.expect(200);
    app.deliver().await;
    let answer = app.texts().await.last().unwrap().1.clone();
    assert_eq!(answer.matches("a.m.").count() + answer.matches("p.m.").count(), 3, "{answer}");
    assert!(answer.contains("/a/") && answer.contains("(647) 351-0061"), "{answer}");
    assert!(fadeline::domain::messages::gsm7::septets(&answer).unwrap() <= 160, "{answer}");
    assert_eq!(app.task_kinds().await, ["visit_to_move"]);
    let task = app.get("/tasks").await.items()[0].clone();
    assert_eq!(
        (task["session_id"].as_str(), app.planned(&session).await[0].as_str()),
        (Some(session.as_str()), "reminder 7d sms acknowledged")
    );
    let link = answer.split_whitespace().find(|word| word.contains("/a/")).unwrap();
    let link = &link[link.find("/a/").unwrap()..];
    assert!(open(&app, link).await.contains("I can’t come"));
}

#[tokio::test]
async fn stop_ends_texts_to_that_number_at_once_and_start_brings_back_what_is_to_come() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "STOP", "SM1").await.expect(200);
    let planned = app.planned(&session).await;
    assert_eq!(
        planned.iter().filter(|one| one.ends_with("suppressed no_consent")).count(),
        2,
        "{planned:?}"
    );
    let patient = app.patient_at(&session).await;
    let kept = app.get(&format!("/patients/{patient}/opt-outs")).await.expect(200).body["items"][0]
        .clone();
    has(&kept, json!({"recipient": ADA, "begun_by": "text"}));
    assert!(
        kept["proof"].as_str().unwrap().contains("STOP")
            && kept["proof"].as_str().unwrap().contains("SM1")
    );
    app.advance_to("2027-03-13T16:00:00Z").await;
    assert_eq!(app.texts().await.len(), 1, "not even an answer");
    assert_eq!(app.task_kinds().await, ["patient_to_phone"]);
    app.receive_text(ADA, "start", "SM2").await.expect(200);
    app.advance_to("2027-03-16T12:00:00Z").await;
    assert_eq!(app.texts().await.len(), 2, "the reminder of that morning");
    let kept = app.get(&format!("/patients/{patient}/opt-outs")).await.expect(200).body["items"][0]
        .clone();
    assert_eq!(kept["ended_by"], "text");
}

#[tokio::test]
async fn help_says_who_and_how_to_call_and_anything_else_is_read_by_a_person() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "Info?", "SM1").await.expect(200);
    app.deliver().await;
    assert!(app.texts().await.last().unwrap().1.contains("Call (647) 351-0061"));
    for (number, words) in
        ["CANCEL", "no", "yes but can it be later", "1", "<b>hi</b>", ""].iter().enumerate()
    {
        app.receive_text(ADA, words, &format!("SM2{number}")).await.expect(200);
    }
    assert_eq!(app.task_kinds().await, ["reply_to_read"; 6]);
    assert_eq!(app.status_of(&session).await, "booked");
    let task = app.get("/tasks").await.items()[0]["id"].as_str().unwrap().to_owned();
    let read = app.get(&format!("/tasks/{task}")).await.expect(200);
    assert_eq!(read.body["reply"]["body"], "CANCEL");
    // Who has no visit here is answered in the same breath; there is no ledger to answer from.
    let stranger = app.receive_text("+14165550199", "HELP", "SM30").await.expect(200);
    stranger.shows(&["<Message>Hayden St Clinic: texts about your appointments."]);
    app.receive_text("not a number", "C", "SM31").await.expect(200);
    app.receive_text("+14165550199", &"x".repeat(10_000), "SM32").await.expect(200);
}

#[tokio::test]
async fn two_patients_with_one_number_are_told_apart_by_what_was_told_last_and_stop_is_for_both() {
    let (app, session) = texted().await;
    let course = app.prepare_course("Bo").await;
    let other = app.make_visit(&course, "consultation", "2027-03-15T14:00").await;
    app.receive_text(ADA, "C", "SM1").await.expect(200);
    assert!(app.session(&session).await.body.get("confirmed_at").is_some());
    assert!(app.session(&other).await.body.get("confirmed_at").is_none());
    app.receive_text(ADA, "STOP", "SM2").await.expect(200);
    for one in [&session, &other] {
        app.expect_planned(one, "reminder 2h sms suppressed no_consent").await;
    }
}

#[tokio::test]
async fn what_the_provider_did_not_sign_is_refused_before_it_is_looked_at() {
    let (app, session) = texted().await;
    let fields = [("Body", "STOP"), ("From", ADA), ("MessageSid", "SM1")];
    for forged in ["", "AAAA", "RSOYDt4T1cUTdK1PDd93/VVr8B8="] {
        app.provider_calls("/texts/incoming", &fields, Some(forged)).await.expect(403);
    }
    app.expect_planned(&session, "reminder 48h sms scheduled").await;
    let ledger = app.messages(&session).await;
    let sent = ledger.item("lead", "7d")["id"].as_str().unwrap().to_owned();
    let status = format!("/texts/status/{sent}");
    let delivered = [("MessageSid", "SM9"), ("MessageStatus", "delivered")];
    app.provider_calls(&status, &delivered, Some("AAAA")).await.expect(403);
    assert_eq!(app.planned(&session).await[0], "reminder 7d sms sent");
    app.provider_calls(&status, &[("MessageSid", "SM9"), ("MessageStatus", "queued")], None)
        .await
        .expect(204);
    app.provider_calls(&status, &delivered, None).await.expect(204);
    let told = app.messages(&session).await;
    let told = told.item("lead", "7d").clone();
    has(
        &told,
        json!({"status": "delivered", "provider_id": "SM9",
            "delivered_at": "2027-03-08T10:00:00-05:00"}),
    );
    // What comes out of order changes nothing; what did not arrive is a task, once.
    app.provider_calls(
        &status,
        &[("MessageSid", "SM9"), ("MessageStatus", "failed"), ("ErrorCode", "30005")],
        None,
    )
    .await
    .expect(204);
    assert!(app.task_kinds().await.is_empty());
    app.advance_to("2027-03-13T14:00:00Z").await;
    let second =
        app.messages(&session).await.item("lead", "48h")["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let failed =
            [("MessageSid", "SM10"), ("MessageStatus", "undelivered"), ("ErrorCode", "30005")];
        app.provider_calls(&format!("/texts/status/{second}"), &failed, None).await.expect(204);
    }
    assert_eq!(app.task_kinds().await, ["message_failed"]);
    assert_eq!(app.planned(&session).await[1], "reminder 48h sms failed");
    app.provider_calls("/texts/status/nonsense", &delivered, None).await.expect(404);
}

#[tokio::test]
async fn the_desk_writes_down_what_a_caller_wants() {
    let (app, session) = texted().await;
    let patient = app.patient_at(&session).await;
    let path = format!("/patients/{patient}/opt-outs");
    let wish = |wanted: bool| json!({"channel": "sms", "wanted": wanted, "said": "By telephone, to Casey"});
    let answered = app.post(&path, wish(false)).await.expect(200);
    assert_eq!(answered.body["items"][0]["begun_by"], "desk");
    app.expect_planned(&session, "reminder 2h sms suppressed no_consent").await;
    app.post(&path, wish(true)).await.expect(200);
    app.expect_planned(&session, "reminder 2h sms scheduled").await;
    app.post(&path, json!({"channel": "fax", "wanted": true, "said": "x"})).await.expect(422);
    app.post("/patients/01890000-0000-7000-8000-000000000001/opt-outs", wish(true))
        .await
        .expect(404);
}

#[tokio::test]
async fn the_page_is_in_the_patients_language_and_a_link_that_is_over_does_nothing() {
    let (app, session, link) = reminded().await;
    let patient = app.patient_at(&session).await;
    let french = json!({"preferred_language": "fr"});
    app.change_patient(&patient, french).await;
    let page = open(&app, &link).await;
    assert!(page.contains("Oui, je serai là") && page.contains("lang=\"fr\""));
    let start = starts_on(&page, "/confirm").remove(0);
    app.wait(Duration::days(20));
    for path in ["confirm", "change", "move", "messages/stop", "messages/start"] {
        if !path.starts_with("messages") {
            app.press(&format!("{link}/{path}"), &[("start", &start)]).await.expect(404);
        }
        app.press(&format!("/a/nonsense/{path}"), &[("start", &start)]).await.expect(404);
    }
}

#[tokio::test]
async fn a_mail_program_may_post_its_one_click_in_parts() {
    let (app, session, link) = reminded().await;
    let body = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let request = axum::http::Request::post(format!("{link}/unsubscribe"))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body.into())
        .unwrap();
    app.send(request).await.expect(204);
    app.expect_planned(&session, "reminder 48h email suppressed no_consent").await;
}

#[tokio::test]
async fn nobody_moves_by_the_link_what_has_begun_and_junk_is_no_address() {
    let (app, session, link) = reminded().await;
    let asked = app.press(&format!("{link}/change"), &[]).await;
    let offers = starts_on(&open(&app, &led_to(&asked)).await, "/move");
    app.advance_to("2027-03-15T14:40:00Z").await;
    let late = app.press(&format!("{link}/move"), &[("start", &offers[0])]).await;
    assert!(led_to(&late).ends_with("?asked"));
    assert_eq!(app.session(&session).await.body["sequence"], 0);
    for junk in ["/a/%0A/confirm", "/a/%F0%9F%92%A9/move", "/a/a%2Fb/confirm"] {
        app.press(junk, &[]).await.expect(404);
    }
    // However late: a patient who wants no more messages has to read no rules.
    app.wait(Duration::days(90));
    let off = app.press(&format!("{link}/unsubscribe"), &[("List-Unsubscribe", "One-Click")]).await;
    off.expect(204);
}

#[tokio::test]
async fn another_room_at_the_same_time_settles_nothing_that_the_patient_asked_for() {
    let (app, session, link) = reminded().await;
    app.press(&format!("{link}/change"), &[]).await;
    let practitioners = app.get("/practitioners").await.expect(200);
    let theo = practitioners.item("name", "Theo")["id"].clone();
    let to = json!({"start": "2027-03-15T10:00", "practitioner_id": theo});
    app.reschedule(&session, to).await.expect(200);
    assert_eq!(app.task_kinds().await, ["visit_to_move"]);
    // A patient who keeps the time after all needs none.
    let start = starts_on(&open(&app, &link).await, "/confirm").remove(0);
    app.press(&format!("{link}/confirm"), &[("start", &start)]).await;
    assert!(app.task_kinds().await.is_empty());
    // And a slip of the desk's hand, undone, leaves the confirmation as it was.
    let confirmed = app.session(&session).await.str("confirmed_at").to_owned();
    app.move_to(&session, "2027-03-16T10:00").await.expect(200);
    app.act(&session, "undo").await.expect(200);
    assert_eq!(app.session(&session).await.str("confirmed_at"), confirmed);
}

#[tokio::test]
async fn whoever_wants_mail_again_hears_what_changed_meanwhile() {
    let (app, session, link) = reminded().await;
    app.press(&format!("{link}/messages/stop"), &[]).await;
    app.move_to(&session, "2027-03-25T15:00").await.expect(200);
    app.send_after_grace().await;
    app.press(&format!("{link}/messages/start"), &[]).await;
    app.send_after_grace().await;
    let told = app.ledger(&session).await;
    // The entry was taken back, the change went by text and to the desk, and mail begins anew.
    assert_eq!(told, ["invite sent", "cancel sent", "update sent", "update sent", "invite sent"]);
    assert_eq!(app.mails().await.last().unwrap().line("DTSTART"), "20270325T150000");
}

#[tokio::test]
async fn help_is_answered_after_stop_and_a_visit_that_waits_for_a_shop_is_the_desks_to_move() {
    let (app, session) = texted().await;
    app.receive_text(ADA, "STOP", "SM1").await.expect(200);
    let help = app.receive_text(ADA, "help", "SM2").await.expect(200);
    help.shows(&["<Message>Hayden St Clinic"]);
    app.deliver().await;
    assert_eq!(app.texts().await.len(), 1);
    // A visit that waits for a shop is the desk's to move.
    app.receive_text(ADA, "START", "SM3").await.expect(200);
    let shop = app.make_shop("Harbour Light", 1).await;
    let visit = app.session(&session).await;
    app.disclose(visit.str("course_id"), &shop.id).await;
    let there = json!({"start": visit.str("local_start"), "site_id": shop.site});
    app.reschedule(&session, there).await.expect(200);
    app.receive_text(ADA, "R", "SM4").await.expect(200);
    app.deliver().await;
    assert!(app.texts().await.last().unwrap().1.contains("we will call you"));
}
