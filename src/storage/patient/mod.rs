//! Patients, consents, opt-outs and locks.

pub mod consents;
pub mod dead_ways;
pub mod lock_box;
pub mod merges;
pub mod name_keys;
pub mod opt_outs;
pub mod patients;
