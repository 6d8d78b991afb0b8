//! When the law changes the clock: which promised wall times now mean another instant, and
//! which visits can move there together without running into others. What was promised is
//! the wall time, so that stays. Loading and moving stand in `actions::booking::time_check`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use super::civil::{Civil, resolve};
use super::interval::Interval;
use super::time_zone::Tz;
use crate::domain::ids::{ResourceId, SessionId};

/// What a change of law does to a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// The wall time means an instant that is so much later (or earlier).
    By(Duration),
    /// The clock no longer shows that wall time on that day.
    NoSuchTime,
}

/// What a change of law does to the promise `wall`, which meant `starts_at`; nothing where it still does. Of a wall time that the clock
/// shows twice either instant is right.
#[must_use]
pub fn shift(zone: Tz, wall: NaiveDateTime, starts_at: DateTime<Utc>) -> Option<Shift> {
    let means = match resolve(zone, wall) {
        Civil::Exact(at) => at,
        Civil::Repeated { first, second } if starts_at == first || starts_at == second => {
            return None;
        }
        Civil::Repeated { first, .. } => first,
        Civil::Skipped { .. } => return Some(Shift::NoSuchTime),
    };
    (means != starts_at).then(|| Shift::By(means - starts_at))
}

/// A visit that is to move, with what it claims now.
#[derive(Debug, Clone)]
pub struct Moving {
    /// The visit.
    pub session: SessionId,
    /// How far.
    pub by: Duration,
    /// What it claims now.
    pub claims: Vec<(ResourceId, Interval)>,
}

/// `when`, so much later.
#[must_use]
pub fn moved(when: Interval, by: Duration) -> Option<Interval> {
    Interval::new(when.start() + by, when.end() + by)
}

/// The visits that cannot move, since they would run into what stays, or into each other: they stay where they are. `fixed`
/// is what others claim. A session that stays may be in the way of the next one, so this is asked until no other has to stay.
#[must_use]
pub fn stuck(fixed: &[(ResourceId, Interval)], moving: &[Moving]) -> BTreeSet<SessionId> {
    let mut stuck = BTreeSet::new();
    loop {
        let mut taken: BTreeMap<ResourceId, Vec<(Interval, Option<SessionId>)>> = BTreeMap::new();
        for (resource, when) in fixed {
            taken.entry(*resource).or_default().push((*when, None));
        }
        for one in moving {
            let stays = stuck.contains(&one.session);
            for (resource, when) in &one.claims {
                let at = if stays { Some(*when) } else { moved(*when, one.by) };
                if let Some(at) = at {
                    taken.entry(*resource).or_default().push((at, (!stays).then_some(one.session)));
                }
            }
        }
        let before = stuck.len();
        for claims in taken.values_mut() {
            claims.sort_by_key(|(when, _)| when.start());
            let mut last: Option<(Interval, Option<SessionId>)> = None;
            for claim in claims.iter().copied() {
                if let Some((reaching, whose)) = last
                    && reaching.overlaps(claim.0)
                {
                    stuck.extend(whose);
                    stuck.extend(claim.1);
                }
                if last.is_none_or(|(reaching, _)| reaching.end() < claim.0.end()) {
                    last = Some(claim);
                }
            }
        }
        if stuck.len() == before {
            return stuck;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use chrono::FixedOffset;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }
    fn wall(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn under_permanent_daylight_time_a_winter_visit_begins_an_hour_earlier_and_a_summer_visit_does_not()
     {
        let law = toronto()
            .with_law(utc("2027-11-07T06:00:00Z"), FixedOffset::west_opt(4 * 3600).unwrap());
        let winter = shift(law, wall("2027-12-01T10:00:00"), utc("2027-12-01T15:00:00Z"));
        assert_eq!(winter, Some(Shift::By(Duration::hours(-1))));
        assert_eq!(shift(law, wall("2027-07-05T10:00:00"), utc("2027-07-05T14:00:00Z")), None);
        for second in ["2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z"] {
            assert_eq!(
                shift(toronto(), wall("2027-11-07T01:30:00"), utc(second)),
                None,
                "either half past one was meant"
            );
        }
        let gap = toronto()
            .with_law(utc("2028-01-10T07:00:00Z"), FixedOffset::west_opt(4 * 3600).unwrap());
        assert_eq!(
            shift(gap, wall("2028-01-10T02:30:00"), utc("2028-01-10T07:30:00Z")),
            Some(Shift::NoSuchTime)
        );
    }

    proptest! {
        /// However visits lie, and whichever move: in the end no two claims of a resource overlap, and no visit stays that
        /// could have moved alone, all others being where they end.
        #[test]
        fn what_moves_runs_into_nothing_and_nothing_stays_without_need(
            spans in prop::collection::vec((0..3_u128, 0..40_i64, 1..4_i64, any::<bool>()), 1..25)
        ) {
            let hour = |n: i64| DateTime::UNIX_EPOCH + Duration::hours(n);
            let (mut fixed, mut moving): (Vec<(ResourceId, Interval)>, Vec<Moving>) = (Vec::new(), Vec::new());
            for (n, (resource, start, length, moves)) in spans.into_iter().enumerate() {
                let resource = ResourceId(Uuid::from_u128(resource));
                let when = Interval::new(hour(start), hour(start + length)).unwrap();
                let others = fixed.iter().copied().chain(moving.iter().flat_map(|one| one.claims.clone()));
                if others.into_iter().any(|(other, at)| other == resource && at.overlaps(when)) {
                    continue;
                }
                if moves {
                    let session = SessionId(Uuid::from_u128(n as u128));
                    moving.push(Moving { session, by: Duration::hours(-1), claims: vec![(resource, when)] });
                } else {
                    fixed.push((resource, when));
                }
            }
            let stuck = stuck(&fixed, &moving);
            let end = |one: &Moving| {
                let (resource, when) = one.claims[0];
                (resource, if stuck.contains(&one.session) { when } else { moved(when, one.by).unwrap() })
            };
            let mut all: Vec<_> = fixed.clone();
            all.extend(moving.iter().map(end));
            for (i, a) in all.iter().enumerate() {
                for b in &all[i + 1..] {
                    prop_assert!(a.0 != b.0 || !a.1.overlaps(b.1));
                }
            }
            for one in moving.iter().filter(|one| stuck.contains(&one.session)) {
                let (resource, when) = one.claims[0];
                let there = moved(when, one.by).unwrap();
                // What kept it was there to the end, or wanted the same time and stayed as well.
                let in_the_way = all.iter().any(|(other, at)| *other == resource && *at != when && at.overlaps(there));
                let rival = moving.iter().any(|rival| rival.session != one.session && stuck.contains(&rival.session)
                    && rival.claims[0].0 == resource && moved(rival.claims[0].1, rival.by).unwrap().overlaps(there));
                prop_assert!(in_the_way || rival);
            }
        }
    }
}
