//! The ledger, texts that come in, tasks and feeds.

pub(super) mod feeds;
pub(super) mod ledger;
pub(super) mod tasks;
pub(super) mod texts;
