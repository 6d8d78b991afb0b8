//! Weekly hours in local time, of sites and of people: on which weekday from when
//! to when. A span stays within its day; `24:00` is the end of it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::civil;
use super::interval::Interval;
use super::time_zone::Tz;
use crate::domain::codes::codes;
use crate::domain::kept_as_text::{kept_as_text, through_text};

codes! {
    /// A day of the week.
    Weekday in "snake_case" { Mon, Tue, Wed, Thu, Fri, Sat, Sun }
}

impl Weekday {
    /// The weekday of a date.
    #[must_use]
    pub fn of_date(date: NaiveDate) -> Self {
        match date.weekday() {
            chrono::Weekday::Mon => Self::Mon,
            chrono::Weekday::Tue => Self::Tue,
            chrono::Weekday::Wed => Self::Wed,
            chrono::Weekday::Thu => Self::Thu,
            chrono::Weekday::Fri => Self::Fri,
            chrono::Weekday::Sat => Self::Sat,
            chrono::Weekday::Sun => Self::Sun,
        }
    }
}

/// A day of the week as people write it: `tue`, `Tue`, `Tuesday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, examples("tue", "Thursday"))]
pub struct NamedWeekday(pub Weekday);

impl TryFrom<String> for NamedWeekday {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let text = text.trim().to_lowercase();
        let full = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let is = |name: &&str| text.len() >= 3 && name.starts_with(&text);
        let known = full.into_iter().find(is).and_then(|name| name.get(..3)?.parse().ok());
        known.map(Self).ok_or("not a day of the week: write tue, or Tuesday")
    }
}

/// A time of day in whole minutes, `00:00` to `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, examples("09:00", "24:00"), pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
pub struct TimeOfDay(u16);

/// Why hours are not hours.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HoursError {
    /// Not `HH:MM`.
    #[error("not a time of day: write 09:00, or 24:00 for the end of the day")]
    TimeOfDay,
    /// A span that ends before it begins.
    #[error("hours on {0} close before they open")]
    Backwards(Weekday),
    /// Two spans of one day overlap.
    #[error("hours on {0} overlap each other")]
    Overlap(Weekday),
    /// More spans than a week can sensibly hold.
    #[error("too many spans of hours (at most 70)")]
    TooMany,
}

impl TimeOfDay {
    /// `hour:minute`; what is past the end of the day is its end.
    #[must_use]
    pub const fn hm(hour: u16, minute: u16) -> Self {
        let minutes = hour * 60 + minute;
        Self(if minutes > 1440 { 1440 } else { minutes })
    }

    /// Minutes since the day's 00:00 on the clock, at most 1440.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The instant at which `zone` shows this on `date`; see [`civil::Civil::bound`] for clock changes.
    #[must_use]
    pub fn on(self, date: NaiveDate, zone: Tz) -> DateTime<Utc> {
        match NaiveTime::from_num_seconds_from_midnight_opt(u32::from(self.0) * 60, 0) {
            Some(time) => civil::resolve(zone, date.and_time(time)).bound(),
            None => civil::day_start(zone, date.succ_opt().unwrap_or(date)),
        }
    }
}

kept_as_text!(TimeOfDay);

impl FromStr for TimeOfDay {
    type Err = HoursError;
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (hours, minutes) = text.split_once(':').ok_or(HoursError::TimeOfDay)?;
        let two = |part: &str| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        match (two(hours), two(minutes)) {
            (Some(24), Some(0)) => Ok(Self(1440)),
            (Some(h @ 0..=23), Some(m @ 0..=59)) => Ok(Self(h * 60 + m)),
            _ => Err(HoursError::TimeOfDay),
        }
    }
}
through_text!(TimeOfDay);
impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// From when to when, on one weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSpan {
    /// The weekday.
    pub weekday: Weekday,
    /// Local time of opening.
    pub opens: TimeOfDay,
    /// Local time of closing.
    pub closes: TimeOfDay,
}

/// The hours of a week; a weekday without a span is a day off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Vec<OpenSpan>", into = "Vec<OpenSpan>")]
#[schema(value_type = Vec<OpenSpan>)]
pub struct WeeklyHours(Vec<OpenSpan>);

