//! The words of text messages, in both languages: neutral (rule 54), in the alphabet of one
//! segment, and short enough for it; with who sends them, when, how to call, how to answer and how
//! to stop. Where the long form does not fit, a shorter one is taken.

use chrono::{DateTime, Utc};

use super::gsm7::{SEGMENT, septets};
use super::{gsm7, wording};
use crate::domain::clinic::profile::ClinicProfile;
use crate::domain::clinic::reminder::Purpose;
use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use crate::domain::words::words;

/// What all texts of a clinic share.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// Its neutral name.
    pub label: &'a str,
    /// Its telephone number, as it is printed.
    pub phone: &'a str,
}

impl<'a> Sender<'a> {
    /// The clinic itself.
    #[must_use]
    pub fn clinic(profile: &'a ClinicProfile) -> Self {
        Self { label: profile.label.as_str(), phone: profile.phone.as_str() }
    }
}

/// The first of `forms` that fits a segment, or the last one, spelled in the alphabet of text messages.
#[must_use]
pub fn fitting(forms: impl IntoIterator<Item = String>) -> String {
    let mut last = String::new();
    for form in forms {
        // A time ends in a point already where it says a.m.
        last = gsm7::spelled(&form).replace("m..", "m.");
        if septets(&last).is_some_and(|length| length <= SEGMENT) {
            break;
        }
    }
    last
}

/// A visit's time in few characters: `Mon Mar 15, 10:00 a.m.`, `lun. 15 mars, 10 h 00`.
fn when(language: Language, start: DateTime<Utc>, zone: Tz) -> String {
    let wall = civil::wall_of(zone, start);
    let (weekday, day, time) = (
        wording::short_weekday(language, wall),
        wording::short_day(language, wall),
        wording::time(language, wall),
    );
    words!(language: "{weekday} {day}, {time}" | "{weekday} {day} à {time}")
}

/// A reminder.
#[must_use]
pub fn reminder(
    from: Sender<'_>,
    language: Language,
    purpose: Purpose,
    start: DateTime<Utc>,
    zone: Tz,
    link: &str,
) -> String {
    let Sender { label, phone } = from;
    let when = when(language, start, zone);
    fitting(match purpose {
        Purpose::Confirm => words!(
            language: [
                "{label}: appointment {when}. Reply C to confirm, R to change, STOP to end. {phone} {link}",
                "{label}: {when}. C=confirm R=change STOP=end {phone} {link}"
            ] | [
                "{label}: rendez-vous {when}. Répondez C pour confirmer, R pour changer, STOP pour cesser. {phone} {link}",
                "{label}: rendez-vous {when}. C=confirmer R=changer STOP=cesser {phone} {link}",
                "{label}: {when}. C=confirmer R=changer STOP=cesser {phone} {link}"
            ]
        ),
        Purpose::Prepare => words!(
            language: [
                "{label}: appointment {when}. Please read your preparation sheet. R=change STOP=end {phone} {link}",
                "{label}: {when}. Please read your preparation sheet. STOP=end {phone} {link}",
                "{label}: {when}. R=change STOP=end {phone} {link}"
            ] | [
                "{label}: rendez-vous {when}. Veuillez lire la feuille de préparation. R=changer STOP=cesser {phone} {link}",
                "{label}: {when}. Veuillez lire la feuille de préparation. STOP=cesser {phone} {link}",
                "{label}: {when}. R=changer STOP=cesser {phone} {link}"
            ]
        ),
        Purpose::Remind => words!(
            language: [
                "{label}: appointment {when}. To change call {phone}. STOP to end. {link}",
                "{label}: {when}. STOP=end {phone} {link}"
            ] | [
                "{label}: rendez-vous {when}. Pour changer, appelez le {phone}. STOP pour cesser. {link}",
                "{label}: {when}. STOP=cesser {phone} {link}"
            ]
        ),
    })
}

/// The answer to a patient who confirms.
#[must_use]
pub fn thanks(from: Sender<'_>, language: Language, start: DateTime<Utc>, zone: Tz) -> String {
    let Sender { label, phone } = from;
    let when = when(language, start, zone);
    fitting([words!(
        language: "{label}: thank you, see you {when}. To change call {phone}. STOP to end."
            | "{label}: merci, à bientôt {when}. Pour changer, appelez le {phone}. STOP pour cesser."
    )])
}

/// The answer to a patient who asks for another time: at most three of them, and where to choose.
#[must_use]
pub fn other_times(
    from: Sender<'_>,
    language: Language,
    starts: &[DateTime<Utc>],
    zone: Tz,
    link: &str,
) -> String {
    let Sender { label, phone } = from;
    if starts.is_empty() {
        return fitting([words!(
            language: "{label}: we will call you about another time, or call {phone}. STOP to end."
                | "{label}: nous vous appellerons pour un autre moment, ou appelez le {phone}. STOP pour cesser."
        )]);
    }
    let time = |start: &DateTime<Utc>| {
        let wall = civil::wall_of(zone, *start);
        format!("{} {}", wording::short_day(language, wall), wording::time(language, wall))
    };
    let times: Vec<_> = starts.iter().take(3).map(time).collect();
    let (times, tight) = (times.join("; "), times.join(", "));
    fitting(words!(
        language: [
            "{label}: {times}. Choose: {link} or call {phone}. STOP to end.",
            "{label}: {tight}. {link} {phone} STOP=end"
        ] | [
            "{label}: {times}. Choisir: {link} ou appelez le {phone}. STOP pour cesser.",
            "{label}: {tight}. {link} {phone} STOP=cesser"
        ]
    ))
}

