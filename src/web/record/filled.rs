//! A treatment record as its form would have carried it, for correcting one that is there already, and the parts that
//! a correction keeps, since the form does not ask for them.

use crate::domain::catalogue::service::Treatment;
use crate::domain::course::record::TreatmentRecord;
use crate::web::frame::form::sent::Form;

/// The form that `record` was read from.
pub(in crate::web) fn form_of_record(record: &TreatmentRecord) -> Form {
    let mut form = Form::default();
    let mut put = |name: &str, text: Option<String>| {
        if let Some(text) = text {
            form.put(name, text);
        }
    };
    put("outcome", Some(record.outcome.to_string()));
    put("reason", record.reason.as_ref().map(ToString::to_string));
    for zone in record.zones.iter().flatten() {
        put("zones", Some(zone.to_string()));
    }
    for (n, set) in record.parameter_sets.iter().enumerate() {
        let measured = [
            ("fluence_j_cm2", set.fluence_j_cm2),
            ("spot_mm", set.spot_mm),
            ("pulse_width", set.pulse_width),
            ("frequency_hz", set.frequency_hz),
        ];
        for (name, quantity) in measured {
            put(&format!("{name}.{n}"), Some(f64::from(quantity).to_string()));
        }
        put(&format!("wavelength_nm.{n}"), Some(u16::from(set.wavelength_nm).to_string()));
        put(&format!("pulse_width_unit.{n}"), Some(set.pulse_width_unit.to_string()));
        put(&format!("pulse_count.{n}"), Some(set.pulse_count.to_string()));
        put(&format!("passes.{n}"), Some(set.passes.to_string()));
        for zone in set.zones.iter().flatten() {
            put(&format!("zones.{n}"), Some(zone.to_string()));
        }
    }
    put("endpoint", record.endpoint.map(|one| one.to_string()));
    put("pain", record.pain.map(|one| u16::from(one).to_string()));
    put("eyewear_checked", (record.eyewear_checked == Some(true)).then(|| "on".to_owned()));
    put("clearance_percent", record.clearance_percent.map(|one| u16::from(one).to_string()));
    put("test_patch_result", record.test_patch_result.map(|one| one.to_string()));
    for (n, event) in record.adverse_events.iter().enumerate() {
        put(&format!("kind.{n}"), Some(event.kind.to_string()));
        put(&format!("severity.{n}"), Some(event.severity.to_string()));
        put(&format!("zone.{n}"), event.zone.map(|zone| zone.to_string()));
    }
    put("note", record.note.as_ref().map(ToString::to_string));
    form
}

/// `record` as it was typed, with what `there` says and the form of this treatment has no control for.
pub(in crate::web) fn with_unasked(
    record: TreatmentRecord,
    there: &TreatmentRecord,
    treatment: Option<Treatment>,
) -> TreatmentRecord {
    let exposure = treatment.is_some_and(Treatment::is_exposure);
    let mut record = record;
    if !exposure {
        record.parameter_sets.clone_from(&there.parameter_sets);
        record.endpoint = there.endpoint;
        record.eyewear_checked = there.eyewear_checked;
    }
    // A box that is not ticked says as much as a no, but a no was said.
    if record.eyewear_checked.is_none() {
        record.eyewear_checked = there.eyewear_checked.filter(|checked| !checked);
    }
    if treatment.is_none() {
        record.zones.clone_from(&there.zones);
        record.pain = there.pain;
    }
    if treatment != Some(Treatment::TestPatch) {
        record.test_patch_result = there.test_patch_result;
    }
    if matches!(treatment, Some(Treatment::TestPatch | Treatment::Adjustment)) {
        record.clearance_percent = there.clearance_percent;
    }
    record
}
