//! Controls that belong together: a section of a page, one that can be folded away, fields beside each
//! other, or a table of rows.

use askama::Template;

use super::control::Control;

/// How a group looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A heading with controls below it.
    Section,
    /// The same, folded away unless it is open.
    Folded { open: bool },
    /// Controls beside each other in one frame.
    Beside,
    /// A row of controls for each.
    Table,
}

/// A group. It is written into a page as it is.
#[derive(Debug, Clone, Template)]
#[template(path = "form/group.html", config = ".askama.toml")]
pub(in crate::web) struct Group {
    pub(super) look: Look,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) wrong: String,
    pub(super) now: &'static str,
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Vec<Control>>,
}

impl Group {
    fn new(look: Look, label: impl Into<String>, controls: Vec<Control>) -> Self {
        Self {
            look,
            id: String::new(),
            label: label.into(),
            hint: String::new(),
            wrong: String::new(),
            now: "",
            heads: Vec::new(),
            rows: vec![controls],
        }
    }

    /// A heading with controls below it.
    pub(in crate::web) fn section(label: impl Into<String>, controls: Vec<Control>) -> Self {
        Self::new(Look::Section, label, controls)
    }

    /// The same, folded away while it is empty and right.
    pub(in crate::web) fn folded(label: impl Into<String>, controls: Vec<Control>) -> Self {
        let used = |one: &Control| !one.value.is_empty() || !one.wrong.is_empty();
        let open = controls.iter().any(used);
        Self::new(Look::Folded { open }, label, controls)
    }

    pub(in crate::web) fn controls(&self) -> impl Iterator<Item = &Control> {
        self.rows.iter().flatten()
    }

    fn is_beside(&self) -> bool {
        self.look == Look::Beside
    }

    pub(in crate::web) fn controls_mut(&mut self) -> impl Iterator<Item = &mut Control> {
        self.rows.iter_mut().flatten()
    }
}

/// A part of a form.
#[derive(Debug, Clone)]
pub(in crate::web) enum Part {
    Control(Control),
    Group(Group),
}
