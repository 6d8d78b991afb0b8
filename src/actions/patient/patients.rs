//! Patients: registering, finding, reading and changing them. Each leaves an audit
//! line for each patient whose record was shown.

use serde_json::Value;

use crate::actions::messages::catch_up;
use crate::actions::work::mail_reach;
use crate::actions::work::merge_patch::patched;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::PatientId;
use crate::domain::patient::duplicate::Candidate;
use crate::domain::patient::likeness::same_names;
use crate::domain::patient::{Email, NewPatient, Patient, PatientDetails};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::storage::booking::resources;
use crate::storage::patient::patients::Known;
use crate::storage::patient::{name_keys, patients};

/// Registers a patient. Somebody with the same number or email, and the same names or nearly, is shown first: the same person
/// twice is two histories, and skin that was treated in one of them is not known to rest in the other.
pub async fn register(app: &App, caller: &Caller, new: NewPatient) -> Result<Answer<Patient>> {
    let NewPatient { details, duplicate_ok } = new;
    mail_reach::check(app, "/email", details.email.as_ref())?;
    let mut work = Work::begin(app, caller).await?;
    born_already(&work, &details)?;
    patients::lock_registering(&mut work.tx).await?;
    if !duplicate_ok {
        let known = patients::with_same_contact(&mut work.tx, &details).await?;
        let candidates = candidates(app, known, &details);
        if !candidates.is_empty() {
            work.abandon().await?;
            return Err(shown_as_known(app, caller, candidates).await?);
        }
    }
    let patient = Patient { id: app.clock.id(), version: 1, details };
    patients::insert(&mut work.tx, &patient).await?;
    work.audit("patient.register", ("patient", patient.id.0), Some(patient.id), None).await?;
    work.commit(Answer::Created(patient)).await
}

/// Those of `known` whose names are those of `details`, or one letter off.
fn candidates(app: &App, known: Vec<Known>, details: &PatientDetails) -> Vec<Candidate> {
    let names = |of: &PatientDetails| {
        let (given, family) = (of.given_name.as_str().to_owned(), of.family_name.as_str());
        (given, family.to_owned())
    };
    let (given, family) = names(details);
    let alike = |one: &Known| {
        let (a, b) = names(&one.patient.details);
        same_names((&a, &b), (&given, &family))
    };
    let shown = |one: Known| {
        let Patient { id, details, .. } = one.patient;
        Candidate {
            id,
            given_name: details.given_name,
            family_name: details.family_name,
            date_of_birth: details.date_of_birth,
            phone: details.phone,
            phone_extension: details.phone_extension,
            email: details.email,
            last_seen: one.seen_at.map(|at| civil::date_of(app.zone, at)),
        }
    };
    known.into_iter().filter(alike).map(shown).collect()
}

/// The refusal that shows `candidates`, once the audit says that it does.
async fn shown_as_known(app: &App, caller: &Caller, candidates: Vec<Candidate>) -> Result<Error> {
    // The refusal itself is kept under the request's key by the layer that answers it.
    let caller = caller.without_key();
    let mut work = Work::begin(app, &caller).await?;
    for one in &candidates {
        work.audit_read("patient.found", ("patient", one.id.0), Some(one.id), None).await?;
    }
    work.done().await?;
    Ok(Error::PossibleDuplicate(candidates))
}

/// One patient. Of one who was merged into another, the answer says into which.
pub async fn get(app: &App, caller: &Caller, id: PatientId) -> Result<Answer<Patient>> {
    let mut work = Work::begin(app, caller).await?;
    let Some(patient) = patients::get(&mut work.tx, id).await? else {
        return Err(match patients::merged_into(&mut work.tx, id).await? {
            Some(kept) => Error::Merged(kept),
            None => Error::NotThere("patient"),
        });
    };
    work.audit_read("patient.read", ("patient", id.0), Some(id), None).await?;
    work.commit(Answer::Is(patient)).await
}

/// Patients that `q` finds by name, digits of the telephone, or email; all without `q`. Where nobody is found by the letter, those
/// whose names are one letter off.
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
    let mut found = patients::search(&mut work.tx, q, (&text, id), page.rows()?).await?;
    if found.is_empty() && page.after.is_none() {
        let most = usize::try_from(page.rows()? - 1).unwrap_or_default();
        found = name_keys::nearly(&mut work.tx, q, most).await?;
    }
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
    let details = changed(&current.details, &patch)?;
    if details.email != current.details.email {
        mail_reach::check(app, "/email", details.email.as_ref())?;
    }
    born_already(&work, &details)?;
    let patient = Patient { id, version: current.version + 1, details };
    if !patients::update(&mut work.tx, &patient).await? {
        return Err(Error::Stale);
    }
    let reached = |details: &PatientDetails| {
        let email = details.email.as_ref().map(Email::lowered);
        let PatientDetails { phone, preferred_channel, calendar_invites, .. } = details;
        (email, phone.clone(), details.text_phone(), *preferred_channel, *calendar_invites)
    };
    if reached(&current.details) != reached(&patient.details) {
        catch_up::readdress(&mut work, &patient).await?;
    }
    work.audit("patient.change", ("patient", id.0), Some(id), None).await?;
    work.commit(Answer::Is(patient)).await
}

/// `current` with `patch` merged into it. The extension belongs to its number: another number comes with its own, or with none.
fn changed(current: &PatientDetails, patch: &Value) -> Result<PatientDetails> {
    if patch.get("duplicate_ok").is_some() {
        return Err(Error::invalid("/duplicate_ok", "is for a new patient"));
    }
    let renumbered = patch.get("phone").is_some() && patch.get("phone_extension").is_none();
    if renumbered {
        return patched(&PatientDetails { phone_extension: None, ..current.clone() }, patch);
    }
    patched(current, patch)
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
