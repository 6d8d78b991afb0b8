//! Content lines: properties and components, folded as RFC 5545 asks; what a value may be is
//! decided in `text`. A writer of our own for all that goes out, read back by the `icalendar`
//! crate in the tests: of that crate (0.17.17) the parser's tree writes exactly what it holds,
//! but a last line may get 76 octets (statement 2), and a feed of 2,000 events takes it more
//! than the two milliseconds that we give it.

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use uuid::Uuid;

use super::text::ParamText;

/// The most octets that a line may have, its end not counted.
const LINE: usize = 75;

/// What may stand after a property's colon. It writes no control character, least of all a line break.
pub(super) trait Value {
    /// Puts the value at the end of `line`, escaped as it has to be.
    fn write(&self, line: &mut String);
}

/// A calendar that is being written.
#[derive(Debug)]
pub(super) struct Content(String);

impl Content {
    /// The beginning of a calendar with this method, if it is to have one, and with room for some `octets`.
    pub(super) fn calendar(method: Option<&'static str>, octets: usize) -> Self {
        let mut content = Self(String::with_capacity(octets));
        content.begin("VCALENDAR");
        content.property("PRODID", &"-//Fadeline//Fadeline//EN");
        content.property("VERSION", &"2.0");
        content.property("CALSCALE", &"GREGORIAN");
        if let Some(method) = method {
            content.property("METHOD", &method);
        }
        content
    }

    /// The calendar, ended.
    pub(super) fn finish(mut self) -> String {
        self.end("VCALENDAR");
        self.0
    }

    /// How many octets the calendar would have if it were ended here.
    pub(super) fn octets(&self) -> usize {
        self.0.len() + "END:VCALENDAR\r\n".len()
    }

    /// Begins a component.
    pub(super) fn begin(&mut self, component: &'static str) {
        self.property("BEGIN", &component);
    }

    /// Ends a component.
    pub(super) fn end(&mut self, component: &'static str) {
        self.property("END", &component);
    }

    /// A property without parameters.
    pub(super) fn property(&mut self, name: &'static str, value: &impl Value) {
        self.property_with(name, &[], value);
    }

    /// A property with parameters.
    pub(super) fn property_with(
        &mut self,
        name: &'static str,
        params: &[(&'static str, &ParamText)],
        value: &impl Value,
    ) {
        let start = self.0.len();
        self.0.push_str(name);
        for (param, text) in params {
            self.0.push(';');
            self.0.push_str(param);
            self.0.push('=');
            text.write(&mut self.0);
        }
        self.0.push(':');
        value.write(&mut self.0);
        if self.0.len() - start > LINE {
            let line = self.0.split_off(start);
            fold(&line, &mut self.0);
        }
        self.0.push_str("\r\n");
    }
}

/// Breaks `line` into lines of at most 75 octets, each but the first behind a blank, and never inside a character.
fn fold(line: &str, out: &mut String) {
    let (mut rest, mut room) = (line, LINE);
    while rest.len() > room {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(room));
        out.push_str(head);
        out.push_str("\r\n ");
        (rest, room) = (tail, LINE - 1);
    }
    out.push_str(rest);
}

impl Value for &'static str {
    fn write(&self, line: &mut String) {
        line.push_str(self);
    }
}

impl Value for i64 {
    fn write(&self, line: &mut String) {
        line.push_str(&self.to_string());
    }
}

impl Value for Uuid {
    fn write(&self, line: &mut String) {
        line.push_str(self.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }
}

/// A wall time, `20270315T100000`.
impl Value for NaiveDateTime {
    fn write(&self, line: &mut String) {
        // By hand: the times are the most of a feed, and chrono reads its pattern anew for each.
        let year = self.year().unsigned_abs();
        for pair in [year / 100, year, self.month(), self.day()] {
            two_digits(line, pair);
        }
        line.push('T');
        for pair in [self.hour(), self.minute(), self.second()] {
            two_digits(line, pair);
        }
    }
}

/// An instant, `20270315T140000Z`.
impl Value for DateTime<Utc> {
    fn write(&self, line: &mut String) {
        self.naive_utc().write(line);
        line.push('Z');
    }
}

/// The last two digits of `number`.
pub(super) fn two_digits(line: &mut String, number: u32) {
    for digit in [number / 10, number] {
        line.push(char::from_digit(digit % 10, 10).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::text::Phrase;
    use proptest::prelude::*;

    fn folded(line: &str) -> String {
        let mut out = String::new();
        fold(line, &mut out);
        out
    }

    #[test]
    fn a_line_of_75_octets_stays_whole_and_no_piece_is_longer() {
        assert_eq!(folded(&"a".repeat(75)), "a".repeat(75));
        assert_eq!(folded(&"a".repeat(76)), format!("{}\r\n a", "a".repeat(75)));
        // The icalendar crate leaves 76 octets on the last line of this one.
        assert_eq!(
            folded(&"a".repeat(150)),
            format!("{}\r\n {}\r\n a", "a".repeat(75), "a".repeat(74))
        );
    }

    #[test]
    fn times_are_written_in_full() {
        let mut line = String::new();
        "2027-03-05T04:05:06"
            .parse::<NaiveDateTime>()
            .unwrap()
            .write(&mut line);
        "2027-11-07T06:00:00Z"
            .parse::<DateTime<Utc>>()
            .unwrap()
            .write(&mut line);
        assert_eq!(line, "20270305T04050620271107T060000Z");
    }

    proptest! {
        #[test]
        fn folding_splits_no_character_and_loses_none(text in "[a \u{e9}\u{65e5}\u{1f600}]{0,400}") {
            let out = folded(&text);
            prop_assert!(out.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert_eq!(out.replace("\r\n ", ""), text);
        }

        #[test]
        fn no_phrase_starts_a_line(text in any::<String>()) {
            let mut content = Content(String::new());
            content.property("SUMMARY", &Phrase::new(&text));
            prop_assert!(content.0.ends_with("\r\n"));
            let line = content.0.trim_end_matches("\r\n").replace("\r\n ", "");
            prop_assert!(!line.contains(char::is_control));
        }
    }
}
