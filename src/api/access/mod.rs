//! Signing in, and the roles that may use a route.

pub(super) mod roles;
pub(super) mod sign_in;
