//! A field on a page: its label, its hint, what was typed, and what is wrong with that.

use askama::Template;

use super::field::{Choice, Field, Kind};
use super::field_error::{FieldError, look_below, words_at};
use super::sent::Form;
use crate::domain::patient::Language;

/// Where a control is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Below its label.
    Form,
    /// Below its label, which says whether the field is required.
    MarkedForm,
    /// In a table, whose head is the label.
    Cell,
}

/// A control. It is written into a page as it is.
#[derive(Debug, Clone, Template)]
#[template(path = "form/control.html", config = ".askama.toml")]
pub(in crate::web) struct Control {
    pub(super) field: Field,
    pub(in crate::web) name: String,
    pub(in crate::web) id: String,
    pub(super) label: String,
    pub(in crate::web) value: String,
    pub(super) choices: Vec<Choice>,
    pub(in crate::web) wrong: String,
    /// The value that another user has saved meanwhile, where it differs from what was typed.
    pub(super) now: String,
    /// Whether the page opens with the cursor in this control.
    pub(super) autofocus: bool,
    pub(super) place: Place,
}

impl Control {
    /// The control of `field` called `name`, with what was typed and what is wrong with that.
    pub(super) fn new(field: &Field, name: String, form: &Form, wrong: &[FieldError]) -> Self {
        let mut value = form.raw(&name).unwrap_or_default().to_owned();
        if let Some(preset) = field.preset.as_ref().filter(|_| value.is_empty()) {
            value.clone_from(preset);
        }
        let mut choices = match &field.kind {
            Kind::One(choices) | Kind::Ticks(choices) => choices.clone(),
            _ => Vec::new(),
        };
        let one = matches!(field.kind, Kind::One(_));
        for choice in &mut choices {
            choice.chosen =
                if one { choice.value == value } else { form.holds(&name, &choice.value) };
        }
        // What was sent and is not offered is shown all the same, or what is wrong could not be seen.
        if one && !value.is_empty() && !choices.iter().any(|choice| choice.chosen) {
            choices.push(Choice { value: value.clone(), label: value.clone(), chosen: true });
        }
        if matches!(field.kind, Kind::Password) {
            // A password is never sent back.
            value.clear();
        }
        Self {
            id: id(&name),
            label: field.label.clone(),
            wrong: words_at(wrong, &name, "Line"),
            now: String::new(),
            autofocus: false,
            place: Place::Form,
            field: field.clone(),
            choices,
            value,
            name,
        }
    }

    /// The same with an id of its own, for a page that has several forms with the same controls.
    pub(in crate::web) fn within(mut self, form: &str) -> Self {
        self.id = format!("{form}-{}", self.id);
        self
    }

    /// The same with the cursor in it when the page opens.
    pub(in crate::web) fn focused(mut self) -> Self {
        self.autofocus = true;
        self
    }

    pub(super) fn is_boxes(&self) -> bool {
        matches!(self.field.kind, Kind::Ticks(_))
    }

    fn is_tick(&self) -> bool {
        matches!(self.field.kind, Kind::Tick)
    }

    fn is_select(&self) -> bool {
        matches!(self.field.kind, Kind::One(_))
    }

    fn is_area(&self) -> bool {
        matches!(self.field.kind, Kind::Area | Kind::Lines)
    }

    fn is_cell(&self) -> bool {
        self.place == Place::Cell
    }

    /// Whether the browser requires a value. A row of a table may stay empty.
    fn is_required(&self) -> bool {
        self.field.required && !self.is_cell()
    }

    /// Whether its label says that it is required.
    fn is_marked(&self) -> bool {
        self.field.required && self.place == Place::MarkedForm
    }

    fn input_type(&self) -> &'static str {
        match self.field.kind {
            Kind::Email => "email",
            Kind::Tel => "tel",
            Kind::Password => "password",
            Kind::Day => "date",
            Kind::Moment => "datetime-local",
            _ => "text",
        }
    }

    fn input_mode(&self) -> &'static str {
        match self.field.kind {
            Kind::Whole => "numeric",
            Kind::Decimal | Kind::Money => "decimal",
            _ => "",
        }
    }

    /// The ids of its hint and its errors, for screen readers.
    fn described_by(&self) -> String {
        let said = [(&self.field.hint, "hint"), (&self.wrong, "problem"), (&self.now, "now")];
        let ids = said
            .iter()
            .filter(|(words, _)| !words.is_empty())
            .map(|(_, what)| format!("{}-{what}", self.id));
        ids.collect::<Vec<_>>().join(" ")
    }
}

fn id(name: &str) -> String {
    name.replace(['.', '_'], "-")
}

impl Field {
    /// The control of the field, with what was typed and what is wrong with that.
    pub(in crate::web) fn control(&self, form: &Form, wrong: &[FieldError]) -> Control {
        Control::new(self, self.name.clone(), form, wrong)
    }
}

/// Puts the cursor into the first of `controls` that is wrong.
pub(in crate::web) fn focus_first_wrong<'a>(mut controls: impl Iterator<Item = &'a mut Control>) {
    if let Some(first) = controls.find(|one| !one.wrong.is_empty() && !one.is_boxes()) {
        first.autofocus = true;
    }
}

/// The errors at the head of a page: those at no control of it, or one sentence that points to those below.
pub(in crate::web) fn errors_of_page(
    language: Language,
    wrong: &[FieldError],
    controls: &[&Control],
) -> Vec<String> {
    let of_form = errors_of_form(wrong, controls);
    if of_form.is_empty() && !wrong.is_empty() {
        return vec![look_below(language).to_owned()];
    }
    of_form.into_iter().map(str::to_owned).collect()
}

/// What is wrong with a form as a whole, or with a control that is not in `controls`.
fn errors_of_form<'a>(wrong: &'a [FieldError], controls: &[&Control]) -> Vec<&'a str> {
    let shown = |one: &FieldError| {
        one.field
            .as_deref()
            .is_some_and(|field| controls.iter().any(|control| control.name == field))
    };
    wrong.iter().filter(|one| !shown(one)).map(|one| one.words.as_str()).collect()
}
