//! The words of text messages, in both languages: neutral (rule 54), in the alphabet of one
//! segment, and short enough for it; with who sends them, that it is about an appointment, when, what
//! to reply, how to call and how to stop. Where the long form does not fit, a shorter one is taken.
//! The words are chosen so that the alphabet has each of their letters; what a clinic is called is
//! spelled in it.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

use super::gsm7::septets;
use super::{gsm7, wording};
use crate::domain::clinic::policy::Policy;
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
    /// How many septets its provider takes as one text.
    pub segment: usize,
}

impl<'a> Sender<'a> {
    /// The clinic itself.
    #[must_use]
    pub fn clinic(profile: &'a ClinicProfile, policy: &Policy) -> Self {
        Self {
            label: profile.label.as_str(),
            phone: profile.phone.as_str(),
            segment: policy.sms_segment.into(),
        }
    }

    /// The first of `forms` that fits one text, or the last one, with the label spelled in the alphabet of text messages.
    #[must_use]
    pub fn fitting(self, forms: impl IntoIterator<Item = String>) -> String {
        let mut last = String::new();
        for form in forms {
            // A time ends in a point already where it says a.m.
            last = form.replace(self.label, &gsm7::spelled(self.label)).replace("m..", "m.");
            if septets(&last).is_some_and(|length| length <= self.segment) {
                break;
            }
        }
        last
    }
}

/// The months in short. The alphabet lacks the letter `û`; the spelling of 1990 has *aout* without it.
const FRENCH_MONTHS: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "aout", "sept.", "oct.", "nov.",
    "déc.",
];

/// A day in few characters: `Mar 15`, `15 mars`.
#[must_use]
pub fn short_day(language: Language, wall: NaiveDateTime) -> String {
    match language {
        Language::En => wording::short_day(language, wall),
        Language::Fr => {
            let ordinal = if wall.day() == 1 { "er" } else { "" };
            let month = FRENCH_MONTHS.get(wall.month0() as usize).copied().unwrap_or_default();
            format!("{}{ordinal} {month}", wall.day())
        }
    }
}

/// A visit's time in few characters: `Mon Mar 15, 10:00 a.m.`, `lun. 15 mars à 10 h`.
#[must_use]
pub fn when(language: Language, start: DateTime<Utc>, zone: Tz) -> String {
    let wall = civil::wall_of(zone, start);
    let (weekday, day, time) = (
        wording::short_weekday(language, wall),
        short_day(language, wall),
        wording::time(language, wall),
    );
    words!(language: "{weekday} {day}, {time}" | "{weekday}. {day} à {time}")
}

/// Where the patient reads how to prepare: the short address of that page.
fn prepare(link: &str) -> String {
    format!("{link}/p")
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
    let Sender { label, phone, .. } = from;
    let when = when(language, start, zone);
    from.fitting(match purpose {
        Purpose::Confirm => words!(
            language: [
                "{label}: appointment {when}. Reply C to confirm, R to change, STOP to opt out. {phone} {link}",
                "{label}: appointment {when}. Reply C to confirm, R to change, STOP to end. {phone} {link}",
                "{label}: appointment {when}. C=confirm, R=change, STOP=opt out. {phone} {link}",
                "{label}: appointment {when}. Reply C to confirm, R to change, STOP to opt out. {phone}",
                "{label}: appointment {when}. C=confirm, R=change, STOP=opt out. {phone}"
            ] | [
                "{label} : rendez-vous le {when}. Répondez C pour confirmer, R pour changer, STOP pour cesser. {phone} {link}",
                "{label} : rendez-vous le {when}. C=confirmer, R=changer, STOP=cesser. {phone} {link}",
                "{label} : rendez-vous le {when}. Répondez C pour confirmer, R pour changer, STOP pour cesser. {phone}",
                "{label} : rendez-vous le {when}. C=confirmer, R=changer, STOP=cesser. {phone}"
            ]
        ),
        Purpose::Prepare => {
            let link = prepare(link);
            words!(
                language: [
                    "{label}: appointment {when}. How to prepare: {link} STOP to opt out. {phone}",
                    "{label}: appointment {when}. Prepare: {link} STOP to end. {phone}"
                ] | [
                    "{label} : rendez-vous le {when}. Comment vous préparer : {link} STOP pour cesser. {phone}",
                    "{label} : rendez-vous le {when}. Préparation : {link} STOP pour cesser. {phone}",
                    "{label} : rendez-vous {when}. Info : {link} STOP=fin {phone}"
                ]
            )
        }
        Purpose::Remind => words!(
            language: [
                "{label}: appointment {when}. To change it, call {phone}. STOP to opt out. {link}",
                "{label}: appointment {when}. To change it, call {phone}. Reply STOP to opt out.",
                "{label}: appointment {when}. To change it, call {phone}. STOP to end."
            ] | [
                "{label} : rendez-vous le {when}. Pour changer, appelez le {phone}. STOP pour cesser. {link}",
                "{label} : rendez-vous le {when}. Pour changer : {phone}. STOP pour cesser. {link}",
                "{label} : rendez-vous le {when}. Pour changer, appelez le {phone}. STOP pour cesser."
            ]
        ),
    })
}

