//! Referrals, the packet, notifications and the settlement.

pub mod notifications;
pub mod packet;
pub mod referral;
pub mod settlement;
