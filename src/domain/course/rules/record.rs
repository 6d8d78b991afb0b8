//! Rules 24 and 41 to 43, asked when a laser exposure is written up: the settings are
//! ones that the device has, that the skin may get and that the test patch tried, and
//! nothing that has to be noted is left out.

use std::collections::BTreeSet;

use super::test_patch;
use crate::domain::catalogue::device::{Device, Limits, Mode, PulseWidthUnit};
use crate::domain::catalogue::measure::Wavelength;
use crate::domain::catalogue::partner::Partner;
use crate::domain::catalogue::service::Treatment;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::Case;
use crate::domain::course::laser::Laser;
use crate::domain::course::record::{ParameterSet, TreatmentRecord};
use crate::domain::course::status::Outcome;
use crate::domain::refusal::{Code, Refusal};

/// Everything that is wrong with the record of an exposure with `laser`, all at once.
#[must_use]
pub fn refusals(
    case: &Case,
    policy: &Policy,
    treatment: Treatment,
    laser: Laser<'_>,
    record: &TreatmentRecord,
) -> Vec<Refusal> {
    let mut refusals: Vec<_> = record_incomplete(record).into_iter().collect();
    for (index, set) in record.parameter_sets.iter().enumerate() {
        let field = format!("/parameter_sets/{index}");
        refusals.extend(match laser {
            Laser::Device(device) => parameter_out_of_range(device, set, &field),
            Laser::Shop(partner) => {
                wavelength_not_offered(partner, set, &field).into_iter().collect()
            }
        });
        refusals.extend(wavelength_skin_type(case, policy, set, &field));
        if treatment == Treatment::Laser {
            refusals.extend(wavelength_not_tested(case, laser, set, &field));
        }
    }
    refusals
}

/// Rule 43: a completed exposure has its settings, endpoint, pain and eyewear check.
#[must_use]
pub fn record_incomplete(record: &TreatmentRecord) -> Option<Refusal> {
    if record.outcome != Outcome::Completed {
        return None;
    }
    let missing: Vec<_> = [
        (record.parameter_sets.is_empty(), "at least one set of parameters"),
        (record.endpoint.is_none(), "the endpoint"),
        (record.pain.is_none(), "the pain score"),
        (record.eyewear_checked != Some(true), "the eyewear check"),
    ]
    .into_iter()
    .filter_map(|(missing, what)| missing.then_some(what))
    .collect();
    (!missing.is_empty()).then(|| {
        Refusal::new(
            Code::RecordIncomplete,
            format!("The record of a laser session needs {}.", missing.join(", ")),
        )
    })
}

/// Rule 42: each setting that the device cannot have, with its limits.
#[must_use]
pub fn parameter_out_of_range(device: &Device, set: &ParameterSet, field: &str) -> Vec<Refusal> {
    let code = &device.details.code;
    let refusal = |name: &str, message: String| {
        Refusal::new(Code::ParameterOutOfRange, message).about(format!("{field}/{name}"))
    };
    let Some(mode) =
        device.details.modes.iter().find(|mode| mode.wavelength_nm == u16::from(set.wavelength_nm))
    else {
        let known: Vec<_> =
            device.details.modes.iter().map(|mode| nanometres(mode.wavelength_nm)).collect();
        let limits = if known.is_empty() {
            format!("no settings of {code} are noted; a manager adds them")
        } else {
            format!("{code} has {}", known.join(" and "))
        };
        let asked = nanometres(set.wavelength_nm);
        return vec![refusal("wavelength_nm", format!("wavelength_nm is {asked}, but {limits}."))];
    };
    measured(mode, set)
        .into_iter()
        .filter(|(_, value, limits, _)| *value < limits.min - SLACK || limits.max + SLACK < *value)
        .map(|(name, value, Limits { min, max }, unit)| {
            refusal(
                name,
                format!(
                    "{name} is {value} {unit}, but {code} has {min} to {max} {unit} at {}.",
                    nanometres(mode.wavelength_nm)
                ),
            )
        })
        .collect()
}

