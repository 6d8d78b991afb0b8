//! A referral: the request that a shop treats a patient, with its answer (FHIR Task), and
//! which transition its state allows. Who may make one is `api`'s; what a shop sees of it, `packet`'s.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clinic::policy::Policy;
use crate::domain::codes::codes;
use crate::domain::course::session::Session;
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::ids::{
    CourseId, PartnerId, PatientId, ProposalId, ReferralId, ServiceId, SessionId,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::Note;

codes! {
    /// FHIR Task.status, as far as a referral has it.
    ReferralStatus in "kebab-case" {
        /// Being written; the shop knows nothing of it.
        Draft,
        /// Sent.
        Requested,
        /// The shop has seen it.
        Received,
        /// The shop does it.
        Accepted,
        /// The shop does not do it.
        Rejected,
        /// Some of it is done.
        InProgress,
        /// Stopped for a while.
        OnHold,
        /// All of it is done.
        Completed,
        /// The shop could not finish it.
        Failed,
        /// Taken back.
        Cancelled,
        /// Never should have been written.
        EnteredInError,
    }
}

codes! {
    /// Where an accepted referral is (FHIR Task.businessStatus).
    BusinessStatus in "snake_case" {
        /// Some session has no date.
        AwaitingDate,
        /// The next session has its date.
        Dated,
        /// A session is over, and its report is due.
        TreatedReportDue,
        /// Rule 62: a report is late.
        ReportOverdue,
    }
}

codes! {
    /// What the contraindication screening came to; of what was answered a shop is told nothing (rule 57).
    Screening in "snake_case" { Clear, NotClear }
}

codes! {
    /// What happens to a referral.
    ReferralVerb in "kebab-case" {
        Send, Receive, Accept, Reject, Propose, Report, Complete, Fail, Hold, Resume, Cancel, MarkError,
    }
}

/// A referral.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// Rises with each change.
    pub version: i64,
    /// Of which course.
    pub course_id: CourseId,
    /// The patient.
    pub patient_id: PatientId,
    /// To which shop.
    pub partner_id: PartnerId,
    /// For which service.
    pub service_id: ServiceId,
    /// How many sessions it asks for.
    pub sessions: i64,
    /// Where it stands.
    pub status: ReferralStatus,
    /// What the screening came to, where it was noted.
    pub screening: Option<Screening>,
    /// Why it was rejected, failed, cancelled or put on hold.
    pub reason: Option<Note>,
    /// Whether a booking at the shop made it.
    pub by_booking: bool,
    /// Whether a booking at the shop sent it.
    pub sent_by_booking: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was sent.
    pub requested_at: Option<DateTime<Utc>>,
    /// When the shop first saw it.
    pub received_at: Option<DateTime<Utc>>,
    /// When the shop accepted or rejected it.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl ReferralStatus {
    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Rejected
                | Self::Completed
                | Self::Failed
                | Self::Cancelled
                | Self::EnteredInError
        )
    }

    /// Whether the shop has accepted it and it goes on.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Accepted | Self::InProgress)
    }

    /// Whether the shop still has to say whether it does it at all.
    #[must_use]
    pub fn is_asked(self) -> bool {
        matches!(self, Self::Requested | Self::Received)
    }

    /// Whether sessions can be dated under it.
    #[must_use]
    pub fn takes_sessions(self) -> bool {
        self == Self::Draft || self.is_asked() || self.is_under_way()
    }

    /// The status after `verb`, or why the state does not allow it. `begun` is whether any of it was done.
    pub fn after(self, verb: ReferralVerb, begun: bool) -> Result<Self, Refusal> {
        use ReferralVerb as V;
        match (verb, self) {
            (V::Send, Self::Draft) => Ok(Self::Requested),
            (V::Receive, Self::Requested) => Ok(Self::Received),
            (V::Accept, Self::Requested | Self::Received) => Ok(Self::Accepted),
            (V::Reject, Self::Requested | Self::Received) => Ok(Self::Rejected),
            (V::Report, Self::Accepted | Self::InProgress) => Ok(Self::InProgress),
            // A date that was added later is answered by itself, and so is a proposal; what was done is written down
            // in whichever state the referral is meanwhile.
            (V::Accept | V::Reject, Self::Accepted | Self::InProgress)
            | (V::Propose, Self::Requested | Self::Received | Self::Accepted | Self::InProgress)
            | (V::Report, Self::OnHold | Self::Cancelled | Self::Failed) => Ok(self),
            (V::Complete, Self::Accepted | Self::InProgress) => Ok(Self::Completed),
            (V::Fail, Self::Accepted | Self::InProgress | Self::OnHold) => Ok(Self::Failed),
            (V::Hold, Self::Accepted | Self::InProgress) => Ok(Self::OnHold),
            (V::Resume, Self::OnHold) => Ok(if begun { Self::InProgress } else { Self::Accepted }),
            (V::Cancel, from) if !from.is_terminal() => Ok(Self::Cancelled),
            (V::MarkError, from) if from != Self::EnteredInError => Ok(Self::EnteredInError),
            (verb, from) => Err(Refusal::new(
                Code::ReferralNotAllowedFrom(from.into()),
                format!("A referral that is {from} cannot {}.", verb.in_words()),
            )),
        }
    }
}

