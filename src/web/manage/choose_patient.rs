//! Whose messages, or whose record: a search by name, telephone or email, and whom it finds.

use crate::actions::access::browsers::Person;
use crate::actions::patient::patients;
use crate::actions::work::page::Page;
use crate::actions::{App, Error, Result};
use crate::domain::ids::PatientId;
use crate::web::frame::form::sent::Form;
use crate::web::frame::form::wrong::sentence;

/// Somebody who was found.
pub(super) struct Found {
    pub(super) id: PatientId,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
}

/// The search, and what came of it.
#[derive(Default)]
pub(super) struct Whom {
    pub(super) q: String,
    pub(super) problem: Option<String>,
    pub(super) found: Vec<Found>,
    pub(super) more: bool,
    pub(super) searched: bool,
}

/// Searches for `q`, if anything was typed.
pub(super) async fn search(app: &App, person: &Person, asked: &Form) -> Result<Whom> {
    let q = asked.get("q");
    if q.is_empty() {
        return Ok(Whom::default());
    }
    let page = Page { limit: Some(20), after: None };
    let mut whom = Whom { q: q.to_owned(), searched: true, ..Whom::default() };
    match patients::search(app, &person.caller(), q, &page).await {
        Ok(found) => {
            whom.more = found.next.is_some();
            let view = |patient: crate::domain::patient::Patient| Found {
                id: patient.id,
                name: named(&patient),
                phone: patient.details.phone.to_string(),
                email: patient.details.email.map(|email| email.to_string()).unwrap_or_default(),
            };
            whom.found = found.items.into_iter().map(view).collect();
        }
        Err(Error::Invalid { detail, .. }) => whom.problem = Some(sentence(&detail)),
        Err(error) => return Err(error),
    }
    Ok(whom)
}

/// A patient's name.
pub(super) fn named(patient: &crate::domain::patient::Patient) -> String {
    format!("{} {}", patient.details.given_name, patient.details.family_name)
}

/// The name of a patient whose id was asked for.
pub(super) async fn name_of(app: &App, person: &Person, id: PatientId) -> Result<String> {
    let patient = patients::get(app, &person.caller(), id).await?.into_inner();
    Ok(named(&patient))
}
