//! A message of the ledger: what it tells whom of which visit, and what became of it.
//! Which messages a change needs is decided in `notice`; how one is worded and sent is
//! the business of `messages`.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codes::codes;
use super::ids::{MessageId, PatientId, PractitionerId, RoomId, SessionId};
use super::patient::{Email, Language};
use super::session::Session;

codes! {
    /// What a message is for.
    MessageKind in "snake_case" {
        /// The visit is new to this address.
        Invite,
        /// The visit has changed.
        Update,
        /// The visit is called off, or this address is no longer the patient's.
        Cancel,
    }
}

codes! {
    /// How a message goes out.
    Channel in "snake_case" { Email }
}

codes! {
    /// What became of a message.
    MessageStatus in "snake_case" {
        /// Waits for its time, or for its next try.
        Scheduled,
        /// Under way.
        Sending,
        /// The mail server took it.
        Sent,
        /// Given up; a task says so.
        Failed,
        /// Not sent, for the reason given.
        Suppressed,
        /// What it told was no longer true, for the reason given.
        Superseded,
        /// The patient's calendar answered.
        Acknowledged,
    }
}

codes! {
    /// Why a message was not sent.
    Unsent in "snake_case" {
        /// The patient has no address.
        NoAddress,
        /// The patient does not permit messages.
        NoConsent,
        /// The visit moved, or changed in another way, before it went out.
        Moved,
        /// The visit was called off before it went out.
        Cancelled,
        /// What it told was undone before it went out.
        Undone,
        /// The patient's address changed before it went out.
        Readdressed,
        /// The visit's device went away; it has to be moved first.
        Pending,
        /// The visit was over before it could go out.
        Past,
    }
}

codes! {
    /// What a patient answered.
    Reply in "snake_case" { Confirm, Change, Stop }
}

/// What a message says of a visit. Who treats and where in the house are kept to tell whether it changed; no message says them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Start of the visit.
    pub starts_at: DateTime<Utc>,
    /// End of the visit.
    pub ends_at: DateTime<Utc>,
    /// The zone in which its wall time was promised.
    pub zone: String,
    /// The street address.
    pub place: String,
    /// Who treats.
    pub practitioner_id: PractitionerId,
    /// In which room.
    pub room_id: Option<RoomId>,
    /// Whether an entry for a calendar goes with it.
    pub calendar: bool,
}

impl Content {
    /// What is to be said of `session` at the address `place`.
    #[must_use]
    pub fn of(session: &Session, place: String, calendar: bool) -> Self {
        Self {
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            zone: session.zone.clone(),
            place,
            practitioner_id: session.place.practitioner_id,
            room_id: session.place.room_id,
            calendar,
        }
    }

    /// Whether both say the same of a visit; an entry for the calendar is only another way of saying it.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let calendar = other.calendar;
        Self { calendar, ..self.clone() } == *other
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Message {
    /// Its id, of which its Message-ID is made.
    pub id: MessageId,
    /// The visit.
    pub session_id: SessionId,
    /// The visit's name in calendars.
    pub uid: Uuid,
    /// The version of the session that it tells of.
    pub session_version: i64,
    /// Whose visit.
    pub patient_id: PatientId,
    /// What it is for.
    pub kind: MessageKind,
    /// How it goes out.
    pub channel: Channel,
    /// How long before the visit it is for; empty for a change.
    pub lead: String,
    /// Whom it goes to.
    pub recipient: Option<Email>,
    /// In which language.
    pub language: Language,
    /// iCalendar's SEQUENCE.
    pub sequence: i64,
    /// iCalendar's DTSTAMP, in whole seconds; rises strictly for one session.
    pub stamp: DateTime<Utc>,
    /// What it says.
    #[sqlx(json)]
    pub content: Content,
    /// What became of it.
    pub status: MessageStatus,
    /// Why it was suppressed or superseded.
    pub reason: Option<Unsent>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// When it is tried next.
    pub try_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i64,
    /// Until when whoever is sending it has it.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Whether a try ended without word, so that it may have arrived.
    pub perhaps_sent: bool,
    /// What the last try failed of.
    pub last_error: Option<String>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// What the patient's calendar answered.
    pub answer: Option<Reply>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
    /// DTSTAMP of that answer.
    pub answer_stamp: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl Message {
    /// Whether its address has seen it, or may have.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let arrived = matches!(
            self.status,
            MessageStatus::Sending | MessageStatus::Sent | MessageStatus::Acknowledged
        );
        arrived || self.perhaps_sent
    }
}

/// The pause after `attempts` tries that failed in passing: a minute, then twice as long each time, at most an hour.
#[must_use]
pub fn pause_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 7) - 1).unwrap_or(0);
    Duration::minutes((1 << doublings).min(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_no_further() {
        let minutes: Vec<_> = (1..10).map(|n| pause_after(n).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pause_after(0), pause_after(1));
        assert_eq!(pause_after(i64::MAX), pause_after(9));
    }
}
