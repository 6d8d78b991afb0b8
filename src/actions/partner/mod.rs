//! Partner shops: referrals and how they end, packets, proposals, settlement, what a shop sees.

pub mod answers;
pub mod ends;
pub mod links;
pub mod list;
pub mod notifications;
pub mod packets;
pub mod pages;
pub mod partners;
pub(super) mod proposals;
pub mod referrals;
pub mod settlement;
pub mod view;
pub mod views;
