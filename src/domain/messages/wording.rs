//! Days and times as people read them, in the languages in which patients are written to.
//! Sentences stand in templates; what the desk reads out stands in `civil` and `refusal`.

use chrono::{DateTime, Datelike, Locale, NaiveDateTime, Timelike, Utc};

use crate::domain::patient::Language;
use crate::domain::time::civil;
use crate::domain::time::civil::Civil;
use crate::domain::time::time_zone::Tz;
use crate::domain::words::words;

/// A visit's day: `Monday, March 15, 2027`, `lundi 15 mars 2027`.
#[must_use]
pub fn day(language: Language, wall: NaiveDateTime) -> String {
    let [weekday, month, year] = ["%A", "%B", "%Y"].map(|part| date_part(language, wall, part));
    let number = day_number(language, wall);
    words!(language: "{weekday}, {month} {number}, {year}" | "{weekday} {number} {month} {year}")
}

/// The day in short, for a subject: `Mar 15`, `15 mars`.
#[must_use]
pub fn short_day(language: Language, wall: NaiveDateTime) -> String {
    let [short_month, month] = ["%b", "%B"].map(|part| date_part(language, wall, part));
    let number = day_number(language, wall);
    words!(language: "{short_month} {number}" | "{number} {month}")
}

/// The weekday in three letters: `Mon`, `lun`.
#[must_use]
pub fn short_weekday(language: Language, wall: NaiveDateTime) -> String {
    date_part(language, wall, "%a").trim_end_matches('.').to_owned()
}

fn date_part(language: Language, wall: NaiveDateTime, part: &str) -> String {
    let locale = match language {
        Language::En => Locale::en_CA,
        Language::Fr => Locale::fr_CA,
    };
    wall.date().format_localized(part, locale).to_string()
}

/// The day of the month. In French the first one is an ordinal.
fn day_number(language: Language, wall: NaiveDateTime) -> String {
    let number = wall.day();
    if number == 1 { words!(language: "{number}" | "{number}er") } else { number.to_string() }
}

/// A time of day: `10:00 a.m.`, `10 h`, `10 h 15`.
#[must_use]
pub fn time(language: Language, wall: NaiveDateTime) -> String {
    let (hour, minute) = (wall.hour(), wall.minute());
    let (is_afternoon, hour_of_12) = wall.hour12();
    let half = if is_afternoon { "p.m." } else { "a.m." };
    match language {
        Language::Fr if minute == 0 => format!("{hour} h"),
        _ => words!(language: "{hour_of_12}:{minute:02} {half}" | "{hour} h {minute:02}"),
    }
}

/// From when to when, with the zone's name; in the repeated hour of autumn with the offset too.
#[must_use]
pub fn hours(language: Language, zone: Tz, start: DateTime<Utc>, end: DateTime<Utc>) -> String {
    let (from, to) = (civil::wall_of(zone, start), civil::wall_of(zone, end));
    let (from_text, to_text) = (time(language, from), time(language, to));
    let twice = [from, to]
        .into_iter()
        .any(|wall| matches!(civil::resolve(zone, wall), Civil::Repeated { .. }));
    let offset = if twice { format!(", UTC{}", zone.offset_at(start)) } else { String::new() };
    let (name, city) = (zone.name(), city(zone));
    words!(
        language: "{from_text} to {to_text}, {city} time ({name}{offset})"
            | "de {from_text} à {to_text}, heure de {city} ({name}{offset})"
    )
}

/// The city that a zone is named after.
fn city(zone: Tz) -> String {
    zone.name().rsplit('/').next().unwrap_or_default().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_times_are_spelled_as_in_canada() {
        let wall = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let monday = wall("2027-03-15T10:00:00");
        assert_eq!(day(Language::En, monday), "Monday, March 15, 2027");
        assert_eq!(day(Language::Fr, monday), "lundi 15 mars 2027");
        assert_eq!(day(Language::Fr, wall("2027-02-01T10:00:00")), "lundi 1er février 2027");
        assert_eq!(
            (short_day(Language::En, monday), short_day(Language::Fr, monday)),
            ("Mar 15".into(), "15 mars".into())
        );
        let times = ["00:05", "12:00", "13:30"]
            .map(|text| time(Language::En, wall(&format!("2027-03-15T{text}:00"))));
        assert_eq!(times, ["12:05 a.m.", "12:00 p.m.", "1:30 p.m."]);
        assert_eq!(time(Language::Fr, monday), "10 h");
        assert_eq!(time(Language::Fr, wall("2027-03-15T13:05:00")), "13 h 05");
    }

    #[test]
    fn hours_name_the_zone_and_the_repeated_hour_its_offset() {
        let (start, end) = (utc("2027-03-15T14:00:00Z"), utc("2027-03-15T14:45:00Z"));
        assert_eq!(
            hours(Language::En, toronto(), start, end),
            "10:00 a.m. to 10:45 a.m., Toronto time (America/Toronto)"
        );
        assert_eq!(
            hours(Language::Fr, toronto(), start, end),
            "de 10 h à 10 h 45, heure de Toronto (America/Toronto)"
        );
        let (first, second) = (utc("2026-11-01T05:30:00Z"), utc("2026-11-01T06:30:00Z"));
        let at = |start: DateTime<Utc>| {
            hours(Language::En, toronto(), start, start + chrono::Duration::minutes(45))
        };
        assert!(at(first).ends_with("UTC-04:00)"), "{}", at(first));
        assert!(at(second).ends_with("UTC-05:00)"), "{}", at(second));
    }
}
