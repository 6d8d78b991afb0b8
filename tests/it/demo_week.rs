//! A week of the demo, and ten: the mailbox holds exactly what the ledger promised, in both
//! languages, to patients, shops and practitioners; and no message to a patient says what is treated.

use std::collections::BTreeMap;

use fadeline::domain::messages::gsm7::septets;
use serde_json::{Value, json};

use crate::support::{TestApp, mail::TELLING, told::served};

/// Every message of the ledger, by patient.
async fn ledger(app: &TestApp) -> Vec<Value> {
    let mut all = Vec::new();
    let patients = app.get("/patients?q=&limit=200").await.expect(200);
    for patient in patients.items() {
        let id = patient["id"].as_str().unwrap();
        let messages = app.get(&format!("/messages?patient_id={id}&limit=200")).await.expect(200);
        all.extend(messages.items().to_vec());
    }
    all
}

async fn mailbox(app: &TestApp) -> Vec<Value> {
    app.open("/demo/mailbox.json").await.expect(200).body.as_array().unwrap().clone()
}

#[tokio::test]
async fn moving_the_clock_a_week_shows_in_the_mailbox_exactly_what_the_ledger_promised() {
    let (app, _) = served("2026-11-22T15:00:00Z").await;
    let until = "2026-11-29T15:00:00Z".parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap();
    let at = |value: &Value| {
        value.as_str().unwrap().parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap()
    };
    let promised: Vec<_> = ledger(&app)
        .await
        .into_iter()
        // What the desk has to do is a task, and in no mailbox.
        .filter(|message| {
            message["status"] == "scheduled"
                && message["channel"] != "desk"
                && at(&message["due_at"]) <= until
        })
        .collect();
    // Lists of a day go out as one: by whom and when.
    let mut expected: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut lists = std::collections::BTreeSet::new();
    for message in &promised {
        let to = message["recipient"].as_str().unwrap().to_owned();
        let key = (
            message["channel"].as_str().unwrap().to_owned(),
            to,
            message["due_at"].as_str().unwrap().to_owned(),
        );
        let is_list =
            ["day_list", "shop_day", "shop_waiting"].contains(&message["kind"].as_str().unwrap());
        if !is_list || lists.insert(key.clone()) {
            *expected.entry(key).or_default() += 1;
        }
    }
    app.advance_to("2026-11-29T15:00:00Z").await;
    let mut found: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for mail in mailbox(&app).await {
        let part = |field: &str| mail[field].as_str().unwrap().to_owned();
        *found.entry((part("channel"), part("to"), part("at"))).or_default() += 1;
    }
    assert_eq!(found, expected);
    for kind in ["reminder", "shop_day", "shop_soon", "day_list"] {
        assert!(promised.iter().any(|message| message["kind"] == kind), "no {kind} in this week");
    }
    for language in ["en", "fr"] {
        let said = |kind: &str| {
            promised
                .iter()
                .any(|message| message["language"] == language && message["kind"] == kind)
        };
        assert!(said("reminder") && said("shop_day"), "{language}");
    }
    // Each row that was promised is settled, and says how.
    for message in ledger(&app).await.iter().filter(|message| at(&message["due_at"]) <= until) {
        assert!(message["status"] != "scheduled" && message["status"] != "sending", "{message}");
    }
}

/// Rule 54, over every demo session that is to come, both languages, and all that can be said of it.
#[tokio::test]
async fn no_message_to_a_patient_of_the_demo_says_what_is_treated() {
    let (app, people) = served("2026-11-22T15:00:00Z").await;
    for (number, (patient, _)) in people.iter().enumerate() {
        let details = json!({"preferred_language": if number % 2 == 0 { "fr" } else { "en" },
            "preferred_channel": if number % 4 < 2 { "sms" } else { "email" }});
        app.patch(&format!("/patients/{}", patient.id), details).await.expect(200);
    }
    let to_come = app.get("/sessions?from=2026-11-23&status=booked&limit=200").await.expect(200);
    let ids: Vec<_> =
        to_come.items().iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.len() > 5, "{}", ids.len());
    app.advance_to("2026-12-10T17:00:00Z").await;
    for id in ids.iter().rev().take(6) {
        app.cancel(id).await;
    }
    app.advance_to("2027-02-10T17:00:00Z").await;
    let mails = mailbox(&app).await;
    let to_patients = mails.iter().filter(|mail| {
        let to = mail["to"].as_str().unwrap();
        (to.starts_with('p') && to.ends_with("@example.test"))
            || (to.starts_with('+') && to != "+14165550181")
    });
    let mut seen = 0;
    for mail in to_patients {
        seen += 1;
        let eml = app
            .open(&format!("/demo/mailbox/{}.eml", mail["id"].as_str().unwrap()))
            .await
            .expect(200);
        let read = crate::support::mail::Mail::read(&eml.text);
        let words = format!("{} {} {}", mail["subject"], read.text, read.html);
        // What is secret in a link is not said.
        let words: String = words
            .split_whitespace()
            .map(|word| word.split("/a/").next().unwrap_or_default().to_lowercase())
            .collect::<Vec<_>>()
            .join(" ");
        for forbidden in TELLING {
            assert!(!words.contains(forbidden), "{forbidden} in {words}");
        }
        assert!(words.contains("hayden st clinic") && words.contains("351-0061"), "{words}");
        if mail["channel"] == "sms" {
            let text = mail["subject"].as_str().unwrap();
            assert!(septets(text).unwrap() <= 160 && text.contains("STOP"), "{text}");
        }
    }
    assert!(seen > 20, "{seen}");
}
