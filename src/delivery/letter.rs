//! A mail about a visit: subject, plain text and HTML, in the patient's language, from templates.
//! It is neutral throughout: nothing in it tells what is treated.

use askama::Template;

use crate::calendar::links;
use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::message::{Message, MessageKind, TakenBack, Tells};
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
    /// Whether the visit does not take place, rather than that only its entry is taken back.
    is_cancelled: bool,
    /// Why the entry is taken back.
    gone: String,
    purpose: Purpose,
    subject: String,
    greeting: String,
    /// Whether an invitation for the calendar comes with it.
    invites: bool,
    day: String,
    hours: String,
    place: String,
    early: u16,
    link: String,
    prepare: String,
    stop: String,
    phone: String,
    phone_link: String,
    label: String,
}

/// One visit in a mail about several.
pub(super) struct Date {
    tells: Option<Tells>,
    when: String,
    was: String,
    place: String,
    link: String,
}

impl Date {
    /// The line of `message`; `link` opens the page about its visit.
    pub(super) fn of(message: &Message, zone: Tz, link: String) -> Self {
        let (language, content) = (message.language, &message.content);
        let said = |at| {
            let wall = civil::wall_of(zone, at);
            let (day, time) = (wording::day(language, wall), wording::time(language, wall));
            words!(language: "{day}, {time}" | "{day} à {time}")
        };
        Self {
            tells: message.kind.tells(),
            when: said(content.starts_at),
            was: content.was.map(said).unwrap_or_default(),
            place: content.place.clone(),
            link,
        }
    }
}

/// What the templates of a mail about several visits are filled with.
struct DatesFacts {
    subject: String,
    greeting: String,
    booked: bool,
    dates: Vec<Date>,
    /// The address that a calendar subscribes to, and the same for calendars that open it themselves.
    feed: Option<(String, String)>,
    phone: String,
    phone_link: String,
    label: String,
}

/// Plain text and HTML of facts, from a template for each.
macro_rules! rendered {
    ($facts:expr, $kind:ty, $text:literal, $html:literal) => {{
        #[derive(Template)]
        #[template(path = $text, config = ".askama.toml")]
        struct PlainText<'a> {
            facts: &'a $kind,
        }
        #[derive(Template)]
        #[template(path = $html, config = ".askama.toml")]
        struct Html<'a> {
            facts: &'a $kind,
        }
        (PlainText { facts: $facts }.render()?, Html { facts: $facts }.render()?)
    }};
}

impl Letter {
    /// The mail that `message` becomes, to `given_name` where it goes to the patient's own address; `link` opens the page
    /// about the visit.
    pub(super) fn about_visit(
        message: &Message,
        zone: Tz,
        profile: &ClinicProfile,
        given_name: Option<&str>,
        link: &str,
        early: u16,
    ) -> askama::Result<Self> {
        let greeting = greeting(message.language, given_name);
        let facts = Facts { greeting, ..facts(message, zone, profile, link, early) };
        let is_reminder = message.kind == MessageKind::Reminder;
        let (text, html) = match (message.language, is_reminder) {
            (Language::En, true) => rendered!(&facts, Facts, "reminder.en.txt", "reminder.en.html"),
            (Language::Fr, true) => rendered!(&facts, Facts, "reminder.fr.txt", "reminder.fr.html"),
            (Language::En, false) => rendered!(&facts, Facts, "visit.en.txt", "visit.en.html"),
            (Language::Fr, false) => rendered!(&facts, Facts, "visit.fr.txt", "visit.fr.html"),
        };
        Ok(Self { subject: facts.subject, text, html })
    }

