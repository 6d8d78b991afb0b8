//! The form of a treatment record: its controls, those that the treatment has, and reading what
//! was typed into the record that the clinic keeps of its own sessions. All that is wrong is said at once.

use std::str::FromStr;

use strum::VariantArray;

use super::words::Words;
use crate::domain::course::Zone;
use crate::domain::device::PulseWidthUnit;
use crate::domain::record::{
    AdverseEvent, Endpoint, ParameterSet, Percent, Quantity, Severity, TestPatchResult, TreatmentRecord, Wavelength,
};
use crate::domain::service::Treatment;
use crate::domain::status::Outcome;
use crate::domain::text::{Line, TextError};
use crate::web::entry::{Choice, Entry, Wrong, lead_to_first_wrong, needed, text_problem};
use crate::web::form::Form;
use crate::web::shop_words::term;

/// How many settings, and how many unwanted effects, there is room for.
const SETS: usize = 3;
const EVENTS: usize = 2;

/// What settings are made of, besides their zones.
const SETTINGS: [&str; 8] = [
    "wavelength_nm",
    "fluence_j_cm2",
    "spot_mm",
    "pulse_width",
    "pulse_width_unit",
    "frequency_hz",
    "pulse_count",
    "passes",
];

const DECIMAL: &str = "inputmode=\"decimal\" autocomplete=\"off\"";
const WHOLE: &str = "inputmode=\"numeric\" autocomplete=\"off\"";

/// Controls that belong together.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) entries: Vec<Entry>,
    /// Whether it is folded away until it is needed.
    pub(super) folded: bool,
    /// Whether it is unfolded, since something was typed there.
    pub(super) open: bool,
}

/// The controls of the record of a `treatment`, filled with what was typed.
pub(super) fn groups(words: &Words, treatment: Option<Treatment>, wavelengths: &[Wavelength], form: &Form, wrong: &[Wrong]) -> Vec<Group> {
    let fill = |entries: Vec<Entry>| -> Vec<Entry> { entries.into_iter().map(|entry| entry.filled(form, wrong)).collect() };
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
        for n in 0..SETS {
            let title = format!("{} {}", words.settings, n + 1);
            let entries = settings(words, wavelengths, n);
            groups.push(if n == 0 { group(&title, entries) } else { folded(title, entries) });
        }
    }
    let observed = observed(words, treatment);
    if !observed.is_empty() {
        groups.push(group(words.what_was_seen, observed));
    }
    for n in 0..EVENTS {
        groups.push(folded(format!("{} {}", words.unwanted, n + 1), event(words, n)));
    }
    let note = Entry::area("note", words.note, "maxlength=\"4000\"").hint(words.optional);
    groups.push(group(words.anything_else, vec![note]));
    lead_to_first_wrong(groups.iter_mut().flat_map(|group| &mut group.entries));
    groups
}

fn choices<T: VariantArray + ToString>(words: &Words) -> Vec<Choice> {
    let choice = |code: String| Choice::new(code.clone(), term(words.language, &code));
    T::VARIANTS.iter().map(|one| choice(one.to_string())).collect()
}

fn done(words: &Words, treatment: Option<Treatment>) -> Vec<Entry> {
    let mut entries = vec![
        Entry::select("outcome", words.outcome, choices::<Outcome>(words)).required(),
        Entry::area("reason", words.why_stopped, "maxlength=\"4000\"").hint(words.if_stopped),
    ];
    if treatment.is_some() {
        entries.push(Entry::boxes("zones", words.zones, choices::<Zone>(words)).hint(words.zones_hint));
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
            vec![Choice::new("ns", words.nanoseconds), Choice::new("ps", words.picoseconds)],
        ),
        Entry::line(&name("frequency_hz"), words.frequency, DECIMAL),
        Entry::line(&name("pulse_count"), words.pulse_count, WHOLE),
        Entry::line(&name("passes"), words.passes, WHOLE),
        Entry::boxes(&name("zones"), words.zones_of_settings, choices::<Zone>(words)).hint(words.zones_of_settings_hint),
    ]
}

fn observed(words: &Words, treatment: Option<Treatment>) -> Vec<Entry> {
    let exposure = treatment.is_some_and(Treatment::is_exposure);
    let mut entries = Vec::new();
    if exposure {
        entries.push(Entry::select("endpoint", words.endpoint, choices::<Endpoint>(words)));
    }
    if treatment.is_some() {
        entries.push(Entry::line("pain", words.pain, WHOLE).hint(words.pain_hint));
    }
    if exposure {
        entries.push(Entry::tick("eyewear_checked", words.eyewear));
    }
    if treatment == Some(Treatment::TestPatch) {
        let results = choices::<TestPatchResult>(words);
        entries.push(Entry::select("test_patch_result", words.test_patch, results).hint(words.test_patch_hint));
    }
    if !matches!(treatment, Some(Treatment::TestPatch | Treatment::Adjustment)) {
        entries.push(Entry::line("clearance_percent", words.clearance, WHOLE).hint(words.clearance_hint));
    }
    entries
}

