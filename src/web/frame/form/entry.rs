//! One control of a form, with its label, its hint and what is wrong with what was typed into it.
//! A form that fails is made of the same entries, filled with what was typed; `entry.html` shows one.

use super::Form;
use crate::actions::Error;
use crate::domain::patient::Language;
use crate::domain::refusal::Refusal;
use crate::domain::text::TextError;

/// Something that is wrong with what was typed.
#[derive(Debug, Clone)]
pub(in crate::web) struct Wrong {
    /// The name of the control; nothing where it is about the whole form.
    pub(in crate::web) field: Option<String>,
    /// What.
    pub(in crate::web) words: String,
}

impl Wrong {
    /// Something wrong with one control.
    pub(in crate::web) fn with(field: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            words: words.into(),
        }
    }

    /// Something wrong with the whole.
    pub(in crate::web) fn of_all(words: impl Into<String>) -> Self {
        Self {
            field: None,
            words: words.into(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Area,
    Select,
    Boxes,
    Tick,
}

/// Something to choose.
#[derive(Debug, Clone)]
pub(in crate::web) struct Choice {
    pub(in crate::web) value: String,
    pub(in crate::web) label: String,
    pub(in crate::web) chosen: bool,
}

impl Choice {
    /// Something that is not chosen yet.
    pub(in crate::web) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            chosen: false,
        }
    }
}

/// A control.
#[derive(Debug, Clone)]
pub(in crate::web) struct Entry {
    kind: Kind,
    pub(in crate::web) name: String,
    pub(in crate::web) id: String,
    pub(in crate::web) label: String,
    pub(in crate::web) hint: String,
    pub(in crate::web) value: String,
    pub(in crate::web) problem: String,
    pub(in crate::web) required: bool,
    /// Whether whoever opens the page is taken there: to the first that something is wrong with.
    pub(in crate::web) first_wrong: bool,
    /// More attributes, written here and by nobody else.
    pub(in crate::web) attributes: &'static str,
    pub(in crate::web) choices: Vec<Choice>,
}

impl Entry {
    fn new(kind: Kind, name: &str, label: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            id: name.replace(['.', '_'], "-"),
            label: label.to_owned(),
            hint: String::new(),
            value: String::new(),
            problem: String::new(),
            required: false,
            first_wrong: false,
            attributes: "",
            choices: Vec::new(),
        }
    }

    /// A line of text, a number or a time; `attributes` tells which.
    pub(in crate::web) fn line(name: &str, label: &str, attributes: &'static str) -> Self {
        Self {
            attributes,
            ..Self::new(Kind::Line, name, label)
        }
    }

    /// Several lines of text.
    pub(in crate::web) fn area(name: &str, label: &str, attributes: &'static str) -> Self {
        Self {
            attributes,
            ..Self::new(Kind::Area, name, label)
        }
    }

    /// One of several.
    pub(in crate::web) fn select(name: &str, label: &str, choices: Vec<Choice>) -> Self {
        Self {
            choices,
            ..Self::new(Kind::Select, name, label)
        }
    }

    /// Any of several.
    pub(in crate::web) fn boxes(name: &str, label: &str, choices: Vec<Choice>) -> Self {
        Self {
            choices,
            ..Self::new(Kind::Boxes, name, label)
        }
    }

    /// Yes, where it is ticked.
    pub(in crate::web) fn tick(name: &str, label: &str) -> Self {
        Self::new(Kind::Tick, name, label)
    }

    /// With a hint, such as the unit.
    pub(in crate::web) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Not to be left empty.
    pub(in crate::web) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// In the form called `form`, where a page has several with the same controls.
    pub(in crate::web) fn within(mut self, form: &str) -> Self {
        self.id = format!("{form}-{}", self.id);
        self
    }

    /// Filled with what was typed, and with what is wrong about that.
    pub(in crate::web) fn filled(mut self, form: &Form, wrong: &[Wrong]) -> Self {
        form.raw(&self.name)
            .unwrap_or_default()
            .clone_into(&mut self.value);
        let typed: Vec<_> = form.all(&self.name).collect();
        for choice in &mut self.choices {
            choice.chosen = typed.contains(&choice.value.as_str());
        }
        // What was sent and is not offered is shown all the same, or nobody would see what is wrong.
        if self.kind == Kind::Select
            && !self.value.is_empty()
            && !self.choices.iter().any(|choice| choice.chosen)
        {
            self.choices.push(Choice {
                chosen: true,
                ..Choice::new(self.value.clone(), self.value.clone())
            });
        }
        let about: Vec<_> = wrong
            .iter()
            .filter(|one| one.field.as_deref() == Some(&self.name))
            .collect();
        self.problem = about
            .iter()
            .map(|one| one.words.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        self
    }

    pub(in crate::web) fn is_area(&self) -> bool {
        self.kind == Kind::Area
    }

    pub(in crate::web) fn is_select(&self) -> bool {
        self.kind == Kind::Select
    }

    pub(in crate::web) fn is_boxes(&self) -> bool {
        self.kind == Kind::Boxes
    }

    pub(in crate::web) fn is_tick(&self) -> bool {
        self.kind == Kind::Tick
    }

    /// The ids of what explains it, for who does not see where it stands.
    pub(in crate::web) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let problem = (!self.problem.is_empty()).then(|| format!("{}-problem", self.id));
        hint.into_iter()
            .chain(problem)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// What was wrong, for a form to say: each beside the control that it is about. `stale` is what to say where somebody
/// changed it meanwhile, and `say` what a rule says. An error that no form can mend comes back.
pub(in crate::web) fn all_wrong(
    error: Error,
    stale: &str,
    say: impl Fn(Refusal) -> String,
) -> Result<Vec<Wrong>, Error> {
    match error {
        Error::Stale | Error::AnsweredMeanwhile => Ok(vec![Wrong::of_all(stale)]),
        Error::Refused(refusals) | Error::Explained(refusals, _) => Ok(refusals
            .into_iter()
            .map(|refusal| Wrong {
                field: refusal.field.as_deref().map(control),
                words: say(refusal),
            })
            .collect()),
        Error::Invalid { pointer, detail } => Ok(vec![Wrong::with(control(&pointer), detail)]),
        error => Err(error),
    }
}

/// The control that a pointer is about: `/parameter_sets/0/spot_mm` is `spot_mm.0`.
fn control(pointer: &str) -> String {
    let parts: Vec<_> = pointer.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        [_, index, name] => format!("{name}.{index}"),
        [name, ..] => (*name).to_owned(),
        [] => String::new(),
    }
}

