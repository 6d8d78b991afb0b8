//! The clinic's own figures: who did not come, how full rooms and devices are, which courses wait
//! for a session that was not booked, and how long courses take. Months are the clinic's. The
//! settlement figures of shops stand in `settlement`.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Serialize;

use crate::domain::catalogue::service::Service;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::Goal;
use crate::domain::course::case::{Case, Happened};
use crate::domain::course::progress::{Progress, next_window};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{DeviceId, RoomId};
use crate::domain::partner::settlement::Month;
use crate::domain::time::civil;
use crate::domain::time::interval::{Interval, merged};
use crate::domain::time::time_zone::Tz;

/// A visit that was not cancelled.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Seen {
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Its end.
    pub ends_at: DateTime<Utc>,
    /// Where it stands.
    pub status: SessionStatus,
    /// In which room.
    pub room_id: Option<RoomId>,
    /// With which device.
    pub device_id: Option<DeviceId>,
}

/// A part of a whole, in tenths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(i64);

impl Share {
    /// `part` of `whole`; nothing where there is no whole.
    #[must_use]
    pub fn of_whole(part: i64, whole: i64) -> Option<Self> {
        (whole > 0).then(|| Self((part * 1000 + whole / 2) / whole))
    }

    /// In tenths of a percent.
    #[must_use]
    pub fn tenths(self) -> i64 {
        self.0
    }
}
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} %", self.0 / 10, self.0 % 10)
    }
}

/// Who came in a month, and who did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendance {
    /// The month.
    pub month: Month,
    /// Visits to which the patient came.
    pub came: i64,
    /// Visits to which they did not.
    pub missed: i64,
}

impl Attendance {
    /// The share of those who did not come.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        Share::of_whole(self.missed, self.came + self.missed)
    }
}

/// Who came, month by month. What is still to come, or not marked yet, counts neither way.
#[must_use]
pub fn attendance(seen: &[Seen], months: &[Month], zone: Tz) -> Vec<Attendance> {
    let count = |of: Month, wanted: &[SessionStatus]| {
        let is = |one: &&Seen| {
            wanted.contains(&one.status)
                && Month::containing(civil::date_of(zone, one.starts_at)) == of
        };
        counted(seen.iter().filter(is).count())
    };
    let came = [SessionStatus::Arrived, SessionStatus::CheckedIn, SessionStatus::Fulfilled];
    let of = |month: &Month| Attendance {
        month: *month,
        came: count(*month, &came),
        missed: count(*month, &[SessionStatus::Noshow]),
    };
    months.iter().map(of).collect()
}

fn counted(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A number of minutes, written as hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours(i64);

impl Hours {
    /// So many minutes.
    #[must_use]
    pub fn of_minutes(minutes: i64) -> Self {
        Self(minutes)
    }

    /// In minutes.
    #[must_use]
    pub fn minutes(self) -> i64 {
        self.0
    }
}
impl std::iter::Sum for Hours {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.map(|one| one.0).sum())
    }
}
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 + 3) / 6;
        write!(f, "{}.{} h", tenths / 10, tenths % 10)
    }
}

/// How much of the time for which something was to be had was booked, in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InUse {
    /// The month.
    pub month: Month,
    /// Booked.
    pub booked: Hours,
    /// To be had.
    pub open: Hours,
}

/// `booked` and what `open_on` a day, month by month.
pub fn in_use(
    booked: &[Interval],
    open_on: impl Fn(NaiveDate) -> Vec<Interval>,
    months: &[Month],
    zone: Tz,
) -> Vec<InUse> {
    let taken = merged(booked.to_vec());
    let of = |month: &Month| {
        let whole = Interval::new(month.begins(zone), month.next().begins(zone));
        let within = |one: &Interval| {
            let whole = whole?;
            Interval::new(one.start().max(whole.start()), one.end().min(whole.end()))
        };
        let days = whole.map(|whole| civil::date_of(zone, whole.start()).iter_days());
        let days = days.into_iter().flatten();
        let open =
            days.take_while(|day| Month::containing(*day) == *month).flat_map(&open_on).collect();
        InUse {
            month: *month,
            booked: length(taken.iter().filter_map(within)),
            open: length(merged(open).into_iter()),
        }
    };
    months.iter().map(of).collect()
}

