//! WING.

pub mod day;
