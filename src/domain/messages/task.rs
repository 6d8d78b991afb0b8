//! A task: what a person at the desk has to do, because a rule or a machine could not; and what
//! settles one of each kind by itself.

use chrono::{DateTime, Utc};
use strum::VariantArray;

use crate::domain::codes::codes;
use crate::domain::ids::{
    MessageId, PartnerId, PatientId, ReferralId, ReplyId, SessionId, TaskId, UserId,
};

codes! {
    /// What kind of thing is to be done.
    TaskKind in "snake_case" {
        /// A message could not be delivered; the patient has to be reached in another way.
        MessageFailed,
        /// A message that has not gone out in time: tell it in another way. Settled when it goes out after all.
        MessageLate,
        /// The patient's calendar declined a visit: ask, then move or cancel it.
        VisitDeclined,
        /// A mail came in: read it.
        ReplyToRead,
        /// A calendar address was revoked, since it had not been fetched for long.
        FeedRevoked,
        /// A patient gets no messages: phone them.
        PatientToPhone,
        /// A change that no message tells its patient: phone them. Done by a person alone.
        ChangeToTell,
        /// A change that no message tells its shop: phone it.
        ShopToPhone,
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

/// What happens by itself that can make a task needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solver {
    /// The session was moved to another time, or takes place no more.
    Moved,
    /// The patient has answered that they come.
    Answered,
    /// The shop has answered the referral, or is not asked any more.
    ShopAnswered,
    /// The shop's proposal was taken, declined or overtaken.
    ProposalDecided,
    /// The shop has reported.
    Reported,
    /// The message that it is about has gone out after all.
    Sent,
    /// Something has arrived where nothing did.
    Mended,
}

impl TaskKind {
    /// What settles a task of this kind without a person; nothing where only a person can.
    #[must_use]
    pub fn solved_by(self) -> &'static [Solver] {
        match self {
            Self::VisitDeclined | Self::PatientToPhone | Self::VisitToMove => {
                &[Solver::Moved, Solver::Answered]
            }
            Self::ReferralUnanswered => &[Solver::Moved, Solver::ShopAnswered],
            Self::ProposalToAnswer => &[Solver::ProposalDecided],
            Self::ReportOverdue => &[Solver::Moved, Solver::Reported],
            Self::MessageFailed => &[Solver::Mended],
            Self::MessageLate => &[Solver::Sent],
            Self::ChangeToTell
            | Self::ShopToPhone
            | Self::ReplyToRead
            | Self::FeedRevoked
            | Self::ReferralDeclined
            | Self::ReportToReview
            | Self::ConsultationWished => &[],
        }
    }

    /// The kinds of tasks that `solver` settles.
    #[must_use]
    pub fn all_solved_by(solver: Solver) -> Vec<Self> {
        let is_one = |kind: &Self| kind.solved_by().contains(&solver);
        Self::VARIANTS.iter().copied().filter(is_one).collect()
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
    /// About which sessions, where it is about several of one patient; then `session_id` is empty.
    #[sqlx(json)]
    pub session_ids: Vec<SessionId>,
    /// The patient.
    pub patient_id: Option<PatientId>,
    /// About which message.
    pub message_id: Option<MessageId>,
    /// About what was written to us.
    pub reply_id: Option<ReplyId>,
    /// About which referral.
    pub referral_id: Option<ReferralId>,
    /// About which shop, where it is one that no referral of the task names.
    pub partner_id: Option<PartnerId>,
    /// Until when it has to be done, where it has its time.
    pub due_at: Option<DateTime<Utc>>,
    /// The user who has taken it.
    pub owner_id: Option<UserId>,
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
            session_ids: Vec::new(),
            patient_id: None,
            message_id: None,
            reply_id: None,
            referral_id: None,
            partner_id: None,
            due_at: None,
            owner_id: None,
            created_at: at,
            done_at: None,
            done_by: None,
        }
    }

    /// Whether its time has passed and nobody has done it.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.done_at.is_none() && self.due_at.is_some_and(|due| due <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_settles_what_was_asked_about_the_old_time_and_an_answer_what_asks_whether_they_come()
    {
        let moved = TaskKind::all_solved_by(Solver::Moved);
        let answered = TaskKind::all_solved_by(Solver::Answered);
        assert_eq!(
            answered,
            [TaskKind::VisitDeclined, TaskKind::PatientToPhone, TaskKind::VisitToMove]
        );
        assert!(answered.iter().all(|kind| moved.contains(kind)));
        assert_eq!(moved.len(), 5, "{moved:?}");
        for kind in [TaskKind::ReplyToRead, TaskKind::ChangeToTell, TaskKind::ReportToReview] {
            assert!(kind.solved_by().is_empty(), "{kind} is for a person");
        }
    }
}
