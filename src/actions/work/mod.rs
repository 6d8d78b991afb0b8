//! What every action stands on: the app, the unit of work, errors, pages, what is kept in memory.

pub mod app;
pub mod caller;
pub mod catalogue_cache;
pub mod error;
pub mod guess_guard;
pub mod idempotency;
pub mod mail_reach;
pub mod memory;
pub mod merge_patch;
pub mod page;
pub mod read_log;
pub mod readiness;
pub mod seen_lately;
pub mod unit_of_work;
