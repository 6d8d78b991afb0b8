//! Patients, consents, opt-outs and locks.

pub mod consents;
pub mod lock_box;
pub mod opt_outs;
pub mod patients;
