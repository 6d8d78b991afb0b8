//! The fields of a form as JSON, and back: one description of the fields reads a form, fills it with what is
//! there, and finds the field that an answer is about.

use serde_json::{Map, Value, json};

use super::field::{Field, Kind};
use super::field_error::FieldError;
use super::parts::within;
use super::sent::Form;

/// The most rows that are read of a list.
const MOST_ROWS: usize = 70;

/// What was typed into a form of `fields`; rows that stayed empty are left out.
pub(super) fn typed(fields: &[Field], form: &Form) -> Form {
    let mut typed = Form::default();
    collect(&mut typed, fields, form, "", "");
    typed
}

fn collect(typed: &mut Form, fields: &[Field], form: &Form, from: &str, to: &str) {
    for field in fields {
        let (from, to) = (within(from, &field.name), within(to, &field.name));
        match &field.kind {
            Kind::Group(parts) => collect(typed, parts, form, &from, &to),
            Kind::Rows(parts, _) => {
                let mut filled = 0;
                for row in 0..MOST_ROWS {
                    let mut one = Form::default();
                    let (from, to) = (format!("{from}/{row}"), format!("{to}/{filled}"));
                    collect(&mut one, parts, form, &from, &to);
                    if one.pairs().iter().any(|(_, text)| !text.is_empty()) {
                        typed.append(one);
                        filled += 1;
                    }
                }
            }
            Kind::Ticks(_) => {
                for text in form.values(&from) {
                    typed.put(to.clone(), text);
                }
            }
            // A password is what it is, blanks included.
            Kind::Password => typed.put(to, form.raw(&from).unwrap_or_default()),
            _ => typed.put(to, form.get(&from)),
        }
    }
}

/// The JSON of what is there, as a form of `fields` shows it.
pub(super) fn from_json(fields: &[Field], there: &Value) -> Form {
    let mut typed = Form::default();
    fill(&mut typed, fields, there, "");
    typed
}

fn fill(typed: &mut Form, fields: &[Field], there: &Value, prefix: &str) {
    for field in fields {
        let name = within(prefix, &field.name);
        let value = there.pointer(&format!("/{}", field.name)).unwrap_or(&Value::Null);
        let items = || value.as_array().into_iter().flatten();
        match &field.kind {
            Kind::Group(parts) => fill(typed, parts, value, &name),
            Kind::Rows(parts, _) => {
                for (row, one) in items().enumerate() {
                    fill(typed, parts, one, &format!("{name}/{row}"));
                }
            }
            Kind::Ticks(_) => {
                for one in items() {
                    typed.put(name.clone(), text_of(one));
                }
            }
            Kind::Numbers => typed.put(name, joined(value, ", ")),
            Kind::Lines if value.as_array().is_some_and(Vec::is_empty) => typed.put(name, "none"),
            Kind::Lines => typed.put(name, joined(value, "\n")),
            Kind::Money => typed.put(name, value.as_i64().map(dollars).unwrap_or_default()),
            Kind::Tick if value.as_bool() == Some(true) => typed.put(name, "on"),
            Kind::Tick => typed.put(name, ""),
            _ => typed.put(name, text_of(value)),
        }
    }
}

/// What was typed, as JSON; or everything that cannot be read.
pub(super) fn to_json(fields: &[Field], typed: &Form) -> Result<Value, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let json = object(fields, typed, "", &mut wrong);
    if wrong.is_empty() { Ok(json) } else { Err(wrong) }
}

fn object(fields: &[Field], typed: &Form, prefix: &str, wrong: &mut Vec<FieldError>) -> Value {
    let mut all = Value::Object(Map::new());
    for field in fields {
        let name = within(prefix, &field.name);
        let value = match &field.kind {
            Kind::Group(_) if typed.part(&name).is_empty() => Value::Null,
            Kind::Group(parts) => object(parts, typed, &name, wrong),
            Kind::Rows(parts, _) => (0..typed.rows(&name))
                .map(|row| object(parts, typed, &format!("{name}/{row}"), wrong))
                .collect(),
            Kind::Ticks(_) => typed.part(&name).into_iter().map(|(_, text)| json!(text)).collect(),
            _ => match field_value(field, typed.raw(&name).unwrap_or_default()) {
                Ok(value) => value,
                Err(words) => {
                    wrong.push(FieldError::at_field(name, words));
                    Value::Null
                }
            },
        };
        insert_at(&mut all, &field.name, value);
    }
    all
}

