//! The fields of a form: what each is called, and what is typed into it. The name of a field that is
//! written as JSON is where its value stands there (`papers/licence/number`).

/// Something that can be chosen.
#[derive(Debug, Clone)]
pub(in crate::web) struct Choice {
    /// What is sent.
    pub(in crate::web) value: String,
    /// What is shown.
    pub(in crate::web) label: String,
    /// Whether it is chosen.
    pub(in crate::web) chosen: bool,
}

/// A choice of `value`, shown as `label`.
pub(in crate::web) fn choice(
    value: &(impl ToString + ?Sized),
    label: &(impl ToString + ?Sized),
) -> Choice {
    Choice { value: value.to_string(), label: label.to_string(), chosen: false }
}

/// What is typed into a field.
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
    /// Several lines of text.
    Area,
    Tick,
    /// One of these; none of them where nothing must be chosen.
    One(Vec<Choice>),
    /// Any of these.
    Ticks(Vec<Choice>),
    /// Numbers with commas between them.
    Numbers,
    /// Texts, one on each line; nothing where the clinic's own hold, `none` where there are none at all.
    Lines,
    /// Fields that belong together; nothing where all are empty.
    Group(Vec<Field>),
    /// A list of the same fields, with empty rows for more; at least so many rows are shown.
    Rows(Vec<Field>, usize),
}

/// A field.
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
    /// What is chosen where nothing was typed; without it, nothing is.
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

    /// The same with a sentence beside it.
    pub(in crate::web) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same, which may not stay empty.
    pub(in crate::web) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, with room for so many characters.
    pub(in crate::web) fn max_length(mut self, most: u16) -> Self {
        self.max_length = Some(most);
        self
    }

    /// The same, which a browser may fill in.
    pub(in crate::web) fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    /// The same, with one of its choices chosen from the start.
    pub(in crate::web) fn preset(mut self, value: &impl ToString) -> Self {
        self.preset = Some(value.to_string());
        self
    }
}
