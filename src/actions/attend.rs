//! The visit itself: the patient arrives, is checked in, and what was done is
//! recorded; or does not come.

use super::session_change::{answered, locked, save};
use super::session_view::SessionView;
use super::{Answer, App, Caller, Expected, Result, Work};
use crate::domain::ids::SessionId;
use crate::domain::record::TreatmentRecord;
use crate::domain::session::Session;
use crate::domain::status::{Outcome, Verb};

/// The patient is here.
pub async fn arrive(app: &App, caller: &Caller, id: SessionId, expected: &Expected) -> Result<Answer<SessionView>> {
    step(app, caller, id, expected, Verb::Arrive).await
}

/// The patient is ready to be treated.
pub async fn check_in(app: &App, caller: &Caller, id: SessionId, expected: &Expected) -> Result<Answer<SessionView>> {
    step(app, caller, id, expected, Verb::CheckIn).await
}

/// The patient did not come. The time stays claimed: it has passed.
pub async fn no_show(app: &App, caller: &Caller, id: SessionId, expected: &Expected) -> Result<Answer<SessionView>> {
    step(app, caller, id, expected, Verb::NoShow).await
}

async fn step(app: &App, caller: &Caller, id: SessionId, expected: &Expected, verb: Verb) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = locked(&mut work, id, expected).await?.session;
    let status = current.after(verb, work.now, &app.policy, app.zone)?;
    save(&mut work, &current, Session { status, ..current.clone() }, &verb.to_string()).await?;
    answered(work, id, None).await
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
    let current = locked(&mut work, id, expected).await?.session;
    let status = current.after(Verb::Complete, work.now, &app.policy, app.zone)?;
    let begun = match record.outcome {
        Outcome::NotDone => current.procedure_status,
        Outcome::Completed | Outcome::Stopped => current.procedure_status.started()?,
    };
    let procedure_status = begun.ended(record.outcome)?;
    let next = Session {
        status,
        procedure_status,
        record: Some(record),
        ..current.clone()
    };
    save(&mut work, &current, next, "complete").await?;
    answered(work, id, None).await
}
