//! Every number that the clinic may choose, in one place, with its default. Set by
//! `[policy]` in `fadeline.toml` or by `FADELINE_POLICY__…`, and checked at start.

use chrono::Duration;
use serde::Deserialize;

use super::reminder;
use super::reminder::ReminderRule;
use crate::domain::time::civil::minutes;
use crate::domain::time::hours;
use crate::domain::time::hours::TimeOfDay;

/// The clinic's choices. `[A]` numbers of `docs/domain.md` are defaults here, never constants in code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether the clinic closes on the Civic Holiday (first Monday of August). Rule 35.
    pub observe_civic_holiday: bool,
    /// Times are offered every so many minutes from the hour; divides 60.
    pub grid_minutes: u16,
    /// How long a hold keeps its slot, minutes.
    pub hold_minutes: u16,
    /// How long `undo` steps back, minutes.
    pub undo_minutes: u16,
    /// How long before its start a patient may be marked as arrived, minutes (`docs/domain.md` 4).
    pub arrive_early_minutes: u16,
    /// How long after its start a session may be marked as a no-show, minutes. Rule 45.
    pub no_show_after_minutes: u16,
    /// Set-up and tear-down at each end of a rental window, minutes. Rule 36.
    pub rental_setup_minutes: u16,
    /// How far ahead sessions are booked, days.
    pub horizon_days: u16,
    /// How far ahead the earliest day that works is looked for, days.
    pub search_days: u16,
    /// Between the end of the consultation and the first laser exposure, hours. Rule 13.
    pub cooling_off_hours: u16,
    /// Between a test patch and a laser session, days. Rule 25.
    pub test_patch_wait_days: u16,
    /// The same for Fitzpatrick IV to VI. Rule 25.
    pub test_patch_wait_days_darker: u16,
    /// How long a test patch, or the laser session after it, vouches for the next one, days. Rule 24.
    pub test_patch_valid_days: u16,
    /// Between two laser sessions on one zone, at least, days. Rule 27.
    pub laser_interval_days: u16,
    /// The same for Fitzpatrick IV to VI. Rule 27.
    pub laser_interval_days_darker: u16,
    /// Between two laser sessions on one zone, as suggested, days. Rule 28.
    pub laser_suggested_days: u16,
    /// After saline or a chemical fade on a zone, at least, days. Rule 31.
    pub lightening_interval_days: u16,
    /// The same, as suggested, days (`docs/domain.md` 1.12).
    pub lightening_suggested_days: u16,
    /// Between a laser session and an adjustment on one zone, days. Rule 32.
    pub healing_days: u16,
    /// Between two adjustments on one zone, at least, days. Rule 32.
    pub adjustment_interval_days: u16,
    /// The same, as suggested, days (`docs/domain.md` 1.12).
    pub adjustment_suggested_days: u16,
    /// The most laser sessions that a course is planned for. Rules 6 to 8.
    pub plan_ceiling: u16,
    /// Wavelengths that are not used on Fitzpatrick IV to VI, nanometres. Rule 41.
    pub wavelengths_not_for_darker_nm: Vec<u16>,
    /// From how much clearance on the pigment counts as gone, percent (`docs/domain.md` 1.11).
    pub cleared_percent: u16,
    /// How long a message about a change waits, so that a slip can be undone before it is read, minutes.
    pub message_grace_minutes: u16,
    /// How long a message that cannot be delivered is tried again, hours; then it is a task.
    pub message_tries_hours: u16,
    /// Below how many hours before a visit a change of it is told by every way that works.
    pub short_notice_hours: u16,
    /// Before which time of day a visit is too early for a text on that morning about a change made at night: the desk phones.
    pub text_too_late_before: TimeOfDay,
    /// How long a change of a visit within two days may stay unsent before the desk gets a task, minutes.
    pub unsent_task_minutes: u16,
    /// How many days before a planned session its calendar entry is sent, at the latest (`docs/calendars.md`).
    pub plan_entry_days: u16,
    /// Whether the calendar entries of a plan are all sent at once.
    pub plan_entries_at_once: bool,
    /// Whether a patient is written to only with a recorded consent to messages. Without it, the address that a
    /// patient gave for visits is consent until a recorded one is withdrawn. Rule 53.
    pub messages_need_recorded_consent: bool,
    /// How many minutes before the start of a visit patients are asked to be there.
    pub be_early_minutes: u16,
    /// How long after a visit its page can be opened by the patient's link, days.
    pub visit_link_days: u16,
    /// After how many days without a fetch a calendar's secret address is revoked.
    pub feed_unused_days: u16,
    /// The reminders that a visit gets, unless its service says otherwise. Rule 50.
    pub reminders: Vec<ReminderRule>,
    /// When quiet hours begin, the clinic's time. Rule 51.
    pub quiet_from: TimeOfDay,
    /// When quiet hours end. Rule 51.
    pub quiet_until: TimeOfDay,
    /// When on the evening before is sent what would fall into them. Rule 51.
    pub quiet_evening: TimeOfDay,
    /// How many characters of its alphabet one text message may have: 160, or 136 where the sender is a long code of Twilio
    /// in Canada. Rule 54.
    pub sms_segment: u16,
    /// How much time a reminder on the day has to leave, minutes. Rule 51.
    pub reminder_least_minutes: u16,
    /// How much of its lead a longer reminder may be late, percent; later it is of no use.
    pub reminder_late_percent: u8,
    /// When a shop gets the list of the next day, the clinic's time, unless it says otherwise.
    pub shop_day_list_at: TimeOfDay,
    /// How long before a visit a shop is told that wants it, minutes, unless it says otherwise.
    pub shop_before_minutes: u16,
    /// After how many business days a shop is told that a visit waits for its answer.
    pub shop_waiting_business_days: u16,
    /// After how many business days without an answer the desk gets a task. Rule 60.
    pub shop_silent_business_days: u16,
    /// How many days after a visit a shop is told that its report is overdue. Rule 62.
    pub shop_report_days: u16,
    /// When practitioners who want it get the list of their next day, the clinic's time.
    pub staff_day_list_at: TimeOfDay,
    /// After how many minutes alone a page asks for the password again.
    pub sign_in_lock_minutes: u16,
    /// After how many hours alone a browser is signed out.
    pub sign_in_idle_hours: u16,
    /// After how many hours a browser is signed out, whatever was done with it.
    pub sign_in_most_hours: u16,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            observe_civic_holiday: true,
            grid_minutes: 15,
            hold_minutes: 10,
            undo_minutes: 3,
            arrive_early_minutes: 60,
            no_show_after_minutes: 15,
            rental_setup_minutes: 30,
            horizon_days: 1100,
            search_days: 120,
            cooling_off_hours: 24,
            test_patch_wait_days: 14,
            test_patch_wait_days_darker: 28,
            test_patch_valid_days: 180,
            laser_interval_days: 42,
            laser_interval_days_darker: 56,
            laser_suggested_days: 56,
            lightening_interval_days: 28,
            lightening_suggested_days: 42,
            healing_days: 56,
            adjustment_interval_days: 10,
            adjustment_suggested_days: 21,
            plan_ceiling: 10,
            wavelengths_not_for_darker_nm: vec![532],
            cleared_percent: 95,
            message_grace_minutes: 3,
            message_tries_hours: 48,
            short_notice_hours: 24,
            text_too_late_before: TimeOfDay::hm(10, 0),
            unsent_task_minutes: 60,
            plan_entry_days: 14,
            plan_entries_at_once: false,
            messages_need_recorded_consent: false,
            be_early_minutes: 10,
            visit_link_days: 7,
            feed_unused_days: 90,
            reminders: reminder::standard(),
            quiet_from: TimeOfDay::hm(21, 0),
            quiet_until: TimeOfDay::hm(8, 0),
            quiet_evening: TimeOfDay::hm(20, 45),
            sms_segment: 160,
            reminder_least_minutes: 30,
            reminder_late_percent: 50,
            shop_day_list_at: TimeOfDay::hm(16, 0),
            shop_before_minutes: 120,
            shop_waiting_business_days: 1,
            shop_silent_business_days: 2,
            shop_report_days: 5,
            staff_day_list_at: TimeOfDay::hm(18, 0),
            sign_in_lock_minutes: 10,
            sign_in_idle_hours: 12,
            sign_in_most_hours: 24,
        }
    }
}

