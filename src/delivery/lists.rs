//! The words for shops and practitioners: lists of a day, and short notices about one visit.
//! A shop is told the packet of rule 57 and the time, nothing else; what it is told is made here alone.

use chrono::{DateTime, Utc};

use crate::domain::messages::message::{Message, MessageKind};
use crate::domain::messages::{gsm7, wording};
use crate::domain::partner::packet::Packet;
use crate::domain::patient::{Language, Patient};
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// Subject and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
}

/// A visit in a list, with whom it is; nobody is named to a shop whom the patient does not permit any more.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) message: &'a Message,
    pub(super) packet: Option<Packet>,
}

fn span(language: Language, message: &Message, zone: Tz) -> String {
    let time = |at: DateTime<Utc>| wording::time(language, civil::wall_of(zone, at));
    format!("{} – {}", time(message.content.starts_at), time(message.content.ends_at))
}

/// Time and name of one line; a referral that has no date has no time.
fn row(language: Language, line: &Line<'_>, zone: Tz) -> String {
    let time = line.message.session_id.map(|_| span(language, line.message, zone));
    let whom = line.packet.as_ref().map(|packet| {
        let withheld = packet.withheld.map(|_| wording::withheld(language));
        let said = [
            Some(packet.name.clone()),
            packet.phone.as_ref().map(ToString::to_string),
            withheld.map(str::to_owned),
        ];
        said.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    let said: Vec<_> = time.into_iter().chain(whom).collect();
    format!("  {}", said.join("  "))
}

/// What a shop is told by mail: of one visit, or of a day's.
pub(super) fn shop_mail(lines: &[Line<'_>], label: &str, phone: &str, zone: Tz) -> Option<Words> {
    let first = lines.first()?;
    let (message, language) = (first.message, first.message.language);
    let wall = civil::wall_of(zone, message.content.starts_at);
    let (day, short) = (wording::day(language, wall), wording::short_day(language, wall));
    let time = wording::time(language, wall);
    let (subject, opening) = match (language, message.kind) {
        (Language::En, MessageKind::ShopDay) => {
            (format!("Your list for {short}"), format!("Referred to you for {day}:"))
        }
        (Language::Fr, MessageKind::ShopDay) => {
            (format!("Votre liste du {short}"), format!("Dirigés vers vous pour le {day} :"))
        }
        (Language::En, MessageKind::ShopSoon) => {
            (format!("Soon: {time}"), format!("Soon, on {day}:"))
        }
        (Language::Fr, MessageKind::ShopSoon) => {
            (format!("Bientôt : {time}"), format!("Bientôt, le {day} :"))
        }
        (Language::En, MessageKind::ShopReferred) => {
            ("A new referral".to_owned(), "Referred to you; please answer:".to_owned())
        }
        (Language::Fr, MessageKind::ShopReferred) => {
            ("Nouvelle demande".to_owned(), "Dirigé vers vous; veuillez répondre :".to_owned())
        }
        (Language::En, MessageKind::ShopWaiting) if message.session_id.is_none() => {
            ("Waiting for your answer".to_owned(), "This waits for your answer:".to_owned())
        }
        (Language::Fr, MessageKind::ShopWaiting) if message.session_id.is_none() => {
            ("En attente de votre réponse".to_owned(), "Ceci attend votre réponse :".to_owned())
        }
        (Language::En, MessageKind::ShopWithdrawn) => (
            "A referral no longer stands".to_owned(),
            "Something that was referred to you no longer stands; your list shows the rest."
                .to_owned(),
        ),
        (Language::Fr, MessageKind::ShopWithdrawn) => (
            "Une demande est retirée".to_owned(),
            "Une demande qui vous avait été adressée est retirée; votre liste montre le reste."
                .to_owned(),
        ),
        (Language::En, MessageKind::ShopBooked) if message.content.awaits => (
            format!("New, to be answered: {short}, {time}"),
            format!("This waits for your answer, for {day}:"),
        ),
        (Language::Fr, MessageKind::ShopBooked) if message.content.awaits => (
            format!("Nouveau, à confirmer : {short} à {time}"),
            format!("Ceci attend votre réponse, pour le {day} :"),
        ),
        (Language::En, MessageKind::ShopBooked) => {
            (format!("New: {short}, {time}"), format!("New on your list, for {day}:"))
        }
        (Language::Fr, MessageKind::ShopBooked) => (
            format!("Nouveau : {short} à {time}"),
            format!("Nouveau sur votre liste, pour le {day} :"),
        ),
        (Language::En, MessageKind::ShopChanged) if message.content.awaits => (
            format!("Changed, to be answered: {short}, {time}"),
            format!("This has changed and waits for your answer, for {day}:"),
        ),
        (Language::Fr, MessageKind::ShopChanged) if message.content.awaits => (
            format!("Changement, à confirmer : {short} à {time}"),
            format!("Ceci a changé et attend votre réponse, pour le {day} :"),
        ),
        (Language::En, MessageKind::ShopChanged) => {
            (format!("Changed: {short}, {time}"), format!("This has changed and is now on {day}:"))
        }
        (Language::Fr, MessageKind::ShopChanged) => (
            format!("Changement : {short} à {time}"),
            format!("Ceci a changé et aura lieu le {day} :"),
        ),
        (Language::En, MessageKind::ShopWaiting) => (
            format!("Waiting for your answer: {short}, {time}"),
            format!("This waits for your answer, for {day}:"),
        ),
        (Language::Fr, MessageKind::ShopWaiting) => (
            format!("En attente de votre réponse : {short} à {time}"),
            format!("Ceci attend votre réponse, pour le {day} :"),
        ),
        (Language::En, MessageKind::ShopReport) => (
            format!("Your report is overdue: {short}"),
            format!("Please report what was done on {day}:"),
        ),
        (Language::Fr, MessageKind::ShopReport) => (
            format!("Votre rapport est en retard : {short}"),
            format!("Veuillez rendre compte de ce qui a été fait le {day} :"),
        ),
        (Language::En, _) => (
            format!("Cancelled: {short}, {time}"),
            format!("This no longer takes place, on {day}:"),
        ),
        (Language::Fr, _) => {
            (format!("Annulé : {short} à {time}"), format!("Ceci n’aura pas lieu, le {day} :"))
        }
    };
    let closing = match language {
        Language::En => format!("Questions? Call {phone}."),
        Language::Fr => format!("Des questions? Appelez le {phone}."),
    };
    let rows: Vec<_> = lines
        .iter()
        .map(|line| row(language, line, zone))
        .filter(|row| !row.trim().is_empty())
        .collect();
    let rows = if rows.is_empty() { String::new() } else { format!("\n\n{}", rows.join("\n")) };
    Some(Words { subject, text: format!("{opening}{rows}\n\n{closing}\n\n{label}\n") })
}

/// The same in a text message: times, and names as far as they fit.
pub(super) fn shop_text(lines: &[Line<'_>], label: &str, phone: &str, zone: Tz) -> Option<String> {
    let first = lines.first()?;
    let (message, language) = (first.message, first.message.language);
    let wall = civil::wall_of(zone, message.content.starts_at);
    let day = wording::short_day(language, wall);
    let what = match (language, message.kind) {
        (Language::En, MessageKind::ShopDay) => format!("{} on {day}", lines.len()),
        (Language::Fr, MessageKind::ShopDay) => format!("{} le {day}", lines.len()),
        (Language::En, MessageKind::ShopSoon) => format!("soon, {day}"),
        (Language::Fr, MessageKind::ShopSoon) => format!("bientôt, {day}"),
        (Language::En, MessageKind::ShopReferred) => "a new referral, please answer".to_owned(),
        (Language::Fr, MessageKind::ShopReferred) => {
            "nouvelle demande, veuillez répondre".to_owned()
        }
        (Language::En, MessageKind::ShopWithdrawn) => "a referral no longer stands".to_owned(),
        (Language::Fr, MessageKind::ShopWithdrawn) => "une demande est retirée".to_owned(),
        (Language::En, MessageKind::ShopWaiting) if message.session_id.is_none() => {
            "waiting for your answer".to_owned()
        }
        (Language::Fr, MessageKind::ShopWaiting) if message.session_id.is_none() => {
            "attend votre réponse".to_owned()
        }
        (Language::En, MessageKind::ShopBooked) if message.content.awaits => {
            format!("new, to be answered, {day}")
        }
        (Language::Fr, MessageKind::ShopBooked) if message.content.awaits => {
            format!("nouveau, à confirmer, {day}")
        }
        (Language::En, MessageKind::ShopBooked) => format!("new on {day}"),
        (Language::Fr, MessageKind::ShopBooked) => format!("nouveau, {day}"),
        (Language::En, MessageKind::ShopChanged) if message.content.awaits => {
            format!("changed, to be answered, now {day}")
        }
        (Language::Fr, MessageKind::ShopChanged) if message.content.awaits => {
            format!("changé, à confirmer, {day}")
        }
        (Language::En, MessageKind::ShopChanged) => format!("changed, now {day}"),
        (Language::Fr, MessageKind::ShopChanged) => format!("changé, {day}"),
        (Language::En, MessageKind::ShopWaiting) => format!("waiting for your answer, {day}"),
        (Language::Fr, MessageKind::ShopWaiting) => format!("attend votre réponse, {day}"),
        (Language::En, MessageKind::ShopReport) => format!("report overdue, {day}"),
        (Language::Fr, MessageKind::ShopReport) => format!("rapport en retard, {day}"),
        (Language::En, _) => format!("cancelled, {day}"),
        (Language::Fr, _) => format!("annulé, {day}"),
    };
    let row = |line: &Line<'_>, named: bool| {
        let time = wording::time(language, civil::wall_of(zone, line.message.content.starts_at));
        let time = line.message.session_id.map(|_| time);
        let name = line.packet.as_ref().filter(|_| named).map(|packet| packet.name.clone());
        time.into_iter().chain(name).collect::<Vec<_>>().join(" ")
    };
    let text = |named: bool, most: usize| {
        let rows: Vec<_> = lines
            .iter()
            .take(most)
            .map(|line| row(line, named))
            .filter(|row| !row.is_empty())
            .collect();
        let more = if most < lines.len() { ", …" } else { "" };
        let rows =
            if rows.is_empty() { String::new() } else { format!(": {}{more}", rows.join(", ")) };
        gsm7::spelled(&format!("{label}: {what}{rows}. {phone}").replace("m..", "m."))
    };
    let forms = [text(true, lines.len()), text(false, lines.len()), text(false, 3)];
    let fits = |text: &&String| gsm7::septets(text).is_some_and(|length| length <= gsm7::SEGMENT);
    forms.iter().find(fits).or(forms.last()).cloned()
}

/// A practitioner's list of the next day: times, and as much of a name as tells people apart, since mail is read by others.
pub(super) fn day_list(lines: &[(&Message, &Patient)], label: &str, zone: Tz) -> Option<Words> {
    let (first, _) = lines.first()?;
    let wall = civil::wall_of(zone, first.content.starts_at);
    let day = wording::day(Language::En, wall);
    let row = |(message, patient): &(&Message, &Patient)| {
        let initial: String = patient.details.family_name.as_str().chars().take(1).collect();
        format!(
            "  {}  {} {initial}.",
            span(Language::En, message, zone),
            patient.details.given_name
        )
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    Some(Words {
        subject: format!("Your list for {}", wording::short_day(Language::En, wall)),
        text: format!(
            "{day}:\n\n{}\n\nAs it stands now; what changes later is in the calendar.\n\n{label}\n",
            rows.join("\n")
        ),
    })
}
