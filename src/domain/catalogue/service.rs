//! A service: what can be booked, how long it takes of patient, practitioner, room and device, and what it needs.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::room::Capability;
use crate::domain::clinic::reminder;
use crate::domain::clinic::reminder::ReminderRule;
use crate::domain::codes::codes;
use crate::domain::ids::ServiceId;
use crate::domain::text::{Code, Line, yes};
use crate::domain::time::civil::minutes;

codes! {
    /// How pigment is treated. Only a laser removes (F6); the others lighten, fade or correct.
    Method in "snake_case" { Laser, Saline, Chemical, Adjustment }
}

codes! {
    /// What a visit is to a course; what is treated in it, its method says.
    Purpose in "snake_case" {
        /// Nothing in particular, or the treatment itself.
        Visit,
        /// A professional explains the options (rule 12).
        Consultation,
        /// Findings that justify goal and estimate (rule 11).
        Assessment,
        /// A small exposure to judge the reaction (rules 24 to 26).
        TestPatch,
        /// The result is looked at.
        Review,
    }
}

impl Purpose {
    /// What the code of a service says, unless it is set otherwise.
    #[must_use]
    pub fn named(code: &str) -> Self {
        code.parse().unwrap_or(Self::Visit)
    }
}

/// What is done to the skin, as the intervals see it (rules 24 to 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// A small exposure to judge the reaction.
    TestPatch,
    /// A laser session.
    Laser,
    /// Saline or a chemical fade; both only lighten (F7).
    Lightening,
    /// New pigment.
    Adjustment,
}

impl Treatment {
    /// Whether a laser is fired: a test patch or a laser session.
    #[must_use]
    pub fn is_exposure(self) -> bool {
        matches!(self, Self::TestPatch | Self::Laser)
    }
}

/// What a manager writes about a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "consultation", "name": "Consultation", "duration_minutes": 45, "turnaround_minutes": 15,
    "purpose": "consultation", "skill": "consultation", "room": "consultation"}))]
pub struct ServiceDetails {
    /// What programs call it; unique.
    pub code: Code,
    /// What people call it.
    pub name: Line,
    /// Length of the visit, minutes.
    pub duration_minutes: Minutes,
    /// Anaesthetic time before the visit, in which patient and room are used but neither practitioner nor device, minutes.
    #[serde(default)]
    pub anaesthetic_minutes: Minutes,
    /// Preparation before the visit, in which all are used, minutes.
    #[serde(default)]
    pub preparation_minutes: Minutes,
    /// Turnaround after the visit, in which all are used, minutes.
    #[serde(default)]
    pub turnaround_minutes: Minutes,
    /// How pigment is treated; none for visits without treatment.
    #[serde(default)]
    pub method: Option<Method>,
    /// What it is to a course; unless set, what its code says.
    #[serde(default)]
    pub purpose: Option<Purpose>,
    /// Price of one visit, cents.
    #[serde(default)]
    #[schema(minimum = 0)]
    pub price_cents: Option<i64>,
    /// Whether it is one of the sessions that a course counts; a test patch is not.
    #[serde(default)]
    pub counts: bool,
    /// What the practitioner must be trained for.
    pub skill: Skill,
    /// What the room must be fitted for; none when it needs no room.
    #[serde(default)]
    pub room: Option<Capability>,
    /// Whether it can still be booked.
    #[serde(default = "yes")]
    pub active: bool,
    /// The reminders that its visits get; those of the clinic unless set.
    #[serde(default, deserialize_with = "reminder::few")]
    #[schema(max_items = 12)]
    #[sqlx(json(nullable))]
    pub reminders: Option<Vec<ReminderRule>>,
}

/// A length in minutes, at most eight hours, so that no claim is longer than a day.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    sqlx::Type,
    ToSchema,
)]
#[serde(try_from = "u16", into = "u16")]
#[sqlx(transparent)]
#[schema(value_type = u16, minimum = 0, maximum = 480)]
pub struct Minutes(i64);

/// Longer than a visit can be.
#[derive(Debug, Error)]
#[error("must not be more than 480 minutes")]
pub struct MinutesError;

impl TryFrom<u16> for Minutes {
    type Error = MinutesError;
    fn try_from(n: u16) -> Result<Self, MinutesError> {
        (n <= 480).then_some(Self(i64::from(n))).ok_or(MinutesError)
    }
}
impl From<Minutes> for u16 {
    fn from(length: Minutes) -> Self {
        Self::try_from(length.0).unwrap_or_default()
    }
}
impl Minutes {
    /// As a length of elapsed time.
    #[must_use]
    pub fn length(self) -> Duration {
        minutes(self.into())
    }
}

/// What a visit of this purpose and method does to the skin.
#[must_use]
pub fn treatment(purpose: Purpose, method: Option<Method>) -> Option<Treatment> {
    match method? {
        Method::Laser if purpose == Purpose::TestPatch => Some(Treatment::TestPatch),
        Method::Laser => Some(Treatment::Laser),
        Method::Saline | Method::Chemical => Some(Treatment::Lightening),
        Method::Adjustment => Some(Treatment::Adjustment),
    }
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: ServiceDetails,
}

impl Service {
    /// Whether a laser is fired, so that a device and a controlled area are needed (rules 38–40).
    #[must_use]
    pub fn is_laser(&self) -> bool {
        self.details.method == Some(Method::Laser)
    }

    /// What is done to the skin; nothing in a visit without a method.
    #[must_use]
    pub fn treatment(&self) -> Option<Treatment> {
        treatment(self.purpose(), self.details.method)
    }

    /// What it is to a course.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.details.purpose.unwrap_or_else(|| Purpose::named(self.details.code.as_str()))
    }

    /// What the room must have; a laser always needs its controlled area.
    #[must_use]
    pub fn room(&self) -> Option<Capability> {
        if self.is_laser() { Some(Capability::LaserControlledArea) } else { self.details.room }
    }

    /// Length of the visit, elapsed time.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.details.duration_minutes.length()
    }

    /// How long before its start practitioner and device are taken.
    #[must_use]
    pub fn preparation(&self) -> Duration {
        self.details.preparation_minutes.length()
    }

    /// How long before its start room and patient are taken.
    #[must_use]
    pub fn arrival(&self) -> Duration {
        self.preparation() + self.details.anaesthetic_minutes.length()
    }

    /// How long after its end all are taken.
    #[must_use]
    pub fn turnaround(&self) -> Duration {
        self.details.turnaround_minutes.length()
    }
}

codes! {
    /// What a practitioner is trained to do.
    Skill in "snake_case" { Consultation, Laser, Saline, Chemical, Adjustment }
}
