//! A course of treatment: all care toward one goal for one set of zones. Its phase
//! and progress are derived from its sessions, in `progress`, never stored.

pub mod case;
pub mod estimate;
pub mod kirby_desai;
pub mod laser;
pub mod next_step;
pub mod progress;
pub mod quote;
pub mod record;
pub mod rules;
pub mod session;
pub mod status;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::kirby_desai::Ink;
use crate::domain::codes::codes;
use crate::domain::ids::{CourseId, PatientId};
use crate::domain::refusal::{Code, Refusal};

codes! {
    /// What the patient wants.
    Goal in "snake_case" {
        /// The pigment gone; only a laser can (F6).
        Remove,
        /// Lighter.
        Lighten,
        /// Faded.
        Fade,
        /// Denser, darker or corrected, without a laser (F8).
        Adjust,
    }
}

codes! {
    /// A named part of the scalp.
    Zone in "snake_case" {
        FrontalHairline, LeftTemple, RightTemple, MidScalp, Vertex, LeftSide, RightSide, Occipital, DonorScar,
    }
}

codes! {
    /// What was put into the scalp.
    Pigment in "snake_case" { Smp, TattooInk, Unknown }
}

codes! {
    /// How deep it sits.
    Depth in "snake_case" { Correct, TooShallow, TooDeep, Unknown }
}

codes! {
    /// Where it is treated.
    Delivery in "snake_case" { Onsite, Partner }
}

codes! {
    /// FHIR request-status.
    CourseStatus in "kebab-case" { Draft, Active, OnHold, Completed, Revoked, EnteredInError }
}

codes! {
    /// How a course ended.
    CourseOutcome in "snake_case" {
        Cleared, PartialResidual, FadedAsPlanned, Adjusted,
        PatientStopped, ClinicalStop, Transferred, NoLaserNeeded,
    }
}

impl CourseOutcome {
    /// The status that this outcome belongs to (`docs/domain.md` 4).
    #[must_use]
    pub fn ends_as(self) -> CourseStatus {
        match self {
            Self::Cleared | Self::PartialResidual | Self::FadedAsPlanned | Self::Adjusted => {
                CourseStatus::Completed
            }
            Self::PatientStopped | Self::ClinicalStop | Self::Transferred | Self::NoLaserNeeded => {
                CourseStatus::Revoked
            }
        }
    }
}

fn unknown_pigment() -> Pigment {
    Pigment::Unknown
}
fn unknown_depth() -> Depth {
    Depth::Unknown
}
fn onsite() -> Delivery {
    Delivery::Onsite
}
fn active() -> CourseStatus {
    CourseStatus::Active
}

/// What the desk or a practitioner writes about a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"goal": "remove", "zones": ["frontal_hairline"], "pigment": "smp", "depth": "correct", "delivery": "onsite"}))]
pub struct CourseDetails {
    /// What the patient wants.
    pub goal: Goal,
    /// Which parts of the scalp; may be empty until the consultation.
    #[serde(default)]
    #[sqlx(json)]
    pub zones: Vec<Zone>,
    /// What was put into the scalp.
    #[serde(default = "unknown_pigment")]
    pub pigment: Pigment,
    /// How deep it sits.
    #[serde(default = "unknown_depth")]
    pub depth: Depth,
    /// Where it is treated.
    #[serde(default = "onsite")]
    pub delivery: Delivery,
    /// How many counting sessions are planned; the estimate's most unless set.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 60)]
    pub planned_sessions: Option<PlannedSessions>,
    /// How tattoo ink looks, for the Kirby-Desai reference.
    #[serde(default)]
    #[sqlx(json(nullable))]
    pub ink: Option<Ink>,
    /// Where it stands.
    #[serde(default = "active")]
    pub status: CourseStatus,
    /// How it ended; set with `completed` or `revoked`.
    #[serde(default)]
    pub outcome: Option<CourseOutcome>,
}

/// A number of sessions, 1 to 60.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[sqlx(transparent)]
#[schema(value_type = u16, minimum = 1, maximum = 60)]
pub struct PlannedSessions(i64);

