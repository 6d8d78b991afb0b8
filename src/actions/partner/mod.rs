//! Partner shops: referrals and how they end, packets, proposals, settlement, what a shop sees.

pub mod answers;
pub mod links;
pub mod list;
pub mod notifications;
pub mod outcomes;
pub mod packets;
pub mod pages;
pub mod partners;
pub(super) mod proposals;
pub mod referral_view;
pub mod referrals;
pub mod settlement;
pub mod shop_views;
