//! Which free times are offered to a patient who cannot come to the one that they have: near to
//! it, with the same person and at the same hour on other days first, and not all alike. Which
//! times are free at all is found elsewhere.

use chrono::{DateTime, NaiveDate, Timelike, Utc};

use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// How far from the refused time, and from what is offered already on its day, an offer lies at least, minutes.
const APART: i64 = 60;
/// Offers within so many minutes of the clock are alike.
const ALIKE: i64 = 120;

/// A free time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// Its start.
    pub start: DateTime<Utc>,
    /// Whether it is with the person who would have treated.
    pub same_person: bool,
}

/// Up to `most` of the free times instead of the one at `refused`, in order of time.
#[must_use]
pub fn instead_of(
    refused: DateTime<Utc>,
    free: &[Free],
    zone: Tz,
    most: usize,
) -> Vec<DateTime<Utc>> {
    let is_apart = |one: &&Free| (one.start - refused).num_minutes().abs() >= APART;
    let free: Vec<&Free> = free.iter().filter(is_apart).collect();
    let mut chosen: Vec<DateTime<Utc>> = Vec::new();
    while chosen.len() < most {
        let is_last = chosen.len() + 1 == most;
        let open = free.iter().filter(|one| {
            let near = |other: &DateTime<Utc>| (one.start - *other).num_minutes().abs() < ALIKE;
            !chosen.iter().any(near)
        });
        let Some(next) = open.min_by_key(|one| {
            let alike =
                is_last && chosen.iter().all(|other| clock(zone, one.start, *other) < ALIKE);
            cost(refused, one, &chosen, alike, zone)
        }) else {
            break;
        };
        chosen.push(next.start);
    }
    chosen.sort_unstable();
    chosen
}

/// How little a free time suits; the smallest is offered first. An hour off weighs like two days off; the last of several
/// that are all at one hour is rather at another.
fn cost(
    refused: DateTime<Utc>,
    one: &Free,
    chosen: &[DateTime<Utc>],
    alike: bool,
    zone: Tz,
) -> (i64, i64, DateTime<Utc>) {
    let (day, hour) = (days(zone, refused, one.start), clock(zone, refused, one.start));
    let on_a_day_taken = chosen.iter().any(|other| days(zone, *other, one.start) == 0);
    let weights = [
        (on_a_day_taken, 200),
        (day == 0, 100),
        (!one.same_person, 8),
        (alike && !chosen.is_empty(), 10),
    ];
    let weight: i64 = weights.iter().filter(|(is, _)| *is).map(|(_, weight)| weight).sum();
    // Of two that are as good, the later day: nobody can come earlier than they thought.
    (weight + day.abs() + 2 * (hour / 60), i64::from(day < 0) * 1000 + hour, one.start)
}

/// By how many days `other` is later.
fn days(zone: Tz, one: DateTime<Utc>, other: DateTime<Utc>) -> i64 {
    let date = |at| -> NaiveDate { civil::date_of(zone, at) };
    (date(other) - date(one)).num_days()
}

/// How many minutes the clock's hands are apart.
fn clock(zone: Tz, one: DateTime<Utc>, other: DateTime<Utc>) -> i64 {
    let minutes = |at| i64::from(civil::wall_of(zone, at).num_seconds_from_midnight() / 60);
    (minutes(one) - minutes(other)).abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use chrono::Duration;
    use proptest::prelude::*;

    /// Monday 15 March 2027, ten o'clock.
    fn refused() -> DateTime<Utc> {
        "2027-03-15T14:00:00Z".parse().unwrap()
    }

    /// Every quarter of an hour from nine to five, on the days from `first` to `last` around the refused one.
    fn every_quarter(first: i64, last: i64) -> Vec<Free> {
        let day = |day: i64| {
            (0..32).map(move |quarter| Free {
                start: refused() + Duration::days(day) + Duration::minutes(15 * quarter - 60),
                same_person: true,
            })
        };
        (first..=last).flat_map(day).collect()
    }

    fn offered(free: &[Free]) -> Vec<String> {
        let shown =
            |start: DateTime<Utc>| civil::wall_of(toronto(), start).format("%d %H:%M").to_string();
        instead_of(refused(), free, toronto(), 3).into_iter().map(shown).collect()
    }

    #[test]
    fn the_same_hour_on_the_next_days_comes_first_and_one_at_another_hour() {
        assert_eq!(offered(&every_quarter(-3, 30)), ["14 10:00", "16 10:00", "17 12:00"]);
        assert_eq!(offered(&every_quarter(0, 30)), ["16 10:00", "17 10:00", "18 12:00"]);
    }

    #[test]
    fn another_person_is_offered_only_where_theirs_is_far_nearer() {
        let theirs = |free: Vec<Free>| {
            free.into_iter().map(|one| Free { same_person: false, ..one }).collect::<Vec<_>>()
        };
        let mut free = theirs(every_quarter(1, 2));
        free.extend(every_quarter(3, 9));
        assert_eq!(offered(&free), ["18 10:00", "19 10:00", "20 12:00"]);
        let mut free = theirs(every_quarter(1, 2));
        free.extend(every_quarter(20, 29));
        assert_eq!(offered(&free)[..2], ["16 10:00", "17 10:00"]);
    }

    #[test]
    fn where_there_is_one_day_alone_its_hours_are_spread() {
        assert_eq!(offered(&every_quarter(0, 0)), ["15 09:00", "15 11:00", "15 13:00"]);
        assert_eq!(offered(&every_quarter(2, 2)).len(), 3);
        assert!(offered(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn no_offer_is_within_the_hour_of_what_was_refused_nor_of_another(
            quarters in prop::collection::btree_set(-400_i64..2000, 0..60),
            persons in any::<u64>(),
        ) {
            let free: Vec<Free> = quarters.iter().zip(0..).map(|(quarter, at)| Free {
                start: refused() + Duration::minutes(15 * quarter),
                same_person: persons >> (at % 64) & 1 == 1,
            }).collect();
            let offers = instead_of(refused(), &free, toronto(), 3);
            prop_assert!(offers.is_sorted() && offers.len() <= 3);
            for (at, one) in offers.iter().enumerate() {
                prop_assert!(free.iter().any(|free| free.start == *one));
                prop_assert!((*one - refused()).num_minutes().abs() >= 60);
                for other in &offers[..at] {
                    prop_assert!((*one - *other).num_minutes() >= 120);
                }
            }
        }
    }
}
