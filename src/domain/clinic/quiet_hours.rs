//! The hours in which no reminder reaches a patient (rule 51), by the clinic's clock:
//! whether a moment is quiet, the evening before such a night, and the morning after.

use chrono::{DateTime, Days, NaiveDate, Timelike, Utc};

use super::policy::Policy;
use crate::domain::time::civil;
use crate::domain::time::hours::{TimeOfDay, covers};
use crate::domain::time::time_zone::Tz;

/// The quiet hours of a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// When they begin.
    pub from: TimeOfDay,
    /// When they end; the same as `from` is never quiet.
    pub until: TimeOfDay,
    /// When on the evening before is sent what would fall into them.
    pub evening: TimeOfDay,
    /// Whose clock it is.
    pub zone: Tz,
}

impl QuietHours {
    /// Those of a clinic in `zone`.
    #[must_use]
    pub fn from_policy(policy: &Policy, zone: Tz) -> Self {
        Self {
            from: policy.quiet_from,
            until: policy.quiet_until,
            evening: policy.quiet_evening,
            zone,
        }
    }

    /// Whether `at` lies in them.
    #[must_use]
    pub fn is_quiet(&self, at: DateTime<Utc>) -> bool {
        let (_, minute) = self.clock(at);
        covers(self.from, self.until, minute)
    }

    /// The evening before the night in which `at` lies.
    #[must_use]
    pub fn evening_before(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let (date, minute) = self.clock(at);
        let is_evening = self.from > self.until && minute >= self.from.minutes();
        let evening = if is_evening { date } else { date - Days::new(1) };
        self.evening.on(evening, self.zone)
    }

    /// The end of the night in which `at` lies.
    #[must_use]
    pub fn morning_after(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let (date, minute) = self.clock(at);
        let morning = if minute < self.until.minutes() { date } else { date + Days::new(1) };
        self.until.on(morning, self.zone)
    }

    fn clock(&self, at: DateTime<Utc>) -> (NaiveDate, u16) {
        let wall = civil::wall_of(self.zone, at);
        let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap_or(0);
        (wall.date(), minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;
    use chrono::Duration;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn quiet() -> QuietHours {
        QuietHours::from_policy(&Policy::default(), toronto())
    }

    #[test]
    fn quiet_is_from_nine_in_the_evening_to_eight_in_the_morning() {
        for (at, is_quiet) in [
            ("2027-01-05T01:59:59Z", false), // 20:59:59
            ("2027-01-05T02:00:00Z", true),
            ("2027-01-05T12:59:59Z", true),
            ("2027-01-05T13:00:00Z", false), // 08:00
        ] {
            assert_eq!(quiet().is_quiet(utc(at)), is_quiet, "{at}");
        }
        let nine = quiet().from;
        assert!(!(0..1440).any(|minute| covers(nine, nine, minute)), "from nine to nine is never");
    }

    #[test]
    fn before_and_after_midnight_belong_to_one_night() {
        for at in ["2027-01-05T03:00:00Z", "2027-01-05T12:00:00Z"] {
            assert_eq!(quiet().evening_before(utc(at)), utc("2027-01-05T01:45:00Z"), "{at}");
            assert_eq!(quiet().morning_after(utc(at)), utc("2027-01-05T13:00:00Z"), "{at}");
        }
    }

    #[test]
    fn a_night_in_which_the_clock_changes_still_ends_at_eight() {
        // 14 March and 7 November 2027.
        assert_eq!(quiet().morning_after(utc("2027-03-14T05:00:00Z")), utc("2027-03-14T12:00:00Z"));
        assert_eq!(quiet().morning_after(utc("2027-11-07T05:00:00Z")), utc("2027-11-07T13:00:00Z"));
        assert_eq!(
            quiet().evening_before(utc("2027-11-07T12:00:00Z")),
            utc("2027-11-07T00:45:00Z")
        );
    }

    #[test]
    fn the_evening_and_the_morning_of_a_night_are_not_in_it() {
        for hour in 0..24 * 400 {
            let at = utc("2026-10-01T00:30:00Z") + Duration::hours(hour);
            if quiet().is_quiet(at) {
                let (evening, morning) = (quiet().evening_before(at), quiet().morning_after(at));
                assert!(
                    evening < at && at < morning && morning - evening <= Duration::hours(13),
                    "{at}"
                );
                assert!(!quiet().is_quiet(evening) && !quiet().is_quiet(morning), "{at}");
            }
        }
    }
}
