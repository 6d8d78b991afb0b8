//! WING.

pub(super) mod audit;
