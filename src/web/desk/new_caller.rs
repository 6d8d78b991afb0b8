//! The form for a new caller: showing it, with what was typed and what is wrong with it, and reading
//! the patient that it describes.

use askama::Template;
use chrono::NaiveDate;

use super::offers::{GOALS, rendered};
use super::view::{Caller, View};
use crate::actions::Result;
use crate::actions::desk::day::By;
use crate::domain::course::Goal;
use crate::domain::patient::duplicate::Candidate;
use crate::domain::patient::name::{FamilyName, GivenName};
use crate::domain::patient::phone::{Dialled, digits_of};
use crate::domain::patient::{Email, Language, PatientDetails, full_name, name};
use crate::domain::text::TextError;
use crate::domain::time::civil::spoken_day;
use crate::web::frame::form::control::Control;
use crate::web::frame::form::field::{Field, Kind, choice};
use crate::web::frame::form::field_error::{FieldError, sentence};
use crate::web::frame::form::sent::Form;

#[derive(Template)]
#[template(path = "desk/new_caller.html", config = ".askama.toml")]
struct NewCallerPart {
    known: Vec<KnownAlready>,
    day: NaiveDate,
    by: By,
    name: Control,
    phone: Control,
    email: Control,
    language: Control,
    goal: Control,
}

/// Somebody who may be the caller.
struct KnownAlready {
    href: String,
    name: String,
    phone: String,
    born: Option<String>,
    seen: Option<String>,
}

fn known_already(view: &View, one: &Candidate) -> KnownAlready {
    KnownAlready {
        href: view.patient(one.id, None).address(),
        name: full_name(one.given_name.as_str(), one.family_name.as_str()),
        phone: one.dialled().to_string(),
        born: one.date_of_birth.map(|day| day.to_string()),
        seen: one.last_seen.map(spoken_day),
    }
}

/// The form, with what was typed, or with what was searched for; and with those who may be the same person.
pub(super) fn new_caller_panel(view: &View, form: &Form, caller: &Caller) -> Result<String> {
    // What was searched for is filled in: as the telephone or the email if it is one, else as the name.
    let mut begun = Form::default();
    let q = caller.q.as_str();
    if !q.is_empty() {
        let field = match digits_of(q) {
            Some(_) => "phone",
            None if q.contains('@') => "email",
            None => "name",
        };
        begun.put(field, q);
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
        known: caller.known.iter().map(|one| known_already(view, one)).collect(),
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

/// The patient that a form describes; the name is split as people mean it.
pub(super) fn patient_from_form(
    form: &Form,
) -> std::result::Result<PatientDetails, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut keep =
        |field: &'static str, words: String| wrong.push(FieldError::at_field(field, words));
    let (given, family) = name::split(form.get("name"));
    let given = GivenName::try_from(given);
    let names = given.and_then(|given| Ok((given, FamilyName::try_from(family)?)));
    let names = names.map_err(|error| match error {
        TextError::Empty => keep("name", "Type the name.".to_owned()),
        error => keep("name", format!("The name {error}.")),
    });
    let dialled = Dialled::try_from(form.get("phone"))
        .map_err(|error| keep("phone", sentence(&error.to_string())));
    let email = match form.get("email") {
        "" => None,
        text => {
            Email::try_from(text).map_err(|error| keep("email", sentence(&error.to_string()))).ok()
        }
    };
    match (names, dialled) {
        (Ok((given_name, family_name)), Ok(dialled)) if wrong.is_empty() => Ok(PatientDetails {
            given_name,
            family_name,
            phone: dialled.phone,
            phone_extension: dialled.extension,
            email,
            preferred_language: form.parse("language").unwrap_or(Language::En),
            date_of_birth: None,
            fitzpatrick: None,
            calendar_invites: true,
            preferred_channel: None,
        }),
        _ => Err(wrong),
    }
}