fn event(words: &Words, n: usize) -> Vec<Entry> {
    vec![
        Entry::line(&format!("kind.{n}"), words.event, "maxlength=\"200\" autocomplete=\"off\"").hint(words.event_hint),
        Entry::select(&format!("severity.{n}"), words.severity, choices::<Severity>(words)),
        Entry::select(&format!("zone.{n}"), words.zone, choices::<Zone>(words)).hint(words.optional),
    ]
}

/// What was read of a form.
pub(super) struct Read {
    /// The record; nothing where something in it makes no sense.
    pub(super) record: Result<TreatmentRecord, Vec<Wrong>>,
    /// Which settings of the form those of the record are.
    pub(super) sets: Vec<usize>,
}

/// Reads a form.
pub(super) fn read(words: &Words, form: &Form) -> Read {
    let mut reading = Reading {
        words,
        form,
        wrong: Vec::new(),
    };
    let outcome: Option<Outcome> = reading.code("outcome");
    if form.get("outcome").is_empty() {
        reading.is_needed("outcome");
    }
    let (mut sets, mut parameter_sets) = (Vec::new(), Vec::new());
    for n in 0..SETS {
        if SETTINGS.iter().any(|part| !form.get(&format!("{part}.{n}")).is_empty()) {
            sets.push(n);
            parameter_sets.extend(reading.set(n));
        }
    }
    let adverse_events = (0..EVENTS).filter_map(|n| reading.event(n)).collect();
    let record = TreatmentRecord {
        outcome: outcome.unwrap_or(Outcome::NotDone),
        reason: reading.text("reason"),
        zones: reading.zones("zones"),
        parameter_sets,
        endpoint: reading.code("endpoint"),
        pain: reading.whole("pain", 10),
        eyewear_checked: form.has("eyewear_checked").then_some(true),
        clearance_percent: reading.whole::<Percent>("clearance_percent", 100),
        test_patch_result: reading.code("test_patch_result"),
        adverse_events,
        note: reading.text("note"),
        overriding: None,
    };
    Read {
        record: if reading.wrong.is_empty() { Ok(record) } else { Err(reading.wrong) },
        sets,
    }
}

/// The controls that were left empty and that the record of a completed exposure needs (rule 43).
pub(super) fn left_empty(words: &Words, form: &Form) -> Vec<Wrong> {
    let mut needed_here = vec!["endpoint".to_owned(), "pain".to_owned(), "eyewear_checked".to_owned()];
    let any_set = (0..SETS).any(|n| !form.get(&format!("wavelength_nm.{n}")).is_empty());
    if !any_set {
        needed_here.extend(SETTINGS.iter().map(|part| format!("{part}.0")));
    }
    let empty = needed_here.into_iter().filter(|name| form.get(name).is_empty());
    empty.map(|name| Wrong::with(name, needed(words.language))).collect()
}

/// A form that is being read, and what was wrong so far.
struct Reading<'a> {
    words: &'a Words,
    form: &'a Form,
    wrong: Vec<Wrong>,
}

