//! The form for a new caller: showing it, with what was typed and what is wrong with it, and reading
//! the patient that it describes.

use askama::Template;
use chrono::NaiveDate;

use super::offers::{GOALS, written};
use super::view::View;
use crate::actions::Result;
use crate::actions::desk::day::By;
use crate::domain::course::Goal;
use crate::domain::patient::{Email, Language, PatientDetails, Phone};
use crate::domain::text::Line;
use crate::web::frame::form::Form;

#[derive(Template)]
#[template(path = "desk/new_caller.html", config = ".askama.toml")]
struct NewCaller<'a> {
    form: &'a Form,
    name: &'a str,
    phone: &'a str,
    day: NaiveDate,
    by: By,
    goals: [(Goal, &'static str); 4],
    name_problem: Option<String>,
    phone_problem: Option<String>,
    email_problem: Option<String>,
}

/// The form for a new caller, with what was typed and what is wrong with it.
pub(super) fn new_caller(view: &View, form: &Form, q: &str) -> Result<String> {
    // Nothing was typed yet: nothing is wrong with it.
    let sent = form.has("name");
    let read = caller_of(form);
    let wrong = |field: &str| {
        read.as_ref()
            .err()
            .and_then(|wrong| wrong.of(field))
            .filter(|_| sent)
    };
    // What was looked for is not typed again: a name where letters are, else a telephone.
    let is_name = q.chars().any(char::is_alphabetic);
    let typed = |field: &str, own: bool| {
        if sent {
            form.get(field).to_owned()
        } else if own {
            q.to_owned()
        } else {
            String::new()
        }
    };
    written(&NewCaller {
        name: &typed("name", is_name),
        phone: &typed("phone", !is_name),
        form,
        day: view.day,
        by: view.by,
        goals: GOALS,
        name_problem: wrong("name"),
        phone_problem: wrong("phone"),
        email_problem: wrong("email"),
    })
}

/// What is wrong with a form for a new caller, by field.
pub(super) struct Wrong(Vec<(&'static str, String)>);

impl Wrong {
    /// What is wrong with `field`.
    pub(super) fn of(&self, field: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(own, _)| *own == field)
            .map(|(_, words)| words.clone())
    }
}

/// The caller that a form describes: the last word of the name is the family's.
pub(super) fn caller_of(form: &Form) -> std::result::Result<PatientDetails, Wrong> {
    let mut wrong = Vec::new();
    let mut keep = |field: &'static str, words: String| wrong.push((field, words));
    let name = form.get("name");
    let (given, family) = name.rsplit_once(char::is_whitespace).unwrap_or((name, ""));
    let (given, family) = if family.is_empty() {
        keep("name", "Type given and family name.".to_owned());
        (None, None)
    } else {
        let mut line = |text: &str, which: &str| {
            Line::try_from(text)
                .map_err(|error| keep("name", format!("The {which} name {error}.")))
                .ok()
        };
        (line(given, "given"), line(family, "family"))
    };
    let phone = Phone::try_from(form.get("phone").to_owned())
        .map_err(|error| keep("phone", format!("This is {error}.")))
        .ok();
    let email = match form.get("email") {
        "" => None,
        text => Email::try_from(text.to_owned())
            .map_err(|error| keep("email", format!("This is {error}.")))
            .ok(),
    };
    match (given, family, phone) {
        (Some(given_name), Some(family_name), Some(phone)) if wrong.is_empty() => {
            Ok(PatientDetails {
                given_name,
                family_name,
                phone,
                email,
                preferred_language: form.read("language").unwrap_or(Language::En),
                date_of_birth: None,
                fitzpatrick: None,
                calendar_invites: true,
                preferred_channel: None,
            })
        }
        _ => Err(Wrong(wrong)),
    }
}
