//! The form for a new caller: showing it, with what was typed and what is wrong with it, and reading
//! the patient that it describes.

use askama::Template;
use chrono::NaiveDate;

use super::offers::{GOALS, rendered};
use super::view::View;
use crate::actions::Result;
use crate::actions::desk::day::By;
use crate::domain::course::Goal;
use crate::domain::patient::{Email, Language, PatientDetails, Phone};
use crate::domain::text::Line;
use crate::web::frame::form::control::Control;
use crate::web::frame::form::field::{Field, Kind, choice};
use crate::web::frame::form::field_error::FieldError;
use crate::web::frame::form::sent::Form;

#[derive(Template)]
#[template(path = "desk/new_caller.html", config = ".askama.toml")]
struct NewCallerPart {
    day: NaiveDate,
    by: By,
    name: Control,
    phone: Control,
    email: Control,
    language: Control,
    goal: Control,
}

/// The form, with what was typed, or with what was searched for.
pub(super) fn new_caller_panel(view: &View, form: &Form, q: &str) -> Result<String> {
    // What was searched for is filled in: as the name if it has letters, else as the telephone.
    let mut begun = Form::default();
    if !q.is_empty() {
        let is_name = q.chars().any(char::is_alphabetic);
        begun.put(if is_name { "name" } else { "phone" }, q);
    }
    // A form that was not sent yet shows no errors.
    let sent = form.has("name");
    let typed = if sent { form } else { &begun };
    let wrong = patient_from_form(form).err().filter(|_| sent).unwrap_or_default();
    let filled = |field: Field| field.control(typed, &wrong);
    let languages = vec![choice(&Language::En, "English"), choice(&Language::Fr, "French")];
    let goals = GOALS.iter().map(|(goal, words)| choice(goal, words));
    let name = Field::new("name", "Name", Kind::Text).max_length(400);
    let phone = Field::new("phone", "Phone", Kind::Tel).max_length(40);
    rendered(&NewCallerPart {
        day: view.day,
        by: view.by,
        name: filled(name.required()).focused(),
        phone: filled(phone.required()),
        email: filled(Field::new("email", "Email", Kind::Email).max_length(254)),
        language: filled(
            Field::new("language", "Language", Kind::One(languages)).preset(&Language::En),
        ),
        goal: filled(
            Field::new("goal", "Wants the pigment", Kind::One(goals.collect()))
                .preset(&Goal::Remove),
        ),
    })
}

/// The patient that a form describes: the last word of the name is the family name.
pub(super) fn patient_from_form(
    form: &Form,
) -> std::result::Result<PatientDetails, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut keep =
        |field: &'static str, words: String| wrong.push(FieldError::at_field(field, words));
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
                preferred_language: form.parse("language").unwrap_or(Language::En),
                date_of_birth: None,
                fitzpatrick: None,
                calendar_invites: true,
                preferred_channel: None,
            })
        }
        _ => Err(wrong),
    }
}
