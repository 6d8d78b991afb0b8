//! A laser: owned or rented, its licence and service dates (rule 38), the windows in
//! which a rented one is on site (rule 36), and the limits of its parameters.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::codes::codes;
use crate::domain::ids::{DeviceId, RentalWindowId, SiteId};
use crate::domain::text::{Code, Line, yes};
use crate::domain::time::civil::Day;
use crate::domain::time::interval::{Interval, without};

codes! {
    /// Whether the clinic has it always, or in windows.
    Ownership in "snake_case" { Owned, Rented }
}

codes! {
    /// Unit of a pulse's width.
    PulseWidthUnit in "snake_case" { Ns, Ps }
}

/// From least to most, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "RawLimits")]
pub struct Limits {
    /// Least.
    pub min: f64,
    /// Most.
    pub max: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    min: f64,
    max: f64,
}

/// Limits that allow nothing.
#[derive(Debug, Error)]
#[error("limits go from 0 or more up to a max that is not below min")]
pub struct LimitsError;

impl TryFrom<RawLimits> for Limits {
    type Error = LimitsError;
    fn try_from(raw: RawLimits) -> Result<Self, LimitsError> {
        let sound =
            raw.min.is_finite() && raw.max.is_finite() && 0.0 <= raw.min && raw.min <= raw.max;
        sound.then_some(Self { min: raw.min, max: raw.max }).ok_or(LimitsError)
    }
}

/// What a device can be set to at one wavelength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Wavelength, nanometres.
    pub wavelength_nm: u16,
    /// Energy per area, J/cm².
    pub fluence_j_cm2: Limits,
    /// Spot diameter, mm.
    pub spot_mm: Limits,
    /// Pulses per second, Hz.
    pub frequency_hz: Limits,
    /// Width of a pulse, in `pulse_width_unit`.
    pub pulse_width: Limits,
    /// Unit of `pulse_width`.
    pub pulse_width_unit: PulseWidthUnit,
}

/// What a manager writes about a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"site_id": "01890000-0000-7000-8000-000000000001", "code": "LASER-OWN-1", "name": "Demo ND-10", "ownership": "owned",
    "licence_number": "DEMO-0001", "licence_class": "III", "licence_valid_until": "2027-12-31", "service_due_on": "2027-06-30",
    "modes": [{"wavelength_nm": 1064, "fluence_j_cm2": {"min": 0.5, "max": 10.0}, "spot_mm": {"min": 2.0, "max": 8.0},
    "frequency_hz": {"min": 1.0, "max": 10.0}, "pulse_width": {"min": 6.0, "max": 6.0}, "pulse_width_unit": "ns"}]}))]
pub struct DeviceDetails {
    /// Where it stands.
    pub site_id: SiteId,
    /// What the desk calls it; unique.
    pub code: Code,
    /// Make and model.
    pub name: Line,
    /// Owned, or rented by the day.
    pub ownership: Ownership,
    /// Who rents it out.
    #[serde(default)]
    pub vendor: Option<Line>,
    /// What a rented day costs, cents.
    #[serde(default)]
    pub day_cost_cents: Option<i64>,
    /// Number of its Canadian medical device licence.
    #[serde(default)]
    pub licence_number: Option<Line>,
    /// Class of that licence: II, III or IV.
    #[serde(default)]
    pub licence_class: Option<Line>,
    /// Last day on which the licence check counts.
    #[serde(default)]
    pub licence_valid_until: Option<Day>,
    /// Last day before its service is overdue.
    #[serde(default)]
    pub service_due_on: Option<Day>,
    /// Broken, or kept from use.
    #[serde(default)]
    pub out_of_service: bool,
    /// What it can be set to.
    #[serde(default)]
    #[sqlx(json)]
    pub modes: Vec<Mode>,
    /// Whether it can be booked at all.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: DeviceDetails,
}

impl Device {
    /// Why it may not be used on `date` (rule 38); nothing when it may.
    #[must_use]
    pub fn unfit_on(&self, date: NaiveDate) -> Option<String> {
        let DeviceDetails {
            code, active, out_of_service, licence_valid_until, service_due_on, ..
        } = &self.details;
        if !active || *out_of_service {
            return Some(format!("{code} is out of service."));
        }
        if let Some(last) = licence_valid_until.filter(|last| last.date() < date) {
            return Some(format!(
                "{code}: the check of its medical device licence lapsed on {last}."
            ));
        }
        let due = service_due_on.filter(|due| due.date() < date)?;
        Some(format!("{code}: its service was due on {due}."))
    }

    /// Whether it is on site in its rental windows only.
    #[must_use]
    pub fn is_rented(&self) -> bool {
        self.details.ownership == Ownership::Rented
    }
}

/// How much of `usable` is in use by `taken`, percent, rounded down; nothing where there is nothing to use.
#[must_use]
pub fn filled(usable: &[Interval], taken: &[Interval]) -> Option<i64> {
    let minutes = |intervals: &[Interval]| {
        intervals.iter().map(|one| (one.end() - one.start()).num_minutes()).sum::<i64>()
    };
    let whole = minutes(usable);
    let free = minutes(&without(usable.to_vec(), taken.to_vec()));
    (whole > 0).then(|| (whole - free) * 100 / whole)
}

/// A period in which a rented device is on site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct RentalWindow {
    /// Its id.
    pub id: RentalWindowId,
    /// The device.
    pub device_id: DeviceId,
    /// Delivery.
    pub starts_at: DateTime<Utc>,
    /// Collection.
    pub ends_at: DateTime<Utc>,
}

impl RentalWindow {
    /// The whole window.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.starts_at, self.ends_at)
    }
}
