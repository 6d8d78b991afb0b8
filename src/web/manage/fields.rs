//! Forms of managers, described field by field. A field's name is where its value stands in what
//! is written (`papers/licence/number`), so that one description reads a form, fills it with
//! what is there, and finds the field that an answer speaks of.

use serde_json::{Map, Value, json};

use crate::web::frame::form::Form;

/// The most rows that a form is read for.
const MOST_ROWS: usize = 70;

/// Something that can be chosen.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// What is sent.
    pub(super) value: String,
    /// What is shown.
    pub(super) label: String,
}

/// A choice of `value`, shown as `label`.
pub(super) fn choice(value: &(impl ToString + ?Sized), label: &(impl ToString + ?Sized)) -> Choice {
    Choice {
        value: value.to_string(),
        label: label.to_string(),
    }
}

/// What is typed into a field.
#[derive(Debug, Clone)]
pub(super) enum Kind {
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
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) must: bool,
    pub(super) kind: Kind,
}

impl Field {
    /// A field that may stay empty.
    pub(super) fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            hint: "",
            must: false,
            kind,
        }
    }

    /// The same with a sentence beside it.
    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// The same, which may not stay empty.
    pub(super) fn must(self) -> Self {
        Self { must: true, ..self }
    }
}

/// What is wrong, and at which field; at none where the name is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) at: String,
    pub(super) words: String,
}

impl Problem {
    /// `words` about the field `at`.
    pub(super) fn at(at: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            words: words.into(),
        }
    }
}

/// What stands in the fields of a form: texts by the names of controls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(Vec<(String, String)>);

/// The name of a field within a group or a row.
pub(super) fn within(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}/{name}")
    }
}

