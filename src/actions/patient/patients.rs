//! Patients: registering, finding, reading and changing them. Each leaves an audit
//! line for each patient whose record was shown.

use serde_json::Value;

use crate::actions::messages::notices;
use crate::actions::work::merge_patch::patched;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::PatientId;
use crate::domain::patient::{Email, Patient, PatientDetails};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::storage::booking::resources;
use crate::storage::patient::patients;

/// Registers a patient.
pub async fn register(
    app: &App,
    caller: &Caller,
    details: PatientDetails,
) -> Result<Answer<Patient>> {
    let mut work = Work::begin(app, caller).await?;
    born_already(&work, &details)?;
    let patient = Patient { id: app.clock.id(), version: 1, details };
    patients::insert(&mut work.tx, &patient).await?;
    work.audit("patient.register", ("patient", patient.id.0), Some(patient.id), None).await?;
    work.commit(Answer::Created(patient)).await
}

/// One patient.
pub async fn get(app: &App, caller: &Caller, id: PatientId) -> Result<Answer<Patient>> {
    let mut work = Work::begin(app, caller).await?;
    let patient = patients::get(&mut work.tx, id).await.found("patient")?;
    work.audit_read("patient.read", ("patient", id.0), Some(id), None).await?;
    work.commit(Answer::Is(patient)).await
}

/// Patients that `q` finds by name, digits of the telephone, or email; all without `q`.
pub async fn search(app: &App, caller: &Caller, q: &str, page: &Page) -> Result<Items<Patient>> {
    if q.chars().count() > 200 || q.chars().any(char::is_control) {
        return Err(Error::invalid(
            "/q",
            "must not be longer than 200 characters, nor contain control characters",
        ));
    }
    let (text, id): (String, PatientId) =
        page.after((String::new(), PatientId(uuid::Uuid::nil())))?;
    if text.contains('\0') {
        return Err(Error::invalid("/after", "not the `next` of a page of this list"));
    }
    let mut work = Work::begin(app, caller).await?;
    let found = patients::search(&mut work.tx, q, (&text, id), page.rows()?).await?;
    let items = page.of(found, |patient| (patient.details.search_text(), patient.id))?;
    for patient in &items.items {
        work.audit_read("patient.found", ("patient", patient.id.0), Some(patient.id), None).await?;
    }
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// Changes a patient's details.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: PatientId,
    expected: &Expected,
    patch: Value,
) -> Result<Answer<Patient>> {
    let mut work = Work::begin(app, caller).await?;
    resources::lock(&mut work.tx, [id.into()]).await?;
    let current = patients::get(&mut work.tx, id).await.found("patient")?;
    expected.check(current.version)?;
    let details = patched(&current.details, &patch)?;
    born_already(&work, &details)?;
    let patient = Patient { id, version: current.version + 1, details };
    if !patients::update(&mut work.tx, &patient).await? {
        return Err(Error::Stale);
    }
    let reached = |details: &PatientDetails| {
        let email = details.email.as_ref().map(Email::lowered);
        (email, details.phone.clone(), details.preferred_channel)
    };
    if reached(&current.details) != reached(&patient.details) {
        notices::readdress(&mut work, &patient).await?;
    }
    work.audit("patient.change", ("patient", id.0), Some(id), None).await?;
    work.commit(Answer::Is(patient)).await
}

fn born_already(work: &Work<'_>, details: &PatientDetails) -> Result<()> {
    let today = civil::date_of(work.app.zone, work.now);
    match details.date_of_birth {
        Some(born) if born.date() > today => Err(Refusal::new(
            Code::BornInFuture,
            format!("The date of birth, {born}, is in the future."),
        )
        .into()),
        _ => Ok(()),
    }
}
