//! Slots, holds, sessions and plans.

pub(super) mod holds;
pub(super) mod plans;
pub(super) mod sessions;
pub(super) mod slots;
