//! What a referral and its sessions do to each other.

pub(super) mod bookings;
pub(super) mod change;
pub(super) mod notices;
