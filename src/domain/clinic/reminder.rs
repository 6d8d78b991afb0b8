//! Reminders of a visit: how long before it, what for, and by which way; when one falls due
//! (rules 50 and 51), and until when it is of use. Which of them a visit needs stands in
//! `message_plan`; what they say, in `messages`.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, Duration, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::policy::Policy;
use super::quiet_hours::QuietHours;
use crate::domain::codes::codes;
use crate::domain::messages::message::Channel;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

codes! {
    /// What a reminder is for.
    Purpose in "snake_case" {
        /// To read how to prepare.
        Prepare,
        /// To say whether one comes; not sent to whoever has said so.
        Confirm,
        /// To be there.
        Remind,
    }
}

/// How long before a visit: `7d` is the same wall time seven days earlier, `48h` and `90m` are elapsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lead {
    /// Days on the calendar.
    Days(u16),
    /// Hours that pass.
    Hours(u16),
    /// Minutes that pass.
    Minutes(u16),
}

/// Why a text is no reminder.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReminderError {
    /// Not a length such as `48h`.
    #[error(
        "not a length before a visit: write 7d, 48h or 90m; at most 60 days, at least 10 minutes"
    )]
    Lead,
    /// Not what it is for.
    #[error("a reminder is to prepare, confirm or remind")]
    Purpose,
    /// Not how it goes.
    #[error("a reminder goes by email or sms")]
    Channel,
    /// Something else in it.
    #[error("a reminder is written as \"48h confirm email\"")]
    Form,
}

impl Lead {
    /// How long that is, days as 24 hours: for comparing.
    #[must_use]
    pub fn length(self) -> Duration {
        match self {
            Self::Days(days) => Duration::days(i64::from(days)),
            Self::Hours(hours) => Duration::hours(i64::from(hours)),
            Self::Minutes(minutes) => civil::minutes(minutes),
        }
    }

    /// The instant so long before `start`, a visit whose wall time is one of `zone`. A wall time that the clock skips on
    /// that day is the moment at which it goes on; one that it shows twice is the first.
    #[must_use]
    pub fn before(self, start: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Days(days) => {
                let wall = civil::wall_of(zone, start) - Days::new(u64::from(days));
                civil::resolve(zone, wall).bound()
            }
            Self::Hours(_) | Self::Minutes(_) => start - self.length(),
        }
    }
}

impl FromStr for Lead {
    type Err = ReminderError;
    fn from_str(text: &str) -> Result<Self, ReminderError> {
        let unit = text.chars().next_back().ok_or(ReminderError::Lead)?;
        let number = text.strip_suffix(unit).unwrap_or_default();
        let plain = (1..=4).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
            && !number.starts_with('0');
        let number: u16 =
            if plain { number.parse().ok() } else { None }.ok_or(ReminderError::Lead)?;
        let lead = match unit {
            'd' => Self::Days(number),
            'h' => Self::Hours(number),
            'm' => Self::Minutes(number),
            _ => return Err(ReminderError::Lead),
        };
        let allowed = Duration::minutes(10) <= lead.length() && lead.length() <= Duration::days(60);
        allowed.then_some(lead).ok_or(ReminderError::Lead)
    }
}
impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Hours(hours) => write!(f, "{hours}h"),
            Self::Minutes(minutes) => write!(f, "{minutes}m"),
        }
    }
}

/// A reminder that visits get, written `48h confirm email`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReminderRule {
    /// How long before.
    pub lead: Lead,
    /// What for.
    pub purpose: Purpose,
    /// By which way, where the patient has no wish of their own.
    pub channel: Channel,
}

impl PartialSchema for ReminderRule {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "How long before the visit, what for, and by which way; d is days on the calendar, h and m are elapsed time",
            ))
            .examples(["48h confirm email"])
            .pattern(Some("^[1-9][0-9]{0,3}[dhm] (prepare|confirm|remind) (email|sms)$"))
            .into()
    }
}
impl ToSchema for ReminderRule {}

impl FromStr for ReminderRule {
    type Err = ReminderError;
    fn from_str(text: &str) -> Result<Self, ReminderError> {
        let words: Vec<_> = text.split(' ').collect();
        let [lead, purpose, channel] = words.as_slice() else {
            return Err(ReminderError::Form);
        };
        let channel = channel.parse().map_err(|_| ReminderError::Channel)?;
        if channel == Channel::Desk {
            return Err(ReminderError::Channel);
        }
        Ok(Self {
            lead: lead.parse()?,
            purpose: purpose.parse().map_err(|_| ReminderError::Purpose)?,
            channel,
        })
    }
}
impl TryFrom<String> for ReminderRule {
    type Error = ReminderError;
    fn try_from(text: String) -> Result<Self, ReminderError> {
        text.parse()
    }
}
impl From<ReminderRule> for String {
    fn from(rule: ReminderRule) -> Self {
        rule.to_string()
    }
}
impl fmt::Display for ReminderRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lead,
            purpose,
            channel,
        } = self;
        write!(f, "{lead} {purpose} {channel}")
    }
}

