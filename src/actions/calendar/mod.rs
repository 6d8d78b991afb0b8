//! WING.

pub mod event;
pub mod feeds;
pub mod fetch;
