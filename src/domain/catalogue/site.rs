//! A site: the clinic, or a partner's shop, with its weekly hours.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::codes::codes;
use crate::domain::ids::{PartnerId, SiteId};
use crate::domain::text::{Line, yes};
use crate::domain::time::hours::WeeklyHours;

codes! {
    /// Whose place it is.
    SiteKind in "snake_case" { Clinic, Partner }
}

/// What a manager writes about a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "clinic", "name": "Hayden Street", "address": "59 Hayden Street 7th Floor, Toronto, ON M4Y 0E7",
    "hours": [{"weekday": "mon", "opens": "09:00", "closes": "18:00"}], "observes_holidays": true}))]
pub struct SiteDetails {
    /// The clinic's own, or a partner's shop.
    pub kind: SiteKind,
    /// What people call it.
    pub name: Line,
    /// The street address.
    pub address: Line,
    /// Whose shop it is; set when `kind` is `partner`.
    #[serde(default)]
    pub partner_id: Option<PartnerId>,
    /// Weekly opening hours in local time; a weekday without a span is closed.
    #[sqlx(json)]
    pub hours: WeeklyHours,
    /// Whether it closes on Ontario's public holidays.
    #[serde(default = "yes")]
    pub observes_holidays: bool,
    /// Whether anything can be booked there.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: SiteDetails,
}
