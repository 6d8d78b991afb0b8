//! Signing in and out, the second factor and the account; every page that needs a role is guarded here.

pub(super) mod account;
pub(super) mod auth;
pub(super) mod cookie;
pub(super) mod sign_in;
