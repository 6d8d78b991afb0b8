//! The rules of removal (`domain.md` section 5): each a small pure function named after
//! its code, which says why not and from when on. Here they are asked together; all
//! that fail come back at once. Time, people, rooms and devices are `booking`'s.

pub mod assessment_required;
pub mod at_shop;
pub mod consent;
pub mod consultation;
pub mod goal;
pub mod interval;
pub mod plan_exceeds_ceiling;
pub mod record;
pub mod test_patch;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::catalogue::service::{Service, Treatment};
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::Case;
use crate::domain::course::laser::Laser;
use crate::domain::refusal::{Refusal, Warning};
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;

/// One question: may `service` take place for this case on that day?
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// For whom.
    pub case: &'a Case,
    /// The clinic's choices.
    pub policy: &'a Policy,
    /// The clinic's zone; its days are counted.
    pub zone: Tz,
    /// What.
    pub service: &'a Service,
    /// When.
    pub start: DateTime<Utc>,
    /// The day of `start`.
    pub day: NaiveDate,
}

impl<'a> Ask<'a> {
    /// The question for a start.
    #[must_use]
    pub fn at(
        case: &'a Case,
        policy: &'a Policy,
        zone: Tz,
        service: &'a Service,
        start: DateTime<Utc>,
    ) -> Self {
        let day = civil::date_of(zone, start);
        Self { case, policy, zone, service, start, day }
    }

    /// The question for the end of a day, when whatever that day allows is allowed.
    #[must_use]
    pub fn on(
        case: &'a Case,
        policy: &'a Policy,
        zone: Tz,
        service: &'a Service,
        day: NaiveDate,
    ) -> Self {
        let start =
            civil::day_start(zone, day.succ_opt().unwrap_or(day)) - chrono::Duration::seconds(1);
        Self { case, policy, zone, service, start, day }
    }

    /// What the service does to the skin.
    #[must_use]
    pub fn treatment(&self) -> Option<Treatment> {
        self.service.treatment()
    }

    /// The service as people call it.
    fn name(&self) -> &'a str {
        self.service.details.name.as_str()
    }
}

/// Every rule of removal that refuses, whichever device is used.
#[must_use]
pub fn refusals(ask: &Ask) -> Vec<Refusal> {
    let rules: [fn(&Ask) -> Option<Refusal>; 9] = [
        goal::remove_requires_laser,
        goal::method_only_lightens,
        goal::adjust_needs_no_laser,
        plan_exceeds_ceiling::plan_exceeds_ceiling,
        consultation::consultation_required,
        consultation::cooling_off,
        test_patch::test_patch_adverse,
        interval::interval_too_short,
        interval::area_healing,
    ];
    rules.iter().filter_map(|rule| rule(ask)).collect()
}

/// Every rule of removal that refuses `laser`.
#[must_use]
pub fn refusals_of_laser(ask: &Ask, laser: Laser<'_>) -> Vec<Refusal> {
    let rules: [fn(&Ask, Laser<'_>) -> Option<Refusal>; 2] =
        [test_patch::test_patch_required, test_patch::test_patch_wait];
    rules.iter().filter_map(|rule| rule(ask, laser)).collect()
}

/// What should be known of a time that is allowed.
#[must_use]
pub fn warnings(ask: &Ask) -> Vec<Warning> {
    interval::interval_below_suggested(ask).into_iter().collect()
}