impl Typed {
    /// The first text of that name.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map_or("", |(_, text)| text.as_str())
    }

    /// Whether that very text stands under that name.
    pub(super) fn has(&self, name: &str, text: &str) -> bool {
        self.0
            .iter()
            .any(|(own, there)| own == name && there == text)
    }

    /// Puts a text under a name.
    pub(super) fn put(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.push((name.into(), text.into()));
    }

    /// How many rows there are of that name.
    pub(super) fn rows(&self, name: &str) -> usize {
        let numbers = self.0.iter().filter_map(|(own, _)| {
            let rest = own.strip_prefix(name)?.strip_prefix('/')?;
            rest.split('/').next()?.parse::<usize>().ok()
        });
        numbers.max().map_or(0, |last| last + 1)
    }

    /// All that stands under that name or within it.
    pub(super) fn part(&self, name: &str) -> Vec<(&str, &str)> {
        let inside = |own: &str| {
            own == name
                || own
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let own = self
            .0
            .iter()
            .filter(|(own, text)| inside(own) && !text.is_empty());
        own.map(|(own, text)| (own.as_str(), text.as_str()))
            .collect()
    }

    /// What was typed into a form of `fields`; rows that stayed empty are left out.
    pub(super) fn of_form(fields: &[Field], form: &Form) -> Self {
        let mut typed = Self::default();
        typed.take(fields, form, "", "");
        typed
    }

    fn take(&mut self, fields: &[Field], form: &Form, from: &str, to: &str) {
        for field in fields {
            let (from, to) = (within(from, field.name), within(to, field.name));
            match &field.kind {
                Kind::Group(parts) => self.take(parts, form, &from, &to),
                Kind::Rows(parts, _) => {
                    let mut filled = 0;
                    for row in 0..MOST_ROWS {
                        let mut one = Self::default();
                        one.take(
                            parts,
                            form,
                            &format!("{from}/{row}"),
                            &format!("{to}/{filled}"),
                        );
                        if one.0.iter().any(|(_, text)| !text.is_empty()) {
                            self.0.append(&mut one.0);
                            filled += 1;
                        }
                    }
                }
                Kind::Ticks(_) => {
                    let ticked: Vec<_> = form.all(&from).map(str::to_owned).collect();
                    self.0
                        .extend(ticked.into_iter().map(|text| (to.clone(), text)));
                }
                // A password is what it is, blanks included.
                Kind::Password => self.put(to, form.raw(&from).unwrap_or_default()),
                _ => self.put(to, form.get(&from)),
            }
        }
    }

    /// What is `there`, as a form of `fields` shows it.
    pub(super) fn of_json(fields: &[Field], there: &Value) -> Self {
        let mut typed = Self::default();
        typed.fill(fields, there, "");
        typed
    }

    fn fill(&mut self, fields: &[Field], there: &Value, prefix: &str) {
        for field in fields {
            let name = within(prefix, field.name);
            let value = there
                .pointer(&format!("/{}", field.name))
                .unwrap_or(&Value::Null);
            match &field.kind {
                Kind::Group(parts) => self.fill(parts, value, &name),
                Kind::Rows(parts, _) => {
                    for (row, one) in value.as_array().into_iter().flatten().enumerate() {
                        self.fill(parts, one, &format!("{name}/{row}"));
                    }
                }
                Kind::Ticks(_) => {
                    for one in value.as_array().into_iter().flatten() {
                        self.put(name.clone(), plain(one));
                    }
                }
                Kind::Numbers => self.put(name, joined(value, ", ")),
                Kind::Lines if value.as_array().is_some_and(Vec::is_empty) => {
                    self.put(name, "none");
                }
                Kind::Lines => self.put(name, joined(value, "\n")),
                Kind::Money => self.put(name, value.as_i64().map(dollars).unwrap_or_default()),
                Kind::Tick => self.put(
                    name,
                    if value.as_bool() == Some(true) {
                        "on"
                    } else {
                        ""
                    },
                ),
                _ => self.put(name, plain(value)),
            }
        }
    }

    /// What was typed, as it is written; or all that makes no sense.
    pub(super) fn read(&self, fields: &[Field]) -> Result<Value, Vec<Problem>> {
        let mut problems = Vec::new();
        let written = self.written(fields, "", &mut problems);
        if problems.is_empty() {
            Ok(written)
        } else {
            Err(problems)
        }
    }

    fn written(&self, fields: &[Field], prefix: &str, problems: &mut Vec<Problem>) -> Value {
        let mut all = Value::Object(Map::new());
        for field in fields {
            let name = within(prefix, field.name);
            let value = match &field.kind {
                Kind::Group(_) if self.part(&name).is_empty() => Value::Null,
                Kind::Group(parts) => self.written(parts, &name, problems),
                Kind::Rows(parts, _) => (0..self.rows(&name))
                    .map(|row| self.written(parts, &format!("{name}/{row}"), problems))
                    .collect(),
                Kind::Ticks(_) => self
                    .part(&name)
                    .into_iter()
                    .map(|(_, text)| json!(text))
                    .collect(),
                _ => match one(field, self.get(&name)) {
                    Ok(value) => value,
                    Err(words) => {
                        problems.push(Problem::at(name, words));
                        Value::Null
                    }
                },
            };
            put(&mut all, field.name, value);
        }
        all
    }
}

/// Puts `value` where `path` leads.
fn put(all: &mut Value, path: &str, value: Value) {
    let Value::Object(fields) = all else { return };
    match path.split_once('/') {
        None => {
            fields.insert(path.to_owned(), value);
        }
        Some((first, rest)) => put(
            fields.entry(first).or_insert_with(|| json!({})),
            rest,
            value,
        ),
    }
}

/// A value as a text.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn joined(value: &Value, between: &str) -> String {
    let texts: Vec<_> = value.as_array().into_iter().flatten().map(plain).collect();
    texts.join(between)
}

/// Cents as dollars, `249.50`.
pub(super) fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents.rem_euclid(100))
}

/// What one field's text means.
fn one(field: &Field, text: &str) -> Result<Value, String> {
    if text.is_empty() && field.must {
        return Err("This is needed.".to_owned());
    }
    match &field.kind {
        Kind::Tick => Ok(json!(!text.is_empty())),
        _ if text.is_empty() => Ok(Value::Null),
        Kind::Whole => whole(text),
        Kind::Decimal => text
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(|number| json!(number))
            .ok_or_else(|| "Write a number, such as 6 or 0.5.".to_owned()),
        Kind::Money => cents(text),
        Kind::Day => text
            .parse::<chrono::NaiveDate>()
            .map(|day| json!(day))
            .map_err(|_| "Write a day, such as 2027-12-31.".to_owned()),
        Kind::One(choices) if choices.iter().all(|one| one.value != text) => {
            Err("Choose one of these.".to_owned())
        }
        Kind::Numbers => text
            .split([',', ' ', ';'])
            .filter(|part| !part.is_empty())
            .map(whole)
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array)
            .map_err(|_| {
                "Write whole numbers with commas between them, such as 1064, 532.".to_owned()
            }),
        Kind::Lines if text.eq_ignore_ascii_case("none") => Ok(json!([])),
        Kind::Lines => Ok(text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect()),
        _ => Ok(json!(text)),
    }
}

