//! Referrals, proposals, notifications, links and the settlement.

pub mod links;
pub mod notifications;
pub mod proposals;
pub mod referrals;
pub mod settlement;
pub mod visits;
