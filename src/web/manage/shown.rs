//! How the fields of a manager's form are shown: filled in, with what is wrong beside each, and,
//! where somebody else changed it meanwhile, with what stands there now.

use super::fields::{Choice, Field, Kind, Problem, Typed, within};

/// Something that can be chosen.
pub(super) struct Opt {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// A control with its label.
pub(super) struct Control {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: &'static str,
    /// What kind of control it is: a type of `input`, or `select`, `area`, `tick`.
    pub(super) kind: &'static str,
    pub(super) mode: &'static str,
    pub(super) value: String,
    pub(super) options: Vec<Opt>,
    pub(super) must: bool,
    pub(super) problem: Option<String>,
    pub(super) now: Option<String>,
    /// The ids of what is said about it.
    pub(super) described: String,
}

/// Controls under one name.
pub(super) struct Cluster {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) problem: Option<String>,
    pub(super) now: Option<&'static str>,
    pub(super) options: Vec<Opt>,
    pub(super) heads: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Control>>,
}

/// A part of a form.
pub(super) enum Shown {
    One(Control),
    Ticks(Cluster),
    Group(Cluster),
    Rows(Cluster),
}

fn id(name: &str) -> String {
    format!("f-{}", name.replace('/', "-"))
}

/// A form of `fields`, filled with `typed`. Problems at no field of it come last, for the head of the form.
pub(super) fn shown(
    fields: &[Field],
    typed: &Typed,
    problems: &[Problem],
    now: Option<&Typed>,
) -> (Vec<Shown>, Vec<String>) {
    let painter = Painter {
        typed,
        problems,
        now,
    };
    let parts: Vec<_> = fields
        .iter()
        .map(|field| painter.field(field, ""))
        .collect();
    let known = |problem: &&Problem| fields.iter().any(|field| is_at(problem, field.name));
    let left = problems.iter().filter(|problem| !known(problem));
    (parts, left.map(|problem| problem.words.clone()).collect())
}

struct Painter<'a> {
    typed: &'a Typed,
    problems: &'a [Problem],
    now: Option<&'a Typed>,
}

impl Painter<'_> {
    fn field(&self, field: &Field, prefix: &str) -> Shown {
        let name = within(prefix, field.name);
        match &field.kind {
            Kind::Ticks(choices) => Shown::Ticks(Cluster {
                options: self.options(&name, choices),
                ..self.cluster(field, name, Vec::new())
            }),
            Kind::Group(parts) => {
                let row = parts
                    .iter()
                    .map(|part| self.control(part, &name, ""))
                    .collect();
                Shown::Group(self.cluster(field, name, vec![row]))
            }
            Kind::Rows(parts, least) => {
                // There is always room for more.
                let count = (self.typed.rows(&name) + 2).max(*least);
                let row = |row: usize| {
                    let (own, before) = (format!("{name}/{row}"), format!("Row {}: ", row + 1));
                    parts
                        .iter()
                        .map(|part| self.control(part, &own, &before))
                        .collect()
                };
                let rows = (0..count).map(row).collect();
                let cluster = self.cluster(field, name, rows);
                Shown::Rows(Cluster {
                    heads: parts.iter().map(|part| part.label).collect(),
                    ..cluster
                })
            }
            _ => Shown::One(self.control(field, prefix, "")),
        }
    }

    /// What is wrong at that name, or within it: a line of a text.
    fn problem(&self, name: &str) -> Option<String> {
        let inside = format!("{name}/");
        let own = self.problems.iter().filter(|problem| is_at(problem, name));
        let words: Vec<_> = own
            .map(|problem| match row_of(&problem.at, &inside) {
                Some(line) => format!("Line {}: {}", line + 1, problem.words),
                None => problem.words.clone(),
            })
            .collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn control(&self, field: &Field, prefix: &str, before: &str) -> Control {
        let name = within(prefix, field.name);
        let (kind, mode) = match &field.kind {
            Kind::Email => ("email", ""),
            Kind::Tel => ("tel", ""),
            Kind::Password => ("password", ""),
            Kind::Day => ("date", ""),
            Kind::Moment => ("datetime-local", ""),
            Kind::Whole => ("text", "numeric"),
            Kind::Decimal | Kind::Money => ("text", "decimal"),
            Kind::Tick => ("tick", ""),
            Kind::One(_) => ("select", ""),
            Kind::Lines => ("area", ""),
            _ => ("text", ""),
        };
        let options = match &field.kind {
            Kind::One(choices) => self.options(&name, choices),
            _ => Vec::new(),
        };
        let (id, problem, now) = (id(&name), self.problem(&name), self.now_at(&name, &options));
        let mut described = Vec::new();
        for (said, what) in [
            (!field.hint.is_empty(), "hint"),
            (problem.is_some(), "problem"),
            (now.is_some(), "now"),
        ] {
            if said {
                described.push(format!("{id}-{what}"));
            }
        }
        Control {
            label: format!("{before}{}", field.label),
            hint: field.hint,
            kind,
            mode,
            // A password is never sent back.
            value: if kind == "password" {
                String::new()
            } else {
                self.typed.get(&name).to_owned()
            },
            must: field.must && before.is_empty(),
            described: described.join(" "),
            options,
            id,
            name,
            problem,
            now,
        }
    }

    /// What stands there now, where that is something else than what was typed.
    fn now_at(&self, name: &str, options: &[Opt]) -> Option<String> {
        let now = self.now?.get(name);
        if now == self.typed.get(name) {
            return None;
        }
        let label = options
            .iter()
            .find(|one| one.value == now)
            .map(|one| one.label.as_str());
        Some(match label.unwrap_or(now) {
            "" => "nothing".to_owned(),
            "on" => "yes".to_owned(),
            shown => shown.to_owned(),
        })
    }

    fn options(&self, name: &str, choices: &[Choice]) -> Vec<Opt> {
        let option = |one: &Choice| Opt {
            id: format!("{}-{}", id(name), one.value),
            value: one.value.clone(),
            label: one.label.clone(),
            chosen: self.typed.has(name, &one.value),
        };
        choices.iter().map(option).collect()
    }

    fn cluster(&self, field: &Field, name: String, rows: Vec<Vec<Control>>) -> Cluster {
        let inside = format!("{name}/");
        let at_control = |problem: &Problem| {
            rows.iter()
                .flatten()
                .any(|control| is_at(problem, &control.name))
        };
        let own = self
            .problems
            .iter()
            .filter(|problem| is_at(problem, &name) && !at_control(problem));
        let words: Vec<_> = own
            .map(|problem| match row_of(&problem.at, &inside) {
                Some(row) => format!("Row {}: {}", row + 1, problem.words),
                None => problem.words.clone(),
            })
            .collect();
        let differs = self
            .now
            .is_some_and(|now| now.part(&name) != self.typed.part(&name));
        Cluster {
            id: id(&name),
            label: field.label,
            hint: field.hint,
            problem: (!words.is_empty()).then(|| words.join(" ")),
            now: differs
                .then_some("Somebody changed these meanwhile; saving puts yours in their place."),
            options: Vec::new(),
            heads: Vec::new(),
            rows,
            name,
        }
    }
}

/// Whether a problem is at that name, or within it.
fn is_at(problem: &Problem, name: &str) -> bool {
    problem
        .at
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn row_of(at: &str, inside: &str) -> Option<usize> {
    at.strip_prefix(inside)?.split('/').next()?.parse().ok()
}
