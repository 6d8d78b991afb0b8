//! Every number that the clinic may choose, in one place, with its default. Set by
//! `[policy]` in `fadeline.toml` or by `FADELINE_POLICY__…`, and checked at start.

use chrono::Duration;
use serde::Deserialize;

use super::civil::minutes;

/// The clinic's choices. `[A]` numbers of `domain.md` are defaults here, never constants in code.
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
    /// How long before its start a patient may be marked as arrived, minutes (section 4).
    pub arrive_early_minutes: u16,
    /// How long after its start a session may be marked as a no-show, minutes. Rule 45.
    pub no_show_after_minutes: u16,
    /// Set-up and tear-down at each end of a rental window, minutes. Rule 36.
    pub rental_setup_minutes: u16,
    /// How far ahead sessions are booked, days.
    pub horizon_days: u16,
    /// How far ahead the earliest day that works is looked for, days.
    pub search_days: u16,
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
        }
    }
}

impl Policy {
    /// What is wrong with the numbers, one sentence each; nothing when all is well.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut within = |name: &str, value: u16, range: std::ops::RangeInclusive<u16>| {
            if !range.contains(&value) {
                faults.push(format!(
                    "policy.{name} is {value}, but must be {} to {}",
                    range.start(),
                    range.end()
                ));
            }
        };
        within("hold_minutes", self.hold_minutes, 1..=240);
        within("undo_minutes", self.undo_minutes, 0..=60);
        within("arrive_early_minutes", self.arrive_early_minutes, 0..=720);
        within("no_show_after_minutes", self.no_show_after_minutes, 0..=720);
        within("rental_setup_minutes", self.rental_setup_minutes, 0..=240);
        within("horizon_days", self.horizon_days, 1..=3660);
        within("search_days", self.search_days, 1..=400);
        if ![5, 10, 15, 20, 30, 60].contains(&self.grid_minutes) {
            faults.push(format!(
                "policy.grid_minutes is {}, but must be 5, 10, 15, 20, 30 or 60",
                self.grid_minutes
            ));
        }
        faults
    }

    /// How long a hold keeps its slot.
    #[must_use]
    pub fn hold(&self) -> Duration {
        minutes(self.hold_minutes)
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
        let slip = Policy {
            grid_minutes: 7,
            hold_minutes: 0,
            ..Policy::default()
        };
        assert_eq!(slip.faults().len(), 2);
        assert!(slip.faults().iter().any(|fault| fault.contains("grid_minutes is 7")));
    }
}