/// How many reminders a visit may get.
pub const MOST: usize = 12;

/// Whether these are few enough, and none is there twice: one lead and way is one message.
#[must_use]
pub fn are_sound(rules: &[ReminderRule]) -> bool {
    let key = |rule: &ReminderRule| (rule.lead, rule.channel);
    let twice = rules.iter().enumerate().any(|(index, rule)| {
        rules
            .iter()
            .take(index)
            .any(|other| key(other) == key(rule))
    });
    rules.len() <= MOST && !twice
}

/// Reads a service's own reminders.
pub(crate) fn few<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<ReminderRule>>, D::Error> {
    let rules = Option::<Vec<ReminderRule>>::deserialize(deserializer)?;
    match &rules {
        Some(rules) if !are_sound(rules) => Err(serde::de::Error::custom(
            "at most 12 reminders, and none of one lead and way twice",
        )),
        _ => Ok(rules),
    }
}

/// The reminders of `domain.md`, section 3: to prepare a week before, to confirm two days before, to be there two hours before.
#[must_use]
pub fn standard() -> Vec<ReminderRule> {
    let rule = |lead, purpose, channel| ReminderRule {
        lead,
        purpose,
        channel,
    };
    vec![
        rule(Lead::Days(7), Purpose::Prepare, Channel::Email),
        rule(Lead::Hours(48), Purpose::Confirm, Channel::Email),
        rule(Lead::Hours(2), Purpose::Remind, Channel::Sms),
    ]
}

/// A lead from which on there is an evening before to move to.
const LONG: Duration = Duration::hours(12);

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

/// How late any reminder may be: whoever delivers looks every few seconds, and there may be others before it.
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
            &QuietHours::of(&policy, toronto()),
            &policy,
        )
    }

    #[test]
    fn rule_50s_own_example_and_both_clock_changes_keep_the_right_hour() {
        // Monday 10:00 EDT less 48 hours is Saturday 09:00 EST; less 7 days on the calendar is 10:00 EST.
        assert_eq!(
            at("48h", "2027-03-15T10:00:00"),
            Due::At(utc("2027-03-13T14:00:00Z"))
        );
        assert_eq!(
            at("7d", "2027-03-15T10:00:00"),
            Due::At(utc("2027-03-08T15:00:00Z"))
        );
        // Monday 10:00 EST less 48 hours is Saturday 11:00 EDT.
        assert_eq!(
            at("48h", "2027-11-08T10:00:00"),
            Due::At(utc("2027-11-06T15:00:00Z"))
        );
        assert_eq!(
            at("7d", "2027-11-08T10:00:00"),
            Due::At(utc("2027-11-01T14:00:00Z"))
        );
    }

    #[test]
    fn what_falls_into_quiet_hours_goes_the_evening_before_or_that_morning_or_not_at_all() {
        // 08:30 EDT less 48 hours is 07:30 EST: the evening before, 20:45 EST.
        assert_eq!(
            at("48h", "2027-03-15T08:30:00"),
            Due::At(utc("2027-03-13T01:45:00Z"))
        );
        assert_eq!(
            at("2h", "2027-03-16T09:00:00"),
            Due::At(utc("2027-03-16T12:00:00Z"))
        );
        assert_eq!(
            at("2h", "2027-03-16T08:30:00"),
            Due::At(utc("2027-03-16T12:00:00Z"))
        );
        assert_eq!(
            at("2h", "2027-03-16T08:29:00"),
            Due::Quiet(utc("2027-03-16T10:29:00Z"))
        );
        assert_eq!(
            at("2h", "2027-03-16T10:00:00"),
            Due::At(utc("2027-03-16T12:00:00Z"))
        );
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
        assert_eq!(
            words,
            ["7d prepare email", "48h confirm email", "2h remind sms"]
        );
    }

    proptest! {
        /// Minute by minute: never in quiet hours, never after the visit, never later than it would be without them but
        /// for a short one on the same morning; and still of use when it is due.
        #[test]
        fn no_reminder_is_due_in_quiet_hours_or_when_it_is_of_no_use(
            minute in 0_i64..60 * 24 * 730, lead in prop::sample::select(vec!["7d", "3d", "1d", "48h", "24h", "12h", "2h", "45m"])
        ) {
            let policy = Policy::default();
            let quiet = QuietHours::of(&policy, toronto());
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
