//! What every action stands on: the app, the unit of work, errors, pages, what is kept in memory.

pub mod app;
pub mod caller;
pub mod catalogue_kept;
pub mod error;
pub mod guess_guard;
pub mod memory;
pub mod page;
pub mod patch;
pub mod read_log;
pub mod readiness;
pub mod repeats;
pub mod seen_lately;
pub mod unit_of_work;
