//! The ledger, replies, tasks, links, feeds and the mailbox of the demo.

pub mod demo_mailbox;
pub mod feeds;
pub mod ledger;
pub mod replies;
pub mod tasks;
pub mod visit_links;
