//! The ledger, replies, tasks, links, feeds and the mailbox of the demo.

/// Every message with its session's UID.
macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "SELECT m.*, s.uid FROM messages m LEFT JOIN sessions s ON s.id = m.session_id ",
            $rest
        )
    };
}

pub mod demo_mailbox;
pub mod feeds;
pub mod ledger;
pub mod replies;
pub mod tasks;
pub mod unsent;
pub mod visit_links;