impl Reading<'_> {
    fn is_needed(&mut self, name: &str) {
        self.wrong.push(Wrong::with(name, needed(self.words.language)));
    }

    /// What `make` makes of the text of that name; nothing of none.
    fn made<T>(&mut self, name: &str, wrong: impl Into<String>, make: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.form.get(name);
        if text.is_empty() {
            return None;
        }
        let read = make(text);
        if read.is_none() {
            self.wrong.push(Wrong::with(name, wrong));
        }
        read
    }

    fn code<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.made(name, self.words.choose, |text| text.parse().ok())
    }

    fn quantity(&mut self, name: &str) -> Option<Quantity> {
        self.made(name, self.words.quantity, |text| {
            // A comma is how French writes it.
            Quantity::try_from(text.replace(',', ".").parse::<f64>().ok()?).ok()
        })
    }

    fn whole<T: TryFrom<u16>>(&mut self, name: &str, most: u16) -> Option<T> {
        let wrong = self.words.whole_up_to(most);
        self.made(name, wrong, |text| T::try_from(text.parse().ok()?).ok())
    }

    fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.made(name, self.words.whole, |text| text.parse().ok())
    }

    fn text<T: for<'t> TryFrom<&'t str, Error = TextError>>(&mut self, name: &str) -> Option<T> {
        let text = self.form.get(name);
        if text.is_empty() {
            return None;
        }
        match T::try_from(text) {
            Ok(text) => Some(text),
            Err(error) => {
                self.wrong.push(Wrong::with(name, text_problem(self.words.language, &error)));
                None
            }
        }
    }

    fn zones(&mut self, name: &str) -> Option<Vec<Zone>> {
        let mut zones = Vec::new();
        for text in self.form.all(name) {
            match text.parse() {
                Ok(zone) => zones.push(zone),
                Err(_) => self.wrong.push(Wrong::with(name, self.words.choose)),
            }
        }
        (!zones.is_empty()).then_some(zones)
    }

    /// Settings of which something was typed: then all of it is needed.
    fn set(&mut self, n: usize) -> Option<ParameterSet> {
        let name = |part: &str| format!("{part}.{n}");
        for part in SETTINGS {
            if self.form.get(&name(part)).is_empty() {
                self.is_needed(&name(part));
            }
        }
        let wavelength = self.made(&name("wavelength_nm"), self.words.choose, |text| {
            Wavelength::try_from(text.parse::<u16>().ok()?).ok()
        });
        let fluence = self.quantity(&name("fluence_j_cm2"));
        let spot = self.quantity(&name("spot_mm"));
        let width = self.quantity(&name("pulse_width"));
        let unit: Option<PulseWidthUnit> = self.code(&name("pulse_width_unit"));
        let frequency = self.quantity(&name("frequency_hz"));
        let count = self.number(&name("pulse_count"));
        let passes = self.number(&name("passes"));
        let zones = self.zones(&name("zones"));
        Some(ParameterSet {
            wavelength_nm: wavelength?,
            fluence_j_cm2: fluence?,
            spot_mm: spot?,
            pulse_width: width?,
            pulse_width_unit: unit?,
            frequency_hz: frequency?,
            pulse_count: count?,
            passes: passes?,
            zones,
        })
    }

    fn event(&mut self, n: usize) -> Option<AdverseEvent> {
        let name = |part: &str| format!("{part}.{n}");
        let parts = ["kind", "severity", "zone"].map(name);
        if parts.iter().all(|part| self.form.get(part).is_empty()) {
            return None;
        }
        for part in parts.iter().take(2) {
            if self.form.get(part).is_empty() {
                self.is_needed(part);
            }
        }
        let kind = self.text::<Line>(&name("kind"));
        let severity: Option<Severity> = self.code(&name("severity"));
        let zone = self.code(&name("zone"));
        Some(AdverseEvent {
            kind: kind?,
            severity: severity?,
            zone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::of;
    use super::*;
    use crate::domain::patient::Language;

    fn form(text: &str) -> Form {
        Form::decoded(text.as_bytes())
    }

    #[test]
    fn a_whole_record_is_read_with_commas_and_with_settings_left_out_between() {
        let typed = form(
            "outcome=completed&zones=vertex&zones=left_side&wavelength_nm.1=1064&fluence_j_cm2.1=2%2C5&spot_mm.1=4&pulse_width.1=6\
             &pulse_width_unit.1=ns&frequency_hz.1=2&pulse_count.1=300&passes.1=1&endpoint=frosting&pain=4&eyewear_checked=on",
        );
        let read = read(of(Language::Fr), &typed);
        assert_eq!(read.sets, [1]);
        let record = read.record.unwrap();
        assert_eq!(f64::from(record.parameter_sets[0].fluence_j_cm2).to_string(), "2.5");
        assert_eq!(record.zones, Some(vec![Zone::Vertex, Zone::LeftSide]));
        assert_eq!(record.eyewear_checked, Some(true));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_and_beside_its_control() {
        let typed = form("pain=11&spot_mm.0=junk&kind.0=burn&clearance_percent=-1&zones=moon");
        let wrong = read(of(Language::En), &typed).record.unwrap_err();
        let mut about: Vec<_> = wrong.iter().filter_map(|one| one.field.as_deref()).collect();
        about.sort_unstable();
        about.dedup();
        for name in [
            "outcome",
            "pain",
            "spot_mm.0",
            "passes.0",
            "severity.0",
            "clearance_percent",
            "zones",
        ] {
            assert!(about.contains(&name), "{name} in {about:?}");
        }
        assert!(!about.contains(&"spot_mm.1"));
    }
}
