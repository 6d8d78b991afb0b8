//! The words for shops and practitioners: lists of a day, and short notices about one visit.
//! A message to a shop holds the packet of rule 57 and the time, nothing else; it is made here alone.

use chrono::{DateTime, Utc};

use crate::domain::messages::message::{Message, MessageKind};
use crate::domain::messages::text_wording::Sender;
use crate::domain::messages::{gsm7, text_wording, wording};
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
        let known = [
            Some(packet.name.clone()),
            packet.dialled().map(|phone| phone.in_words(language)),
            withheld,
        ];
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
        MessageKind::ShopSoon => words!(
            language: "Starting soon: {time}" | "Commence bientôt : {time}"
        ),
        MessageKind::ShopReferred => words!(language: "New referral" | "Nouvelle demande"),
        MessageKind::ShopWithdrawn => words!(
            language: "Referral withdrawn" | "Demande retirée"
        ),
        MessageKind::ShopBooked if content.awaits => words!(
            language: "New request, please reply: {day}, {time}"
                | "Nouvelle demande, réponse attendue : {day} à {time}"
        ),
        MessageKind::ShopBooked => words!(
            language: "New appointment: {day}, {time}"
                | "Nouveau rendez-vous : {day} à {time}"
        ),
        MessageKind::ShopChanged if content.awaits => words!(
            language: "Changed, please reply: {day}, {time}"
                | "Changement, réponse attendue : {day} à {time}"
        ),
        MessageKind::ShopChanged => words!(
            language: "Changed: {day}, {time}" | "Changement : {day} à {time}"
        ),
        MessageKind::ShopWaiting if message.session_id.is_none() => words!(
            language: "Waiting for your reply" | "En attente de votre réponse"
        ),
        MessageKind::ShopWaiting => words!(
            language: "Waiting for your reply: {day}, {time}"
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
            language: "Your appointments on {day}:" | "Vos rendez-vous du {day} :"
        ),
        MessageKind::ShopSoon => {
            words!(language: "Starting soon, on {day}:" | "À venir le {day} :")
        }
        MessageKind::ShopReferred => words!(
            language: "We have a new referral for you. Please reply:"
                | "Nous avons une nouvelle demande pour vous. Veuillez répondre :"
        ),
        MessageKind::ShopWithdrawn => words!(
            language: "One of your referrals was withdrawn. Your list shows the others."
                | "Une de vos demandes a été retirée. Votre liste montre les autres."
        ),
        MessageKind::ShopBooked if !content.awaits => words!(
            language: "New on your list for {day}:" | "Nouveau sur votre liste du {day} :"
        ),
        MessageKind::ShopChanged if content.awaits => words!(
            language: "This appointment has moved to {day}. Please reply:"
                | "Ce rendez-vous a été déplacé au {day}. Veuillez répondre :"
        ),
        MessageKind::ShopChanged => words!(
            language: "This appointment has changed. It is now on {day}:"
                | "Ce rendez-vous a changé. Il aura lieu le {day} :"
        ),
        MessageKind::ShopWaiting if message.session_id.is_none() => words!(
            language: "We are waiting for your reply:" | "Nous attendons votre réponse :"
        ),
        MessageKind::ShopBooked | MessageKind::ShopWaiting => words!(
            language: "We are waiting for your reply, for {day}:"
                | "Nous attendons votre réponse, pour le {day} :"
        ),
        MessageKind::ShopReport => words!(
            language: "Please report what was done on {day}:"
                | "Veuillez rendre compte de ce qui a été fait le {day} :"
        ),
        _ => words!(
            language: "This appointment on {day} is cancelled:"
                | "Ce rendez-vous du {day} est annulé :"
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
    let hello = words!(language: "Hello," | "Bonjour,");
    let closing = words!(
        language: "Questions? Reply to this email or call us."
            | "Des questions? Répondez à ce courriel ou appelez-nous."
    );
    let rows: Vec<_> = lines
        .iter()
        .map(|line| mail_row(language, line, zone))
        .filter(|row| !row.trim().is_empty())
        .collect();
    let rows = if rows.is_empty() { String::new() } else { format!("\n\n{}", rows.join("\n")) };
    Some(PlainMail {
        subject,
        text: format!("{hello}\n\n{opening}{rows}\n\n{closing}\n\n{label}\n{phone}\n"),
    })
}

/// What a text message to a shop says before its list of `count` visits.
fn text_opening(message: &Message, count: usize, zone: Tz) -> String {
    let (language, content) = (message.language, &message.content);
    let day = text_wording::short_day(language, civil::wall_of(zone, content.starts_at));
    text_phrase(language, (message.kind, content.awaits), message.session_id.is_some(), count, &day)
}