impl TryFrom<Vec<OpenSpan>> for WeeklyHours {
    type Error = HoursError;
    fn try_from(mut spans: Vec<OpenSpan>) -> Result<Self, HoursError> {
        if spans.len() > 70 {
            return Err(HoursError::TooMany);
        }
        spans.sort_unstable();
        if let Some(span) = spans.iter().find(|span| span.opens >= span.closes) {
            return Err(HoursError::Backwards(span.weekday));
        }
        for (earlier, later) in spans.iter().zip(spans.iter().skip(1)) {
            if earlier.weekday == later.weekday && later.opens < earlier.closes {
                return Err(HoursError::Overlap(later.weekday));
            }
        }
        Ok(Self(spans))
    }
}
impl From<WeeklyHours> for Vec<OpenSpan> {
    fn from(hours: WeeklyHours) -> Self {
        hours.0
    }
}

impl WeeklyHours {
    /// Whether there are hours on this weekday.
    #[must_use]
    pub fn open_on(&self, weekday: Weekday) -> bool {
        self.0.iter().any(|span| span.weekday == weekday)
    }

    /// The stretches of `date` within the hours, in `zone`, clock changes included.
    pub fn on(&self, date: NaiveDate, zone: Tz) -> impl Iterator<Item = Interval> + '_ {
        let weekday = Weekday::of_date(date);
        self.0.iter().filter(move |span| span.weekday == weekday).filter_map(move |span| {
            Interval::new(span.opens.on(date, zone), span.closes.on(date, zone))
        })
    }
}

/// Whether quiet hours from `from` until `until` cover this minute of a day.
#[must_use]
pub fn covers(from: TimeOfDay, until: TimeOfDay, minute: u16) -> bool {
    let (from, until) = (from.minutes(), until.minutes());
    if from <= until { from <= minute && minute < until } else { minute >= from || minute < until }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use chrono::Duration;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn all_week(opens: &str, closes: &str) -> WeeklyHours {
        let (opens, closes) = (opens.parse().unwrap(), closes.parse().unwrap());
        let spans = <Weekday as strum::VariantArray>::VARIANTS.iter().map(|&weekday| OpenSpan {
            weekday,
            opens,
            closes,
        });
        WeeklyHours::try_from(spans.collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_days_on_which_the_clock_changes_are_an_hour_shorter_or_longer() {
        for (date, hours) in [
            ("2026-03-08", 23),
            ("2026-11-01", 25),
            ("2027-03-14", 23),
            ("2027-11-07", 25),
            ("2028-03-12", 23),
            ("2028-11-05", 25),
            ("2027-05-05", 24),
        ] {
            let span = all_week("00:00", "24:00").on(day(date), toronto()).next().unwrap();
            assert_eq!(span.end() - span.start(), Duration::hours(hours), "{date}");
        }
    }

    #[test]
    fn hours_that_open_in_the_gap_open_when_the_clock_goes_on() {
        let span = all_week("02:30", "04:00").on(day("2027-03-14"), toronto()).next().unwrap();
        assert_eq!(span.end() - span.start(), Duration::hours(1));
        assert!(all_week("02:00", "03:00").on(day("2027-03-14"), toronto()).next().is_none());
    }

    #[test]
    fn ordinary_hours_are_the_same_wall_hours_on_both_sides_of_a_change() {
        for date in ["2027-03-13", "2027-03-14", "2027-03-15"] {
            let span = all_week("09:00", "18:00").on(day(date), toronto()).next().unwrap();
            assert_eq!(
                civil::wall_of(toronto(), span.start()).to_string(),
                format!("{date} 09:00:00")
            );
        }
    }

    #[test]
    fn hours_that_make_no_sense_are_refused_with_the_day() {
        let span = |opens: &str, closes: &str| OpenSpan {
            weekday: Weekday::Tue,
            opens: opens.parse().unwrap(),
            closes: closes.parse().unwrap(),
        };
        assert_eq!(
            WeeklyHours::try_from(vec![span("10:00", "10:00")]),
            Err(HoursError::Backwards(Weekday::Tue))
        );
        assert_eq!(
            WeeklyHours::try_from(vec![span("09:00", "12:00"), span("11:00", "13:00")]),
            Err(HoursError::Overlap(Weekday::Tue))
        );
        assert!(
            WeeklyHours::try_from(vec![span("12:00", "13:00"), span("09:00", "12:00")]).is_ok()
        );
        for junk in ["9:00", "24:01", "12:60", "", "12", "+1:00"] {
            assert_eq!(junk.parse::<TimeOfDay>(), Err(HoursError::TimeOfDay), "{junk}");
        }
    }
}
