//! A room and what it is fitted for (rule 40).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::codes::codes;
use crate::domain::ids::{RoomId, SiteId};
use crate::domain::text::{Line, yes};

codes! {
    /// What a room is fitted for.
    Capability in "snake_case" {
        /// Talking in private.
        Consultation,
        /// Treating without a laser.
        Treatment,
        /// Signs, interlocks and eyewear for a class 4 laser.
        LaserControlledArea,
        /// Standard photographs.
        Photography,
    }
}

impl Capability {
    /// What the room has, in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Consultation => "a consultation room",
            Self::Treatment => "a treatment room",
            Self::LaserControlledArea => "a laser controlled area",
            Self::Photography => "a photo bay",
        }
    }
}

/// What a manager writes about a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"site_id": "01890000-0000-7000-8000-000000000001", "name": "Treatment 1", "capabilities": ["laser_controlled_area"]}))]
pub struct RoomDetails {
    /// Where it is.
    pub site_id: SiteId,
    /// What people call it.
    pub name: Line,
    /// What it is fitted for.
    #[sqlx(json)]
    pub capabilities: Vec<Capability>,
    /// Whether it can be booked at all.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: RoomDetails,
}
