//! Reading what was typed into the form of a treatment record. All that is wrong is said at once.

use std::str::FromStr;

use super::controls::{SETTINGS, event_count, set_count};
use super::words::Words;
use crate::actions::Error;
use crate::domain::catalogue::device::PulseWidthUnit;
use crate::domain::catalogue::measure::{Percent, Wavelength};
use crate::domain::course::Zone;
use crate::domain::course::record::{
    AdverseEvent, ParameterSet, Quantity, Severity, TreatmentRecord,
};
use crate::domain::course::status::Outcome;
use crate::domain::patient::Language;
use crate::domain::refusal::Code;
use crate::domain::text::{Line, TextError};
use crate::web::frame::form::field_error::{FieldError, required_text, text_problem};
use crate::web::frame::form::sent::Form;

/// What was read of a form.
pub(in crate::web) struct ReadRecord {
    /// The record, or what in it cannot be read.
    pub(in crate::web) record: Result<TreatmentRecord, Vec<FieldError>>,
    /// The numbers in the form of the settings that the record has.
    sets: Vec<usize>,
}

pub(in crate::web) fn read_record(language: Language, form: &Form) -> ReadRecord {
    let words = Words::for_language(language);
    let mut reading = Reading { words, form, wrong: Vec::new() };
    let outcome: Option<Outcome> = reading.code("outcome");
    if form.get("outcome").is_empty() {
        reading.require("outcome");
    }
    let (mut filled, mut parameter_sets) = (Vec::new(), Vec::new());
    for n in 0..set_count(form) {
        if SETTINGS.iter().any(|part| !form.get(&format!("{part}.{n}")).is_empty()) {
            filled.push(n);
            parameter_sets.extend(reading.set(n));
        }
    }
    let adverse_events = (0..event_count(form)).filter_map(|n| reading.event(n)).collect();
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
    ReadRecord {
        record: if reading.wrong.is_empty() { Ok(record) } else { Err(reading.wrong) },
        sets: filled,
    }
}

impl ReadRecord {
    /// What was refused, at the controls of the form. A record numbers only the settings that were filled in, a form all
    /// of them; and what an incomplete record needs is shown where it was left empty.
    pub(in crate::web) fn in_form(
        &self,
        language: Language,
        form: &Form,
        mut wrong: Vec<FieldError>,
        incomplete: bool,
    ) -> Vec<FieldError> {
        for one in &mut wrong {
            one.field = one.field.take().map(|field| self.control_name(field));
        }
        if incomplete {
            wrong.extend(left_empty(Words::for_language(language), form));
        }
        wrong
    }

    fn control_name(&self, field: String) -> String {
        let place = field
            .rsplit_once('.')
            .and_then(|(name, n)| Some((name, self.sets.get(n.parse::<usize>().ok()?)?)));
        match place {
            Some((name, n)) => format!("{name}.{n}"),
            None => field,
        }
    }
}

/// Whether the record left out what a completed exposure needs (rule 43).
pub(in crate::web) fn is_incomplete(error: &Error) -> bool {
    matches!(error, Error::Refused(all) | Error::Explained(all, _) if all.iter().any(|one| one.code == Code::RecordIncomplete))
}

/// The controls that were left empty and that the record of a completed exposure needs (rule 43).
fn left_empty(words: &Words, form: &Form) -> Vec<FieldError> {
    let mut needed_here =
        vec!["endpoint".to_owned(), "pain".to_owned(), "eyewear_checked".to_owned()];
    let any_set = (0..set_count(form)).any(|n| !form.get(&format!("wavelength_nm.{n}")).is_empty());
    if !any_set {
        needed_here.extend(SETTINGS.iter().map(|part| format!("{part}.0")));
    }
    let empty = needed_here.into_iter().filter(|name| form.get(name).is_empty());
    empty.map(|name| FieldError::at_field(name, required_text(words.language))).collect()
}

/// A form that is being read, and what was wrong so far.
struct Reading<'a> {
    words: &'a Words,
    form: &'a Form,
    wrong: Vec<FieldError>,
}

