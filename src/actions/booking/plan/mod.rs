//! WING.

pub mod book;
pub mod propose;
pub mod search;
