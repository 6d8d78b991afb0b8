//! The words of a text that tells a patient of a change: booked, moved or cancelled, of one
//! appointment or of several at once. Like all texts, one segment, with who sends it and how to stop.

use chrono::{DateTime, Utc};

use super::gsm7;
use super::message::Tells;
use super::text_wording::{Sender, when};
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;
use crate::domain::words::words;

/// What is told of `many` appointments, the first of which starts at `start`.
#[must_use]
pub fn words(
    from: Sender<'_>,
    language: Language,
    (tells, many): (Tells, usize),
    (start, zone): (DateTime<Utc>, Tz),
    new_place: Option<&str>,
    link: &str,
) -> String {
    let Sender { label, phone, .. } = from;
    let when = when(language, start, zone);
    if many > 1 {
        return from.fitting(words!(
            language: [
                "{label}: {many} appointments, the first {when}. All dates: {link} Questions? {phone}. STOP to opt out.",
                "{label}: {many} appointments, first {when}. {link} {phone} STOP to end.",
                "{label}: {many} appointments, first {when}. {phone} STOP to end."
            ] | [
                "{label} : {many} rendez-vous, le premier le {when}. Toutes les dates : {link} {phone}. STOP pour cesser.",
                "{label} : {many} rendez-vous, le premier le {when}. {phone} STOP pour cesser.",
                "{label} : {many} rendez-vous, le {when}. {phone} STOP=fin"
            ]
        ));
    }
    if let Some(place) = new_place.map(gsm7::spelled) {
        return from.fitting(words!(
            language: [
                "{label}: your appointment {when} is now at {place}. Questions? {phone}. STOP to opt out.",
                "{label}: your appointment {when} is at a new address: {link} {phone} STOP to end.",
                "{label}: appointment {when} is at a new address. {phone} STOP to end."
            ] | [
                "{label} : votre rendez-vous du {when} aura lieu ici : {place}. {phone} STOP pour cesser.",
                "{label} : rendez-vous du {when}, nouvelle adresse : {link} {phone} STOP=fin",
                "{label} : rendez-vous du {when}, nouvelle adresse. {phone} STOP=fin"
            ]
        ));
    }
    from.fitting(match tells {
        Tells::New => words!(
            language: [
                "{label}: your appointment is booked: {when}. To change it, call {phone}. STOP to opt out. {link}",
                "{label}: appointment booked: {when}. To change it, call {phone}. STOP to end.",
                "{label}: appointment {when}. {phone} STOP to end."
            ] | [
                "{label} : votre rendez-vous est fixé : le {when}. Pour changer, appelez le {phone}. STOP pour cesser. {link}",
                "{label} : rendez-vous fixé : le {when}. Pour changer : {phone}. STOP pour cesser.",
                "{label} : rendez-vous le {when}. {phone} STOP=fin"
            ]
        ),
        Tells::Changed => words!(
            language: [
                "{label}: your appointment is now {when}. To change it, call {phone}. STOP to opt out. {link}",
                "{label}: your appointment is now {when}. To change it, call {phone}. STOP to end.",
                "{label}: appointment now {when}. {phone} STOP to end."
            ] | [
                "{label} : votre rendez-vous est maintenant le {when}. Pour changer, appelez le {phone}. STOP pour cesser. {link}",
                "{label} : votre rendez-vous est maintenant le {when}. Pour changer : {phone}. STOP pour cesser.",
                "{label} : rendez-vous, nouvelle date : le {when}. {phone} STOP=fin"
            ]
        ),
        Tells::Gone => words!(
            language: [
                "{label}: your appointment on {when} is cancelled. To book another, call {phone}. STOP to opt out.",
                "{label}: appointment {when} is cancelled. {phone} STOP to end."
            ] | [
                "{label} : votre rendez-vous du {when} est annulé. Pour en prendre un autre, appelez le {phone}. STOP pour cesser.",
                "{label} : le rendez-vous du {when} est annulé. {phone} STOP=fin"
            ]
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::messages::gsm7::septets;
    use crate::domain::messages::wording;
    use crate::domain::time::civil;
    use crate::domain::time::time_zone::toronto;
    use chrono::Duration;

    /// Rule 54, over a year of days, in the longest and in the shortest segment.
    #[test]
    fn every_change_fits_one_segment_and_says_who_when_how_to_call_and_how_to_stop() {
        let first: DateTime<Utc> = "2026-12-01T13:00:00Z".parse().unwrap();
        for segment in [160, 136] {
            let from = Sender { label: "Hayden St Clinic", phone: "(647) 351-0061", segment };
            for day in 0..365 {
                let start = first + Duration::days(day) + Duration::minutes(15 * (day % 40));
                for language in [Language::En, Language::Fr] {
                    for (tells, many) in [
                        (Tells::New, 1),
                        (Tells::New, 8),
                        (Tells::Changed, 1),
                        (Tells::Changed, 8),
                        (Tells::Gone, 1),
                    ] {
                        let link = "https://visits.example.ca/a/AbCdEfGhIjKlMnOp";
                        let text =
                            words(from, language, (tells, many), (start, toronto()), None, link);
                        assert!(septets(&text).is_some_and(|length| length <= segment), "{text}");
                        let time = wording::time(language, civil::wall_of(toronto(), start));
                        for said in ["Hayden St Clinic", "(647) 351-0061", "STOP", &time] {
                            assert!(text.contains(said), "{said} is not in {text}");
                        }
                    }
                }
            }
        }
    }
}
