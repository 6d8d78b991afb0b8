//! The visit itself: the patient arrives, is checked in, and what was done is
//! recorded; or does not come.

use crate::actions::access::clinicians;
use crate::actions::booking::change::{commit_session, lock_session, save};
use crate::actions::course::case;
use crate::actions::course::session_view::SessionView;
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::error::none_of;
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::laser::Laser;
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::rules::consent::consent_missing;
use crate::domain::course::rules::record;
use crate::domain::course::session::Session;
use crate::domain::course::status::{Outcome, SessionStatus, Verb};
use crate::domain::ids::SessionId;
use crate::domain::refusal::{Code, Refusal};
use crate::storage::catalogue::{devices, services};
use crate::storage::course::{courses, sessions};
use crate::storage::patient::consents;

/// The patient is here.
pub async fn arrive(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
) -> Result<Answer<SessionView>> {
    move_on(app, caller, id, expected, Verb::Arrive).await
}

/// The patient is ready to be treated.
pub async fn check_in(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
) -> Result<Answer<SessionView>> {
    move_on(app, caller, id, expected, Verb::CheckIn).await
}

/// The patient is here: they arrive and, unless something is missing, are checked in with it, as one change that one
/// `undo` takes back. Answers the session and what is missing.
pub async fn receive(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
) -> Result<(SessionView, Vec<Refusal>)> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let mut missing = Vec::new();
    let status = if current.status == SessionStatus::Arrived {
        let status = current.after(Verb::CheckIn, work.now, &app.policy, app.zone)?;
        check_consent(&mut work, &current).await?;
        status
    } else {
        let arrived = current.after(Verb::Arrive, work.now, &app.policy, app.zone)?;
        match check_consent(&mut work, &current).await {
            Ok(()) => arrived.after(Verb::CheckIn)?,
            Err(Error::Refused(refusals)) => {
                missing = refusals;
                arrived
            }
            Err(error) => return Err(error),
        }
    };
    let verb = if status == SessionStatus::Arrived { Verb::Arrive } else { Verb::CheckIn };
    save(&mut work, &current, Session { status, ..current.clone() }, &verb.to_string()).await?;
    let answer = commit_session(work, id, None).await?;
    Ok((answer.into_inner(), missing))
}

/// The patient did not come. The time stays claimed: it has passed. One that is `excused` does not count against them.
pub async fn no_show(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
    excused: bool,
) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let status = current.after(Verb::NoShow, work.now, &app.policy, app.zone)?;
    save(&mut work, &current, Session { status, ..current.clone() }, &Verb::NoShow.to_string())
        .await?;
    sessions::set_excused(&mut work.tx, id, excused).await?;
    commit_session(work, id, None).await
}

async fn move_on(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
    verb: Verb,
) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let status = current.after(verb, work.now, &app.policy, app.zone)?;
    if verb == Verb::CheckIn {
        check_consent(&mut work, &current).await?;
    }
    save(&mut work, &current, Session { status, ..current.clone() }, &verb.to_string()).await?;
    commit_session(work, id, None).await
}

/// Rule 14: no laser without consent.
async fn check_consent(work: &mut Work<'_>, session: &Session) -> Result<()> {
    let course = courses::get(&mut work.tx, session.course_id).await.found("course")?;
    let service = services::get(&mut work.tx, session.service_id).await.found("service")?;
    let given = consents::active(&mut work.tx, session.patient_id).await?;
    none_of(consent_missing(course.details.goal, &service, &given).into_iter().collect())
}

/// Asks the rules of the record (24, 41 to 43) of what was done in `session`. Those that were gone past leave an
/// audit line.
pub(super) async fn check_record(
    work: &mut Work<'_>,
    session: &Session,
    record: &TreatmentRecord,
) -> Result<()> {
    let service = services::get(&mut work.tx, session.service_id).await.found("service")?;
    let Some(treatment) =
        service.treatment().filter(|done| done.is_exposure() && record.outcome != Outcome::NotDone)
    else {
        return Ok(());
    };
    let course = courses::get(&mut work.tx, session.course_id).await.found("course")?;
    let device = match session.place.device_id {
        Some(id) => Some(devices::get(&mut work.tx, id).await.found("device")?),
        None => None,
    };
    let catalogue = current(&mut work.tx, work.app).await?;
    let shop = catalogue.site(session.place.site_id).and_then(|site| site.details.partner_id);
    let laser = match (&device, shop.and_then(|id| catalogue.partner(id))) {
        (Some(device), _) => Laser::Device(device),
        (None, Some(partner)) => Laser::Shop(partner),
        (None, None) => return Ok(()),
    };
    let case = case::load(&mut work.tx, work.app, &course, Some(session.id)).await?;
    let refusals = record::refusals(&case, &work.app.policy, treatment, laser, record);
    let overriding = record.overriding.as_ref();
    let pardoned = case::pardoned(&work.caller.actor, overriding);
    let (overridden, refusals): (Vec<_>, Vec<_>) =
        refusals.into_iter().partition(|refusal| pardoned.contains(&refusal.code));
    none_of(refusals)?;
    if overridden.iter().any(|refusal| refusal.code == Code::WavelengthSkinType) {
        // Rule 41 is a physician's to go past.
        let spoken = clinicians::as_physician(work).await?;
        let (subject, detail) = (("session", session.id.0), Some(spoken.to_string()));
        work.audit_read("rule.spoken_as", subject, Some(session.patient_id), detail).await?;
    }
    case::note_overrides(work, session.id, &course, &overridden, overriding).await
}

/// The visit is over, treated or not, and this is what was done.
pub async fn complete(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
    record: TreatmentRecord,
) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    let status = current.after(Verb::Complete, work.now, &app.policy, app.zone)?;
    check_record(&mut work, &current, &record).await?;
    let begun = match record.outcome {
        Outcome::NotDone => current.procedure_status,
        Outcome::Completed | Outcome::Stopped => current.procedure_status.started()?,
    };
    let procedure_status = begun.ended(record.outcome)?;
    let next = Session { status, procedure_status, record: Some(record), ..current.clone() };
    save(&mut work, &current, next, "complete").await?;
    commit_session(work, id, None).await
}
