//! The rows of a day, and of the list of tasks.

pub mod day;
pub mod tasks;
