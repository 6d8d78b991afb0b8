//! WING.

pub mod courses;
pub mod history;
pub mod sessions;
pub mod treatments;
