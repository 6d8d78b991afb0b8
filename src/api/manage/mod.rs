//! The audit.

pub(super) mod audit;