impl Reading<'_> {
    fn require(&mut self, name: &str) {
        self.wrong.push(FieldError::at_field(name, required_text(self.words.language)));
    }

    /// The text of that name, read by `make`; nothing where it is empty.
    fn parse<T>(
        &mut self,
        name: &str,
        wrong: impl Into<String>,
        make: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.form.get(name);
        if text.is_empty() {
            return None;
        }
        let read = make(text);
        if read.is_none() {
            self.wrong.push(FieldError::at_field(name, wrong));
        }
        read
    }

    fn code<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.parse(name, self.words.choose, |text| text.parse().ok())
    }

    fn quantity(&mut self, name: &str) -> Option<Quantity> {
        self.parse(name, self.words.quantity, |text| {
            // A comma is how French writes it.
            Quantity::try_from(text.replace(',', ".").parse::<f64>().ok()?).ok()
        })
    }

    fn whole<T: TryFrom<u16>>(&mut self, name: &str, most: u16) -> Option<T> {
        let wrong = self.words.whole_up_to(most);
        self.parse(name, wrong, |text| T::try_from(text.parse().ok()?).ok())
    }

    fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.parse(name, self.words.whole, |text| text.parse().ok())
    }

    fn text<T: for<'t> TryFrom<&'t str, Error = TextError>>(&mut self, name: &str) -> Option<T> {
        let text = self.form.get(name);
        if text.is_empty() {
            return None;
        }
        match T::try_from(text) {
            Ok(text) => Some(text),
            Err(error) => {
                self.wrong
                    .push(FieldError::at_field(name, text_problem(self.words.language, &error)));
                None
            }
        }
    }

    fn zones(&mut self, name: &str) -> Option<Vec<Zone>> {
        let mut zones = Vec::new();
        for text in self.form.values(name) {
            match text.parse() {
                Ok(zone) => zones.push(zone),
                Err(_) => self.wrong.push(FieldError::at_field(name, self.words.choose)),
            }
        }
        (!zones.is_empty()).then_some(zones)
    }

    /// Settings of which something was typed: then all of it is needed.
    fn set(&mut self, n: usize) -> Option<ParameterSet> {
        let name = |part: &str| format!("{part}.{n}");
        for part in SETTINGS {
            if self.form.get(&name(part)).is_empty() {
                self.require(&name(part));
            }
        }
        let wavelength = self.parse(&name("wavelength_nm"), self.words.choose, |text| {
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
                self.require(part);
            }
        }
        let kind = self.text::<Line>(&name("kind"));
        let severity: Option<Severity> = self.code(&name("severity"));
        let zone = self.code(&name("zone"));
        Some(AdverseEvent { kind: kind?, severity: severity?, zone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::decoded(text.as_bytes())
    }

    #[test]
    fn a_whole_record_is_read_with_commas_and_with_settings_left_out_between() {
        let typed = form(
            "outcome=completed&zones=vertex&zones=left_side&wavelength_nm.1=1064&fluence_j_cm2.1=2%2C5&spot_mm.1=4&pulse_width.1=6\
             &pulse_width_unit.1=ns&frequency_hz.1=2&pulse_count.1=300&passes.1=1&endpoint=frosting&pain=4&eyewear_checked=on",
        );
        let read = read_record(Language::Fr, &typed);
        assert_eq!(read.sets, [1]);
        let record = read.record.unwrap();
        assert_eq!(f64::from(record.parameter_sets[0].fluence_j_cm2).to_string(), "2.5");
        assert_eq!(record.zones, Some(vec![Zone::Vertex, Zone::LeftSide]));
        assert_eq!(record.eyewear_checked, Some(true));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_and_beside_its_control() {
        let typed = form("pain=11&spot_mm.0=junk&kind.0=burn&clearance_percent=-1&zones=moon");
        let wrong = read_record(Language::En, &typed).record.unwrap_err();
        let mut about: Vec<_> = wrong.iter().filter_map(|one| one.field.as_deref()).collect();
        about.sort_unstable();
        about.dedup();
        for name in
            ["outcome", "pain", "spot_mm.0", "passes.0", "severity.0", "clearance_percent", "zones"]
        {
            assert!(about.contains(&name), "{name} in {about:?}");
        }
        assert!(!about.contains(&"spot_mm.1"));
    }
}
