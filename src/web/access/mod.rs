//! Signing in and out, the second factor and the account, and the guard of every page that needs a role.

pub(super) mod account;
pub(super) mod auth;
pub(super) mod browser;
pub(super) mod sign_in;
