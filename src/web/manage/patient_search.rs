//! The choice of a patient, by a search for name, telephone or email.

use crate::actions::patient::patients;
use crate::actions::work::page::Page;
use crate::actions::{Error, Result};
use crate::domain::ids::PatientId;
use crate::domain::patient::Patient;
use crate::web::frame::form::field_error::sentence;
use crate::web::frame::form::sent::Form;
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::full_name;

pub(super) struct Found {
    pub(super) id: PatientId,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
}

#[derive(Default)]
pub(super) struct PatientSearch {
    pub(super) q: String,
    pub(super) problem: Option<String>,
    pub(super) found: Vec<Found>,
    pub(super) more: bool,
    pub(super) searched: bool,
}

/// Searches for `q`, if anything was typed.
pub(super) async fn search(user: &SignedIn, query: &Form) -> Result<PatientSearch> {
    let q = query.get("q");
    if q.is_empty() {
        return Ok(PatientSearch::default());
    }
    let page = Page { limit: Some(20), after: None };
    let mut search = PatientSearch { q: q.to_owned(), searched: true, ..PatientSearch::default() };
    match patients::search(&user.app, &user.caller(), q, &page).await {
        Ok(found) => {
            search.more = found.next.is_some();
            let found_patient = |patient: Patient| Found {
                id: patient.id,
                name: full_name(&patient),
                phone: patient.details.dialled().to_string(),
                email: patient.details.email.map(|email| email.to_string()).unwrap_or_default(),
            };
            search.found = found.items.into_iter().map(found_patient).collect();
        }
        Err(Error::Invalid { detail, .. }) => search.problem = Some(sentence(&detail)),
        Err(error) => return Err(error),
    }
    Ok(search)
}

/// The name of the patient with this id.
pub(super) async fn name_of_patient(user: &SignedIn, id: PatientId) -> Result<String> {
    Ok(full_name(&patients::get(&user.app, &user.caller(), id).await?.into_inner()))
}

/// Where the page of a list begins, as its address says.
pub(super) fn page_start(query: &Form) -> Option<String> {
    Some(query.get("after").to_owned()).filter(|after| !after.is_empty())
}
