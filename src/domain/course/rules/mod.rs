//! The rules of removal (`docs/rules.md`): each a small pure function named after
//! its code, which says why not and from when on. Here they are asked together; all
//! that fail come back at once. Time, people, rooms and devices are `booking`'s.

pub mod ask;
pub mod assessment_required;
pub mod at_shop;
pub mod consent;
pub mod consultation;
pub mod goal;
pub mod interval;
pub mod plan_exceeds_ceiling;
pub mod record;
pub mod test_patch;

pub use self::ask::Ask;
use crate::domain::course::laser::Laser;
use crate::domain::refusal::{Refusal, Warning};

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
