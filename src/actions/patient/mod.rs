//! Patients: their record, courses, consents, opt-outs and lock-box.

pub mod consents;
pub mod courses;
pub mod lock_box;
pub mod merge;
pub mod opt_outs;
pub mod patients;
