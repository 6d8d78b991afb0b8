//! The controls of a treatment record: those that the treatment has, filled with what was typed.

use strum::VariantArray;

use super::words::{Words, of};
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::Zone;
use crate::domain::course::record::{Endpoint, Severity, TestPatchResult, Wavelength};
use crate::domain::course::status::Outcome;
use crate::domain::patient::Language;
use crate::web::frame::form::Form;
use crate::web::frame::form::entry::{Choice, Entry, Wrong, lead_to_first_wrong};
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
pub(super) fn sets(form: &Form) -> usize {
    room(form, "wavelength_nm.", SETS)
}

/// How many unwanted effects a form has room for.
pub(super) fn events(form: &Form) -> usize {
    room(form, "kind.", EVENTS)
}

fn room(form: &Form, name: &str, least: usize) -> usize {
    let carried = form.pairs().iter().filter(|(own, _)| own.starts_with(name));
    let another = carried
        .clone()
        .next_back()
        .is_some_and(|(_, text)| !text.is_empty());
    (carried.count() + usize::from(another)).max(least)
}

const DECIMAL: &str = "inputmode=\"decimal\" autocomplete=\"off\"";
const WHOLE: &str = "inputmode=\"numeric\" autocomplete=\"off\"";

/// Controls that belong together.
pub(in crate::web) struct Group {
    pub(in crate::web) title: String,
    pub(in crate::web) entries: Vec<Entry>,
    /// Whether it is folded away until it is needed.
    pub(in crate::web) folded: bool,
    /// Whether it is unfolded, since something was typed there.
    pub(in crate::web) open: bool,
}

/// The controls of the record of a `treatment`, filled with what was typed.
pub(in crate::web) fn groups(
    language: Language,
    treatment: Option<Treatment>,
    wavelengths: &[Wavelength],
    form: &Form,
    wrong: &[Wrong],
) -> Vec<Group> {
    let words = of(language);
    let fill = |entries: Vec<Entry>| -> Vec<Entry> {
        entries
            .into_iter()
            .map(|entry| entry.filled(form, wrong))
            .collect()
    };
    let group = |title: &str, entries| Group {
        title: title.to_owned(),
        entries: fill(entries),
        folded: false,
        open: true,
    };
    let folded = |title: String, entries| {
        let entries = fill(entries);
        let used = |entry: &Entry| !entry.value.is_empty() || !entry.problem.is_empty();
        Group {
            open: entries.iter().any(used),
            folded: true,
            title,
            entries,
        }
    };
    let mut groups = vec![group(words.what_was_done, done(words, treatment))];
    if treatment.is_some_and(Treatment::is_exposure) {
        for n in 0..sets(form) {
            let title = format!("{} {}", words.settings, n + 1);
            let entries = settings(words, wavelengths, n);
            groups.push(if n == 0 {
                group(&title, entries)
            } else {
                folded(title, entries)
            });
        }
    }
    let observed = observed(words, treatment);
    if !observed.is_empty() {
        groups.push(group(words.what_was_seen, observed));
    }
    for n in 0..events(form) {
        groups.push(folded(
            format!("{} {}", words.unwanted, n + 1),
            event(words, n),
        ));
    }
    let note = Entry::area("note", words.note, "maxlength=\"4000\"").hint(words.optional);
    groups.push(group(words.anything_else, vec![note]));
    lead_to_first_wrong(groups.iter_mut().flat_map(|group| &mut group.entries));
    groups
}

fn choices<T: VariantArray + ToString>(words: &Words) -> Vec<Choice> {
    let choice = |code: String| Choice::new(code.clone(), term(words.language, &code));
    T::VARIANTS
        .iter()
        .map(|one| choice(one.to_string()))
        .collect()
}

fn done(words: &Words, treatment: Option<Treatment>) -> Vec<Entry> {
    let mut entries = vec![
        Entry::select("outcome", words.outcome, choices::<Outcome>(words)).required(),
        Entry::area("reason", words.why_stopped, "maxlength=\"4000\"").hint(words.if_stopped),
    ];
    if treatment.is_some() {
        entries.push(
            Entry::boxes("zones", words.zones, choices::<Zone>(words)).hint(words.zones_hint),
        );
    }
    entries
}

fn settings(words: &Words, wavelengths: &[Wavelength], n: usize) -> Vec<Entry> {
    let name = |part: &str| format!("{part}.{n}");
    let offered = wavelengths.iter().map(|one| {
        let nm = u16::from(*one).to_string();
        Choice::new(nm.clone(), format!("{nm} nm"))
    });
    vec![
        Entry::select(&name("wavelength_nm"), words.wavelength, offered.collect()),
        Entry::line(&name("fluence_j_cm2"), words.fluence, DECIMAL),
        Entry::line(&name("spot_mm"), words.spot, DECIMAL),
        Entry::line(&name("pulse_width"), words.pulse_width, DECIMAL),
        Entry::select(
            &name("pulse_width_unit"),
            words.pulse_width_unit,
            vec![
                Choice::new("ns", words.nanoseconds),
                Choice::new("ps", words.picoseconds),
            ],
        ),
        Entry::line(&name("frequency_hz"), words.frequency, DECIMAL),
        Entry::line(&name("pulse_count"), words.pulse_count, WHOLE),
        Entry::line(&name("passes"), words.passes, WHOLE),
        Entry::boxes(
            &name("zones"),
            words.zones_of_settings,
            choices::<Zone>(words),
        )
        .hint(words.zones_of_settings_hint),
    ]
}

fn observed(words: &Words, treatment: Option<Treatment>) -> Vec<Entry> {
    let exposure = treatment.is_some_and(Treatment::is_exposure);
    let mut entries = Vec::new();
    if exposure {
        entries.push(Entry::select(
            "endpoint",
            words.endpoint,
            choices::<Endpoint>(words),
        ));
    }
    if treatment.is_some() {
        entries.push(Entry::line("pain", words.pain, WHOLE).hint(words.pain_hint));
    }
    if exposure {
        entries.push(Entry::tick("eyewear_checked", words.eyewear));
    }
    if treatment == Some(Treatment::TestPatch) {
        let results = choices::<TestPatchResult>(words);
        entries.push(
            Entry::select("test_patch_result", words.test_patch, results)
                .hint(words.test_patch_hint),
        );
    }
    if !matches!(
        treatment,
        Some(Treatment::TestPatch | Treatment::Adjustment)
    ) {
        entries.push(
            Entry::line("clearance_percent", words.clearance, WHOLE).hint(words.clearance_hint),
        );
    }
    entries
}

fn event(words: &Words, n: usize) -> Vec<Entry> {
    vec![
        Entry::line(
            &format!("kind.{n}"),
            words.event,
            "maxlength=\"200\" autocomplete=\"off\"",
        )
        .hint(words.event_hint),
        Entry::select(
            &format!("severity.{n}"),
            words.severity,
            choices::<Severity>(words),
        ),
        Entry::select(&format!("zone.{n}"), words.zone, choices::<Zone>(words))
            .hint(words.optional),
    ]
}