/// Rule 42 for a shop's own laser, of which its wavelengths are known.
fn wavelength_not_offered(partner: &Partner, set: &ParameterSet, field: &str) -> Option<Refusal> {
    let offered = partner.details.wavelengths_nm.as_deref().unwrap_or_default();
    (!offered.contains(&set.wavelength_nm)).then(|| {
        let known: Vec<_> = offered.iter().map(|wavelength| nanometres(*wavelength)).collect();
        let limits =
            if known.is_empty() { "no wavelength".to_owned() } else { known.join(" and ") };
        let (asked, name) = (nanometres(set.wavelength_nm), &partner.details.name);
        Refusal::new(
            Code::ParameterOutOfRange,
            format!("wavelength_nm is {asked}, but {name} has {limits}."),
        )
        .about(format!("{field}/wavelength_nm"))
    })
}

/// What converting units may add or take.
const SLACK: f64 = 1e-9;

fn measured(mode: &Mode, set: &ParameterSet) -> [(&'static str, f64, Limits, &'static str); 4] {
    // The width is compared in the unit of the device: 0.6 ns are 600 ps.
    let factor = match (set.pulse_width_unit, mode.pulse_width_unit) {
        (PulseWidthUnit::Ns, PulseWidthUnit::Ps) => 1000.0,
        (PulseWidthUnit::Ps, PulseWidthUnit::Ns) => 0.001,
        _ => 1.0,
    };
    let unit: &'static str = mode.pulse_width_unit.into();
    [
        ("fluence_j_cm2", set.fluence_j_cm2.into(), mode.fluence_j_cm2, "J/cm²"),
        ("spot_mm", set.spot_mm.into(), mode.spot_mm, "mm"),
        ("frequency_hz", set.frequency_hz.into(), mode.frequency_hz, "Hz"),
        ("pulse_width", f64::from(set.pulse_width) * factor, mode.pulse_width, unit),
    ]
}

/// Rule 41: a wavelength that skin of Fitzpatrick IV to VI does not get.
#[must_use]
pub fn wavelength_skin_type(
    case: &Case,
    policy: &Policy,
    set: &ParameterSet,
    field: &str,
) -> Option<Refusal> {
    let barred = policy.wavelengths_not_for_darker_nm.contains(&set.wavelength_nm.into());
    let skin: &'static str = case.fitzpatrick.filter(|_| case.is_darker() && barred)?.into();
    Some(
        Refusal::new(
            Code::WavelengthSkinType,
            format!(
                "{} is not used on Fitzpatrick {skin} unless a physician decides so.",
                nanometres(set.wavelength_nm)
            ),
        )
        .about(format!("{field}/wavelength_nm")),
    )
}

/// Rule 24 for the wavelength, which booking does not know: only what the test patch tried is used.
fn wavelength_not_tested(
    case: &Case,
    laser: Laser<'_>,
    set: &ParameterSet,
    field: &str,
) -> Option<Refusal> {
    let tested: BTreeSet<Wavelength> = test_patch::accepted(case, laser)
        .flat_map(|patch| patch.wavelengths.iter().copied())
        .collect();
    // Without any test patch the session was booked by an override, and there is nothing to compare with.
    (!tested.is_empty() && !tested.contains(&set.wavelength_nm)).then(|| {
        let known: Vec<_> = tested.iter().map(|wavelength| nanometres(*wavelength)).collect();
        Refusal::new(
            Code::TestPatchRequired,
            format!(
                "The test patch was done with {}, not with {}.",
                known.join(" and "),
                nanometres(set.wavelength_nm)
            ),
        )
        .about(format!("{field}/wavelength_nm"))
    })
}

fn nanometres(wavelength: impl Into<u16>) -> String {
    format!("{} nm", wavelength.into())
}