impl ReferralVerb {
    fn in_words(self) -> &'static str {
        match self {
            Self::Send => "be sent",
            Self::Receive => "be received",
            Self::Accept => "be accepted",
            Self::Reject => "be rejected",
            Self::Propose => "have another time proposed",
            Self::Report => "be reported on",
            Self::Complete => "be completed",
            Self::Fail => "fail",
            Self::Hold => "be put on hold",
            Self::Resume => "be resumed",
            Self::Cancel => "be cancelled",
            Self::MarkError => "be marked as entered in error",
        }
    }
}

impl Referral {
    /// Whether the shop may know of it.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.requested_at.is_some() && self.status != ReferralStatus::EnteredInError
    }
}

/// Whether a session is one that another time can be proposed for, and taken: it is to come, and the patient is not there yet.
#[must_use]
pub fn can_be_moved(session: &Session, now: DateTime<Utc>) -> bool {
    matches!(session.status, SessionStatus::Pending | SessionStatus::Booked)
        && session.starts_at > now
}

/// Whether a session at a shop is over and not reported on.
#[must_use]
pub fn awaits_report(session: &Session, now: DateTime<Utc>) -> bool {
    let unreported = matches!(
        session.status,
        SessionStatus::Booked | SessionStatus::Arrived | SessionStatus::CheckedIn
    );
    unreported && session.ends_at <= now
}

/// Rule 62: whether that report is late.
#[must_use]
pub fn is_report_overdue(session: &Session, policy: &Policy, now: DateTime<Utc>) -> bool {
    awaits_report(session, now)
        && session.ends_at + Duration::days(policy.shop_report_days.into()) <= now
}

/// Whether a session is one of those that a referral asked for and has had: treated, or broken off after it began (rule 61).
#[must_use]
pub fn was_treated(session: &Session) -> bool {
    session.status == SessionStatus::Fulfilled
        && session.procedure_status != ProcedureStatus::NotDone
}

