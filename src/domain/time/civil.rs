//! The one place where a civil (wall-clock) time becomes an instant, and back.
//! Every gap and every repeated hour is decided here and nowhere else.
//! Days are days of the zone, never UTC days.

use std::fmt;
use std::str::FromStr;

use super::time_zone::Tz;
use crate::domain::kept_as_text::{text_schema, through_text};
use chrono::{
    DateTime, Datelike, Duration, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime,
    NaiveTime, Offset, TimeZone, Timelike, Utc,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// What a wall time means in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Civil {
    /// It happens once.
    Exact(DateTime<Utc>),
    /// The clock is set back over it: it happens twice (rule 44).
    Repeated {
        /// The first time that the clock shows it.
        first: DateTime<Utc>,
        /// The second.
        second: DateTime<Utc>,
    },
    /// The clock is set forward over it: it never happens (rule 44).
    Skipped {
        /// The instant at which the clock jumps.
        resumes: DateTime<Utc>,
    },
}

impl Civil {
    /// The instant for a *bound* of hours or of a day: a repeated time is its first,
    /// a skipped one is the moment at which the clock goes on.
    #[must_use]
    pub fn bound(self) -> DateTime<Utc> {
        match self {
            Self::Exact(instant)
            | Self::Repeated { first: instant, .. }
            | Self::Skipped { resumes: instant } => instant,
        }
    }
}

/// What `wall` means in `zone`.
#[must_use]
pub fn resolve(zone: Tz, wall: NaiveDateTime) -> Civil {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) => Civil::Exact(at.to_utc()),
        MappedLocalTime::Ambiguous(a, b) => {
            Civil::Repeated { first: a.min(b).to_utc(), second: a.max(b).to_utc() }
        }
        MappedLocalTime::None => Civil::Skipped { resumes: jump_near(zone, wall) },
    }
}

/// The first instant at which `zone` shows a later time than the skipped `wall`, found by bisection.
fn jump_near(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    // No offset is further than 26 hours from UTC, so the jump lies between.
    let shows_later = |second: i64| {
        DateTime::from_timestamp(second, 0)
            .is_some_and(|at| at.with_timezone(&zone).naive_local() > wall)
    };
    let middle = wall.and_utc().timestamp();
    let (mut before, mut after) = (middle - 48 * 3600, middle + 48 * 3600);
    while after - before > 1 {
        let half = before + (after - before) / 2;
        if shows_later(half) {
            after = half;
        } else {
            before = half;
        }
    }
    DateTime::from_timestamp(after, 0).unwrap_or_else(|| wall.and_utc())
}

/// The instant at which the day `date` begins in `zone`.
#[must_use]
pub fn day_start(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    resolve(zone, date.and_time(NaiveTime::MIN)).bound()
}

/// The day of `zone` in which `instant` lies.
#[must_use]
pub fn date_of(zone: Tz, instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// The wall time that `zone` shows at `instant`.
#[must_use]
pub fn wall_of(zone: Tz, instant: DateTime<Utc>) -> NaiveDateTime {
    instant.with_timezone(&zone).naive_local()
}

/// `instant` with the offset that `zone` has at that moment, as every answer shows it.
#[must_use]
pub fn shown(zone: Tz, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    let local = instant.with_timezone(&zone);
    local.with_timezone(&local.offset().fix())
}

/// `instant` as a person would say it: `Thursday 1 July 2027 at 10:00`.
#[must_use]
pub fn spoken(zone: Tz, instant: DateTime<Utc>) -> String {
    instant.with_timezone(&zone).format("%A %-d %B %Y at %H:%M").to_string()
}

/// A day as a person would say it: `Thursday 1 July 2027`.
#[must_use]
pub fn spoken_day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// The years in which Fadeline reckons; outside them an input is a slip of the hand.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A day that a client names, in the years 1900 to 2199.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, ToSchema,
)]
#[serde(try_from = "NaiveDate", into = "NaiveDate")]
#[sqlx(transparent)]
#[schema(value_type = String, format = Date)]
pub struct Day(NaiveDate);

/// Not a day that Fadeline reckons with.
#[derive(Debug, Error)]
#[error("the year is out of range (1900 to 2199)")]
pub struct DayError;

impl Day {
    /// The day itself.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0
    }
}
impl TryFrom<NaiveDate> for Day {
    type Error = DayError;
    fn try_from(date: NaiveDate) -> Result<Self, DayError> {
        YEARS.contains(&date.year()).then_some(Self(date)).ok_or(DayError)
    }
}
impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A time as a client may write it: a wall time of the clinic's zone, or an instant with its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum When {
    /// `2027-03-15T10:00`, in the clinic's zone.
    Wall(NaiveDateTime),
    /// `2027-03-15T10:00:00-04:00`.
    At(DateTime<FixedOffset>),
}

text_schema!(
    When,
    "A wall time of the clinic's zone, or RFC 3339 with an offset; whole minutes",
    examples(["2027-03-15T10:00", "2027-03-15T10:00:00-04:00"])
);

