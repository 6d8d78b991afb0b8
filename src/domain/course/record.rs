//! The treatment record: what was done in a session, as `complete` takes it. Here
//! is its shape and what no record can be; which fields a laser needs, and the
//! device's limits, are rules of their own.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::Zone;
use super::status::Outcome;
use crate::domain::catalogue::device::PulseWidthUnit;
use crate::domain::catalogue::measure::{Pain, Percent, Wavelength};
use crate::domain::codes::codes;
use crate::domain::rule_override::Override;
use crate::domain::text::{Line, Note};

codes! {
    /// Visible immediate reaction of the tissue.
    Endpoint in "snake_case" { None, Frosting, Erythema, Oedema, Purpura, PinpointBleeding, Blister, EpidermalSplatter }
}

codes! {
    /// What a test patch showed.
    TestPatchResult in "snake_case" { Acceptable, Reaction, ColourChange }
}

codes! {
    /// How bad an unwanted effect is.
    Severity in "snake_case" { Mild, Moderate, Severe }
}

/// A measured quantity: finite and above zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schema(value_type = f64, exclusive_minimum = 0.0)]
pub struct Quantity(f64);

/// Not a quantity.
#[derive(Debug, Error)]
#[error("must be more than 0 and at most 1,000,000")]
pub struct QuantityError;

impl TryFrom<f64> for Quantity {
    type Error = QuantityError;
    fn try_from(n: f64) -> Result<Self, QuantityError> {
        (n.is_finite() && 0.0 < n && n <= 1_000_000.0).then_some(Self(n)).ok_or(QuantityError)
    }
}
impl From<Quantity> for f64 {
    fn from(n: Quantity) -> Self {
        n.0
    }
}

/// Settings used on given zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterSet {
    /// Wavelength, nanometres.
    pub wavelength_nm: Wavelength,
    /// Energy per area, J/cm².
    pub fluence_j_cm2: Quantity,
    /// Spot diameter, mm.
    pub spot_mm: Quantity,
    /// Width of a pulse, in `pulse_width_unit`.
    pub pulse_width: Quantity,
    /// Unit of `pulse_width`.
    pub pulse_width_unit: PulseWidthUnit,
    /// Pulses per second, Hz.
    pub frequency_hz: Quantity,
    /// Pulses fired.
    pub pulse_count: u32,
    /// Passes over the zone.
    pub passes: u16,
    /// Zones treated with these settings; all of the session's unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<Zone>>,
}

/// Something unwanted that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdverseEvent {
    /// What: `burn`, `scar`, `blistering`, …
    pub kind: Line,
    /// How bad.
    pub severity: Severity,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

impl TreatmentRecord {
    /// The zones that were treated, where the record says; those of the settings count too.
    #[must_use]
    pub fn treated_zones(&self) -> Option<Vec<Zone>> {
        let of_sets = self.parameter_sets.iter().filter_map(|set| set.zones.as_ref());
        let all = self.zones.iter().chain(of_sets).flatten().copied();
        let mut zones: Vec<_> = all.collect();
        zones.sort_unstable();
        zones.dedup();
        (!zones.is_empty()).then_some(zones)
    }
}

/// What was done in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"outcome": "completed", "note": "No questions left open."}))]
pub struct TreatmentRecord {
    /// How the procedure ended.
    pub outcome: Outcome,
    /// Why it was stopped or not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Note>,
    /// Zones treated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<Zone>>,
    /// Settings used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter_sets: Vec<ParameterSet>,
    /// Reaction of the tissue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// Pain, 0–10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pain: Option<Pain>,
    /// Whether all wore eyewear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eyewear_checked: Option<bool>,
    /// Percent of pigment gone against the baseline photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clearance_percent: Option<Percent>,
    /// What the test patch showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_patch_result: Option<TestPatchResult>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adverse_events: Vec<AdverseEvent>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// A reason to go past rules of the record that can be overridden; it goes to the audit, and not into the record.
    #[serde(default, rename = "override", skip_serializing)]
    #[schema(write_only)]
    pub overriding: Option<Override>,
}
