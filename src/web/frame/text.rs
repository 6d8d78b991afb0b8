//! Names, codes and times in words, as pages of the clinic's own people show them.

use chrono::{DateTime, FixedOffset};

use crate::domain::patient::Patient;

pub(in crate::web) fn full_name(patient: &Patient) -> String {
    format!("{} {}", patient.details.given_name, patient.details.family_name)
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
