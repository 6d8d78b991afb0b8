//! The settlement figures: per shop and month, what was referred, what came of it, and how long it
//! took. Sessions are counted, not referrals, since a referral asks for several; months are the
//! clinic's.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clinic::policy::Policy;
use crate::domain::ids::PartnerId;
use crate::domain::kept_as_text::through_text;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// A month, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, examples("2026-11"), pattern = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
pub struct Month(NaiveDate);

/// Not a month.
#[derive(Debug, thiserror::Error)]
#[error("not a month: write 2026-11")]
pub struct MonthError;

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn containing(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    /// The one so many months before it.
    #[must_use]
    pub fn earlier(self, months: u32) -> Self {
        Self(self.0.checked_sub_months(Months::new(months)).unwrap_or(self.0))
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// The instant at which it begins in `zone`.
    #[must_use]
    pub fn begins(self, zone: Tz) -> DateTime<Utc> {
        civil::day_start(zone, self.0)
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        let digits = text.len() == 7
            && text.bytes().enumerate().all(
                |(at, b)| {
                    if at == 4 { b == b'-' } else { b.is_ascii_digit() }
                },
            );
        let day: Option<NaiveDate> = digits.then(|| format!("{text}-01").parse().ok()).flatten();
        day.filter(|day| (1900..=2199).contains(&day.year())).map(Self).ok_or(MonthError)
    }
}
through_text!(Month);
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

/// A referral that was sent.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Asked {
    /// To which shop.
    pub partner_id: PartnerId,
    /// How many sessions it asks for.
    pub sessions: i64,
    /// When it was sent.
    pub requested_at: DateTime<Utc>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether the answer was no.
    pub declined: bool,
}

/// A session under one that was not cancelled.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Dated {
    /// At which shop.
    pub partner_id: PartnerId,
    /// When its referral was sent.
    pub requested_at: DateTime<Utc>,
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Its end.
    pub ends_at: DateTime<Utc>,
    /// Whether the patient was treated.
    pub treated: bool,
    /// Whether it is not written up.
    pub unreported: bool,
    /// When it was written up.
    pub reported_at: Option<DateTime<Utc>>,
}

/// A number of days to a tenth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(i64);

impl Days {
    /// From one instant to another.
    #[must_use]
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self(((to - from).num_seconds() * 10 + 43_200).div_euclid(86_400))
    }
}
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{}", self.0.abs() / 10, self.0.abs() % 10)
    }
}
impl Serialize for Days {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_string().parse().unwrap_or_default())
    }
}

/// The figures of one shop in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// The shop.
    pub partner_id: PartnerId,
    /// The month.
    pub month: Month,
    /// Sessions asked for by referrals sent in it.
    pub referred: i64,
    /// Sessions of referrals that were accepted in it.
    pub accepted: i64,
    /// Sessions of referrals that were rejected in it.
    pub declined: i64,
    /// Sessions treated in it.
    pub done: i64,
    /// Sessions of it whose report was late, or is.
    pub overdue: i64,
    /// Median days from sending to the answer, of the answers in it.
    #[schema(value_type = Option<f64>)]
    pub median_days_to_answer: Option<Days>,
    /// Median days from sending to treatment, of the sessions treated in it.
    #[schema(value_type = Option<f64>)]
    pub median_days_to_treatment: Option<Days>,
}

/// The middle of `days`; of an even number the mean of the two in the middle.
#[must_use]
pub fn median(mut days: Vec<Days>) -> Option<Days> {
    days.sort_unstable();
    let upper = *days.get(days.len() / 2)?;
    let lower = *days.get((days.len() - 1) / 2)?;
    Some(Days((lower.0 + upper.0 + 1).div_euclid(2)))
}

/// What was sent to shops and what came of it, to be counted at `now`.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// Every referral that was sent.
    pub asked: &'a [Asked],
    /// Every session under them.
    pub dated: &'a [Dated],
    /// The clinic's choices.
    pub policy: &'a Policy,
    /// The clinic's zone.
    pub zone: Tz,
    /// The clock.
    pub now: DateTime<Utc>,
}

