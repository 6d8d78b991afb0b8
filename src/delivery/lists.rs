//! The words for shops and practitioners: lists of a day, and short notices about one visit.
//! A message to a shop holds the packet of rule 57 and the time, nothing else; it is made here alone.

use chrono::{DateTime, Utc};

use crate::domain::messages::message::{Message, MessageKind};
use crate::domain::messages::{text_wording, wording};
use crate::domain::partner::packet;
use crate::domain::partner::packet::Packet;
use crate::domain::patient::{Language, Patient};
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use crate::domain::words::words;

/// A mail of plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlainMail {
    pub(super) subject: String,
    pub(super) text: String,
}

/// A visit in a list, and its patient, who is left out where they do not permit it.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) message: &'a Message,
    pub(super) packet: Option<Packet>,
}

/// Start and end of a visit, as clocks show them.
fn hours(language: Language, message: &Message, zone: Tz) -> String {
    let time = |at: DateTime<Utc>| wording::time(language, civil::wall_of(zone, at));
    format!("{} – {}", time(message.content.starts_at), time(message.content.ends_at))
}

/// Hours and patient of one line of a mail; a referral that has no date has no hours.
fn mail_row(language: Language, line: &Line<'_>, zone: Tz) -> String {
    let hours = line.message.session_id.map(|_| hours(language, line.message, zone));
    let patient = line.packet.as_ref().map(|packet| {
        let withheld = packet.withheld.map(|_| packet::withheld(language).to_owned());
        let known =
            [Some(packet.name.clone()), packet.phone.as_ref().map(ToString::to_string), withheld];
        known.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    let row: Vec<_> = hours.into_iter().chain(patient).collect();
    format!("  {}", row.join("  "))
}

fn mail_subject(message: &Message, zone: Tz) -> String {
    let (language, content) = (message.language, &message.content);
    let wall = civil::wall_of(zone, content.starts_at);
    let (day, time) = (wording::short_day(language, wall), wording::time(language, wall));
    match message.kind {
        MessageKind::ShopDay => words!(language: "Your list for {day}" | "Votre liste du {day}"),
        MessageKind::ShopSoon => words!(language: "Soon: {time}" | "Bientôt : {time}"),
        MessageKind::ShopReferred => words!(language: "A new referral" | "Nouvelle demande"),
        MessageKind::ShopWithdrawn => words!(
            language: "A referral no longer stands" | "Une demande est retirée"
        ),
        MessageKind::ShopBooked if content.awaits => words!(
            language: "New, to be answered: {day}, {time}"
                | "Nouveau, à confirmer : {day} à {time}"
        ),
        MessageKind::ShopBooked => words!(
            language: "New: {day}, {time}" | "Nouveau : {day} à {time}"
        ),
        MessageKind::ShopChanged if content.awaits => words!(
            language: "Changed, to be answered: {day}, {time}"
                | "Changement, à confirmer : {day} à {time}"
        ),
        MessageKind::ShopChanged => words!(
            language: "Changed: {day}, {time}" | "Changement : {day} à {time}"
        ),
        MessageKind::ShopWaiting if message.session_id.is_none() => words!(
            language: "Waiting for your answer" | "En attente de votre réponse"
        ),
        MessageKind::ShopWaiting => words!(
            language: "Waiting for your answer: {day}, {time}"
                | "En attente de votre réponse : {day} à {time}"
        ),
        MessageKind::ShopReport => words!(
            language: "Your report is overdue: {day}" | "Votre rapport est en retard : {day}"
        ),
        _ => words!(language: "Cancelled: {day}, {time}" | "Annulé : {day} à {time}"),
    }
}

/// The sentence above the list of a mail.
fn mail_opening(message: &Message, zone: Tz) -> String {
    let (language, content) = (message.language, &message.content);
    let day = wording::day(language, civil::wall_of(zone, content.starts_at));
    match message.kind {
        MessageKind::ShopDay => words!(
            language: "Referred to you for {day}:" | "Dirigés vers vous pour le {day} :"
        ),
        MessageKind::ShopSoon => words!(language: "Soon, on {day}:" | "Bientôt, le {day} :"),
        MessageKind::ShopReferred => words!(
            language: "Referred to you; please answer:" | "Dirigé vers vous; veuillez répondre :"
        ),
        MessageKind::ShopWithdrawn => words!(
            language: "Something that was referred to you no longer stands; your list shows the rest."
                | "Une demande qui vous avait été adressée est retirée; votre liste montre le reste."
        ),
        MessageKind::ShopBooked if !content.awaits => words!(
            language: "New on your list, for {day}:" | "Nouveau sur votre liste, pour le {day} :"
        ),
        MessageKind::ShopChanged if content.awaits => words!(
            language: "This has changed and waits for your answer, for {day}:"
                | "Ceci a changé et attend votre réponse, pour le {day} :"
        ),
        MessageKind::ShopChanged => words!(
            language: "This has changed and is now on {day}:"
                | "Ceci a changé et aura lieu le {day} :"
        ),
        MessageKind::ShopWaiting if message.session_id.is_none() => words!(
            language: "This waits for your answer:" | "Ceci attend votre réponse :"
        ),
        MessageKind::ShopBooked | MessageKind::ShopWaiting => words!(
            language: "This waits for your answer, for {day}:"
                | "Ceci attend votre réponse, pour le {day} :"
        ),
        MessageKind::ShopReport => words!(
            language: "Please report what was done on {day}:"
                | "Veuillez rendre compte de ce qui a été fait le {day} :"
        ),
        _ => words!(
            language: "This no longer takes place, on {day}:"
                | "Ceci n’aura pas lieu, le {day} :"
        ),
    }
}

/// The mail to a shop about one visit, or about those of a day.
pub(super) fn shop_mail(
    lines: &[Line<'_>],
    label: &str,
    phone: &str,
    zone: Tz,
) -> Option<PlainMail> {
    let message = lines.first()?.message;
    let language = message.language;
    let (subject, opening) = (mail_subject(message, zone), mail_opening(message, zone));
    let closing =
        words!(language: "Questions? Call {phone}." | "Des questions? Appelez le {phone}.");
    let rows: Vec<_> = lines
        .iter()
        .map(|line| mail_row(language, line, zone))
        .filter(|row| !row.trim().is_empty())
        .collect();
    let rows = if rows.is_empty() { String::new() } else { format!("\n\n{}", rows.join("\n")) };
    Some(PlainMail { subject, text: format!("{opening}{rows}\n\n{closing}\n\n{label}\n") })
}

/// What a text message to a shop says before its list of `count` visits.
fn text_opening(message: &Message, count: usize, zone: Tz) -> String {
    let (language, content) = (message.language, &message.content);
    let day = wording::short_day(language, civil::wall_of(zone, content.starts_at));
    match message.kind {
        MessageKind::ShopDay => words!(language: "{count} on {day}" | "{count} le {day}"),
        MessageKind::ShopSoon => words!(language: "soon, {day}" | "bientôt, {day}"),
        MessageKind::ShopReferred => words!(
            language: "a new referral, please answer" | "nouvelle demande, veuillez répondre"
        ),
        MessageKind::ShopWithdrawn => words!(
            language: "a referral no longer stands" | "une demande est retirée"
        ),
        MessageKind::ShopBooked if content.awaits => words!(
            language: "new, to be answered, {day}" | "nouveau, à confirmer, {day}"
        ),
        MessageKind::ShopBooked => words!(language: "new on {day}" | "nouveau, {day}"),
        MessageKind::ShopChanged if content.awaits => words!(
            language: "changed, to be answered, now {day}" | "changé, à confirmer, {day}"
        ),
        MessageKind::ShopChanged => words!(language: "changed, now {day}" | "changé, {day}"),
        MessageKind::ShopWaiting if message.session_id.is_none() => words!(
            language: "waiting for your answer" | "attend votre réponse"
        ),
        MessageKind::ShopWaiting => words!(
            language: "waiting for your answer, {day}" | "attend votre réponse, {day}"
        ),
        MessageKind::ShopReport => words!(
            language: "report overdue, {day}" | "rapport en retard, {day}"
        ),
        _ => words!(language: "cancelled, {day}" | "annulé, {day}"),
    }
}

/// Time and patient of one line of a text message.
fn text_row(language: Language, line: &Line<'_>, is_named: bool, zone: Tz) -> String {
    let time = wording::time(language, civil::wall_of(zone, line.message.content.starts_at));
    let time = line.message.session_id.map(|_| time);
    let name = line.packet.as_ref().filter(|_| is_named).map(|packet| packet.name.clone());
    time.into_iter().chain(name).collect::<Vec<_>>().join(" ")
}

/// The text message to a shop: times, and names as far as they fit.
pub(super) fn shop_text(lines: &[Line<'_>], label: &str, phone: &str, zone: Tz) -> Option<String> {
    let message = lines.first()?.message;
    let opening = text_opening(message, lines.len(), zone);
    let text = |is_named: bool, most: usize| {
        let rows: Vec<_> = lines
            .iter()
            .take(most)
            .map(|line| text_row(message.language, line, is_named, zone))
            .filter(|row| !row.is_empty())
            .collect();
        let more = if most < lines.len() { ", …" } else { "" };
        let rows =
            if rows.is_empty() { String::new() } else { format!(": {}{more}", rows.join(", ")) };
        format!("{label}: {opening}{rows}. {phone}")
    };
    Some(text_wording::fitting([text(true, lines.len()), text(false, lines.len()), text(false, 3)]))
}

/// A practitioner's list of the next day: times, and as much of a name as tells people apart, since mail is read by others.
pub(super) fn day_list(lines: &[(&Message, &Patient)], label: &str, zone: Tz) -> Option<PlainMail> {
    let (first, _) = lines.first()?;
    let wall = civil::wall_of(zone, first.content.starts_at);
    let day = wording::day(Language::En, wall);
    let row = |(message, patient): &(&Message, &Patient)| {
        let initial: String = patient.details.family_name.as_str().chars().take(1).collect();
        format!(
            "  {}  {} {initial}.",
            hours(Language::En, message, zone),
            patient.details.given_name
        )
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    Some(PlainMail {
        subject: format!("Your list for {}", wording::short_day(Language::En, wall)),
        text: format!(
            "{day}:\n\n{}\n\nAs it stands now; what changes later is in the calendar.\n\n{label}\n",
            rows.join("\n")
        ),
    })
}