/// Inserts `value` at `path`.
fn insert_at(all: &mut Value, path: &str, value: Value) {
    let Value::Object(fields) = all else { return };
    match path.split_once('/') {
        None => {
            fields.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            insert_at(fields.entry(first).or_insert_with(|| json!({})), rest, value);
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn joined(value: &Value, between: &str) -> String {
    let texts: Vec<_> = value.as_array().into_iter().flatten().map(text_of).collect();
    texts.join(between)
}

/// Cents as dollars, `249.50`.
pub(in crate::web) fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents.rem_euclid(100))
}

/// The value that the text of a field stands for.
fn field_value(field: &Field, text: &str) -> Result<Value, String> {
    if text.is_empty() && field.required {
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
        Kind::Lines => Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()),
        _ => Ok(json!(text)),
    }
}

fn whole(text: &str) -> Result<Value, String> {
    let number = text.parse::<u32>().map_err(|_| "Write a whole number.".to_owned())?;
    Ok(json!(number))
}

/// Dollars as they are typed: `250`, `249.50`, `$1,249.50`.
fn cents(text: &str) -> Result<Value, String> {
    let words = || "Write an amount, such as 250 or 249.50.".to_owned();
    let plain: String = text.chars().filter(|c| !matches!(c, '$' | ',' | ' ')).collect();
    let (whole, part) = plain.split_once('.').unwrap_or((plain.as_str(), "00"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 9) || !digits(part, 2) {
        return Err(words());
    }
    let hundredths = format!("{part:0<2}");
    let cents = format!("{whole}{hundredths}").parse::<i64>().map_err(|_| words())?;
    Ok(json!(cents))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::frame::form::field::choice;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("name", "Name", Kind::Text).required(),
            Field::new("price", "Price", Kind::Money),
            Field::new("active", "Active", Kind::Tick),
            Field::new("skills", "Skills", Kind::Ticks(vec![choice("a", "A"), choice("b", "B")])),
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
        let typed = from_json(&fields(), &there);
        assert_eq!((typed.get("price"), typed.get("modes/0/spot/min")), ("249.50", "0.5"));
        assert_eq!(to_json(&fields(), &typed).unwrap(), there);
    }

    #[test]
    fn empty_rows_and_groups_are_nothing_and_every_problem_is_told() {
        let form = Form::decoded(
            b"name=&price=1.234&modes/0/spot/min=&modes/2/spot/min=x&modes/2/spot/max=3",
        );
        let typed = typed(&fields(), &form);
        assert_eq!((typed.rows("modes"), typed.get("modes/0/spot/max")), (1, "3"));
        let at: Vec<_> = to_json(&fields(), &typed)
            .unwrap_err()
            .into_iter()
            .filter_map(|one| one.field)
            .collect();
        assert_eq!(at, ["name", "price", "modes/0/spot/min"]);
        let empty = super::typed(&fields(), &Form::decoded(b"name=x"));
        let empty = to_json(&fields(), &empty).unwrap();
        assert_eq!((&empty["papers"]["licence"], &empty["modes"]), (&Value::Null, &json!([])));
    }

    #[test]
    fn dollars_are_read_as_people_write_them() {
        for (text, sum) in [("250", 25000), ("249.5", 24950), ("$1,249.05", 124_905), ("0", 0)] {
            assert_eq!(cents(text).unwrap(), json!(sum));
        }
        for junk in ["-5", "1.234", "x", ".", "99999999999999999999"] {
            assert!(cents(junk).is_err(), "{junk}");
        }
    }
}
