//! WING.

pub mod browsers;
pub mod tokens;
pub mod users;