/// Why a text is not a time.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WhenError {
    /// Neither form fits.
    #[error("not a time: write a local time such as 2027-03-15T10:00, or RFC 3339 with an offset")]
    Unreadable,
    /// Sessions begin on a whole minute.
    #[error("a time is given in whole minutes")]
    NotWholeMinute,
    /// The year is a slip of the hand.
    #[error("the year is out of range (1900 to 2199)")]
    Year,
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let when = DateTime::parse_from_rfc3339(text)
            .map(Self::At)
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map(Self::Wall))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").map(Self::Wall))
            .map_err(|_| WhenError::Unreadable)?;
        let wall = match when {
            Self::Wall(wall) => wall,
            Self::At(at) => at.naive_local(),
        };
        if !YEARS.contains(&wall.year()) {
            return Err(WhenError::Year);
        }
        if wall.second() != 0 || wall.nanosecond() != 0 {
            return Err(WhenError::NotWholeMinute);
        }
        Ok(when)
    }
}
through_text!(When);

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall(wall) => write!(f, "{}", wall.format("%Y-%m-%dT%H:%M")),
            Self::At(at) => write!(f, "{}", at.to_rfc3339()),
        }
    }
}

/// A day, or a time of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Edge {
    /// `2027-03-15`.
    Day(Day),
    /// `2027-03-15T10:00`, or with an offset.
    Time(When),
}

text_schema!(Edge, "A day, or a time as elsewhere", examples(["2027-03-15", "2027-03-15T10:00"]));

impl TryFrom<String> for Edge {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Edge {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(date) = text.parse::<NaiveDate>() {
            return Day::try_from(date).map(Self::Day).map_err(|error| error.to_string());
        }
        text.parse()
            .map(Self::Time)
            .map_err(|_| "not a day or a time: write 2027-03-15, or 2027-03-15T10:00".to_owned())
    }
}

/// Minutes as a length of elapsed time.
#[must_use]
pub fn minutes(n: u16) -> Duration {
    Duration::minutes(i64::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;

    fn wall(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }
    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_spring_gap_of_2026_to_2028_is_skipped_and_resumes_at_three() {
        for day in ["2026-03-08", "2027-03-14", "2028-03-12"] {
            for time in ["02:00", "02:30", "02:59"] {
                let resumes = utc(&format!("{day}T07:00:00Z"));
                assert_eq!(
                    resolve(toronto(), wall(&format!("{day}T{time}"))),
                    Civil::Skipped { resumes }
                );
            }
            assert_eq!(
                resolve(toronto(), wall(&format!("{day}T01:59"))),
                Civil::Exact(utc(&format!("{day}T06:59:00Z")))
            );
            assert_eq!(
                resolve(toronto(), wall(&format!("{day}T03:00"))),
                Civil::Exact(utc(&format!("{day}T07:00:00Z")))
            );
        }
    }

    #[test]
    fn every_autumn_fold_of_2026_to_2028_happens_twice() {
        for day in ["2026-11-01", "2027-11-07", "2028-11-05"] {
            let (first, second) =
                (utc(&format!("{day}T05:30:00Z")), utc(&format!("{day}T06:30:00Z")));
            assert_eq!(
                resolve(toronto(), wall(&format!("{day}T01:30"))),
                Civil::Repeated { first, second }
            );
            assert_eq!(
                resolve(toronto(), wall(&format!("{day}T00:59"))),
                Civil::Exact(utc(&format!("{day}T04:59:00Z")))
            );
            assert_eq!(
                resolve(toronto(), wall(&format!("{day}T02:00"))),
                Civil::Exact(utc(&format!("{day}T07:00:00Z")))
            );
        }
    }

    #[test]
    fn a_day_that_has_no_midnight_begins_when_its_clock_goes_on() {
        let date = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(
            day_start("America/Sao_Paulo".parse().unwrap(), date),
            utc("2018-11-04T03:00:00Z")
        );
        assert_eq!(
            date_of("America/Sao_Paulo".parse().unwrap(), utc("2018-11-04T02:59:59Z")),
            date.pred_opt().unwrap()
        );
    }

    #[test]
    fn eight_in_the_evening_in_winter_is_still_the_same_toronto_day() {
        assert_eq!(date_of(toronto(), utc("2027-01-16T01:00:00Z")).to_string(), "2027-01-15");
    }

    #[test]
    fn times_are_read_in_both_forms_and_nonsense_says_why() {
        assert_eq!("2027-03-15T10:00".parse(), Ok(When::Wall(wall("2027-03-15T10:00"))));
        assert_eq!("2027-03-15T10:00:00".parse(), Ok(When::Wall(wall("2027-03-15T10:00"))));
        assert!(matches!("2027-03-15T10:00:00-04:00".parse(), Ok(When::At(_))));
        assert_eq!("2027-03-15T10:00:30".parse::<When>(), Err(WhenError::NotWholeMinute));
        assert_eq!("0027-03-15T10:00".parse::<When>(), Err(WhenError::Year));
        for junk in
            ["", "now", "2027-13-01T10:00", "2027-03-15", "2027-03-15T25:00", "2027-03-15T10:00 "]
        {
            assert_eq!(junk.parse::<When>(), Err(WhenError::Unreadable), "{junk}");
        }
    }
}
