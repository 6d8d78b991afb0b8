//! Partners, referrals, notifications and the settlement.

pub(super) mod notifications;
pub(super) mod partners;
pub(super) mod referrals;
pub(super) mod settlement;