/// Not a number of sessions.
#[derive(Debug, thiserror::Error)]
#[error("must be 1 to 60 sessions")]
pub struct PlannedSessionsError;

impl TryFrom<u16> for PlannedSessions {
    type Error = PlannedSessionsError;
    fn try_from(n: u16) -> Result<Self, PlannedSessionsError> {
        (1..=60).contains(&n).then_some(Self(i64::from(n))).ok_or(PlannedSessionsError)
    }
}
impl From<PlannedSessions> for u16 {
    fn from(n: PlannedSessions) -> Self {
        Self::try_from(n.0).unwrap_or_default()
    }
}

/// A course.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Course {
    /// Its id.
    pub id: CourseId,
    /// Rises with each change.
    pub version: i64,
    /// Whose it is.
    pub patient_id: PatientId,
    /// What was written about it.
    #[sqlx(flatten)]
    pub details: CourseDetails,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When goal, pigment or depth were last written; nothing means when it was opened.
    pub assessed_at: Option<DateTime<Utc>>,
}

impl CourseDetails {
    /// The same with each zone once, in the order of the scalp.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        self.zones.sort_unstable();
        self.zones.dedup();
        self
    }

    /// Whether the findings that the estimate rests on are other than those of `before`.
    #[must_use]
    pub fn is_reassessed(&self, before: &Self) -> bool {
        (self.goal, self.pigment, self.depth) != (before.goal, before.pigment, before.depth)
    }

    /// Why a course may not begin like this; nothing when it may.
    #[must_use]
    pub fn faults_at_opening(&self) -> Vec<Refusal> {
        let begins = matches!(self.status, CourseStatus::Draft | CourseStatus::Active)
            && self.outcome.is_none();
        if begins {
            return Vec::new();
        }
        vec![Refusal::new(
            Code::CourseTransition,
            "A course begins as draft or active, without an outcome.",
        )]
    }

    /// Why `self` may not become `next`, when `live` sessions are still to come; nothing when it may.
    #[must_use]
    pub fn faults_of_change(&self, next: &Self, live: usize) -> Vec<Refusal> {
        use CourseStatus::{Active, Completed, Draft, EnteredInError, OnHold, Revoked};
        let mut faults = Vec::new();
        let ends = matches!(next.status, Completed | Revoked | EnteredInError);
        let goes = self.status == next.status
            || match next.status {
                Draft => false,
                Active => matches!(self.status, Draft | OnHold),
                Completed | OnHold => self.status == Active,
                Revoked => matches!(self.status, Draft | Active | OnHold),
                EnteredInError => true,
            };
        if !goes {
            faults.push(Refusal::new(
                Code::CourseTransition,
                format!("A course that is {} cannot become {}.", self.status, next.status),
            ));
        }
        let fits = match next.outcome {
            Some(outcome) => outcome.ends_as() == next.status,
            None => !matches!(next.status, Completed | Revoked),
        };
        if !fits {
            faults.push(Refusal::new(
                Code::CourseTransition,
                "completed goes with cleared, partial_residual, faded_as_planned or adjusted; revoked with patient_stopped, clinical_stop, transferred or no_laser_needed; nothing else has an outcome.",
            ));
        }
        if ends && self.status != next.status && live > 0 {
            faults.push(Refusal::new(
                Code::CourseHasSessions,
                format!("{live} sessions of this course are still to come; cancel them first."),
            ));
        }
        faults
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status, CourseStatus::Draft | CourseStatus::Active | CourseStatus::OnHold)
    }

    /// Why nothing may be booked in this course; nothing when it may.
    #[must_use]
    pub fn closed_to_booking(&self) -> Option<Refusal> {
        match self.status {
            CourseStatus::Draft | CourseStatus::Active => None,
            CourseStatus::OnHold => Some(Refusal::new(
                Code::CourseNotOpen,
                "This course is on hold; resume it before booking.",
            )),
            ended => Some(Refusal::new(
                Code::CourseNotOpen,
                format!("This course is {ended}; open a new one to book."),
            )),
        }
    }
}
