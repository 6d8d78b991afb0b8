//! How a mail about a visit is put together, part by part, so that every mail program finds
//! the calendar in it; and that nothing in it, in either language, tells what is treated.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use serde_json::json;

use crate::support::mail::{TELLING, line};
use crate::support::{Mail, TestApp, told};

/// Mails of each kind about visits of the demo, in both languages: booked, moved, cancelled.
async fn every_kind() -> (TestApp, Vec<Mail>) {
    let (app, people) = told::served("2026-11-22T15:00:00Z").await;
    for (_, course) in &people {
        let course = course.id.to_string();
        let slots = app.slots(&course, "review", "2026-12-01", "2026-12-20").await;
        // A course that has ended books nothing more.
        if slots.starts().is_empty() {
            continue;
        }
        let starts: Vec<String> =
            slots.starts().iter().step_by(5).take(2).map(|start| (*start).to_owned()).collect();
        let session = app.make_visit(&course, "review", &starts[0]).await;
        app.send_after_grace().await;
        app.move_to(&session, &starts[1]).await.expect(200);
        app.send_after_grace().await;
        app.cancel(&session).await.expect(200);
        app.send_after_grace().await;
    }
    let mails = app.mails().await;
    assert!(mails.len() >= 24, "{}", mails.len());
    (app, mails)
}

fn kind(message: &Message<'_>, part: u32) -> String {
    let kind = message.parts[part as usize].content_type().unwrap();
    format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
}

fn children(message: &Message<'_>, part: u32) -> Vec<u32> {
    match &message.parts[part as usize].body {
        PartType::Multipart(children) => children.clone(),
        _ => Vec::new(),
    }
}

/// Statements 45, 46, 47, 48, 49, 50: the parts and their order.
#[tokio::test]
async fn the_calendar_lies_where_every_mail_program_looks_for_it() {
    let (_, mails) = every_kind().await;
    for mail in mails {
        let message = MessageParser::default().parse(mail.raw.as_bytes()).unwrap();
        assert_eq!(kind(&message, 0), "multipart/mixed");
        let [alternative, attached] = children(&message, 0).try_into().unwrap();
        assert_eq!(kind(&message, alternative), "multipart/alternative", "45: first of all");
        let parts = children(&message, alternative);
        let kinds: Vec<_> = parts.iter().map(|part| kind(&message, *part)).collect();
        assert_eq!(kinds, ["text/plain", "text/html", "text/calendar"], "46");
        assert_eq!(mail.raw.matches("Content-Type: text/calendar").count(), 1, "47");
        let calendar = &message.parts[parts[2] as usize];
        let told = calendar.content_type().unwrap();
        assert_eq!(
            (told.attribute("method"), told.attribute("charset")),
            (Some(mail.line("METHOD").as_str()), Some("utf-8")),
            "47"
        );
        assert!(calendar.content_disposition().is_none(), "48");
        let ascii = mail.calendar.as_ref().unwrap().1.is_ascii();
        assert_eq!(
            calendar.content_transfer_encoding(),
            Some(if ascii { "7bit" } else { "base64" }),
            "49"
        );
        let copy = &message.parts[attached as usize];
        assert_eq!(kind(&message, attached), "application/ics", "50");
        assert_eq!(copy.content_type().unwrap().attribute("name"), Some("invite.ics"), "50");
        assert_eq!(mail.attached, mail.calendar.map(|(_, text)| text), "50: the same octets");
    }
}

/// Statements 51, 52, 53, 54: who writes to whom.
#[tokio::test]
async fn one_address_writes_to_one_patient_and_nobody_else() {
    let (_, mails) = every_kind().await;
    for mail in mails {
        let message = MessageParser::default().parse(mail.raw.as_bytes()).unwrap();
        let organizer = mail.line("ORGANIZER").trim_start_matches("mailto:").to_owned();
        let only = |address: Option<&mail_parser::Address<'_>>| {
            let all: Vec<_> =
                address.unwrap().iter().map(|one| one.address().unwrap().to_owned()).collect();
            let [one] = all.try_into().unwrap();
            one
        };
        assert_eq!(only(message.from()), organizer, "51");
        assert_eq!(only(message.reply_to()), organizer, "51");
        assert_eq!(format!("mailto:{}", only(message.to())), mail.line("ATTENDEE"), "52");
        assert!(message.cc().is_none() && message.bcc().is_none(), "52");
        assert!(!mail.calendar.as_ref().unwrap().1.contains("SENT-BY"), "53");
        assert!(
            message.message_id().unwrap().ends_with("@clinic.invalid") && message.date().is_some(),
            "54"
        );
        for said in
            ["Auto-Submitted: auto-generated\r\n", "X-Auto-Response-Suppress: OOF, AutoReply\r\n"]
        {
            assert!(mail.raw.contains(said), "54: {said}");
        }
    }
}

