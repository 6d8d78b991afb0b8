//! Patients, courses, consents, opt-outs and the lock-box.

pub(super) mod consents;
pub(super) mod courses;
pub(super) mod lock_box;
pub(super) mod opt_outs;
pub(super) mod patients;
