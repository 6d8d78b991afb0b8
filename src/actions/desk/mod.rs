//! The front desk: its day, its panel, attendance, records, undo and tasks.

pub mod attend;
pub mod correct;
pub mod day;
pub mod offers;
pub mod panel;
pub mod proposed;
pub mod task_list;
pub mod tasks;
pub mod undo;
pub mod write_up;
