//! Consents: recorded permissions of one kind, with the version of the text that was
//! agreed to. A withdrawn one stays, inactive, with its time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::codes::codes;
use crate::domain::ids::{ConsentId, PartnerId, PatientId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::Line;

codes! {
    /// What is permitted.
    ConsentKind in "snake_case" {
        /// Treatment by laser, its risks known.
        LaserTreatment,
        /// Telling one named partner.
        Disclosure,
        /// Messages about visits.
        Messages,
    }
}

codes! {
    /// Whether it holds (FHIR consent state).
    ConsentStatus in "kebab-case" { Active, Inactive }
}

/// What the desk writes down when a patient consents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "laser_treatment", "text_version": "2026-1"}))]
pub struct ConsentDetails {
    /// What is permitted.
    pub kind: ConsentKind,
    /// The partner that a disclosure consent names.
    #[serde(default)]
    pub partner_id: Option<PartnerId>,
    /// Version of the text that was agreed to.
    pub text_version: Line,
}

impl ConsentDetails {
    /// A disclosure names its partner, and nothing else does.
    pub fn check(&self) -> Result<(), Refusal> {
        if (self.kind == ConsentKind::Disclosure) == self.partner_id.is_some() {
            return Ok(());
        }
        Err(Refusal::new(
            Code::ConsentPartner,
            "A disclosure consent names the partner it is for; no other consent does.",
        ))
    }
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Rises with each change.
    pub version: i64,
    /// Whose it is.
    pub patient_id: PatientId,
    /// What was written down.
    #[sqlx(flatten)]
    pub details: ConsentDetails,
    /// Whether it holds.
    pub status: ConsentStatus,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
}
