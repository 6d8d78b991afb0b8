//! Courses, sessions, their history, and treatments.

pub mod courses;
pub mod history;
pub mod sessions;
pub mod treatments;
