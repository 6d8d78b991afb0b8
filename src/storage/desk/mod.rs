//! The rows of a day.

pub mod day;
