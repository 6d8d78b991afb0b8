//! The time zone component: what a zone's clock does around some times, made from the zone
//! data that the program reckons with. As yearly rules, because Outlook reads nothing else,
//! and without names for the seasons, which the data has for few zones.

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDateTime, NaiveTime, Utc, Weekday};

use super::content::Block;
use super::text::ParamText;
use super::value::{Value, two_digits};
use crate::domain::time::time_zone::{Change, Tz};

/// How far beyond the times themselves the clock is looked at: over a year, so that what is done every year is seen twice.
const BEYOND: Duration = Duration::days(400);

/// The component that holds from `first` to `last`.
pub(super) fn component(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>) -> Block {
    let observances = observances(zone, first, last);
    // A clock that is only ever set forward is not set back to anything: there, its time is the standard.
    let back = observances.iter().any(|one| !one.is_forward());
    let mut component = Block::new("VTIMEZONE");
    component.property("TZID", &ParamText::new(zone.name()));
    for one in observances {
        // By the offsets, not by what the law calls them: in Ireland the winter is the exception, but no reader minds.
        let mut observance =
            Block::new(if back && one.is_forward() { "DAYLIGHT" } else { "STANDARD" });
        observance.property("DTSTART", &one.onset);
        observance.property("TZOFFSETFROM", &one.before);
        observance.property("TZOFFSETTO", &one.after);
        if let Some(yearly) = one.yearly {
            observance.property("RRULE", &yearly);
        }
        component.hold(observance);
    }
    component
}

/// A time at which the clock is set, once or every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Observance {
    /// The first time, by the clock as it was.
    onset: NaiveDateTime,
    before: FixedOffset,
    after: FixedOffset,
    yearly: Option<Yearly>,
}

impl Observance {
    /// Whether the clock is set forward.
    fn is_forward(&self) -> bool {
        self.after.local_minus_utc() > self.before.local_minus_utc()
    }
}

/// Every year on the same weekday of the same month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Yearly {
    month: u32,
    week: Week,
    weekday: Weekday,
    until: Option<DateTime<Utc>>,
}

/// Which of a month's Sundays, say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Week {
    Nth(u32),
    Last,
}

impl Value for Yearly {
    fn write(&self, line: &mut String) {
        line.push_str("FREQ=YEARLY;BYMONTH=");
        line.push_str(&self.month.to_string());
        line.push_str(";BYDAY=");
        match self.week {
            Week::Nth(nth) => line.push_str(&nth.to_string()),
            Week::Last => line.push_str("-1"),
        }
        line.extend(self.weekday.to_string().to_uppercase().chars().take(2));
        if let Some(until) = self.until {
            line.push_str(";UNTIL=");
            until.write(line);
        }
    }
}

/// An offset, `-0500`, with seconds where it has some.
impl Value for FixedOffset {
    fn write(&self, line: &mut String) {
        let seconds = self.local_minus_utc().unsigned_abs();
        line.push(if self.local_minus_utc() < 0 { '-' } else { '+' });
        two_digits(line, seconds / 3600);
        two_digits(line, seconds / 60 % 60);
        if !seconds.is_multiple_of(60) {
            two_digits(line, seconds % 60);
        }
    }
}

/// Changes that are one rule: a year apart each, on the same weekday of the month, at the same time, by the same step.
#[derive(Debug)]
struct Repeats {
    first: Change,
    last: Change,
    nth: Option<u32>,
    is_last: bool,
}

impl Repeats {
    fn once(change: Change) -> Self {
        let date = wall(change).date();
        Self {
            first: change,
            last: change,
            nth: Some(date.day().div_ceil(7)),
            is_last: (date + Duration::days(7)).month() != date.month(),
        }
    }

    /// These and `change` a year later, if it is by the same rule.
    fn and(&self, change: Change) -> Option<Self> {
        let (one, other) = (wall(self.last), wall(change));
        let next = Self::once(change);
        let joined = Self {
            first: self.first,
            last: change,
            nth: self.nth.filter(|nth| next.nth == Some(*nth)),
            is_last: self.is_last && next.is_last,
        };
        let pattern = |at: NaiveDateTime,
                       by: Change|
         -> (u32, Weekday, NaiveTime, FixedOffset, FixedOffset) {
            (at.month(), at.weekday(), at.time(), by.before, by.after)
        };
        let same =
            pattern(one, self.last) == pattern(other, change) && other.year() == one.year() + 1;
        (same && (joined.nth.is_some() || joined.is_last)).then_some(joined)
    }

    fn observance(&self, last: DateTime<Utc>) -> Observance {
        let onset = wall(self.first);
        let week = if self.is_last { Week::Last } else { Week::Nth(self.nth.unwrap_or(1)) };
        let yearly = (self.first != self.last).then(|| Yearly {
            month: onset.month(),
            week,
            weekday: onset.weekday(),
            // A day late: some readers, dateutil for one, compare it with the wall time, which is ahead of UTC in the east.
            until: (self.last.at <= last).then(|| self.last.at + Duration::days(1)),
        });
        Observance { onset, before: self.first.before, after: self.first.after, yearly }
    }
}

/// The wall time at which the clock was set, as it was until then.
fn wall(change: Change) -> NaiveDateTime {
    change.at.with_timezone(&change.before).naive_local()
}

/// What the clock of `zone` does that bears on the times from `first` to `last`.
fn observances(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>) -> Vec<Observance> {
    let changes = zone.changes(first - BEYOND, last + BEYOND);
    let in_force = changes.iter().rev().find(|change| change.at <= first).map(|change| change.at);
    let mut rules: Vec<Repeats> = Vec::new();
    for change in changes {
        match rules.iter_mut().find_map(|rule| rule.and(change).map(|joined| (rule, joined))) {
            Some((rule, joined)) => *rule = joined,
            None => rules.push(Repeats::once(change)),
        }
    }
    // Of what is over before, the last still holds; what begins later does not matter.
    rules.retain(|rule| rule.first.at <= last && in_force.is_none_or(|at| rule.last.at >= at));
    let initial = in_force.is_none().then(|| unchanged(zone, first));
    initial.into_iter().chain(rules.iter().map(|rule| rule.observance(last))).collect()
}

/// The clock as it stands at `first`, where nothing has set it for long.
fn unchanged(zone: Tz, first: DateTime<Utc>) -> Observance {
    let offset = zone.offset_at(first);
    let before = (first - BEYOND).naive_utc();
    Observance {
        // A fixed day, so that the component does not change with what it is written for.
        onset: before.min(DateTime::UNIX_EPOCH.naive_utc()),
        before: offset,
        after: offset,
        yearly: None,
    }
}
