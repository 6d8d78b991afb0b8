//! When a reminder is due, and until when it is of use.

use crate::domain::clinic::policy::Policy;
use crate::domain::clinic::quiet_hours::QuietHours;
use crate::domain::clinic::reminder::Lead;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use chrono::{DateTime, Duration, Utc};

/// A lead from which on there is an evening before to move to.
pub(in crate::domain) const LONG: Duration = Duration::hours(12);

/// When a reminder goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Then.
    At(DateTime<Utc>),
    /// Not at all: it would fall into quiet hours, and the morning after is too late for it. The time that it would have had.
    Quiet(DateTime<Utc>),
}

/// When a reminder `lead` before a visit goes out (rule 51): in quiet hours on the evening before; a short one on the
/// morning, if enough time is left.
#[must_use]
pub fn due(lead: Lead, start: DateTime<Utc>, zone: Tz, quiet: &QuietHours, policy: &Policy) -> Due {
    let at = lead.before(start, zone);
    if !quiet.is_quiet(at) {
        return Due::At(at);
    }
    if lead.length() >= LONG {
        return Due::At(quiet.evening_before(at));
    }
    let morning = quiet.morning_after(at);
    if start - morning >= civil::minutes(policy.reminder_least_minutes) {
        Due::At(morning)
    } else {
        Due::Quiet(at)
    }
}

/// How late any reminder may be: delivery looks every few seconds, and there may be others before it.
const SOON: Duration = Duration::minutes(10);

/// Until when a reminder that is due at `due_at` is of use: a long one until a share of its lead is gone, a short one until too
/// little time is left; each for a few minutes at least, and none after the visit has begun.
#[must_use]
pub fn useful_until(
    lead: Lead,
    start: DateTime<Utc>,
    due_at: DateTime<Utc>,
    policy: &Policy,
) -> DateTime<Utc> {
    let least = civil::minutes(policy.reminder_least_minutes);
    let left = if lead.length() < LONG {
        least.min(lead.length())
    } else {
        let left = lead.length() * i32::from(100 - policy.reminder_late_percent.min(100)) / 100;
        left.max(least)
    };
    (start - left).max(due_at + SOON).min(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clinic::reminder::{ReminderRule, standard};
    use crate::domain::time::time_zone::toronto;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn at(lead: &str, start: &str) -> Due {
        let policy = Policy::default();
        let start = civil::resolve(toronto(), start.parse().unwrap()).bound();
        due(
            lead.parse().unwrap(),
            start,
            toronto(),
            &QuietHours::from_policy(&policy, toronto()),
            &policy,
        )
    }

    #[test]
    fn rule_50s_own_example_and_both_clock_changes_keep_the_right_hour() {
        // Monday 10:00 EDT less 48 hours is Saturday 09:00 EST; less 7 days on the calendar is 10:00 EST.
        assert_eq!(at("48h", "2027-03-15T10:00:00"), Due::At(utc("2027-03-13T14:00:00Z")));
        assert_eq!(at("7d", "2027-03-15T10:00:00"), Due::At(utc("2027-03-08T15:00:00Z")));
        // Monday 10:00 EST less 48 hours is Saturday 11:00 EDT.
        assert_eq!(at("48h", "2027-11-08T10:00:00"), Due::At(utc("2027-11-06T15:00:00Z")));
        assert_eq!(at("7d", "2027-11-08T10:00:00"), Due::At(utc("2027-11-01T14:00:00Z")));
    }

    #[test]
    fn what_falls_into_quiet_hours_goes_the_evening_before_or_that_morning_or_not_at_all() {
        // 08:30 EDT less 48 hours is 07:30 EST: the evening before, 20:45 EST.
        assert_eq!(at("48h", "2027-03-15T08:30:00"), Due::At(utc("2027-03-13T01:45:00Z")));
        assert_eq!(at("2h", "2027-03-16T09:00:00"), Due::At(utc("2027-03-16T12:00:00Z")));
        assert_eq!(at("2h", "2027-03-16T08:30:00"), Due::At(utc("2027-03-16T12:00:00Z")));
        assert_eq!(at("2h", "2027-03-16T08:29:00"), Due::Quiet(utc("2027-03-16T10:29:00Z")));
        assert_eq!(at("2h", "2027-03-16T10:00:00"), Due::At(utc("2027-03-16T12:00:00Z")));
    }

    #[test]
    fn rules_are_written_in_three_words() {
        for text in ["7d prepare email", "48h confirm sms", "90m remind sms"] {
            assert_eq!(text.parse::<ReminderRule>().unwrap().to_string(), text);
        }
        for junk in [
            "",
            "48h",
            "48h confirm",
            "48h confirm fax",
            "48h confirm desk",
            "48h nag email",
            "0h remind sms",
            "9m remind sms",
            "61d remind sms",
            "-1d remind sms",
            "4é remind sms",
            "48h  confirm email",
        ] {
            assert!(junk.parse::<ReminderRule>().is_err(), "{junk}");
        }
        let words: Vec<_> = standard().iter().map(ToString::to_string).collect();
        assert_eq!(words, ["7d prepare email", "48h confirm email", "2h remind sms"]);
    }

    proptest! {
        /// Minute by minute: never in quiet hours, never after the visit, never later than it would be without them but
        /// for a short one on the same morning; and still of use when it is due.
        #[test]
        fn no_reminder_is_due_in_quiet_hours_or_when_it_is_of_no_use(
            minute in 0_i64..60 * 24 * 730, lead in prop::sample::select(vec!["7d", "3d", "1d", "48h", "24h", "12h", "2h", "45m"])
        ) {
            let policy = Policy::default();
            let quiet = QuietHours::from_policy(&policy, toronto());
            let start = utc("2026-06-01T00:00:00Z") + Duration::minutes(minute);
            let lead: Lead = lead.parse().unwrap();
            let plain = lead.before(start, toronto());
            match due(lead, start, toronto(), &quiet, &policy) {
                Due::At(at) => {
                    prop_assert!(!quiet.is_quiet(at));
                    prop_assert!(at + Duration::minutes(9) < useful_until(lead, start, at, &policy), "{at} is past its use for {start}");
                    prop_assert!(at <= plain || (lead.length() < LONG && at < start));
                    prop_assert!(quiet.is_quiet(plain) || at == plain);
                }
                Due::Quiet(at) => prop_assert!(lead.length() < LONG && quiet.is_quiet(at) && at == plain),
            }
        }
    }
}
