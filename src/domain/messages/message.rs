//! A message of the ledger: what it tells of which visit, to which recipient, and its state.
//! Which messages a change needs is decided in `notice`; how one is worded and sent is
//! the business of `delivery`.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::clinic::reminder::Purpose;
use crate::domain::codes::codes;
use crate::domain::course::session::Session;
use crate::domain::ids::{
    MessageId, PartnerId, PatientId, PractitionerId, ReferralId, RoomId, SessionId,
};
use crate::domain::patient::Language;
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;

codes! {
    /// What a message is for.
    MessageKind in "snake_case" {
        /// The visit is new to this address.
        Invite,
        /// The visit has changed.
        Update,
        /// The visit is cancelled, or this address is no longer the patient's.
        Cancel,
        /// Several visits were booked at once; all of one patient go out as one list to read.
        Plan,
        /// The visit is near.
        Reminder,
        /// What a patient's text message is answered.
        Answer,
        /// For the desk: this patient gets no messages and has to be phoned.
        PhoneCall,
        /// For a shop: a visit there is new to it.
        ShopBooked,
        /// For a shop: a visit there has changed.
        ShopChanged,
        /// For a shop: a visit there is cancelled, or no longer there.
        ShopCancelled,
        /// For a shop: it is on the list of the next day; all of one day go out as one.
        ShopDay,
        /// For a shop: it is soon.
        ShopSoon,
        /// For a shop: it waits for their answer.
        ShopWaiting,
        /// For a shop: their report is overdue.
        ShopReport,
        /// For the desk: a shop has not answered.
        ShopSilent,
        /// For the desk: a shop has not reported.
        ShopOverdue,
        /// For a shop: something was referred to it, and has no date yet.
        ShopReferred,
        /// For a shop: what was referred to it no longer is.
        ShopWithdrawn,
        /// For a patient: the shop proposes another time.
        Proposal,
        /// For a practitioner: it is on the list of the next day; all of one day go out as one.
        DayList,
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The patient.
    Patient,
    /// The shop that the visit was referred to.
    Shop,
    /// Who treats.
    Practitioner,
    /// The clinic's front desk.
    Desk,
}

/// What a message tells of a visit as an entry of a calendar or book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// It is new.
    New,
    /// It has changed.
    Changed,
    /// It is not there any more.
    Gone,
}

impl MessageKind {
    /// Who is told.
    #[must_use]
    pub fn audience(self) -> Audience {
        match self {
            Self::Invite
            | Self::Update
            | Self::Cancel
            | Self::Plan
            | Self::Reminder
            | Self::Answer
            | Self::Proposal => Audience::Patient,
            Self::ShopBooked
            | Self::ShopChanged
            | Self::ShopCancelled
            | Self::ShopDay
            | Self::ShopSoon
            | Self::ShopWaiting
            | Self::ShopReport
            | Self::ShopReferred
            | Self::ShopWithdrawn => Audience::Shop,
            Self::DayList => Audience::Practitioner,
            Self::PhoneCall | Self::ShopSilent | Self::ShopOverdue => Audience::Desk,
        }
    }

    /// What it tells of a change; nothing where it is about no change.
    #[must_use]
    pub fn tells(self) -> Option<Tells> {
        match self {
            Self::Invite | Self::Plan | Self::ShopBooked => Some(Tells::New),
            Self::Update | Self::ShopChanged => Some(Tells::Changed),
            Self::Cancel | Self::ShopCancelled => Some(Tells::Gone),
            _ => None,
        }
    }

    /// Whether it is planned ahead, for a time that follows from the visit's own.
    #[must_use]
    pub fn is_planned(self) -> bool {
        let unplanned = matches!(
            self,
            Self::Answer | Self::Proposal | Self::ShopReferred | Self::ShopWithdrawn
        );
        self.tells().is_none() && !unplanned
    }
}

