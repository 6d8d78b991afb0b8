//! The fields of a form: their names, labels and kinds. The name of a field that becomes JSON is the path of its value
//! (`papers/licence/number`).

#[derive(Debug, Clone)]
pub(in crate::web) struct Choice {
    /// What the form sends.
    pub(in crate::web) value: String,
    pub(in crate::web) label: String,
    pub(in crate::web) chosen: bool,
}

pub(in crate::web) fn choice(
    value: &(impl ToString + ?Sized),
    label: &(impl ToString + ?Sized),
) -> Choice {
    Choice { value: value.to_string(), label: label.to_string(), chosen: false }
}

/// What a field takes.
#[derive(Debug, Clone)]
pub(in crate::web) enum Kind {
    Text,
    Email,
    Tel,
    Password,
    Day,
    Time,
    Moment,
    Whole,
    Decimal,
    /// Cents, shown and typed as dollars.
    Money,
    Area,
    Tick,
    /// One of these, or none where the field is not required.
    One(Vec<Choice>),
    /// Any of these.
    Ticks(Vec<Choice>),
    /// Numbers with commas between them.
    Numbers,
    /// Texts, one on each line. Empty means the clinic's own; `none` means that there are none.
    Lines,
    /// Fields that belong together; null where all are empty.
    Group(Vec<Field>),
    /// A list of the same fields, with empty rows for more; at least so many rows are shown.
    Rows(Vec<Field>, usize),
}

#[derive(Debug, Clone)]
pub(in crate::web) struct Field {
    pub(in crate::web) name: String,
    pub(in crate::web) label: String,
    pub(in crate::web) hint: String,
    pub(in crate::web) required: bool,
    pub(in crate::web) kind: Kind,
    /// The most characters that a browser takes.
    pub(in crate::web) max_length: Option<u16>,
    /// What a browser may fill in by itself.
    pub(in crate::web) autocomplete: &'static str,
    /// What is chosen where nothing was typed.
    pub(in crate::web) preset: Option<String>,
}

impl Field {
    /// A field that may stay empty.
    pub(in crate::web) fn new(
        name: impl Into<String>,
        label: impl Into<String>,
        kind: Kind,
    ) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            required: false,
            autocomplete: if matches!(kind, Kind::Password) { "new-password" } else { "off" },
            kind,
            max_length: None,
            preset: None,
        }
    }

    pub(in crate::web) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub(in crate::web) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(in crate::web) fn max_length(mut self, most: u16) -> Self {
        self.max_length = Some(most);
        self
    }

    pub(in crate::web) fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    pub(in crate::web) fn preset(mut self, value: &impl ToString) -> Self {
        self.preset = Some(value.to_string());
        self
    }
}