fn length(all: impl Iterator<Item = Interval>) -> Hours {
    Hours(all.map(|one| (one.end() - one.start()).num_minutes()).sum())
}

/// The day that was suggested for the next session of a course, where it has passed and nothing is booked; counted from
/// the last treatment or test patch. `service` is what would be booked.
#[must_use]
pub fn overdue_since(
    case: &Case,
    progress: Progress,
    policy: &Policy,
    zone: Tz,
    service: &Service,
    today: NaiveDate,
) -> Option<NaiveDate> {
    if case.of_course().any(|visit| visit.happened == Happened::ToCome) {
        return None;
    }
    let last = case
        .visits
        .iter()
        .rfind(|visit| visit.course_id == case.course_id && visit.treats().is_some())?;
    let window = next_window(case, progress, policy, zone, service, last.day)?;
    (window.suggested < today).then_some(window.suggested)
}

/// How long courses have been overdue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Up to two weeks.
    pub two_weeks: i64,
    /// Longer, up to four weeks.
    pub four_weeks: i64,
    /// Longer, up to twelve weeks.
    pub twelve_weeks: i64,
    /// Longer.
    pub longer: i64,
}

impl Overdue {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.two_weeks + self.four_weeks + self.twelve_weeks + self.longer
    }
}

/// How long courses that are overdue `since` these days have been, on `today`.
#[must_use]
pub fn overdue(since: &[NaiveDate], today: NaiveDate) -> Overdue {
    let mut all = Overdue::default();
    for day in since {
        let weeks = (today - *day, &mut all);
        *match weeks {
            (late, all) if late <= Duration::weeks(2) => &mut all.two_weeks,
            (late, all) if late <= Duration::weeks(4) => &mut all.four_weeks,
            (late, all) if late <= Duration::weeks(12) => &mut all.twelve_weeks,
            (_, all) => &mut all.longer,
        } += 1;
    }
    all
}

/// A course that was completed.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Ended {
    /// What it was for.
    pub goal: Goal,
    /// Its first treatment.
    pub first_at: DateTime<Utc>,
    /// Its last.
    pub last_at: DateTime<Utc>,
    /// How many it took.
    pub sessions: i64,
}

/// The middle of some whole numbers, which may lie between two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Median(i64);

impl Median {
    /// The middle of `all`; of an even number the mean of the two in the middle.
    #[must_use]
    pub fn among(mut all: Vec<i64>) -> Option<Self> {
        all.sort_unstable();
        let upper = *all.get(all.len() / 2)?;
        let lower = *all.get((all.len() - 1) / 2)?;
        Some(Self(lower + upper))
    }