/// The answer to a patient who confirms.
#[must_use]
pub fn thanks(from: Sender<'_>, language: Language, start: DateTime<Utc>, zone: Tz) -> String {
    let Sender { label, phone, .. } = from;
    let when = when(language, start, zone);
    from.fitting(words!(
        language: [
            "{label}: thank you, your appointment is confirmed: {when}. To change it, call {phone}. STOP to opt out.",
            "{label}: thank you, appointment confirmed: {when}. To change it, call {phone}. STOP to end."
        ] | [
            "{label} : merci, votre rendez-vous est confirmé : le {when}. Pour changer, appelez le {phone}. STOP pour cesser.",
            "{label} : merci, rendez-vous confirmé : le {when}. Pour changer : {phone}. STOP pour cesser."
        ]
    ))
}

/// The answer to a patient who confirms several visits at once, each named; nothing, where they do not fit.
#[must_use]
pub fn thanks_for_all(
    from: Sender<'_>,
    language: Language,
    starts: &[(DateTime<Utc>, Tz)],
) -> Option<String> {
    let Sender { label, phone, .. } = from;
    let times: Vec<_> = starts.iter().map(|(start, zone)| when(language, *start, *zone)).collect();
    let (times, tight) = (times.join("; "), times.join(";"));
    let text = from.fitting(words!(
        language: [
            "{label}: thank you, your appointments are confirmed: {times}. {phone} STOP to opt out.",
            "{label}: appointments confirmed: {times}. {phone} STOP=end",
            "{label}: confirmed: {tight}. {phone} STOP=end"
        ] | [
            "{label} : merci, rendez-vous confirmés : {times}. {phone} STOP pour cesser.",
            "{label} : rendez-vous confirmés : {times}. {phone} STOP=fin",
            "{label} : confirmés : {tight}. {phone} STOP=fin"
        ]
    ));
    septets(&text).is_some_and(|length| length <= from.segment).then_some(text)
}

/// The answer to a patient who confirms, where it cannot be said which visits that would be.
#[must_use]
pub fn which(from: Sender<'_>, language: Language) -> String {
    let Sender { label, phone, .. } = from;
    from.fitting(words!(
        language: [
            "{label}: you have several appointments. Please confirm each with its own link, or call {phone}. STOP to opt out.",
            "{label}: you have several appointments. Please confirm each by its link. {phone} STOP to end."
        ] | [
            "{label} : vous avez plusieurs rendez-vous. Veuillez confirmer chacun par son lien, ou appelez le {phone}. STOP pour cesser.",
            "{label} : plusieurs rendez-vous. Confirmez chacun par son lien. {phone} STOP=fin"
        ]
    ))
}

