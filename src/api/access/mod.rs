//! WING.

pub(super) mod roles;
pub(super) mod sign_in;