/// Numbers of a policy with their names and ranges.
macro_rules! ranges {
    ($policy:ident: $($name:ident $range:expr),+ $(,)?) => {
        [$((stringify!($name), u16::from($policy.$name), $range)),+]
    };
}

impl Policy {
    /// What is wrong with the numbers, one sentence each; nothing when all is well.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.out_of_range();
        if ![5, 10, 15, 20, 30, 60].contains(&self.grid_minutes) {
            faults.push(format!(
                "policy.grid_minutes is {}, but must be 5, 10, 15, 20, 30 or 60",
                self.grid_minutes
            ));
        }
        if !reminder::are_sound(&self.reminders) {
            faults.push(
                "policy.reminders holds more than 12, or one of one lead and way twice".to_owned(),
            );
        }
        // Days have no 24:00 here, and what moves to the evening before must not be quiet itself.
        let times = [
            self.quiet_from,
            self.quiet_until,
            self.quiet_evening,
            self.shop_day_list_at,
            self.staff_day_list_at,
            self.text_too_late_before,
        ];
        if times.iter().any(|time| time.minutes() >= 1440)
            || hours::covers(self.quiet_from, self.quiet_until, self.quiet_evening.minutes())
        {
            faults.push(
                "policy.quiet_evening lies within the quiet hours, or a time of day is 24:00"
                    .to_owned(),
            );
        }
        faults
    }

    /// The numbers that are out of their range.
    fn out_of_range(&self) -> Vec<String> {
        let ranges = ranges!(self:
            hold_minutes 1..=240,
            undo_minutes 0..=60,
            arrive_early_minutes 0..=720,
            no_show_after_minutes 0..=720,
            rental_setup_minutes 0..=240,
            horizon_days 1..=3660,
            search_days 1..=400,
            cooling_off_hours 0..=720,
            test_patch_wait_days 0..=365,
            test_patch_wait_days_darker self.test_patch_wait_days..=365,
            test_patch_valid_days 1..=3660,
            laser_interval_days 0..=365,
            laser_interval_days_darker self.laser_interval_days..=365,
            laser_suggested_days self.laser_interval_days..=365,
            lightening_interval_days 0..=365,
            lightening_suggested_days self.lightening_interval_days..=365,
            healing_days 0..=365,
            adjustment_interval_days 0..=365,
            adjustment_suggested_days self.adjustment_interval_days..=365,
            plan_ceiling 1..=60,
            cleared_percent 1..=100,
            message_grace_minutes 0..=60,
            message_tries_hours 1..=720,
            short_notice_hours 0..=168,
            unsent_task_minutes 5..=1440,
            plan_entry_days 1..=365,
            be_early_minutes 0..=120,
            visit_link_days 0..=365,
            feed_unused_days 1..=3660,
            sms_segment 100..=160,
            reminder_least_minutes 0..=240,
            reminder_late_percent 0..=100,
            shop_before_minutes 10..=1440,
            shop_waiting_business_days 0..=60,
            shop_silent_business_days 0..=60,
            shop_report_days 0..=365,
            sign_in_lock_minutes 1..=240,
            sign_in_idle_hours 1..=720,
            sign_in_most_hours 1..=720,
        );
        let out = ranges.iter().filter(|(_, value, range)| !range.contains(value));
        out.map(|(name, value, range)| {
            let (least, most) = (range.start(), range.end());
            format!("policy.{name} is {value}, but must be {least} to {most}")
        })
        .collect()
    }

    /// How long a hold keeps its slot.
    #[must_use]
    pub fn hold(&self) -> Duration {
        minutes(self.hold_minutes)
    }

    /// How long a message about a change waits.
    #[must_use]
    pub fn message_grace(&self) -> Duration {
        minutes(self.message_grace_minutes)
    }

    /// How long `undo` steps back.
    #[must_use]
    pub fn undo(&self) -> Duration {
        minutes(self.undo_minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound_and_a_slip_is_named() {
        assert!(Policy::default().faults().is_empty());
        let slip = Policy { grid_minutes: 7, hold_minutes: 0, ..Policy::default() };
        assert_eq!(slip.faults().len(), 2);
        assert!(slip.faults().iter().any(|fault| fault.contains("grid_minutes is 7")));
    }
}
