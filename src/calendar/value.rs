//! What may stand after a property's colon or a parameter's sign of equality: words and
//! numbers of our own, ids and times. What people wrote becomes a value in `text`.

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use uuid::Uuid;

/// A value as it stands in a calendar. It writes no control character, least of all a line break.
pub(super) trait Value {
    /// Puts the value at the end of `line`, escaped as it has to be.
    fn write(&self, line: &mut String);
}

/// A word of our own.
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
        // By hand: the times are the most of a feed, and chrono reads its pattern again for each.
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

    #[test]
    fn times_are_written_in_full() {
        let mut line = String::new();
        "2027-03-05T04:05:06".parse::<NaiveDateTime>().unwrap().write(&mut line);
        "2027-11-07T06:00:00Z".parse::<DateTime<Utc>>().unwrap().write(&mut line);
        assert_eq!(line, "20270305T04050620271107T060000Z");
    }
}
