//! The lock-box (`docs/domain.md` 2.1): what a patient forbids to tell, to one shop or to any. What is
//! locked is left out of the packet, which says that something is, not what (rule 58).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::codes::codes;
use crate::domain::ids::{LockId, PartnerId, PatientId};

codes! {
    /// What of a packet can be locked; the name cannot, since there is no treatment without it: no consent says that.
    LockedItem in "snake_case" {
        Phone, Zones, Goal, Pigment, Depth, Fitzpatrick, Screening, TestPatch, LastLaser,
        /// Medicines: never shared with a shop, but the screening result depends on them, so it is withheld.
        Medication,
    }
}

/// What the desk writes down when a patient locks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"item": "medication"}))]
pub struct LockDetails {
    /// What.
    pub item: LockedItem,
    /// From which shop; from all unless set.
    #[serde(default)]
    pub partner_id: Option<PartnerId>,
}

/// A lock.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Lock {
    /// Its id.
    pub id: LockId,
    /// Rises with each change.
    pub version: i64,
    /// Whose.
    pub patient_id: PatientId,
    /// What was written down.
    #[sqlx(flatten)]
    pub details: LockDetails,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When the patient lifted it.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Lock {
    /// Whether it keeps its item from `partner`.
    #[must_use]
    pub fn holds_against(&self, partner: PartnerId) -> bool {
        self.ended_at.is_none() && self.details.partner_id.is_none_or(|named| named == partner)
    }
}
