//! Users, tokens and signed-in browsers.

pub mod browsers;
pub mod tokens;
pub mod users;
