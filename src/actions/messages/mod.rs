//! The ledger of messages: what is queued, planned ahead, planned again, and the links in it.

pub mod ahead;
mod calls;
pub mod catch_up;
pub mod claimed;
pub mod facts;
pub mod failures;
pub mod ledger;
pub mod links;
pub mod mailbox;
pub mod notices;
pub mod promises;
pub mod replan;
