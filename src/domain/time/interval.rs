//! Half-open stretches of time, `[start, end)`: touching ends do not overlap.
//! Only instants; what a wall time means is decided in `civil`.

use chrono::{DateTime, Duration, Utc};

/// A stretch of time that is not empty: `start < end` always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Interval {
    /// `[start, end)`, or nothing when that would be empty.
    #[must_use]
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first instant inside.
    #[must_use]
    pub fn start(self) -> DateTime<Utc> {
        self.start
    }

    /// The first instant after.
    #[must_use]
    pub fn end(self) -> DateTime<Utc> {
        self.end
    }

    /// Whether some instant lies in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether all of `other` lies inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Shorter by `by` at both ends, or nothing when that leaves nothing.
    #[must_use]
    pub fn shrunk(self, by: Duration) -> Option<Self> {
        Self::new(self.start + by, self.end - by)
    }
}

/// The same instants in order, with overlapping and touching stretches joined.
#[must_use]
pub fn merged(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
    for next in intervals {
        match joined.last_mut() {
            Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
            _ => joined.push(next),
        }
    }
    joined
}

/// What of `from` lies in none of `away`. The answer is in order and joined.
#[must_use]
pub fn without(from: Vec<Interval>, away: Vec<Interval>) -> Vec<Interval> {
    let away = merged(away);
    let mut rest = Vec::new();
    for piece in merged(from) {
        let mut cursor = piece.start;
        for gone in away.iter().filter(|gone| gone.overlaps(piece)) {
            rest.extend(Interval::new(cursor, gone.start));
            cursor = cursor.max(gone.end);
        }
        rest.extend(Interval::new(cursor, piece.end));
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minute(n: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + n * 60, 0).unwrap()
    }
    fn set() -> impl Strategy<Value = Vec<Interval>> {
        prop::collection::vec((0_i64..200, 1_i64..40), 0..12).prop_map(|spans| {
            spans
                .into_iter()
                .filter_map(|(at, len)| Interval::new(minute(at), minute(at + len)))
                .collect()
        })
    }
    fn has(set: &[Interval], n: i64) -> bool {
        set.iter().any(|span| span.start <= minute(n) && minute(n) < span.end)
    }

    proptest! {
        #[test]
        fn minute_by_minute_the_sets_agree_with_the_obvious_model(a in set(), b in set()) {
            let joined = merged(a.clone());
            let rest = without(a.clone(), b.clone());
            for n in -1..260 {
                prop_assert_eq!(has(&joined, n), has(&a, n));
                prop_assert_eq!(has(&rest, n), has(&a, n) && !has(&b, n));
            }
            for set in [&joined, &rest] {
                prop_assert!(set.windows(2).all(|pair| pair[0].end < pair[1].start));
            }
        }

        #[test]
        fn two_stretches_overlap_when_some_minute_is_in_both(a in (0_i64..50, 1_i64..20), b in (0_i64..50, 1_i64..20)) {
            let (x, y) = (Interval::new(minute(a.0), minute(a.0 + a.1)).unwrap(), Interval::new(minute(b.0), minute(b.0 + b.1)).unwrap());
            let shared = (0..80).any(|n| has(&[x], n) && has(&[y], n));
            prop_assert_eq!(x.overlaps(y), shared);
            prop_assert_eq!(x.contains(y), (0..80).all(|n| !has(&[y], n) || has(&[x], n)));
        }
    }
}