/// The answer to a patient who asks who writes.
#[must_use]
pub fn help(from: Sender<'_>, language: Language) -> String {
    let Sender { label, phone } = from;
    fitting([words!(
        language: "{label}: messages about your appointments. Questions? Call {phone}. Reply STOP to end."
            | "{label}: messages sur vos rendez-vous. Des questions? Appelez le {phone}. Répondez STOP pour cesser."
    )])
}

/// The longest texts that a clinic of this name could have to send; at its start it is asked whether they fit.
#[must_use]
pub fn longest(from: Sender<'_>, link: &str, zone: Tz) -> usize {
    let starts: Vec<DateTime<Utc>> = (0..7)
        .filter_map(|day| DateTime::from_timestamp(1_821_558_600 + day * 86_400, 0))
        .collect();
    let length = |text: String| septets(&text).unwrap_or(usize::MAX);
    let purposes = [Purpose::Prepare, Purpose::Confirm, Purpose::Remind];
    let longest = |language| {
        let reminders = starts.iter().flat_map(|start| {
            purposes.map(|purpose| reminder(from, language, purpose, *start, zone, link))
        });
        let answers = starts.iter().map(|start| thanks(from, language, *start, zone));
        let first = starts.get(..3).unwrap_or_default();
        let others = [help(from, language), other_times(from, language, first, zone, link)];
        reminders.chain(answers).chain(others).map(length).max().unwrap_or_default()
    };
    longest(Language::En).max(longest(Language::Fr))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use chrono::Duration;

    const LINK: &str = "https://visits.example.ca/a/AbCdEfGhIjKlMnOp";

    fn clinic() -> Sender<'static> {
        Sender { label: "Hayden St Clinic", phone: "(647) 351-0061" }
    }

    /// Rule 54, over two years of days and every quarter hour that a clinic may be open.
    #[test]
    fn every_text_fits_one_segment_and_holds_label_time_phone_and_stop() {
        let first: DateTime<Utc> = "2026-12-01T13:00:00Z".parse().unwrap();
        for day in 0..730 {
            for quarter in [0, 5, 18, 40] {
                let start = first + Duration::days(day) + Duration::minutes(quarter * 15);
                let time = |language| wording::time(language, civil::wall_of(toronto(), start));
                for language in [Language::En, Language::Fr] {
                    for purpose in [Purpose::Prepare, Purpose::Confirm, Purpose::Remind] {
                        let text = reminder(clinic(), language, purpose, start, toronto(), LINK);
                        assert!(septets(&text).unwrap() <= SEGMENT, "{text}");
                        for said in
                            ["Hayden St Clinic", &time(language), "(647) 351-0061", "STOP", LINK]
                        {
                            assert!(text.contains(said), "{said} is not in {text}");
                        }
                    }
                    let others = [start, start + Duration::days(1), start + Duration::days(9)];
                    let text = other_times(clinic(), language, &others, toronto(), LINK);
                    assert!(septets(&text).unwrap() <= SEGMENT && text.contains(LINK), "{text}");
                    assert!(
                        septets(&thanks(clinic(), language, start, toronto())).unwrap() <= SEGMENT
                    );
                }
            }
        }
        assert!(longest(clinic(), LINK, toronto()) <= SEGMENT);
        let windy = Sender {
            label: "A Clinic of Very Many Words Indeed, Downtown and Uptown, Founded in 1867, With Parking, Since You Ask, and a Garden",
            ..clinic()
        };
        assert!(longest(windy, LINK, toronto()) > SEGMENT);
    }

    #[test]
    fn the_words_are_said_in_both_languages() {
        let start = "2027-03-15T14:00:00Z".parse().unwrap();
        let said = |language| {
            reminder(
                clinic(),
                language,
                Purpose::Confirm,
                start,
                toronto(),
                "https://v.example.ca/a/AbCdEfGhIjKlMnOp",
            )
        };
        assert_eq!(
            said(Language::En),
            "Hayden St Clinic: appointment Mon Mar 15, 10:00 a.m. Reply C to confirm, R to change, STOP to end. (647) 351-0061 https://v.example.ca/a/AbCdEfGhIjKlMnOp"
        );
        assert_eq!(
            said(Language::Fr),
            "Hayden St Clinic: rendez-vous lun 15 mars à 10 h 00. C=confirmer R=changer STOP=cesser (647) 351-0061 https://v.example.ca/a/AbCdEfGhIjKlMnOp"
        );
    }
}
