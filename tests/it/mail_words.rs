//! What mails and texts say to patients, in both languages: a greeting, "appointment", a telephone number at the end, no
//! "visit", and links that lead to what they say.

use fadeline::domain::clinic::policy::Policy;
use fadeline::domain::messages::gsm7::septets;
use serde_json::json;

use crate::support::browser::hides;
use crate::support::{Mail, TestApp};

const LAST_LINE: &str = "(647) 351-0061";

/// Ada has an appointment on Monday, March 15, at 10:00, and has been invited.
async fn invited(language: &str, policy: Policy) -> (TestApp, String) {
    let app = TestApp::with_policy(policy).await;
    app.make_clinic().await;
    let course = app.prepare_course("Ada").await;
    let patient = app.patient_of(&course).await;
    app.change_patient(&patient, json!({"preferred_language": language})).await;
    let session = app.make_visit(&course, "consultation", "2027-03-15T10:00").await;
    app.send_after_grace().await;
    (app, session)
}

/// Each form of a mail begins with `greeting`, and ends with the clinic's name and number, before the line that ends reminders.
fn is_a_letter(mail: &Mail, greeting: &str) {
    assert!(mail.text.starts_with(&format!("{greeting}\r\n")), "{}", mail.text);
    assert!(mail.html.contains(&format!("<p>{greeting}</p>")), "{}", mail.html);
    let letter: Vec<_> = mail.text.lines().filter(|line| !line.contains("STOP")).collect();
    let last: Vec<_> = letter.iter().rev().filter(|line| !line.is_empty()).take(3).collect();
    assert_eq!((*last[0], *last[1]), (LAST_LINE, "Hayden St Clinic"), "{}", mail.text);
    assert!(["Thank you,", "Merci,"].contains(last[2]), "{}", mail.text);
    let said = format!("{} {} {}", mail.subject, mail.text, mail.html).to_lowercase();
    hides(&said, &["visit", "visite", "no longer takes place", " ;"]);
}

#[tokio::test]
async fn every_mail_of_an_appointment_is_a_letter_to_its_patient_in_their_language() {
    for (language, greeting) in [("en", "Hello Ada,"), ("fr", "Bonjour Ada,")] {
        let (app, session) = invited(language, Policy::default()).await;
        app.move_to(&session, "2027-03-15T11:00").await.expect(200);
        app.advance_to("2027-03-14T15:00:00Z").await;
        app.cancel(&session).await.expect(200);
        app.send_after_grace().await;
        let mails = app.mails().await;
        assert_eq!(mails.len(), 5, "invited, moved, reminded twice, cancelled");
        for mail in &mails {
            is_a_letter(mail, greeting);
        }
    }
}

#[tokio::test]
async fn an_invitation_asks_for_a_yes_and_a_cancellation_says_how_to_rebook() {
    let (app, session) = invited("en", Policy::default()).await;
    app.cancel(&session).await.expect(200);
    app.send_after_grace().await;
    let mails = app.mails().await;
    mails[0].shows(&["Your appointment is booked:", "Please answer Yes to the invitation"]);
    mails[1]
        .shows(&["Your appointment is cancelled:", "To book another time, reply to this email"]);
    mails[1].hides(&["answer Yes"]);
}

/// Who reads the old address may be somebody else: no name, no link.
#[tokio::test]
async fn a_mail_to_an_address_that_is_no_longer_theirs_names_nobody() {
    let (app, session) = invited("en", Policy::default()).await;
    let patient = app.patient_at(&session).await;
    app.change_patient(&patient, json!({"email": "new@example.test"})).await;
    app.send_after_grace().await;
    let old = app.last_mail_to("ada@example.test").await;
    is_a_letter(&old, "Hello,");
    old.hides(&["Ada", "/a/"]);
    is_a_letter(&app.last_mail_to("new@example.test").await, "Hello Ada,");
}

/// The mail a week before says how to prepare, and its link leads there.
#[tokio::test]
async fn the_mail_a_week_before_leads_to_how_to_prepare() {
    for (language, says) in [("en", "How to prepare"), ("fr", "Comment vous préparer")] {
        let (app, _) = invited(language, Policy::default()).await;
        app.advance_to("2027-03-08T15:00:00Z").await;
        let mail = app.last_mail_to("ada@example.test").await;
        let (_, after) = mail.text.split_once(says).unwrap();
        let link = after.split_whitespace().find(|word| word.contains("/a/")).unwrap();
        assert!(link.ends_with("/prepare"), "{link}");
        assert!(mail.html.contains(&format!("{link}\"")), "{}", mail.html);
        let page = app.open(&link[link.find("/a/").unwrap()..]).await.expect(200);
        page.shows(&[&format!("<h1>{says}</h1>")]);
    }
}

/// The same as a text; and each text fits what a long code of Twilio in Canada may carry, where the clinic says so.
#[tokio::test]
async fn texts_fit_the_segment_of_the_clinics_provider_and_lead_where_they_say() {
    for (language, says, appointment) in
        [("en", "repare: ", "appointment"), ("fr", ". ", "rendez-vous")]
    {
        let policy = Policy { sms_segment: 136, ..Policy::default() };
        let (app, session) = invited(language, policy).await;
        let patient = app.patient_at(&session).await;
        app.change_patient(&patient, json!({"preferred_channel": "sms"})).await;
        app.advance_to("2027-03-16T12:00:00Z").await;
        let texts = app.texts().await;
        assert_eq!(texts.len(), 3);
        for (_, text) in &texts {
            assert!(septets(text).unwrap() <= 136, "{text}");
            for said in ["Hayden St Clinic", appointment, LAST_LINE, "STOP"] {
                assert!(text.contains(said), "{said} is not in {text}");
            }
        }
        let (_, after) = texts[0].1.split_once(says).unwrap();
        let link = after.split_whitespace().find(|word| word.contains("/a/")).unwrap();
        let page = app.open(&link[link.find("/a/").unwrap()..]).await.expect(200);
        page.shows(&["<details>"]);
    }
}
