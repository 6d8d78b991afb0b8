//! WING.

pub mod policy;
pub mod profile;
pub mod quiet_hours;
pub mod reminder;
