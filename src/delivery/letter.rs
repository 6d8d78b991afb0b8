//! The words of a mail about a visit: subject, plain text and HTML, in the patient's
//! language, from templates. Neutral throughout: nothing in them tells what is treated.

use askama::Template;

use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::message::{Message, MessageKind};
use crate::domain::messages::wording;
use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// The words of a mail.
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

macro_rules! templates {
    ($($name:ident: $path:literal),+) => {$(
        #[derive(Template)]
        #[template(path = $path, config = ".askama.toml")]
        struct $name {
            facts: Facts,
        }
    )+};
}
templates!(EnglishText: "visit.en.txt", EnglishHtml: "visit.en.html", FrenchText: "visit.fr.txt", FrenchHtml: "visit.fr.html");
templates!(EnglishReminderText: "reminder.en.txt", EnglishReminderHtml: "reminder.en.html", FrenchReminderText: "reminder.fr.txt", FrenchReminderHtml: "reminder.fr.html");

impl Letter {
    /// The mail that `message` becomes; `link` opens the page about the visit.
    pub(super) fn of(
        message: &Message,
        zone: Tz,
        profile: &ClinicProfile,
        link: &str,
        early: u16,
    ) -> askama::Result<Self> {
        let (language, content) = (message.language, &message.content);
        let wall = civil::wall_of(zone, content.starts_at);
        let (short, time) = (wording::short_day(language, wall), wording::time(language, wall));
        let purpose = content.purpose.unwrap_or(Purpose::Remind);
        let is_reminder = message.kind == MessageKind::Reminder;
        let subject = match (language, message.kind) {
            (Language::En, MessageKind::Reminder) if purpose == Purpose::Confirm => {
                format!("Please confirm: your appointment on {short}, {time}")
            }
            (Language::Fr, MessageKind::Reminder) if purpose == Purpose::Confirm => {
                format!("À confirmer : votre rendez-vous du {short} à {time}")
            }
            (Language::En, MessageKind::Reminder) => {
                format!("Reminder: your appointment on {short}, {time}")
            }
            (Language::Fr, MessageKind::Reminder) => {
                format!("Rappel : votre rendez-vous du {short} à {time}")
            }
            (Language::En, MessageKind::Proposal) => {
                format!("Another time for your appointment: {short}, {time}?")
            }
            (Language::Fr, MessageKind::Proposal) => {
                format!("Un autre moment pour votre rendez-vous : {short} à {time}?")
            }
            (Language::En, MessageKind::Update) => {
                format!("Changed: your appointment is on {short}, {time}")
            }
            (Language::En, MessageKind::Cancel) => {
                format!("Cancelled: your appointment on {short}, {time}")
            }
            (Language::En, _) => format!("Your appointment on {short}, {time}"),
            (Language::Fr, MessageKind::Update) => {
                format!("Changement : votre rendez-vous est le {short} à {time}")
            }
            (Language::Fr, MessageKind::Cancel) => {
                format!("Annulé : votre rendez-vous du {short} à {time}")
            }
            (Language::Fr, _) => format!("Votre rendez-vous du {short} à {time}"),
        };
        let facts = || Facts {
            kind: message.kind,
            purpose,
            subject: subject.clone(),
            day: wording::day(language, wall),
            hours: wording::hours(language, zone, content.starts_at, content.ends_at),
            place: content.place.clone(),
            early,
            link: link.to_owned(),
            stop: format!("{link}/messages"),
            phone: profile.phone.to_string(),
            phone_link: profile
                .phone
                .as_str()
                .chars()
                .filter(|c| c.is_ascii_digit() || *c == '+')
                .collect(),
            label: profile.label.to_string(),
        };
        let (text, html) = match language {
            Language::En if is_reminder => {
                let text = EnglishReminderText { facts: facts() }.render()?;
                (text, EnglishReminderHtml { facts: facts() }.render()?)
            }
            Language::Fr if is_reminder => {
                let text = FrenchReminderText { facts: facts() }.render()?;
                (text, FrenchReminderHtml { facts: facts() }.render()?)
            }
            Language::En => {
                (EnglishText { facts: facts() }.render()?, EnglishHtml { facts: facts() }.render()?)
            }
            Language::Fr => {
                (FrenchText { facts: facts() }.render()?, FrenchHtml { facts: facts() }.render()?)
            }
        };
        Ok(Self { subject, text, html })
    }
}