/// What the head of a page says about what is wrong: what is about no control of it, or that it stands below.
pub(in crate::web) fn said_above(
    language: Language,
    wrong: &[Wrong],
    entries: &[&Entry],
) -> Vec<String> {
    let whole = of_the_whole(wrong, entries);
    if whole.is_empty() && !wrong.is_empty() {
        return vec![look_below(language).to_owned()];
    }
    whole.into_iter().map(str::to_owned).collect()
}

/// What is wrong with a form as a whole, or with a control that is not in `entries`.
fn of_the_whole<'a>(wrong: &'a [Wrong], entries: &[&Entry]) -> Vec<&'a str> {
    let shown = |one: &Wrong| {
        one.field
            .as_deref()
            .is_some_and(|field| entries.iter().any(|entry| entry.name == field))
    };
    wrong
        .iter()
        .filter(|one| !shown(one))
        .map(|one| one.words.as_str())
        .collect()
}

/// Takes whoever opens the page to the first of `entries` that something is wrong with.
pub(in crate::web) fn lead_to_first_wrong<'a>(mut entries: impl Iterator<Item = &'a mut Entry>) {
    if let Some(first) = entries.find(|entry| !entry.problem.is_empty() && !entry.is_boxes()) {
        first.first_wrong = true;
    }
}

/// That something is wrong further down, for the head of a page.
pub(in crate::web) fn look_below(language: Language) -> &'static str {
    match language {
        Language::En => "Something is missing, or cannot be: see below.",
        Language::Fr => "Quelque chose manque ou n’est pas possible : voyez plus bas.",
    }
}

/// That something is missing.
pub(in crate::web) fn needed(language: Language) -> &'static str {
    match language {
        Language::En => "This is needed.",
        Language::Fr => "À remplir.",
    }
}

/// What is wrong with a text.
pub(in crate::web) fn text_problem(language: Language, error: &TextError) -> String {
    match (error, language) {
        (TextError::Empty, language) => needed(language).to_owned(),
        (TextError::TooShort(least), Language::En) => {
            format!("At least {least} characters, please.")
        }
        (TextError::TooShort(least), Language::Fr) => {
            format!("Au moins {least} caractères, s’il vous plaît.")
        }
        (TextError::TooLong(most), Language::En) => {
            format!("That is too long: at most {most} characters.")
        }
        (TextError::TooLong(most), Language::Fr) => {
            format!("C’est trop long : {most} caractères au plus.")
        }
        (TextError::Control, Language::En) => {
            "It holds characters that nobody can read; type it again.".to_owned()
        }
        (TextError::Control, Language::Fr) => {
            "Il contient des caractères illisibles ; veuillez le saisir de nouveau.".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_into_a_request_is_the_name_of_a_control() {
        assert_eq!(control("/start"), "start");
        assert_eq!(
            control("/parameter_sets/1/wavelength_nm"),
            "wavelength_nm.1"
        );
        assert_eq!(control(""), "");
    }
}