/// The answer to what only a person can read.
#[must_use]
pub fn for_a_person(from: Sender<'_>, language: Language) -> String {
    let Sender { label, phone, .. } = from;
    from.fitting(words!(
        language: [
            "{label}: thank you, we will read your message about your appointment. If it can't wait, call {phone}. STOP to opt out.",
            "{label}: thank you, we will read your message. {phone} STOP to end."
        ] | [
            "{label} : merci, nous lirons votre message au sujet de votre rendez-vous. Si c'est urgent, appelez le {phone}. STOP pour cesser.",
            "{label} : merci, nous lirons votre message. {phone} STOP=fin"
        ]
    ))
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
    let Sender { label, phone, .. } = from;
    if starts.is_empty() {
        return from.fitting([words!(
            language: "{label}: we will call you to find another appointment time, or call {phone}. STOP to opt out."
                | "{label} : nous vous appellerons pour trouver un autre rendez-vous, ou appelez le {phone}. STOP pour cesser."
        )]);
    }
    let time = |start: &DateTime<Utc>| {
        let wall = civil::wall_of(zone, *start);
        format!("{} {}", short_day(language, wall), wording::time(language, wall))
    };
    let times: Vec<_> = starts.iter().take(3).map(time).collect();
    let (times, tight) = (times.join("; "), times.join(", "));
    from.fitting(words!(
        language: [
            "{label}: other appointment times: {times}. Choose: {link} or call {phone}. STOP to opt out.",
            "{label}: appointment {tight}? {link} {phone} STOP=opt out",
            "{label}: choose another appointment time: {link} or call {phone}. STOP to end."
        ] | [
            "{label} : autres rendez-vous : {times}. Choisir : {link} ou appelez le {phone}. STOP pour cesser.",
            "{label} : rendez-vous le {tight}? {link} {phone} STOP=fin",
            "{label} : autre rendez-vous : {link} ou appelez le {phone}. STOP pour cesser."
        ]
    ))
}

