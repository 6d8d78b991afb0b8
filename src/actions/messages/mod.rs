//! The ledger of messages: what is queued, planned ahead, planned again, and the links in it.

pub mod ahead;
pub mod facts;
pub mod ledger;
pub mod links;
pub mod mailbox;
pub mod notices;
pub mod replan;