    /// Twice the middle, which is whole.
    #[must_use]
    pub fn twice(self) -> i64 {
        self.0
    }
}
impl fmt::Display for Median {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.0 % 2 == 0 { "" } else { ".5" };
        write!(f, "{}{half}", self.0 / 2)
    }
}
impl Serialize for Median {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How long the courses of one goal took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasted {
    /// What they were for.
    pub goal: Goal,
    /// How many there were.
    pub courses: i64,
    /// Median days from the first treatment to the last.
    pub days: Median,
    /// Median number of sessions.
    pub sessions: Median,
}

/// How long courses took, by what they were for.
#[must_use]
pub fn lasted(ended: &[Ended], zone: Tz) -> Vec<Lasted> {
    let mut goals: BTreeMap<Goal, Vec<&Ended>> = BTreeMap::new();
    for one in ended {
        goals.entry(one.goal).or_default().push(one);
    }
    let days = |one: &&Ended| {
        (civil::date_of(zone, one.last_at) - civil::date_of(zone, one.first_at)).num_days()
    };
    let of = |(goal, all): (Goal, Vec<&Ended>)| {
        Some(Lasted {
            goal,
            courses: counted(all.len()),
            days: Median::among(all.iter().map(days).collect())?,
            sessions: Median::among(all.iter().map(|one| one.sessions).collect())?,
        })
    };
    goals.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn seen(starts_at: &str, status: SessionStatus) -> Seen {
        let starts_at = utc(starts_at);
        Seen {
            starts_at,
            ends_at: starts_at + Duration::hours(1),
            status,
            room_id: None,
            device_id: None,
        }
    }

    #[test]
    fn who_did_not_come_is_a_share_of_those_who_could_be_marked() {
        let months = ["2026-11".parse().unwrap(), "2026-12".parse().unwrap()];
        let all = [
            seen("2026-11-10T15:00:00Z", SessionStatus::Fulfilled),
            seen("2026-11-11T15:00:00Z", SessionStatus::Fulfilled),
            // Still November in Toronto.
            seen("2026-12-01T04:30:00Z", SessionStatus::Noshow),
            seen("2026-12-02T15:00:00Z", SessionStatus::Booked),
        ];
        let shown = attendance(&all, &months, toronto());
        assert_eq!((shown[0].came, shown[0].missed), (2, 1));
        assert_eq!(shown[0].share().unwrap().to_string(), "33.3 %");
        assert_eq!(shown[1].share(), None);
    }

    #[test]
    fn what_lasted_is_shown_by_its_middle() {
        let ended = |first, last, sessions| Ended {
            goal: Goal::Remove,
            first_at: utc(first),
            last_at: utc(last),
            sessions,
        };
        let all = [
            ended("2026-01-01T15:00:00Z", "2026-01-11T15:00:00Z", 4),
            ended("2026-01-01T15:00:00Z", "2026-01-16T15:00:00Z", 7),
        ];
        let shown = lasted(&all, toronto());
        assert_eq!((shown.len(), shown[0].courses), (1, 2));
        assert_eq!(
            (shown[0].days.to_string(), shown[0].sessions.to_string()),
            ("12.5".into(), "5.5".into())
        );
        assert_eq!(Hours(90).to_string(), "1.5 h");
    }

    #[test]
    fn what_is_overdue_is_told_by_how_long() {
        let today: NaiveDate = "2027-03-01".parse().unwrap();
        let since = [1, 14, 15, 28, 29, 84, 85, 400].map(|days| today - Duration::days(days));
        let Overdue { two_weeks, four_weeks, twelve_weeks, longer } = overdue(&since, today);
        assert_eq!((two_weeks, four_weeks, twelve_weeks, longer), (2, 2, 2, 2));
    }

    proptest! {
        /// Use by lengths is use by looking at every quarter of an hour, over a change of the clock too.
        #[test]
        fn use_is_what_every_quarter_hour_says(
            booked in proptest::collection::vec((0_i64..6000, 1_i64..40), 0..30),
            opens in 0_u16..40, long in 1_u16..50,
        ) {
            let zone = toronto();
            let months: [Month; 2] = ["2027-02".parse().unwrap(), "2027-03".parse().unwrap()];
            let quarter = |n: i64| months[0].begins(zone) - Duration::days(3) + Duration::minutes(15 * n);
            let booked: Vec<_> = booked.iter().map(|(at, long)| Interval::new(quarter(*at), quarter(at + long)).unwrap()).collect();
            let open_on = |day: NaiveDate| {
                let begins = civil::day_start(zone, day) + Duration::minutes(15 * i64::from(opens));
                Interval::new(begins, begins + Duration::minutes(15 * i64::from(long))).into_iter().collect::<Vec<_>>()
            };
            for used in in_use(&booked, open_on, &months, zone) {
                let (mut at, mut busy, mut open) = (used.month.begins(zone), 0, 0);
                let days: Vec<_> = civil::date_of(zone, at).iter_days().take(31)
                    .filter(|day| Month::containing(*day) == used.month).flat_map(open_on).collect();
                while at < used.month.next().begins(zone) {
                    busy += i64::from(booked.iter().any(|one| one.start() <= at && at < one.end()));
                    at += Duration::minutes(15);
                }
                at = used.month.begins(zone);
                // What opens late on the last day may reach into the next month.
                while at < used.month.next().begins(zone) + Duration::days(1) {
                    open += i64::from(days.iter().any(|one| one.start() <= at && at < one.end()));
                    at += Duration::minutes(15);
                }
                prop_assert_eq!((used.booked.minutes(), used.open.minutes()), (busy * 15, open * 15));
            }
        }

        /// Half of what is not the middle is on either side of it.
        #[test]
        fn the_middle_is_in_the_middle(all in proptest::collection::vec(-50_i64..500, 1..40)) {
            let middle = Median::among(all.clone()).unwrap().twice();
            prop_assert!(all.iter().filter(|one| *one * 2 < middle).count() * 2 <= all.len());
            prop_assert!(all.iter().filter(|one| *one * 2 > middle).count() * 2 <= all.len());
        }
    }
}
