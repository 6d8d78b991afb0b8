//! The words for shops and practitioners: lists of a day, and short notices about one visit.
//! A shop is told the packet of rule 57 and the time, nothing else; what it is told is made here alone.

use chrono::{DateTime, Utc};

use crate::domain::gsm7;
use crate::domain::message::{Message, MessageKind};
use crate::domain::packet::Packet;
use crate::domain::patient::{Language, Patient};
use crate::domain::time_zone::Tz;
use crate::domain::{civil, wording};

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

fn whom(line: &Line<'_>) -> String {
    line.packet
        .as_ref()
        .map(|packet| format!("  {}, {}", packet.name, packet.phone))
        .unwrap_or_default()
}

/// What a shop is told by mail: of one visit, or of a day's.
pub(super) fn shop_mail(lines: &[Line<'_>], label: &str, phone: &str, zone: Tz) -> Option<Words> {
    let first = lines.first()?;
    let (message, language) = (first.message, first.message.language);
    let wall = civil::wall_of(zone, message.content.starts_at);
    let (day, short) = (wording::day(language, wall), wording::short_day(language, wall));
    let time = wording::time(language, wall);
    let (subject, opening) = match (language, message.kind) {
        (Language::En, MessageKind::ShopDay) => (format!("Your list for {short}"), format!("Referred to you for {day}:")),
        (Language::Fr, MessageKind::ShopDay) => (format!("Votre liste du {short}"), format!("Dirigés vers vous pour le {day} :")),
        (Language::En, MessageKind::ShopSoon) => (format!("Soon: {time}"), format!("Soon, on {day}:")),
        (Language::Fr, MessageKind::ShopSoon) => (format!("Bientôt : {time}"), format!("Bientôt, le {day} :")),
        (Language::En, MessageKind::ShopBooked) => (format!("New: {short}, {time}"), format!("New on your list, for {day}:")),
        (Language::Fr, MessageKind::ShopBooked) => (
            format!("Nouveau : {short} à {time}"),
            format!("Nouveau sur votre liste, pour le {day} :"),
        ),
        (Language::En, MessageKind::ShopChanged) => (
            format!("Changed: {short}, {time}"),
            format!("This has changed and is now on {day}:"),
        ),
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
        (Language::Fr, _) => (format!("Annulé : {short} à {time}"), format!("Ceci n’aura pas lieu, le {day} :")),
    };
    let closing = match language {
        Language::En => format!("Questions? Call {phone}."),
        Language::Fr => format!("Des questions? Appelez le {phone}."),
    };
    let rows: Vec<_> = lines
        .iter()
        .map(|line| format!("  {}{}", span(language, line.message, zone), whom(line)))
        .collect();
    Some(Words {
        subject,
        text: format!("{opening}\n\n{}\n\n{closing}\n\n{label}\n", rows.join("\n")),
    })
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
        (Language::En, MessageKind::ShopBooked) => format!("new on {day}"),
        (Language::Fr, MessageKind::ShopBooked) => format!("nouveau, {day}"),
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
        match line.packet.as_ref().filter(|_| named) {
            Some(packet) => format!("{time} {}", packet.name),
            None => time,
        }
    };
    let text = |named: bool, most: usize| {
        let rows: Vec<_> = lines.iter().take(most).map(|line| row(line, named)).collect();
        let more = if most < lines.len() { ", …" } else { "" };
        gsm7::spelled(&format!("{label}: {what}: {}{more}. {phone}", rows.join(", ")).replace("m..", "m."))
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
        format!("  {}  {} {initial}.", span(Language::En, message, zone), patient.details.given_name)
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
