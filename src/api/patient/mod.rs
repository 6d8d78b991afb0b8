//! Patients, courses, consents, opt-outs, ways and the lock-box.

pub(super) mod consents;
pub(super) mod courses;
pub(super) mod lock_box;
pub(super) mod merge;
pub(super) mod opt_outs;
pub(super) mod patients;
pub(super) mod ways;
