//! The controls of a treatment record: those that the treatment has, filled with what was typed.

use strum::VariantArray;

use super::words::Words;
use crate::domain::catalogue::measure::Wavelength;
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::Zone;
use crate::domain::course::record::{Endpoint, Severity, TestPatchResult};
use crate::domain::course::status::Outcome;
use crate::domain::patient::Language;
use crate::web::frame::form::control::{Control, focus_first_wrong};
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::field_error::FieldError;
use crate::web::frame::form::group::Group;
use crate::web::frame::form::sent::Form;
use crate::web::frame::terms::term;

/// How many settings there is room for at least, and how many unwanted effects.
const SETS: usize = 3;
const EVENTS: usize = 2;

/// What settings are made of, besides their zones.
pub(super) const SETTINGS: [&str; 8] = [
    "wavelength_nm",
    "fluence_j_cm2",
    "spot_mm",
    "pulse_width",
    "pulse_width_unit",
    "frequency_hz",
    "pulse_count",
    "passes",
];

/// How many settings a form has room for: as many as it carries, and another once the last is filled in.
pub(super) fn set_count(form: &Form) -> usize {
    row_count(form, "wavelength_nm.", SETS)
}

/// How many unwanted effects a form has room for.
pub(super) fn event_count(form: &Form) -> usize {
    row_count(form, "kind.", EVENTS)
}

fn row_count(form: &Form, name: &str, least: usize) -> usize {
    let carried = form.pairs().iter().filter(|(own, _)| own.starts_with(name));
    let another = carried.clone().next_back().is_some_and(|(_, text)| !text.is_empty());
    (carried.count() + usize::from(another)).max(least)
}

/// The controls of the record of a `treatment`, filled with what was typed.
pub(in crate::web) fn record_groups(
    language: Language,
    treatment: Option<Treatment>,
    wavelengths: &[Wavelength],
    form: &Form,
    wrong: &[FieldError],
) -> Vec<Group> {
    let words = Words::for_language(language);
    let fill = |fields: Vec<Field>| -> Vec<Control> {
        fields.iter().map(|field| field.control(form, wrong)).collect()
    };
    let section = |title: &str, fields| Group::section(title, fill(fields));
    let folded = |title: String, fields| Group::folded(title, fill(fields));
    let mut groups = vec![section(words.what_was_done, outcome_fields(words, treatment))];
    if treatment.is_some_and(Treatment::is_exposure) {
        for n in 0..set_count(form) {
            let title = format!("{} {}", words.settings, n + 1);
            let fields = setting_fields(words, wavelengths, n);
            groups.push(if n == 0 { section(&title, fields) } else { folded(title, fields) });
        }
    }
    let observed = observation_fields(words, treatment);
    if !observed.is_empty() {
        groups.push(section(words.what_was_seen, observed));
    }
    for n in 0..event_count(form) {
        groups.push(folded(format!("{} {}", words.unwanted, n + 1), event_fields(words, n)));
    }
    let note = Field::new("note", words.note, Kind::Area).max_length(4000).hint(words.optional);
    groups.push(section(words.anything_else, vec![note]));
    focus_first_wrong(groups.iter_mut().flat_map(Group::controls_mut));
    groups
}

fn choices<T: VariantArray + ToString>(words: &Words) -> Vec<Choice> {
    let named = |code: String| choice(&code, &term(words.language, &code));
    T::VARIANTS.iter().map(|one| named(one.to_string())).collect()
}

fn outcome_fields(words: &Words, treatment: Option<Treatment>) -> Vec<Field> {
    let mut fields = vec![
        Field::new("outcome", words.outcome, Kind::One(choices::<Outcome>(words))).required(),
        Field::new("reason", words.why_stopped, Kind::Area).max_length(4000).hint(words.if_stopped),
    ];
    if treatment.is_some() {
        fields.push(
            Field::new("zones", words.zones, Kind::Ticks(choices::<Zone>(words)))
                .hint(words.zones_hint),
        );
    }
    fields
}

fn setting_fields(words: &Words, wavelengths: &[Wavelength], n: usize) -> Vec<Field> {
    let name = |part: &str| format!("{part}.{n}");
    let offered = wavelengths.iter().map(|one| {
        let nm = u16::from(*one).to_string();
        choice(&nm, &format!("{nm} nm"))
    });
    vec![
        Field::new(name("wavelength_nm"), words.wavelength, Kind::One(offered.collect())),
        Field::new(name("fluence_j_cm2"), words.fluence, Kind::Decimal),
        Field::new(name("spot_mm"), words.spot, Kind::Decimal),
        Field::new(name("pulse_width"), words.pulse_width, Kind::Decimal),
        Field::new(
            name("pulse_width_unit"),
            words.pulse_width_unit,
            Kind::One(vec![choice("ns", words.nanoseconds), choice("ps", words.picoseconds)]),
        ),
        Field::new(name("frequency_hz"), words.frequency, Kind::Decimal),
        Field::new(name("pulse_count"), words.pulse_count, Kind::Whole),
        Field::new(name("passes"), words.passes, Kind::Whole),
        Field::new(name("zones"), words.zones_of_settings, Kind::Ticks(choices::<Zone>(words)))
            .hint(words.zones_of_settings_hint),
    ]
}

fn observation_fields(words: &Words, treatment: Option<Treatment>) -> Vec<Field> {
    let exposure = treatment.is_some_and(Treatment::is_exposure);
    let mut fields = Vec::new();
    if exposure {
        fields.push(Field::new("endpoint", words.endpoint, Kind::One(choices::<Endpoint>(words))));
    }
    if treatment.is_some() {
        fields.push(Field::new("pain", words.pain, Kind::Whole).hint(words.pain_hint));
    }
    if exposure {
        fields.push(Field::new("eyewear_checked", words.eyewear, Kind::Tick));
    }
    if treatment == Some(Treatment::TestPatch) {
        let results = choices::<TestPatchResult>(words);
        fields.push(
            Field::new("test_patch_result", words.test_patch, Kind::One(results))
                .hint(words.test_patch_hint),
        );
    }
    if !matches!(treatment, Some(Treatment::TestPatch | Treatment::Adjustment)) {
        fields.push(
            Field::new("clearance_percent", words.clearance, Kind::Whole)
                .hint(words.clearance_hint),
        );
    }
    fields
}

fn event_fields(words: &Words, n: usize) -> Vec<Field> {
    vec![
        Field::new(format!("kind.{n}"), words.event, Kind::Text)
            .max_length(200)
            .hint(words.event_hint),
        Field::new(format!("severity.{n}"), words.severity, Kind::One(choices::<Severity>(words))),
        Field::new(format!("zone.{n}"), words.zone, Kind::One(choices::<Zone>(words)))
            .hint(words.optional),
    ]
}