fn whole(text: &str) -> Result<Value, String> {
    let number = text
        .parse::<u32>()
        .map_err(|_| "Write a whole number.".to_owned())?;
    Ok(json!(number))
}

/// Dollars as they are typed: `250`, `249.50`, `$1,249.50`.
fn cents(text: &str) -> Result<Value, String> {
    let words = || "Write an amount, such as 250 or 249.50.".to_owned();
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '$' | ',' | ' '))
        .collect();
    let (whole, part) = plain.split_once('.').unwrap_or((plain.as_str(), "00"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 9) || !digits(part, 2) {
        return Err(words());
    }
    let hundredths = format!("{part:0<2}");
    let cents = format!("{whole}{hundredths}")
        .parse::<i64>()
        .map_err(|_| words())?;
    Ok(json!(cents))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("name", "Name", Kind::Text).must(),
            Field::new("price", "Price", Kind::Money),
            Field::new("active", "Active", Kind::Tick),
            Field::new(
                "skills",
                "Skills",
                Kind::Ticks(vec![choice("a", "A"), choice("b", "B")]),
            ),
            Field::new("nm", "Wavelengths", Kind::Numbers),
            Field::new(
                "papers/licence",
                "Licence",
                Kind::Group(vec![Field::new("number", "Number", Kind::Text)]),
            ),
            Field::new(
                "modes",
                "Modes",
                Kind::Rows(
                    vec![
                        Field::new("spot/min", "Least", Kind::Decimal),
                        Field::new("spot/max", "Most", Kind::Decimal),
                    ],
                    3,
                ),
            ),
        ]
    }

    #[test]
    fn what_is_there_is_shown_and_read_back_the_same() {
        let there = json!({"name": "Ada", "price": 24950, "active": true, "skills": ["b"], "nm": [1064, 532],
            "papers": {"licence": {"number": "T-1"}}, "modes": [{"spot": {"min": 0.5, "max": 8.0}}]});
        let typed = Typed::of_json(&fields(), &there);
        assert_eq!(
            (typed.get("price"), typed.get("modes/0/spot/min")),
            ("249.50", "0.5")
        );
        assert_eq!(typed.read(&fields()).unwrap(), there);
    }

    #[test]
    fn empty_rows_and_groups_are_nothing_and_every_problem_is_told() {
        let form = Form::decoded(
            b"name=&price=1.234&modes/0/spot/min=&modes/2/spot/min=x&modes/2/spot/max=3",
        );
        let typed = Typed::of_form(&fields(), &form);
        assert_eq!(
            (typed.rows("modes"), typed.get("modes/0/spot/max")),
            (1, "3")
        );
        let at: Vec<_> = typed
            .read(&fields())
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.at)
            .collect();
        assert_eq!(at, ["name", "price", "modes/0/spot/min"]);
        let empty = Typed::of_form(&fields(), &Form::decoded(b"name=x"))
            .read(&fields())
            .unwrap();
        assert_eq!(
            (&empty["papers"]["licence"], &empty["modes"]),
            (&Value::Null, &json!([]))
        );
    }

    #[test]
    fn dollars_are_read_as_people_write_them() {
        for (text, sum) in [
            ("250", 25000),
            ("249.5", 24950),
            ("$1,249.05", 124_905),
            ("0", 0),
        ] {
            assert_eq!(cents(text).unwrap(), json!(sum));
        }
        for junk in ["-5", "1.234", "x", ".", "99999999999999999999"] {
            assert!(cents(junk).is_err(), "{junk}");
        }
    }
}
