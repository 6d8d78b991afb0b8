//! What is to be sent of a visit before and after it, and when: to its patient (`patient`),
//! its shop (`shop`), its practitioner and the desk (`staff`). What is planned follows from what is
//! true; `reconcile` says which rows of the ledger that needs. Messages about changes stand in `notice`.

pub mod patient;
pub mod reconcile;
pub mod shop;
pub mod staff;

use chrono::{DateTime, Utc};

use crate::domain::clinic::reminder::Purpose;
use crate::domain::messages::message::{Content, Message, MessageKind, Unsent};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;

/// A message that is to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What it is for.
    pub kind: MessageKind,
    /// By which way.
    pub channel: Channel,
    /// How long before the visit, where there are several of a kind.
    pub lead: String,
    /// The recipient.
    pub recipient: Option<Recipient>,
    /// What a reminder is for.
    pub purpose: Option<Purpose>,
    /// When.
    pub due_at: DateTime<Utc>,
    /// Until when it is of use.
    pub useful_until: Option<DateTime<Utc>>,
    /// What it goes out together with.
    pub batch: Option<String>,
    /// Why it will not go out after all.
    pub unsent: Option<Unsent>,
}

impl Planned {
    /// The row of the ledger that it is written as; `message` has what all of them share.
    #[must_use]
    pub fn into_message(self, message: Message) -> Message {
        Message {
            kind: self.kind,
            channel: self.channel,
            lead: self.lead,
            recipient: self.recipient,
            content: Content { purpose: self.purpose, ..message.content },
            due_at: self.due_at,
            try_at: self.due_at,
            useful_until: self.useful_until,
            batch: self.batch,
            ..message
        }
        .suppressed_if(self.unsent)
    }

    /// One for the desk.
    fn task(kind: MessageKind, due_at: DateTime<Utc>) -> Self {
        Self {
            kind,
            channel: Channel::Desk,
            lead: String::new(),
            recipient: None,
            purpose: None,
            due_at,
            useful_until: None,
            batch: None,
            unsent: None,
        }
    }
}