impl Books<'_> {
    /// The figures of every shop that has any, month by month from `first` to `last`.
    #[must_use]
    pub fn figures(&self, (first, last): (Month, Month)) -> Vec<Figures> {
        let asked = self.asked.iter().flat_map(|one| {
            [Some(one.requested_at), one.answered_at]
                .into_iter()
                .flatten()
                .map(|at| (one.partner_id, at))
        });
        let dated = self.dated.iter().filter(|one| one.treated || self.is_late(one));
        let dated = dated.map(|one| (one.partner_id, one.starts_at));
        let wanted: BTreeSet<_> =
            asked.chain(dated).map(|(shop, at)| (shop, self.month(at))).collect();
        let wanted = wanted.into_iter().filter(|(_, month)| (first..=last).contains(month));
        wanted.map(|(shop, month)| self.figures_of(shop, month)).collect()
    }

    fn month(&self, at: DateTime<Utc>) -> Month {
        Month::containing(civil::date_of(self.zone, at))
    }

    fn is_late(&self, one: &Dated) -> bool {
        let due = one.ends_at + Duration::days(self.policy.shop_report_days.into());
        one.reported_at.map_or(one.unreported && due <= self.now, |at| due < at)
    }

    fn figures_of(&self, shop: PartnerId, month: Month) -> Figures {
        let within = |at| self.month(at) == month;
        let sent = || self.asked.iter().filter(|one| one.partner_id == shop);
        let seen =
            || self.dated.iter().filter(|one| one.partner_id == shop && within(one.starts_at));
        let answered =
            || sent().filter_map(|one| Some((one, one.answered_at.filter(|at| within(*at))?)));
        let answers = |declined| {
            let such = answered().filter(|(one, _)| one.declined == declined);
            such.map(|(one, _)| one.sessions).sum()
        };
        let count = |sessions: usize| i64::try_from(sessions).unwrap_or(i64::MAX);
        let treated = || seen().filter(|one| one.treated);
        Figures {
            partner_id: shop,
            month,
            referred: sent().filter(|one| within(one.requested_at)).map(|one| one.sessions).sum(),
            accepted: answers(false),
            declined: answers(true),
            done: count(treated().count()),
            overdue: count(seen().filter(|one| self.is_late(one)).count()),
            median_days_to_answer: median(
                answered().map(|(one, at)| Days::between(one.requested_at, at)).collect(),
            ),
            median_days_to_treatment: median(
                treated().map(|one| Days::between(one.requested_at, one.starts_at)).collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_read_written_and_ends_where_the_next_begins() {
        let november: Month = "2026-11".parse().unwrap();
        assert_eq!(november.to_string(), "2026-11");
        assert_eq!(november.begins(toronto()), utc("2026-11-01T04:00:00Z"));
        assert_eq!(november.next().begins(toronto()), utc("2026-12-01T05:00:00Z"));
        for junk in ["2026-13", "2026-1", "11-2026", "2026-11-01", "", "20é6-1"] {
            assert!(junk.parse::<Month>().is_err(), "{junk}");
        }
    }

    #[test]
    fn a_shop_is_settled_month_by_month_in_the_clinics_own_time() {
        let shop = PartnerId(uuid::Uuid::nil());
        let sent = |requested_at, answered_at: Option<&str>, sessions, declined| Asked {
            partner_id: shop,
            sessions,
            requested_at: utc(requested_at),
            answered_at: answered_at.map(utc),
            declined,
        };
        let asked = [
            sent("2026-11-02T15:00:00Z", Some("2026-11-03T15:00:00Z"), 3, false),
            sent("2026-11-10T15:00:00Z", Some("2026-11-13T03:00:00Z"), 1, true),
            // Still November in Toronto.
            sent("2026-12-01T04:30:00Z", None, 2, false),
        ];
        let visit = |starts_at, treated, unreported, reported_at: Option<&str>| Dated {
            partner_id: shop,
            requested_at: utc("2026-11-02T15:00:00Z"),
            starts_at: utc(starts_at),
            ends_at: utc(starts_at) + Duration::hours(1),
            treated,
            unreported,
            reported_at: reported_at.map(utc),
        };
        let dated = [
            visit("2026-11-12T15:00:00Z", true, false, Some("2026-11-12T17:00:00Z")),
            visit("2026-11-14T15:00:00Z", true, false, Some("2026-11-20T17:00:00Z")),
            visit("2026-12-10T15:00:00Z", false, true, None),
        ];
        let months = ("2026-11".parse().unwrap(), "2026-12".parse().unwrap());
        let (policy, now) = (Policy::default(), utc("2026-12-16T00:00:00Z"));
        let books = Books { asked: &asked, dated: &dated, policy: &policy, zone: toronto(), now };
        let figures = books.figures(months);
        let counts =
            |one: &Figures| (one.referred, one.accepted, one.declined, one.done, one.overdue);
        let days = |days: Option<Days>| days.map(|days| days.to_string()).unwrap_or_default();
        let [november, december] = figures.as_slice() else { panic!("{figures:?}") };
        assert_eq!(counts(november), (6, 3, 1, 2, 1));
        assert_eq!(days(november.median_days_to_answer), "1.8");
        assert_eq!(days(november.median_days_to_treatment), "11.0");
        assert_eq!(counts(december), (0, 0, 0, 0, 1));
        assert_eq!(december.median_days_to_answer, None);
    }

    proptest! {
        /// Half of what is not the median is on either side of it.
        #[test]
        fn the_median_is_in_the_middle(tenths in proptest::collection::vec(-500_i64..5000, 1..40)) {
            let middle = median(tenths.iter().copied().map(Days).collect()).unwrap();
            let below = tenths.iter().filter(|one| **one < middle.0).count();
            let above = tenths.iter().filter(|one| **one > middle.0).count();
            prop_assert!(below * 2 <= tenths.len() && above * 2 <= tenths.len());
        }
    }
}
