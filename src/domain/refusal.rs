//! A refusal is an answer: which rule, a sentence that a receptionist can read out,
//! whether it can be overridden, and the earliest day that works. Rules return every
//! refusal at once. How a refusal becomes HTTP stands in `api::problem`.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use strum::IntoStaticStr;
use utoipa::ToSchema;

use super::role::{PRACTITIONERS, Role, STAFF};

/// The rule that refuses; its spelling is part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    /// Rule 34: the practitioner is taken.
    ConflictPractitioner,
    /// Rule 34: the room is taken.
    ConflictRoom,
    /// Rule 34: the device is taken.
    ConflictDevice,
    /// Rule 34: the patient is somewhere else then.
    ConflictPatient,
    /// Somebody of the same name, with the same number, email or date of birth, has a session then.
    PossibleSamePatient,
    /// Rule 35: a closed day, or outside the site's hours.
    ClinicClosed,
    /// Rule 35 for people: outside the practitioner's own hours, or away.
    PractitionerNotWorking,
    /// A closure takes the room away.
    RoomClosed,
    /// Rule 36: the rented device is not on site.
    OutsideRentalWindow,
    /// Rule 38: licence lapsed, service overdue, out of service, or away.
    DeviceNotAvailable,
    /// Rule 39: not trained, not authorised on the device, or a credential expired.
    OperatorNotAuthorised,
    /// Rule 40: the room lacks what the service needs.
    RoomNotSuitable,
    /// Rule 44: the clock skips this wall time.
    NoSuchLocalTime,
    /// Rule 49: what has ended is not edited.
    TerminalState,
    /// The person, room or device belongs to another site.
    NotAtThisSite,
    /// The time has passed.
    StartInPast,
    /// Further ahead than the clinic books.
    TooFarAhead,
    /// The course has ended or is on hold.
    CourseNotOpen,
    /// The course still has sessions to come.
    CourseHasSessions,
    /// The course cannot go to that status.
    CourseTransition,
    /// No service has this code.
    UnknownService,
    /// The service is no longer offered.
    ServiceNotOffered,
    /// The hold is over, or was never this caller's.
    HoldGone,
    /// The hold was for another course, service or time.
    HoldMismatch,
    /// The patient is not expected for a while (`docs/domain.md` 4: from 60 minutes before the start on).
    TooEarlyToArrive,
    /// Rule 45: the patient may still come.
    TooEarlyForNoShow,
    /// Nothing was done lately that could be undone.
    NothingToUndo,
    /// The consent was withdrawn or replaced before.
    ConsentNotActive,
    /// A disclosure consent names its partner, no other consent does.
    ConsentPartner,
    /// There is no such way to be told, or no address for it.
    NoSuchWay,
    /// The date of birth is in the future.
    BornInFuture,
    /// A partner's shop names its partner, the clinic's own site none.
    SitePartner,
    /// A service takes at least a minute, and with all that surrounds it at most a day.
    ServiceLength,
    /// A cost is not below zero.
    NegativeCost,
    /// Only a rented device has rental windows.
    NotRented,
    /// A window ends after it begins, within a week.
    WindowLength,
    /// The range asked for is backwards or too long.
    RangeTooLong,
    /// The key was used for another request.
    IdempotencyKeyReused,
    /// Rule 1: without a laser session nothing is removed.
    RemoveRequiresLaser,
    /// Rule 2: saline and chemicals only lighten.
    MethodOnlyLightens,
    /// Rule 3: an adjustment needs no laser.
    AdjustNeedsNoLaser,
    /// Rule 8: more laser sessions than a course is planned for.
    PlanExceedsCeiling,
    /// Rule 11: what the estimate rests on is not known yet.
    AssessmentRequired,
    /// Rule 12: the consultation comes before any laser.
    ConsultationRequired,
    /// Rule 13: time to think after the consultation.
    CoolingOff,
    /// Rule 14: no laser without consent.
    ConsentMissing,
    /// Rule 24: no test patch vouches for this session.
    TestPatchRequired,
    /// Rule 25: the test patch has not waited.
    TestPatchWait,
    /// Rule 26: the test patch went badly.
    TestPatchAdverse,
    /// Rules 27 and 31: the skin has not healed from the last treatment.
    IntervalTooShort,
    /// Rule 28, a warning: allowed, but sooner than suggested.
    IntervalBelowSuggested,
    /// Rule 32: too soon for an adjustment.
    AreaHealing,
    /// Rule 41: the wavelength is not for this skin.
    WavelengthSkinType,
    /// Rule 42: past what the device can be set to.
    ParameterOutOfRange,
    /// Rule 43: a laser session without its record.
    RecordIncomplete,
    /// No course of so many sessions fits.
    NoPlan,
    /// A starting time is named twice, or they are out of order.
    StartsOutOfOrder,
    /// The session is not one of this course that can still be moved.
    NotToBeMoved,
    /// A correction that this session does not allow.
    NotCorrectable,
    /// Rule 56: the patient has not permitted that this shop is told.
    DisclosureConsentMissing,
    /// Rule 59: a paper of the shop has expired, or is not on file.
    PartnerNotEligible,
    /// The shop does not offer this method.
    NotOfferedByPartner,
    /// Rule 62: the shop has not reported what it did last.
    ReportOverdue,
    /// The shop works on request and names its times itself.
    ShopProposes,
    /// There is nothing to answer.
    NothingToAnswer,
    /// The visit has not begun.
    TooEarlyToReport,
    /// The referral has its sessions.
    ReferralFull,
    /// The lock was lifted before.
    LockLifted,
    /// The referral's state, by its word, does not allow the transition.
    ReferralNotAllowedFrom(&'static str),
    /// The session's state, by its word, does not allow the transition.
    NotAllowedFrom(&'static str),
}

impl Code {
    /// Whether this is a clash with another booking or with the state of things (409), not a broken rule (422).
    #[must_use]
    pub fn is_conflict(self) -> bool {
        matches!(
            self,
            Self::ConflictPractitioner
                | Self::ConflictRoom
                | Self::ConflictDevice
                | Self::ConflictPatient
                | Self::HoldGone
                | Self::NothingToUndo
                | Self::ConsentNotActive
                | Self::NothingToAnswer
                | Self::LockLifted
                | Self::ReferralNotAllowedFrom(_)
                | Self::NotAllowedFrom(_)
        )
    }
}

impl Code {
    /// Whether this is a rule of removal, or of a shop, which knows itself from which day on it is satisfied, if ever.
    #[must_use]
    pub fn is_of_removal(self) -> bool {
        matches!(
            self,
            Self::RemoveRequiresLaser
                | Self::MethodOnlyLightens
                | Self::AdjustNeedsNoLaser
                | Self::PlanExceedsCeiling
                | Self::AssessmentRequired
                | Self::ConsultationRequired
                | Self::CoolingOff
                | Self::TestPatchRequired
                | Self::TestPatchWait
                | Self::TestPatchAdverse
                | Self::IntervalTooShort
                | Self::AreaHealing
                | Self::DisclosureConsentMissing
                | Self::ReportOverdue
                | Self::ShopProposes
                | Self::NotOfferedByPartner
        )
    }

    /// The rules that can be overridden.
    pub const OVERRIDABLE: &[Self] = &[
        Self::PlanExceedsCeiling,
        Self::TestPatchRequired,
        Self::TestPatchWait,
        Self::IntervalTooShort,
        Self::AreaHealing,
        Self::WavelengthSkinType,
        Self::ReportOverdue,
        Self::PossibleSamePatient,
    ];

    /// Who may go past this rule with a reason; no role for most. The API knows one clinical role: where
    /// a rule asks for a physician, a practitioner's sign-in speaks, and the audit line says whose.
    #[must_use]
    pub fn overridable_by(self) -> &'static [Role] {
        match self {
            // Whether two callers are one person is the desk's to know.
            Self::PossibleSamePatient => STAFF,
            code if Self::OVERRIDABLE.contains(&code) => PRACTITIONERS,
            _ => &[],
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowedFrom(status) | Self::ReferralNotAllowedFrom(status) => {
                write!(f, "not_allowed_from_{status}")
            }
            code => f.write_str(code.into()),
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One rule's no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    /// Which rule.
    #[schema(value_type = String, example = "clinic_closed")]
    pub code: Code,
    /// Why, in a sentence to read out.
    #[schema(example = "The clinic is closed on Thursday 1 July 2027 (Canada Day).")]
    pub message: String,
    /// Whether a user may go past it, with `override.reason`.
    pub overridable: bool,
    /// Who may.
    #[serde(skip_serializing_if = "<[Role]>::is_empty")]
    #[schema(value_type = Vec<Role>)]
    pub overridable_by: &'static [Role],
    /// The first day that satisfies this rule, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<NaiveDate>,
    /// Which part of the request it is about, a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Something to know that refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Which rule.
    #[schema(value_type = String, example = "interval_below_suggested")]
    pub code: Code,
    /// What, in a sentence to read out.
    pub message: String,
}

impl Refusal {
    /// A refusal; whether it can be overridden, its code says.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let overridable_by = code.overridable_by();
        Self {
            code,
            message: message.into(),
            overridable: !overridable_by.is_empty(),
            overridable_by,
            earliest: None,
            field: None,
        }
    }

    /// The same, with the first day that satisfies it; what it knows itself stands.
    #[must_use]
    pub fn with_earliest(mut self, earliest: Option<NaiveDate>) -> Self {
        self.earliest = self.earliest.or(earliest);
        self
    }

    /// The same, about one part of the request.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// `refusals` about one part of the request.
pub(crate) fn about(refusals: Vec<Refusal>, field: &str) -> Vec<Refusal> {
    refusals.into_iter().map(|refusal| refusal.about(field)).collect()
}
