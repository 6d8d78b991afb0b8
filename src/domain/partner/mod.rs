//! WING.

pub mod notifications;
pub mod packet;
pub mod referral;
pub mod settlement;
