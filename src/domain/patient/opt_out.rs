//! An opt-out: an address or a number to which nothing more is sent, by that way alone,
//! with what was said and when (rule 53). It holds until it is ended; neither is deleted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::recipient::Recipient;
use crate::domain::codes::codes;

codes! {
    /// How an opt-out, or its end, came to us.
    OptOutBy in "snake_case" {
        /// A text message: STOP, or START.
        Text,
        /// A mail that says STOP, from the address itself.
        Mail,
        /// The button of a mail program (RFC 8058).
        OneClick,
        /// The page behind the link in a message.
        Link,
        /// The provider, who was told first.
        Provider,
        /// The desk, at the patient's word.
        Desk,
    }
}

codes! {
    /// How much an opt-out stops.
    OptOutScope in "snake_case" {
        /// Reminders; what changes is still told.
        Reminders,
        /// All that goes there.
        All,
    }
}

/// An opt-out.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OptOut {
    /// Its id.
    pub id: Uuid,
    /// What is not written to any more.
    pub recipient: Recipient,
    /// How much it stops.
    pub scope: OptOutScope,
    /// How it came.
    pub begun_by: OptOutBy,
    /// What was said, to the letter; the proof.
    pub proof: String,
    /// When.
    pub begun_at: DateTime<Utc>,
    /// How its end came.
    pub ended_by: Option<OptOutBy>,
    /// What was said then.
    pub end_proof: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}
