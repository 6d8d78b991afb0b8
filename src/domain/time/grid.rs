//! The times at which a session may begin, as bits: one for each quarter hour of a
//! range of days. Allowing, blocking and combining are whole-word operations, so a
//! search over twenty people and sixty days is short. Which stretches are allowed or
//! blocked is said in `availability`.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use fixedbitset::FixedBitSet;

use super::civil;
use super::interval::Interval;
use super::time_zone::Tz;

/// The starts of a range of days, in steps from its first midnight.
#[derive(Debug, Clone)]
pub struct Grid {
    origin: DateTime<Utc>,
    step: Duration,
    len: usize,
}

impl Grid {
    /// Every step of the days `first` to `last`, both included, in `zone`.
    #[must_use]
    pub fn over(zone: Tz, first: NaiveDate, last: NaiveDate, step: Duration) -> Self {
        let origin = civil::day_start(zone, first);
        let end = last.succ_opt().map_or(origin, |next| civil::day_start(zone, next));
        let steps = (end - origin).num_seconds() / step.num_seconds().max(1);
        Self { origin, step, len: usize::try_from(steps).unwrap_or(0) }
    }

    /// No start at all.
    #[must_use]
    pub fn none(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.len)
    }

    /// Every start.
    #[must_use]
    pub fn all(&self) -> FixedBitSet {
        let mut bits = self.none();
        bits.insert_range(..);
        bits
    }

    /// The instant of the start with number `index`.
    #[must_use]
    pub fn at(&self, index: usize) -> DateTime<Utc> {
        self.origin + self.step * i32::try_from(index).unwrap_or(i32::MAX)
    }

    /// The first start at or after `instant`, which may lie outside.
    fn first_from(&self, instant: DateTime<Utc>) -> i64 {
        let (offset, step) = ((instant - self.origin).num_seconds(), self.step.num_seconds());
        // An instant within a second begins after that second's start.
        let offset = offset + i64::from((instant - self.origin).subsec_nanos() > 0);
        offset.div_euclid(step) + i64::from(offset.rem_euclid(step) > 0)
    }

    /// The last start at or before `instant`, which may lie outside.
    fn last_until(&self, instant: DateTime<Utc>) -> i64 {
        let offset = instant - self.origin;
        let floor = offset.num_seconds() - i64::from(offset.subsec_nanos() < 0);
        floor.div_euclid(self.step.num_seconds())
    }

    /// Starts from number `from` to number `to`, both included, cut to the grid.
    fn range(&self, from: i64, to: i64) -> std::ops::Range<usize> {
        let clamp = |n: i64| usize::try_from(n.max(0)).unwrap_or(usize::MAX).min(self.len);
        let (from, to) = (clamp(from), clamp(to.saturating_add(1)));
        from..to.max(from)
    }

    /// Allows each start from which `before` earlier until `after` later lies inside `window`.
    pub fn allow(
        &self,
        bits: &mut FixedBitSet,
        window: Interval,
        before: Duration,
        after: Duration,
    ) {
        let (from, to) =
            (self.first_from(window.start() + before), self.last_until(window.end() - after));
        bits.insert_range(self.range(from, to));
    }

    /// Removes each start from which `before` earlier until `after` later overlaps `busy`.
    pub fn block(&self, bits: &mut FixedBitSet, busy: Interval, before: Duration, after: Duration) {
        let (from, to) =
            (self.last_until(busy.start() - after) + 1, self.first_from(busy.end() + before) - 1);
        bits.remove_range(self.range(from, to));
    }

    /// Removes each start before `instant`.
    pub fn drop_before(&self, bits: &mut FixedBitSet, instant: DateTime<Utc>) {
        bits.remove_range(self.range(0, self.first_from(instant) - 1));
    }

    /// Removes each start from `from` on and before `until`.
    pub fn drop_between(&self, bits: &mut FixedBitSet, from: DateTime<Utc>, until: DateTime<Utc>) {
        bits.remove_range(self.range(self.first_from(from), self.first_from(until) - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn allowing_and_blocking_agree_with_trying_every_start(
            window in (-100_000_i64..200_000, 1_i64..90_000), busy in (-100_000_i64..200_000, 1_i64..90_000),
            before in 0_i64..8_000, after in 0_i64..20_000, cut in -100_000_i64..200_000,
        ) {
            // Two days around the spring change, so that one of them has 23 hours.
            let day = NaiveDate::from_ymd_opt(2027, 3, 13).unwrap();
            let grid = Grid::over(toronto(), day, day.succ_opt().unwrap(), Duration::minutes(15));
            let at = |second: i64| grid.at(0) + Duration::seconds(second);
            let (window, busy) = (Interval::new(at(window.0), at(window.0 + window.1)).unwrap(), Interval::new(at(busy.0), at(busy.0 + busy.1)).unwrap());
            let (before, after) = (Duration::seconds(before), Duration::seconds(after));
            let (mut allowed, mut free, mut later, mut outside) = (grid.none(), grid.all(), grid.all(), grid.all());
            grid.allow(&mut allowed, window, before, after);
            grid.block(&mut free, busy, before, after);
            grid.drop_before(&mut later, at(cut));
            grid.drop_between(&mut outside, at(cut), at(cut + 9_000));
            prop_assert_eq!(grid.len, 47 * 4);
            for index in 0..grid.len {
                let start = grid.at(index);
                let inside = window.start() <= start - before && start + after <= window.end();
                let clash = start - before < busy.end() && busy.start() < start + after;
                prop_assert_eq!(allowed.contains(index), inside, "{}", start);
                prop_assert_eq!(free.contains(index), !clash, "{}", start);
                prop_assert_eq!(later.contains(index), start >= at(cut));
                prop_assert_eq!(outside.contains(index), !(at(cut) <= start && start < at(cut + 9_000)));
            }
        }
    }
}
