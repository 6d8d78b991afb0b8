//! The fields of a form on a page: filled in, with what is wrong beside each, and with the newer value where another
//! user has saved one meanwhile.

use super::control::{Control, Place};
use super::field::{Field, Kind};
use super::field_error::{FieldError, is_at, words_at};
use super::group::{Group, Look, Part};
use super::sent::Form;

const CHANGED: &str = "Somebody changed these meanwhile; saving puts yours in their place.";

/// The name of a field within a group or a row.
pub(super) fn within(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
}

/// The id of the control called `name`.
fn id(name: &str) -> String {
    format!("f-{}", name.replace('/', "-"))
}

/// The parts of a form of `fields`, filled with `typed`, and the errors that are about no field of it.
pub(super) fn form_parts(
    fields: &[Field],
    typed: &Form,
    wrong: &[FieldError],
    now: Option<&Form>,
) -> (Vec<Part>, Vec<String>) {
    let filled = FormParts { typed, wrong, now };
    let parts: Vec<_> = fields.iter().map(|field| filled.part(field)).collect();
    let known = |one: &&FieldError| fields.iter().any(|field| is_at(one, &field.name));
    let left = wrong.iter().filter(|one| !known(one));
    (parts, left.map(|one| one.words.clone()).collect())
}

struct FormParts<'a> {
    typed: &'a Form,
    wrong: &'a [FieldError],
    now: Option<&'a Form>,
}

impl FormParts<'_> {
    fn part(&self, field: &Field) -> Part {
        let name = &field.name;
        match &field.kind {
            Kind::Group(parts) => {
                let row = parts.iter().map(|part| self.control(part, name, Place::Form));
                Part::Group(self.group(field, Look::Beside, vec![row.collect()]))
            }
            Kind::Rows(parts, least) => {
                // There is always room for more.
                let count = (self.typed.rows(name) + 2).max(*least);
                let row = |row: usize| {
                    let prefix = format!("{name}/{row}");
                    let cell = |part: &Field| Control {
                        label: format!("Row {}: {}", row + 1, part.label),
                        ..self.control(part, &prefix, Place::Cell)
                    };
                    parts.iter().map(cell).collect()
                };
                let rows = (0..count).map(row).collect();
                Part::Group(Group {
                    heads: parts.iter().map(|part| part.label.clone()).collect(),
                    ..self.group(field, Look::Table, rows)
                })
            }
            _ => Part::Control(self.control(field, "", Place::MarkedForm)),
        }
    }

    fn control(&self, field: &Field, prefix: &str, place: Place) -> Control {
        let name = within(prefix, &field.name);
        let control = Control::new(field, name, self.typed, self.wrong);
        Control {
            id: id(&control.name),
            now: self.now_at(&control).unwrap_or_default(),
            place,
            ..control
        }
    }

    /// The value that another user has saved meanwhile, where it differs from what was typed.
    fn now_at(&self, control: &Control) -> Option<String> {
        let now = self.now?;
        if now.part(&control.name) == self.typed.part(&control.name) {
            return None;
        }
        if control.is_boxes() {
            return Some(CHANGED.to_owned());
        }
        let now = now.raw(&control.name).unwrap_or_default();
        let chosen = control.choices.iter().find(|one| one.value == now);
        let shown = match chosen.map_or(now, |one| one.label.as_str()) {
            "" => "nothing",
            "on" => "yes",
            shown => shown,
        };
        Some(format!("There is now: {shown}"))
    }

    fn group(&self, field: &Field, look: Look, rows: Vec<Vec<Control>>) -> Group {
        let name = &field.name;
        let at_control =
            |one: &FieldError| rows.iter().flatten().any(|control| is_at(one, &control.name));
        let own: Vec<_> = self.wrong.iter().filter(|one| !at_control(one)).cloned().collect();
        let differs = self.now.is_some_and(|now| now.part(name) != self.typed.part(name));
        Group {
            look,
            id: id(name),
            label: field.label.clone(),
            hint: field.hint.clone(),
            wrong: words_at(&own, name, "Row"),
            now: if differs { CHANGED } else { "" },
            heads: Vec::new(),
            rows,
        }
    }
}
