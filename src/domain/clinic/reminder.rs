//! Reminders of a visit: how long before it, what for, and by which way; when one falls due
//! (rules 50 and 51), and until when it is of use. Which of them a visit needs stands in
//! `messages::plan`; what they say, in `text_wording` and in `delivery`.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, Duration, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::codes::codes;
use crate::domain::kept_as_text::{text_schema, through_text};
use crate::domain::patient::channel::Channel;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

codes! {
    /// What a reminder is for.
    Purpose in "snake_case" {
        /// To read how to prepare.
        Prepare,
        /// To say whether one comes; not sent to a patient who has confirmed.
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

text_schema!(
    ReminderRule,
    "How long before the visit, what for, and by which way; d is days on the calendar, h and m are elapsed time",
    examples(["48h confirm email"]),
    pattern(Some("^[1-9][0-9]{0,3}[dhm] (prepare|confirm|remind) (email|sms)$"))
);

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
through_text!(ReminderRule);
impl fmt::Display for ReminderRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lead, purpose, channel } = self;
        write!(f, "{lead} {purpose} {channel}")
    }
}

/// How many reminders a visit may get.
pub const MOST: usize = 12;

/// Whether these are few enough, and none is there twice: one lead and way is one message.
#[must_use]
pub fn are_sound(rules: &[ReminderRule]) -> bool {
    let key = |rule: &ReminderRule| (rule.lead, rule.channel);
    let twice = rules
        .iter()
        .enumerate()
        .any(|(index, rule)| rules.iter().take(index).any(|other| key(other) == key(rule)));
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

/// The reminders of `docs/domain.md` 3: to prepare a week before, to confirm two days before, to be there two hours before.
#[must_use]
pub fn standard() -> Vec<ReminderRule> {
    let rule = |lead, purpose, channel| ReminderRule { lead, purpose, channel };
    vec![
        rule(Lead::Days(7), Purpose::Prepare, Channel::Email),
        rule(Lead::Hours(48), Purpose::Confirm, Channel::Email),
        rule(Lead::Hours(2), Purpose::Remind, Channel::Sms),
    ]
}
