//! WING.

pub mod claims;
pub mod holds;
pub mod resources;
