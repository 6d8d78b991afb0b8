//! A task: what a person at the desk has to do, because a rule or a machine could not.

use chrono::{DateTime, Utc};

use crate::domain::codes::codes;
use crate::domain::ids::{MessageId, PatientId, ReferralId, ReplyId, SessionId, TaskId, UserId};

codes! {
    /// What kind of thing is to be done.
    TaskKind in "snake_case" {
        /// A message could not be delivered; the patient has to be reached in another way.
        MessageFailed,
        /// The patient's calendar declined a visit: ask, then move or cancel it.
        VisitDeclined,
        /// A mail came in: read it.
        ReplyToRead,
        /// A calendar address was revoked, since it had not been fetched for long.
        FeedRevoked,
        /// A patient gets no messages: phone them.
        PatientToPhone,
        /// A patient asks for another time: find one with them.
        VisitToMove,
        /// A shop has not answered: ask.
        ReferralUnanswered,
        /// A shop does not do what was referred to it: find another way.
        ReferralDeclined,
        /// A shop proposes another time: take it, with the patient, or decline it.
        ProposalToAnswer,
        /// A shop has not reported what it did: ask.
        ReportOverdue,
        /// A shop reports something to be looked at.
        ReportToReview,
        /// A consultation is asked for by the public page: call them.
        ConsultationWished,
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Rises with each change.
    pub version: i64,
    /// What kind of thing is to be done.
    pub kind: TaskKind,
    /// What is to be done, in a sentence; nothing of what a patient wrote.
    pub detail: String,
    /// About which session.
    pub session_id: Option<SessionId>,
    /// The patient.
    pub patient_id: Option<PatientId>,
    /// About which message.
    pub message_id: Option<MessageId>,
    /// About what was written to us.
    pub reply_id: Option<ReplyId>,
    /// About which referral.
    pub referral_id: Option<ReferralId>,
    /// When it arose.
    pub created_at: DateTime<Utc>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
    /// The user who did it.
    pub done_by: Option<UserId>,
}

impl Task {
    /// A task that arose at `at` and is about nothing in particular yet.
    #[must_use]
    pub fn open(id: TaskId, kind: TaskKind, detail: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            kind,
            detail: detail.into(),
            session_id: None,
            patient_id: None,
            message_id: None,
            reply_id: None,
            referral_id: None,
            created_at: at,
            done_at: None,
            done_by: None,
        }
    }
}