codes! {
    /// The state of a message.
    MessageStatus in "snake_case" {
        /// Waits for its time, or for its next try.
        Scheduled,
        /// Under way.
        Sending,
        /// The mail server, or the provider of text messages, took it.
        Sent,
        /// The provider says that it reached the telephone.
        Delivered,
        /// Given up; a task says so.
        Failed,
        /// Not sent, for the reason given.
        Suppressed,
        /// What it told was no longer true, for the reason given.
        Superseded,
        /// The patient, or their calendar, answered.
        Acknowledged,
    }
}

codes! {
    /// Why a message was not sent.
    Unsent in "snake_case" {
        /// There is no address.
        NoAddress,
        /// The patient does not permit messages, or none of this way, or none to this shop.
        NoConsent,
        /// It would have fallen into quiet hours, and the morning after is too late for it.
        QuietHours,
        /// It could not go out while it was of use.
        TooLate,
        /// The patient has said that they come.
        Confirmed,
        /// The course is on hold.
        OnHold,
        /// The visit has begun, or what was asked for was done.
        Done,
        /// Those who get it want it no longer, or at another time.
        Unwanted,
        /// The visit moved, or changed in another way, before it went out.
        Moved,
        /// The visit was cancelled before it went out.
        Cancelled,
        /// What it told was undone before it went out.
        Undone,
        /// The patient's address changed before it went out.
        Readdressed,
        /// The visit's device went away; it has to be moved first.
        Pending,
        /// The visit was over before it could go out.
        Past,
        /// Nothing arrives at the address or number any more.
        Unreachable,
        /// The patient was told of the visit so lately that it would say nothing new.
        JustTold,
    }
}

codes! {
    /// Why a calendar entry is taken back.
    TakenBack in "snake_case" {
        /// The visit does not take place.
        Cancelled,
        /// The address is no longer the patient's, who still has the visit.
        Readdressed,
        /// The patient wants no calendar entries; the visit stands.
        EntriesEnded,
        /// The patient wants no mail at all; this is the last one, and the visit stands.
        MailEnded,
    }
}

codes! {
    /// What a patient answered.
    Reply in "snake_case" {
        /// They come.
        Confirm,
        /// They may come.
        Tentative,
        /// They do not come then.
        Change,
        /// They send somebody else.
        Delegated,
        /// They want no more messages.
        Stop,
    }
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
    /// The shop that it was referred to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<PartnerId>,
    /// What a reminder is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The words of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Whether it waits for the shop's answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits: bool,
    /// The start that was told before, where that has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<DateTime<Utc>>,
    /// Why an entry is taken back; only of what tells that it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<TakenBack>,
    /// When the visit was booked, which calendars call CREATED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_at: Option<DateTime<Utc>>,
}

impl Content {
    /// What is to be said of `session` at the address `place`.
    #[must_use]
    pub fn about_session(session: &Session, place: String, calendar: bool) -> Self {
        Self {
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            zone: session.zone.clone(),
            place,
            practitioner_id: session.place.practitioner_id,
            room_id: session.place.room_id,
            calendar,
            partner_id: None,
            purpose: None,
            words: None,
            awaits: session.awaits_shop(),
            was: None,
            taken_back: None,
            booked_at: Some(session.created_at),
        }
    }

    /// What is to be said of a referral that has no date; its times are when it was sent.
    #[must_use]
    pub fn of_referral(sent_at: DateTime<Utc>, zone: String, partner: PartnerId) -> Self {
        Self {
            starts_at: sent_at,
            ends_at: sent_at,
            zone,
            place: String::new(),
            practitioner_id: PractitionerId(Uuid::nil()),
            room_id: None,
            calendar: false,
            partner_id: Some(partner),
            purpose: None,
            words: None,
            awaits: true,
            was: None,
            taken_back: None,
            booked_at: None,
        }
    }

    /// The same for a visit that begins at `start` and lasts `length`.
    #[must_use]
    pub fn at(self, start: DateTime<Utc>, length: Duration) -> Self {
        Self { starts_at: start, ends_at: start + length, ..self }
    }

    /// Whether both say the same of a visit to `audience`. An entry for the calendar is only another way of saying it, and no
    /// patient is told who treats and in which room.
    #[must_use]
    pub fn says_the_same(&self, other: &Self, audience: Audience) -> bool {
        let hidden = audience == Audience::Patient;
        let people = |content: &Self| (content.practitioner_id, content.room_id);
        self.is_for_the_same(other) && (hidden || people(self) == people(other))
    }