/// Statement 55: complete without the calendar.
#[tokio::test]
async fn text_and_html_each_say_when_where_and_how_to_reach_us() {
    let (_, mails) = every_kind().await;
    for mail in mails {
        let start = line(&mail.calendar.as_ref().unwrap().1, "DTSTART").unwrap();
        let (hour, minute) = (start[9..11].parse::<u32>().unwrap(), &start[11..13]);
        let french = match minute {
            "00" => format!("{hour} h"),
            _ => format!("{hour} h {minute}"),
        };
        let times = [format!("{}:{minute}", (hour + 11) % 12 + 1), french];
        for part in [&mail.text, &mail.html] {
            assert!(times.iter().any(|time| part.contains(time)), "{times:?} in {part}");
            assert!(part.contains("(America/Toronto)") && part.contains("(647) 351-0061"));
            let called_off = mail.line("METHOD") == "CANCEL";
            assert_eq!(part.contains("/a/"), !called_off);
            assert_eq!(part.contains("59 Hayden Street"), !called_off);
        }
        assert!(!mail.html.contains("<img") && !mail.html.contains("<script"), "nothing is loaded");
    }
}

/// Statement 76: nothing clinical, anywhere; and no name but the given name in the greeting of a letter.
#[tokio::test]
async fn no_word_of_any_mail_tells_what_somebody_is_treated_for() {
    let (app, mails) = every_kind().await;
    let patients = app.get("/patients?limit=200").await.expect(200);
    let mut names = Vec::new();
    let mut greetings = Vec::new();
    for patient in patients.items() {
        let given = patient["given_name"].as_str().unwrap().to_lowercase();
        greetings.extend([format!("hello {given},"), format!("bonjour {given},")]);
        names.extend(
            ["given_name", "family_name", "phone"]
                .map(|field| patient[field].as_str().unwrap().to_lowercase()),
        );
    }
    for mail in mails {
        let calendar = mail.calendar.as_ref().unwrap().1.replace("\r\n ", "");
        let letters = [&mail.text, &mail.html].map(|text| {
            let text = text.to_lowercase();
            greetings.iter().fold(text, |text, greeting| text.replacen(greeting, "", 1))
        });
        let [text, html] = &letters;
        for text in [&mail.subject, text, html, &calendar] {
            let text = text.to_lowercase().replace("@example.test", "");
            // The secret of a link is random, and may hold any short name.
            let in_secret = |c: char| c.is_alphanumeric() || "_-".contains(c);
            let mut parts = text.split("/a/");
            let before = parts.next().unwrap_or_default().to_owned();
            let text =
                parts.fold(before, |text, part| text + " " + part.trim_start_matches(in_secret));
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            for word in TELLING {
                let found =
                    if word.contains(' ') { text.contains(word) } else { words.contains(word) };
                assert!(!found, "{word} in {text}");
            }
            for name in &names {
                assert!(
                    !(words.contains(&name.as_str())
                        || name.starts_with('+') && text.contains(name.as_str())),
                    "{name} in {text}"
                );
            }
        }
    }
}

/// Statement 49: a place with letters beyond ASCII goes as base64, whole.
#[tokio::test]
async fn a_calendar_with_accents_arrives_whole() {
    let (app, clinic) = TestApp::with_clinic().await;
    let place = json!({"address": "59, rue Hayden, 7ᵉ étage; « Montréal », 東京 \\n 🗓"});
    app.set(&format!("/sites/{}", clinic.site), place).await;
    let course = app.prepare_course("Ada").await;
    app.book(&course, "consultation", "2027-03-15T10:00").await.expect(201);
    app.send_after_grace().await;
    let mail = app.mails().await.remove(0);
    assert_eq!(
        mail.line("LOCATION"),
        "59\\, rue Hayden\\, 7ᵉ étage\\; « Montréal »\\, 東京 \\\\n 🗓"
    );
    assert!(
        mail.raw.is_ascii()
            && !mail.raw.contains("quoted-printable\r\nContent-Type: text/calendar")
    );
}