/// The answer to a patient who asks who writes.
#[must_use]
pub fn help(from: Sender<'_>, language: Language) -> String {
    let Sender { label, phone, .. } = from;
    from.fitting([words!(
        language: "{label}: texts about your appointments. Questions? Call {phone}. Reply STOP to opt out."
            | "{label} : textos au sujet de vos rendez-vous. Des questions? Appelez le {phone}. Répondez STOP pour cesser."
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
        let others = [
            help(from, language),
            other_times(from, language, first, zone, link),
            other_times(from, language, &[], zone, link),
            which(from, language),
            for_a_person(from, language),
        ];
        reminders.chain(answers).chain(others).map(length).max().unwrap_or_default()
    };
    longest(Language::En).max(longest(Language::Fr))
}

#[cfg(test)]
mod tests {
    use super::super::gsm7::SEGMENT;
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use chrono::Duration;

    const LINK: &str = "https://visits.example.ca/a/AbCdEfGhIjKlMnOp";
    const PURPOSES: [Purpose; 3] = [Purpose::Prepare, Purpose::Confirm, Purpose::Remind];

    fn within(segment: usize) -> Sender<'static> {
        Sender { label: "Hayden St Clinic", phone: "(647) 351-0061", segment }
    }

    fn appointment(language: Language) -> &'static str {
        match language {
            Language::En => "appointment",
            Language::Fr => "rendez-vous",
        }
    }

    /// Every text that there is about a visit at `start`.
    fn all(from: Sender<'_>, language: Language, start: DateTime<Utc>) -> Vec<String> {
        let zone = toronto();
        let others = [start, start + Duration::days(1), start + Duration::days(9)];
        let mut all: Vec<_> = PURPOSES
            .iter()
            .map(|purpose| reminder(from, language, *purpose, start, zone, LINK))
            .collect();
        all.push(thanks(from, language, start, zone));
        all.push(other_times(from, language, &others, zone, LINK));
        all.push(other_times(from, language, &[], zone, LINK));
        all.push(help(from, language));
        all
    }

    /// Rule 54, over two years of days and every hour that a clinic may be open, for each length that a provider takes. A
    /// phrase with a letter that the alphabet lacks has no length at all.
    #[test]
    fn every_text_fits_one_segment_and_holds_label_appointment_time_phone_and_stop() {
        let first: DateTime<Utc> = "2026-12-01T13:00:00Z".parse().unwrap();
        for segment in [SEGMENT, 136] {
            let from = within(segment);
            for day in 0..730 {
                for quarter in [0, 5, 18, 40] {
                    let start = first + Duration::days(day) + Duration::minutes(quarter * 15);
                    for language in [Language::En, Language::Fr] {
                        for text in all(from, language, start) {
                            let length = septets(&text);
                            assert!(length.is_some_and(|it| it <= segment), "{length:?}: {text}");
                            let said = appointment(language);
                            for said in ["Hayden St Clinic", said, "(647) 351-0061", "STOP"] {
                                assert!(text.contains(said), "{said} is not in {text}");
                            }
                        }
                        let time = wording::time(language, civil::wall_of(toronto(), start));
                        for purpose in PURPOSES {
                            let text = reminder(from, language, purpose, start, toronto(), LINK);
                            assert!(text.contains(&time), "{time} is not in {text}");
                            // What is prepared by a page, or chosen by one, leads there however short.
                            let leads = segment == SEGMENT || purpose == Purpose::Prepare;
                            assert!(!leads || text.contains(LINK), "{text}");
                        }
                        let others = other_times(from, language, &[start], toronto(), LINK);
                        assert!(others.contains(LINK), "{others}");
                    }
                }
            }
            assert!(longest(from, LINK, toronto()) <= segment);
        }
        let windy = Sender {
            label: "A Clinic of Very Many Words Indeed, Downtown and Uptown, Founded in 1867, With Parking, Since You Ask, and a Garden",
            ..within(SEGMENT)
        };
        assert!(longest(windy, LINK, toronto()) > SEGMENT);
    }

    /// A name is spelled as the alphabet can; the phrases around it are as they were written.
    #[test]
    fn a_label_is_spelled_in_the_alphabet() {
        let mut profile = ClinicProfile::standard().unwrap();
        profile.label = "Clinique d’août".try_into().unwrap();
        let from = Sender::clinic(&profile, &Policy::default());
        assert!(help(from, Language::Fr).starts_with("Clinique d'aout : textos au sujet de"));
        assert_eq!(from.segment, SEGMENT);
        let long_code = Policy { sms_segment: 136, ..Policy::default() };
        assert_eq!(Sender::clinic(&profile, &long_code).segment, 136);
    }

    #[test]
    fn several_visits_are_named_as_long_as_they_fit() {
        let first: DateTime<Utc> = "2027-03-15T14:00:00Z".parse().unwrap();
        let starts: Vec<_> = (0..9).map(|day| (first + Duration::days(day), toronto())).collect();
        for language in [Language::En, Language::Fr] {
            let said = |count: usize| thanks_for_all(within(SEGMENT), language, &starts[..count]);
            for count in 2..=3 {
                let text = said(count).unwrap();
                assert!(septets(&text).unwrap() <= SEGMENT, "{text}");
                for (start, _) in &starts[..count] {
                    assert!(text.contains(&when(language, *start, toronto())), "{text}");
                }
                assert!(text.contains("STOP") && text.contains("(647) 351-0061"), "{text}");
            }
            assert_eq!(said(9), None);
        }
    }

    #[test]
    fn the_words_are_said_in_both_languages() {
        let start = "2027-03-15T14:00:00Z".parse().unwrap();
        let link = "https://v.example.ca/a/AbCdEfGhIjKlMnOp";
        let said = |language, purpose| {
            reminder(within(SEGMENT), language, purpose, start, toronto(), link)
        };
        for (language, purpose, text) in [
            (
                Language::En,
                Purpose::Prepare,
                "Hayden St Clinic: appointment Mon Mar 15, 10:00 a.m. How to prepare: https://v.example.ca/a/AbCdEfGhIjKlMnOp/p STOP to opt out. (647) 351-0061",
            ),
            (
                Language::En,
                Purpose::Confirm,
                "Hayden St Clinic: appointment Mon Mar 15, 10:00 a.m. Reply C to confirm, R to change, STOP to opt out. (647) 351-0061 https://v.example.ca/a/AbCdEfGhIjKlMnOp",
            ),
            (
                Language::Fr,
                Purpose::Prepare,
                "Hayden St Clinic : rendez-vous le lun. 15 mars à 10 h. Comment vous préparer : https://v.example.ca/a/AbCdEfGhIjKlMnOp/p STOP pour cesser. (647) 351-0061",
            ),
            (
                Language::Fr,
                Purpose::Confirm,
                "Hayden St Clinic : rendez-vous le lun. 15 mars à 10 h. C=confirmer, R=changer, STOP=cesser. (647) 351-0061 https://v.example.ca/a/AbCdEfGhIjKlMnOp",
            ),
        ] {
            assert_eq!(said(language, purpose), text);
        }
        let august = "2027-08-01T14:15:00Z".parse().unwrap();
        let text = reminder(within(136), Language::Fr, Purpose::Remind, august, toronto(), link);
        assert_eq!(
            text,
            "Hayden St Clinic : rendez-vous le dim. 1er aout à 10 h 15. Pour changer, appelez le (647) 351-0061. STOP pour cesser."
        );
    }
}