/// The phrase for a kind of notice, which may wait for an answer, about a visit that has a date or about a referral without one.
fn text_phrase(
    language: Language,
    (kind, awaits): (MessageKind, bool),
    is_dated: bool,
    count: usize,
    day: &str,
) -> String {
    match kind {
        MessageKind::ShopDay if count == 1 => words!(
            language: "1 appointment on {day}" | "1 rendez-vous le {day}"
        ),
        MessageKind::ShopDay => words!(
            language: "{count} appointments on {day}" | "{count} rendez-vous le {day}"
        ),
        MessageKind::ShopSoon => words!(language: "starting soon, {day}" | "à venir, {day}"),
        MessageKind::ShopReferred => words!(
            language: "new referral, please reply" | "nouvelle demande, veuillez répondre"
        ),
        MessageKind::ShopWithdrawn => words!(
            language: "referral withdrawn" | "demande retirée"
        ),
        MessageKind::ShopBooked if awaits => words!(
            language: "new request, please reply, {day}"
                | "nouvelle demande, veuillez répondre, {day}"
        ),
        MessageKind::ShopBooked => words!(
            language: "new appointment {day}" | "nouveau rendez-vous le {day}"
        ),
        MessageKind::ShopChanged if awaits => words!(
            language: "changed, please reply, now {day}" | "changement, veuillez répondre, {day}"
        ),
        MessageKind::ShopChanged => words!(
            language: "appointment changed, now {day}" | "rendez-vous déplacé, {day}"
        ),
        MessageKind::ShopWaiting if !is_dated => words!(
            language: "waiting for your reply" | "en attente de votre réponse"
        ),
        MessageKind::ShopWaiting => words!(
            language: "waiting for your reply, {day}" | "en attente de votre réponse, {day}"
        ),
        MessageKind::ShopReport => words!(
            language: "report overdue, {day}" | "rapport en retard, {day}"
        ),
        _ => words!(
            language: "appointment cancelled, {day}" | "rendez-vous annulé, {day}"
        ),
    }
}

/// Time and patient of one line of a text message.
fn text_row(language: Language, line: &Line<'_>, is_named: bool, zone: Tz) -> String {
    let time = wording::time(language, civil::wall_of(zone, line.message.content.starts_at));
    let time = line.message.session_id.map(|_| time);
    let name = line.packet.as_ref().filter(|_| is_named).map(|packet| gsm7::spelled(&packet.name));
    time.into_iter().chain(name).collect::<Vec<_>>().join(" ")
}

/// The text message to a shop: times, and names as far as they fit.
pub(super) fn shop_text(lines: &[Line<'_>], from: Sender<'_>, zone: Tz) -> Option<String> {
    let message = lines.first()?.message;
    let Sender { label, phone, .. } = from;
    let opening = text_opening(message, lines.len(), zone);
    let text = |is_named: bool, most: usize| {
        let rows: Vec<_> = lines
            .iter()
            .take(most)
            .map(|line| text_row(message.language, line, is_named, zone))
            .filter(|row| !row.is_empty())
            .collect();
        let more = if most < lines.len() { ", ..." } else { "" };
        let rows =
            if rows.is_empty() { String::new() } else { format!(": {}{more}", rows.join(", ")) };
        format!("{label}: {opening}{rows}. {phone}")
    };
    Some(from.fitting([text(true, lines.len()), text(false, lines.len()), text(false, 3)]))
}

/// A practitioner's list of the next day: times, and as much of a name as tells people apart, since mail is read by others.
pub(super) fn day_list(lines: &[(&Message, &Patient)], label: &str, zone: Tz) -> Option<PlainMail> {
    let (first, _) = lines.first()?;
    let wall = civil::wall_of(zone, first.content.starts_at);
    let day = wording::day(Language::En, wall);
    let row = |(message, patient): &(&Message, &Patient)| {
        // Who has one name alone has no initial.
        let initial = patient.details.family_name.as_str().chars().next();
        let initial = initial.map(|letter| format!(" {letter}.")).unwrap_or_default();
        format!("  {}  {}{initial}", hours(Language::En, message, zone), patient.details.given_name)
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    Some(PlainMail {
        subject: format!("Your list for {}", wording::short_day(Language::En, wall)),
        text: format!(
            "Hello,\n\nYour sessions on {day}:\n\n{}\n\nLater changes show in the calendar.\n\n{label}\n",
            rows.join("\n")
        ),
    })
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    /// The alphabet of text messages has every letter of them, so that no accent is lost.
    #[test]
    fn every_phrase_of_a_text_to_a_shop_is_in_the_alphabet() {
        for language in [Language::En, Language::Fr] {
            for kind in MessageKind::VARIANTS {
                for (awaits, is_dated, count) in [(true, true, 1), (false, false, 2)] {
                    let text = text_phrase(language, (*kind, awaits), is_dated, count, "1er aout");
                    assert_eq!(gsm7::spelled(&text), text);
                }
            }
        }
    }
}
