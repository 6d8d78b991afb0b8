//! WING.

pub(super) mod account;
pub(super) mod auth;
pub(super) mod sign_in;
