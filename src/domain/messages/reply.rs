//! A mail that came back: what can be made of it, and nothing that cannot be trusted. A
//! calendar's answer never moves or cancels a visit; at most it makes work for a person.

use chrono::{DateTime, Utc};

use super::message::{Message, MessageKind};
use crate::domain::codes::codes;
use crate::domain::ids::{MessageId, PatientId, ReplyId, SessionId};

codes! {
    /// What was made of a mail that came back.
    Verdict in "snake_case" {
        /// The patient's calendar accepted: noted in the ledger.
        Accepted,
        /// It accepted with a question mark: noted, nothing to do.
        Tentative,
        /// It declined: a task.
        Declined,
        /// It proposed another time, or something else that only a person can answer: a task.
        Counter,
        /// It answers what has changed since.
        Stale,
        /// It names a visit that is not there.
        UnknownVisit,
        /// It answers for an address that was not invited: a task.
        UnknownAttendee,
        /// The sender could not be shown to be the address it answers for: a task, and nothing is believed.
        Unverified,
        /// An automatic answer; never answered.
        Automatic,
        /// A mail server could not deliver a message after all: a task.
        Bounced,
        /// Too large, too deep or too broken to read: a task.
        Unreadable,
        /// Words of a person: a task.
        Words,
        /// A text: the patient comes.
        TextConfirmed,
        /// A text: the patient asks for another time; answered with some, and a task.
        TextChange,
        /// A text: no more of them.
        TextStop,
        /// A text: messages again.
        TextStart,
        /// A text: who is this, and how to call; answered.
        TextHelp,
        /// The public page: a consultation is asked for: a task.
        Wish,
    }
}

impl Verdict {
    /// Whether a person has to look at it.
    #[must_use]
    pub fn needs_a_person(self) -> bool {
        match self {
            Self::Declined
            | Self::Counter
            | Self::UnknownAttendee
            | Self::Unverified
            | Self::Unreadable
            | Self::Bounced
            | Self::Words
            | Self::TextChange
            | Self::Wish => true,
            Self::Accepted
            | Self::Tentative
            | Self::Stale
            | Self::UnknownVisit
            | Self::Automatic
            | Self::TextConfirmed
            | Self::TextStop
            | Self::TextStart
            | Self::TextHelp => false,
        }
    }
}

/// A calendar's answer, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The patient comes.
    Accepted,
    /// The patient may come.
    Tentative,
    /// The patient does not come.
    Declined,
    /// The patient wants another time, or something that has no name.
    Counter,
}

/// A calendar's answer beside what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    /// What it says.
    pub answer: Answered,
    /// Its SEQUENCE; that of the message when it names none.
    pub sequence: Option<i64>,
    /// Its DTSTAMP.
    pub stamp: Option<DateTime<Utc>>,
    /// Whether the sender is the address it answers for, and our own mail server vouches for that.
    pub verified: bool,
    /// The newest message that went to that address about the visit; nothing when none did.
    pub message: Option<&'a Message>,
}

/// What is made of a calendar's answer. Who cannot be shown to be the patient is not believed, whatever they say.
#[must_use]
pub fn judged(claimed: Claimed<'_>) -> Verdict {
    let Some(message) = claimed.message else {
        return Verdict::UnknownAttendee;
    };
    if !claimed.verified {
        return Verdict::Unverified;
    }
    let older = claimed.sequence.is_some_and(|sequence| sequence < message.sequence);
    let overtaken =
        claimed.stamp.zip(message.answer_stamp).is_some_and(|(now, before)| now < before);
    if older || overtaken || message.kind == MessageKind::Cancel {
        return Verdict::Stale;
    }
    match claimed.answer {
        Answered::Accepted => Verdict::Accepted,
        Answered::Tentative => Verdict::Tentative,
        Answered::Declined => Verdict::Declined,
        Answered::Counter => Verdict::Counter,
    }
}

/// A mail that came back, a text or a wish, as it was filed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FiledReply {
    /// Its id.
    pub id: ReplyId,
    /// The mailbox's own name for it.
    pub mailbox_key: String,
    /// When it was read.
    pub received_at: DateTime<Utc>,
    /// The sender that it claims.
    pub sender: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// What was written, the beginning of it. Health information.
    pub body: Option<String>,
    /// What was made of it.
    pub verdict: Verdict,
    /// The message that it answers.
    pub message_id: Option<MessageId>,
    /// The session that it is about.
    pub session_id: Option<SessionId>,
    /// Who wrote it.
    pub patient_id: Option<PatientId>,
}
