//! Why something could not be sent or read.

use crate::{actions, storage};
use thiserror::Error;

/// Why something could not be sent or read.
#[derive(Debug, Error)]
pub enum Error {
    /// The store refused or is away; what was begun is tried again.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The mail cannot be written.
    #[error("cannot be written: {0}")]
    Compose(String),
    /// An action refused, or could not be done.
    #[error(transparent)]
    Action(#[from] actions::Error),
    /// The mailbox cannot be read at the moment.
    #[error("the mailbox cannot be read: {0}")]
    Mailbox(String),
}

/// The outcome of sending or reading.
pub type Result<T> = std::result::Result<T, Error>;

pub(super) fn unreadable_mailbox(error: impl std::fmt::Display) -> Error {
    Error::Mailbox(error.to_string().chars().take(300).collect())
}