    /// The mail about several visits, the first of which `message` tells of: all booked at once, or changed at once.
    pub(super) fn about_dates(
        message: &Message,
        dates: Vec<Date>,
        profile: &ClinicProfile,
        given_name: Option<&str>,
        feed: Option<String>,
    ) -> askama::Result<Self> {
        let booked = dates.iter().all(|date| date.tells == Some(Tells::New));
        let language = message.language;
        let subject = if booked {
            words!(language: "Your appointments" | "Vos rendez-vous")
        } else {
            words!(language: "Your appointments have changed" | "Vos rendez-vous ont changé")
        };
        let phone = profile.phone.as_str();
        let facts = DatesFacts {
            subject,
            greeting: greeting(language, given_name),
            booked,
            dates,
            feed: feed.map(|url| (links::webcal(&url), url)),
            phone: phone.to_owned(),
            phone_link: dialled(phone),
            label: profile.label.to_string(),
        };
        let (text, html) = match language {
            Language::En => rendered!(&facts, DatesFacts, "dates.en.txt", "dates.en.html"),
            Language::Fr => rendered!(&facts, DatesFacts, "dates.fr.txt", "dates.fr.html"),
        };
        Ok(Self { subject: facts.subject, text, html })
    }
}

/// A printed number as a link dials it.
fn dialled(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

fn facts(message: &Message, zone: Tz, profile: &ClinicProfile, link: &str, early: u16) -> Facts {
    let (language, content) = (message.language, &message.content);
    let phone = profile.phone.as_str();
    Facts {
        kind: message.kind,
        is_cancelled: is_cancelled(message),
        gone: gone(message),
        purpose: content.purpose.unwrap_or(Purpose::Remind),
        subject: subject(message, zone),
        greeting: String::new(),
        invites: message.kind == MessageKind::Invite && content.calendar,
        day: wording::day(language, civil::wall_of(zone, content.starts_at)),
        hours: wording::hours(language, zone, content.starts_at, content.ends_at),
        place: content.place.clone(),
        early,
        link: link.to_owned(),
        prepare: format!("{link}/prepare"),
        stop: format!("{link}/messages"),
        phone: phone.to_owned(),
        phone_link: dialled(phone),
        label: profile.label.to_string(),
    }
}

fn is_cancelled(message: &Message) -> bool {
    let why = message.content.taken_back;
    message.kind == MessageKind::Cancel && matches!(why, None | Some(TakenBack::Cancelled))
}

/// What a mail says that takes an entry back: whether the visit is cancelled, or only this address or calendar told no more.
fn gone(message: &Message) -> String {
    let language = message.language;
    match message.content.taken_back {
        None | Some(TakenBack::Cancelled) => words!(
            language: "Your appointment is cancelled:" | "Votre rendez-vous est annulé :"
        ),
        Some(TakenBack::Readdressed) => words!(
            language: "This address will get no more email about the appointment below, so its calendar entry is removed here."
                | "Cette adresse ne recevra plus de courriels au sujet du rendez-vous ci-dessous; son entrée est donc retirée de ce calendrier."
        ),
        Some(TakenBack::EntriesEnded) => words!(
            language: "As you asked, the entry is removed from your calendar. Your appointment has not changed:"
                | "Comme vous l'avez demandé, l'entrée est retirée de votre calendrier. Votre rendez-vous reste le même :"
        ),
        Some(TakenBack::MailEnded) => words!(
            language: "As you asked, this is our last email. Your appointment has not changed, but your calendar will no longer follow it, so the entry is removed. If anything changes, we will reach you another way."
                | "Comme vous l'avez demandé, ceci est notre dernier courriel. Votre rendez-vous reste le même, mais votre calendrier ne le suivra plus; l'entrée est donc retirée. Si quelque chose change, nous vous joindrons autrement."
        ),
    }
}

/// The first line of a mail; a stranger at an old address is not called by the patient's name.
fn greeting(language: Language, given_name: Option<&str>) -> String {
    match given_name {
        Some(name) => words!(language: "Hello {name}," | "Bonjour {name},"),
        None => words!(language: "Hello," | "Bonjour,"),
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
            language: "Changed: your appointment is now {short}, {time}"
                | "Changement : votre rendez-vous est maintenant le {short} à {time}"
        ),
        MessageKind::Cancel if is_cancelled(message) => words!(
            language: "Cancelled: your appointment on {short}, {time}"
                | "Annulé : votre rendez-vous du {short} à {time}"
        ),
        MessageKind::Cancel => words!(
            language: "Calendar entry removed: {short}, {time}"
                | "Entrée retirée du calendrier : {short} à {time}"
        ),
        _ => words!(
            language: "Your appointment on {short}, {time}"
                | "Votre rendez-vous du {short} à {time}"
        ),
    }
}
