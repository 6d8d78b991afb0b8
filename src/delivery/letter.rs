//! A mail about a visit: subject, plain text and HTML, in the patient's language, from templates.
//! It is neutral throughout: nothing in it tells what is treated.

use askama::Template;

use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::message::{Message, MessageKind};
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use crate::domain::words::words;

/// A mail about a visit, as plain text and as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// What the templates are filled with.
struct Facts {
    kind: MessageKind,
    purpose: Purpose,
    subject: String,
    day: String,
    hours: String,
    place: String,
    early: u16,
    link: String,
    stop: String,
    phone: String,
    phone_link: String,
    label: String,
}

/// Plain text and HTML of facts, from a template for each.
macro_rules! rendered {
    ($facts:expr, $text:literal, $html:literal) => {{
        #[derive(Template)]
        #[template(path = $text, config = ".askama.toml")]
        struct PlainText<'a> {
            facts: &'a Facts,
        }
        #[derive(Template)]
        #[template(path = $html, config = ".askama.toml")]
        struct Html<'a> {
            facts: &'a Facts,
        }
        (PlainText { facts: $facts }.render()?, Html { facts: $facts }.render()?)
    }};
}

impl Letter {
    /// The mail that `message` becomes; `link` opens the page about the visit.
    pub(super) fn about_visit(
        message: &Message,
        zone: Tz,
        profile: &ClinicProfile,
        link: &str,
        early: u16,
    ) -> askama::Result<Self> {
        let facts = facts(message, zone, profile, link, early);
        let is_reminder = message.kind == MessageKind::Reminder;
        let (text, html) = match (message.language, is_reminder) {
            (Language::En, true) => rendered!(&facts, "reminder.en.txt", "reminder.en.html"),
            (Language::Fr, true) => rendered!(&facts, "reminder.fr.txt", "reminder.fr.html"),
            (Language::En, false) => rendered!(&facts, "visit.en.txt", "visit.en.html"),
            (Language::Fr, false) => rendered!(&facts, "visit.fr.txt", "visit.fr.html"),
        };
        Ok(Self { subject: facts.subject, text, html })
    }
}

fn facts(message: &Message, zone: Tz, profile: &ClinicProfile, link: &str, early: u16) -> Facts {
    let (language, content) = (message.language, &message.content);
    let phone = profile.phone.as_str();
    Facts {
        kind: message.kind,
        purpose: content.purpose.unwrap_or(Purpose::Remind),
        subject: subject(message, zone),
        day: wording::day(language, civil::wall_of(zone, content.starts_at)),
        hours: wording::hours(language, zone, content.starts_at, content.ends_at),
        place: content.place.clone(),
        early,
        link: link.to_owned(),
        stop: format!("{link}/messages"),
        phone: phone.to_owned(),
        phone_link: phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        label: profile.label.to_string(),
    }
}

fn subject(message: &Message, zone: Tz) -> String {
    let (language, content) = (message.language, &message.content);
    let wall = civil::wall_of(zone, content.starts_at);
    let (short, time) = (wording::short_day(language, wall), wording::time(language, wall));
    match message.kind {
        MessageKind::Reminder if content.purpose == Some(Purpose::Confirm) => words!(
            language: "Please confirm: your appointment on {short}, {time}"
                | "À confirmer : votre rendez-vous du {short} à {time}"
        ),
        MessageKind::Reminder => words!(
            language: "Reminder: your appointment on {short}, {time}"
                | "Rappel : votre rendez-vous du {short} à {time}"
        ),
        MessageKind::Proposal => words!(
            language: "Another time for your appointment: {short}, {time}?"
                | "Un autre moment pour votre rendez-vous : {short} à {time}?"
        ),
        MessageKind::Update => words!(
            language: "Changed: your appointment is on {short}, {time}"
                | "Changement : votre rendez-vous est le {short} à {time}"
        ),
        MessageKind::Cancel => words!(
            language: "Cancelled: your appointment on {short}, {time}"
                | "Annulé : votre rendez-vous du {short} à {time}"
        ),
        _ => words!(
            language: "Your appointment on {short}, {time}"
                | "Votre rendez-vous du {short} à {time}"
        ),
    }
}
