//! WING.

pub mod attend;
pub mod correct;
pub mod day;
pub mod panel;
pub mod tasks;
pub mod undo;
pub mod write_up;