impl Referral {
    /// Where it is, once it was accepted; `sessions` are its own.
    #[must_use]
    pub fn business_status(
        &self,
        sessions: &[Session],
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Option<BusinessStatus> {
        if sessions.iter().any(|session| is_report_overdue(session, policy, now)) {
            return Some(BusinessStatus::ReportOverdue);
        }
        if sessions.iter().any(|session| awaits_report(session, now)) {
            return Some(BusinessStatus::TreatedReportDue);
        }
        if !self.status.is_under_way() {
            return None;
        }
        let dated = sessions.iter().any(|session| session.status == SessionStatus::Booked);
        Some(if dated { BusinessStatus::Dated } else { BusinessStatus::AwaitingDate })
    }

    /// Whether all that it asks for is done, and nothing is to come.
    #[must_use]
    pub fn is_done(&self, sessions: &[Session]) -> bool {
        let done = sessions.iter().filter(|session| was_treated(session)).count();
        let live = sessions.iter().any(|session| session.status.is_live());
        !live && usize::try_from(self.sessions).is_ok_and(|asked| done >= asked)
    }

    /// How many sessions it asks for that are neither dated nor done.
    #[must_use]
    pub fn undated(&self, sessions: &[Session]) -> usize {
        let taken =
            sessions.iter().filter(|session| session.status.is_live() || was_treated(session));
        usize::try_from(self.sessions).unwrap_or(0).saturating_sub(taken.count())
    }
}

codes! {
    /// The state of a proposal.
    ProposalStatus in "snake_case" {
        /// Waits for the desk, or the patient.
        Open,
        /// Taken.
        Accepted,
        /// Not wanted.
        Declined,
        /// Another one, or another change, took its place.
        Superseded,
    }
}

/// Another time that a shop proposes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// Rises with each change.
    pub version: i64,
    /// Of which referral.
    pub referral_id: ReferralId,
    /// For which session; nothing where it has no time yet.
    pub session_id: Option<SessionId>,
    /// The start that is proposed.
    pub starts_at: DateTime<Utc>,
    /// Its state.
    pub status: ProposalStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

/// How many sessions a referral asks for, 1 to 60.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(value_type = u16, minimum = 1, maximum = 60)]
pub struct Sessions(u16);

impl TryFrom<u16> for Sessions {
    type Error = &'static str;
    fn try_from(n: u16) -> Result<Self, &'static str> {
        (1..=60).contains(&n).then_some(Self(n)).ok_or("must be 1 to 60 sessions")
    }
}
impl From<Sessions> for u16 {
    fn from(n: Sessions) -> Self {
        n.0
    }
}
impl Default for Sessions {
    fn default() -> Self {
        Self(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    #[test]
    fn only_the_transitions_of_the_table_are_allowed() {
        use ReferralStatus as S;
        use ReferralVerb as V;
        let allowed = |verb| -> Vec<_> {
            S::VARIANTS.iter().copied().filter(|from| from.after(verb, false).is_ok()).collect()
        };
        assert_eq!(allowed(V::Send), [S::Draft]);
        assert_eq!(allowed(V::Receive), [S::Requested]);
        assert_eq!(allowed(V::Accept), [S::Requested, S::Received, S::Accepted, S::InProgress]);
        assert_eq!(allowed(V::Reject), [S::Requested, S::Received, S::Accepted, S::InProgress]);
        assert_eq!(allowed(V::Propose), [S::Requested, S::Received, S::Accepted, S::InProgress]);
        assert_eq!(allowed(V::Complete), [S::Accepted, S::InProgress]);
        assert_eq!(allowed(V::Fail), [S::Accepted, S::InProgress, S::OnHold]);
        assert_eq!(allowed(V::Hold), [S::Accepted, S::InProgress]);
        assert_eq!(allowed(V::Resume), [S::OnHold]);
        assert_eq!(
            allowed(V::Cancel),
            [S::Draft, S::Requested, S::Received, S::Accepted, S::InProgress, S::OnHold]
        );
    }

    #[test]
    fn what_is_resumed_goes_back_to_where_it_was() {
        use ReferralStatus as S;
        assert_eq!(S::OnHold.after(ReferralVerb::Resume, false), Ok(S::Accepted));
        assert_eq!(S::OnHold.after(ReferralVerb::Resume, true), Ok(S::InProgress));
        let no = S::Rejected.after(ReferralVerb::Accept, false).unwrap_err();
        assert_eq!(no.code.to_string(), "not_allowed_from_rejected");
    }
}
