//! Names, codes and times in words, as pages of the clinic's own people show them.

use chrono::{DateTime, FixedOffset, Timelike};

use crate::domain::patient::phone::Dialled;
use crate::domain::patient::{Language, Patient, Phone};

pub(in crate::web) fn full_name(patient: &Patient) -> String {
    patient.details.full_name()
}

/// A telephone as a link that calls it, with its extension, and as it is read.
#[derive(Debug, Clone)]
pub(in crate::web) struct PhoneLink {
    pub(in crate::web) link: String,
    pub(in crate::web) words: String,
}

impl PhoneLink {
    pub(in crate::web) fn new(dialled: &Dialled, language: Language) -> Self {
        Self { link: dialled.link(), words: dialled.in_words(language) }
    }
}

/// A code as words: `laser_controlled_area` is `laser controlled area`.
pub(in crate::web) fn code_words(code: &(impl ToString + ?Sized)) -> String {
    code.to_string().replace(['_', '-', '.'], " ")
}

/// A code as words that begin a line.
pub(in crate::web) fn title_words(code: &(impl ToString + ?Sized)) -> String {
    capitalised(&code_words(code))
}

pub(in crate::web) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// A day and a time, `Mon 4 Jan 2027, 09:00`.
pub(in crate::web) fn date_and_time(at: DateTime<FixedOffset>) -> String {
    at.format("%a %-d %b %Y, %H:%M").to_string()
}

/// A day and a time within a sentence, `Mon 4 Jan, 9:00 a.m.`
pub(in crate::web) fn day_and_time(at: DateTime<FixedOffset>) -> String {
    let (is_afternoon, hour) = at.hour12();
    let half = if is_afternoon { "p.m." } else { "a.m." };
    format!("{}, {hour}:{:02} {half}", at.format("%a %-d %b"), at.minute())
}

/// A telephone number as people in Canada write it, `(416) 555-0123`; one of another country as it is kept.
pub(in crate::web) fn telephone_words(phone: &Phone) -> String {
    let kept = phone.to_string();
    let parts = kept
        .strip_prefix("+1")
        .filter(|own| own.len() == 10)
        .and_then(|own| Some((own.get(..3)?, own.get(3..6)?, own.get(6..)?)));
    match parts {
        Some((area, exchange, line)) => format!("({area}) {exchange}-{line}"),
        None => kept,
    }
}
