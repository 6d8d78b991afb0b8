//! WING.

pub mod ahead;
pub mod facts;
pub mod ledger;
pub mod links;
pub mod mailbox;
pub mod notices;
pub mod replan;
