//! WING.

pub(super) mod notifications;
pub(super) mod partners;
pub(super) mod referrals;
pub(super) mod settlement;
