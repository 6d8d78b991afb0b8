//! A practitioner: skills, working hours, the devices that the laser safety officer
//! authorised, and credentials that expire (rule 39).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::service::{Service, Skill};
use crate::domain::codes::codes;
use crate::domain::ids::{DeviceId, PractitionerId, SiteId};
use crate::domain::patient::Email;
use crate::domain::text::{Line, yes};
use crate::domain::time::civil::Day;
use crate::domain::time::hours::WeeklyHours;

/// Permission of the laser safety officer to use one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorisation {
    /// The device.
    pub device_id: DeviceId,
    /// Its last day, if it ends.
    #[serde(default)]
    pub expires_on: Option<Day>,
}

/// A licence, certificate or registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// What it is.
    pub kind: Line,
    /// Its last day.
    pub expires_on: Day,
}

codes! {
    /// What a practitioner is by training; what asks for a physician asks for this.
    Qualification in "snake_case" {
        /// A physician.
        Physician,
        /// A nurse.
        Nurse,
        /// Treats with lasers.
        LaserPractitioner,
        /// Places pigment; assesses nobody for a laser (rule 12).
        SmpTechnician,
    }
}

impl Qualification {
    /// Whether they may say what is done about a scalp (rules 11 and 12).
    #[must_use]
    pub fn may_assess(self) -> bool {
        self != Self::SmpTechnician
    }
}

/// What a manager writes about a practitioner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"site_id": "01890000-0000-7000-8000-000000000001", "name": "Noor Sample RN", "skills": ["consultation", "laser"],
    "hours": [{"weekday": "mon", "opens": "09:00", "closes": "17:00"}], "device_authorisations": [], "credentials": [{"kind": "laser safety", "expires_on": "2027-12-31"}]}))]
pub struct PractitionerDetails {
    /// Where they work.
    pub site_id: SiteId,
    /// Their name.
    pub name: Line,
    /// What they are trained to do.
    #[sqlx(json)]
    pub skills: Vec<Skill>,
    /// When they work, local time.
    #[sqlx(json)]
    pub hours: WeeklyHours,
    /// Which lasers they may use.
    #[serde(default)]
    #[sqlx(json)]
    pub device_authorisations: Vec<Authorisation>,
    /// What must be valid on the day of a session.
    #[serde(default)]
    #[sqlx(json)]
    pub credentials: Vec<Credential>,
    /// Whether they can be booked at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// Where the list of their next day goes, the evening before; nowhere unless set.
    #[serde(default)]
    pub day_list_to: Option<Email>,
    /// What they are by training, where it is noted.
    #[serde(default)]
    pub qualification: Option<Qualification>,
    /// Whether they are the clinic's laser safety officer, who authorises others on a device.
    #[serde(default)]
    pub laser_safety_officer: bool,
}

/// A practitioner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Practitioner {
    /// Their id.
    pub id: PractitionerId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about them.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: PractitionerDetails,
}

impl Practitioner {
    /// Why they may not do `service` on `date` (rule 39), apart from devices; nothing when they may.
    #[must_use]
    pub fn unfit_for(&self, service: &Service, date: NaiveDate) -> Option<String> {
        let PractitionerDetails { name, skills, credentials, active, .. } = &self.details;
        if !active {
            return Some(format!("{name} no longer works here."));
        }
        if !skills.contains(&service.details.skill) {
            return Some(format!("{name} is not trained for {}.", service.details.name));
        }
        let lapsed = credentials
            .iter()
            .filter(|credential| credential.expires_on.date() < date)
            .min_by_key(|credential| credential.expires_on)?;
        Some(format!("{name}'s {} expired on {}.", lapsed.kind, lapsed.expires_on))
    }

    /// Whether the laser safety officer has authorised them on `device` for `date` (rule 39).
    #[must_use]
    pub fn may_use(&self, device: DeviceId, date: NaiveDate) -> bool {
        self.details.device_authorisations.iter().any(|given| {
            given.device_id == device && given.expires_on.is_none_or(|last| date <= last.date())
        })
    }
}