    /// Whether both are for the same time and place, whichever practitioner treats.
    #[must_use]
    pub fn is_for_the_same(&self, other: &Self) -> bool {
        (self.starts_at, self.ends_at, self.partner_id)
            == (other.starts_at, other.ends_at, other.partner_id)
            && (&self.zone, &self.place) == (&other.zone, &other.place)
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Message {
    /// Its id, of which its Message-ID is made.
    pub id: MessageId,
    /// The visit; none where a referral has none yet.
    pub session_id: Option<SessionId>,
    /// The referral, at a shop.
    pub referral_id: Option<ReferralId>,
    /// The visit's name in calendars.
    pub uid: Option<Uuid>,
    /// The version of the session, or of the referral, that it tells of.
    pub session_version: i64,
    /// Whose visit.
    pub patient_id: PatientId,
    /// What it is for.
    pub kind: MessageKind,
    /// How it goes out.
    pub channel: Channel,
    /// How long before the visit it is for; empty for a change.
    pub lead: String,
    /// The recipient.
    pub recipient: Option<Recipient>,
    /// In which language.
    pub language: Language,
    /// iCalendar's SEQUENCE.
    pub sequence: i64,
    /// iCalendar's DTSTAMP, in whole seconds; rises strictly for one session.
    pub stamp: DateTime<Utc>,
    /// What it says.
    #[sqlx(json)]
    pub content: Content,
    /// Its state.
    pub status: MessageStatus,
    /// Why it was suppressed or superseded.
    pub reason: Option<Unsent>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// When it is tried next.
    pub try_at: DateTime<Utc>,
    /// Until when it is of use.
    pub useful_until: Option<DateTime<Utc>>,
    /// When it becomes a task if it is still unsent; none once it has.
    pub alarm_at: Option<DateTime<Utc>>,
    /// What goes out together: all with the same one are one mail.
    pub batch: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// Until when the node that is sending it has it.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Whether a try ended without word, so that it may have arrived.
    pub perhaps_sent: bool,
    /// What the last try failed of.
    pub last_error: Option<String>,
    /// When the mail server, or the provider, took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// What it is known by there: its Message-ID, or the provider's own id.
    pub provider_id: Option<String>,
    /// When it reached the telephone, as the provider says.
    pub delivered_at: Option<DateTime<Utc>>,
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
    /// One that was just written at `now` and waits, about nothing in particular yet: a reminder by mail that is due.
    #[must_use]
    pub fn waiting(
        id: MessageId,
        patient: PatientId,
        language: Language,
        content: Content,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            session_id: None,
            referral_id: None,
            uid: None,
            session_version: 1,
            patient_id: patient,
            kind: MessageKind::Reminder,
            channel: Channel::Email,
            lead: String::new(),
            recipient: None,
            language,
            sequence: 0,
            stamp: now.trunc_subsecs(0),
            content,
            status: MessageStatus::Scheduled,
            reason: None,
            due_at: now,
            try_at: now,
            useful_until: None,
            alarm_at: None,
            batch: None,
            attempts: 0,
            claimed_until: None,
            perhaps_sent: false,
            last_error: None,
            sent_at: None,
            provider_id: None,
            delivered_at: None,
            answer: None,
            answered_at: None,
            answer_stamp: None,
            created_at: now,
        }
    }

    /// The same, not to be sent where there is a `reason`.
    #[must_use]
    pub fn suppressed_if(self, reason: Option<Unsent>) -> Self {
        let status = reason.map_or(MessageStatus::Scheduled, |_| MessageStatus::Suppressed);
        Self { status, reason, ..self }
    }

    /// Whether its address has seen it, or may have.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.is_surely_known() || self.perhaps_sent
    }

    /// Whether it is under way, or was taken.
    #[must_use]
    pub fn is_surely_known(&self) -> bool {
        matches!(
            self.status,
            MessageStatus::Sending
                | MessageStatus::Sent
                | MessageStatus::Delivered
                | MessageStatus::Acknowledged
        )
    }
}
