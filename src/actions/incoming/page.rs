//! What a patient does on the page behind their link: confirm, ask for another time, take one
//! of those offered, stop messages and have them again. Each asks the same rules as the desk's own
//! doing; nothing here cancels a session.

use chrono::{DateTime, Utc};

use super::answers;
use super::answers::{lock_patient_of, note_in_ledger};
use crate::actions::booking::reschedule::{NewTime, reschedule};
use crate::actions::calendar::event::{LINK, session_behind};
use crate::actions::partner::proposals;
use crate::actions::patient::opt_outs;
use crate::actions::referral::change;
use crate::actions::{App, Error, Expected, Found, Program, Result, Work};
use crate::domain::access::secret::hash_of;
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::message::Reply;
use crate::domain::partner::referral::ProposalStatus;
use crate::domain::patient::opt_out::{OptOutBy, OptOutScope};
use crate::domain::time::civil;
use crate::domain::time::civil::When;
use crate::storage::messages::visit_links;
use crate::storage::partner::proposals as proposed;

/// A patient on the page behind their link.
const PAGE: Program = Program::patient(LINK);

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It was noted.
    Noted,
    /// The visit has changed since the page was opened; nothing was noted.
    Changed,
}

/// Confirms the visit behind `secret`, as the page showed it at `start`.
pub async fn confirm(app: &App, secret: &str, start: DateTime<Utc>) -> Result<Answered> {
    let mut work = Work::for_program(app, PAGE).await?;
    let (session, recipient) = session_behind(&mut work.tx, app, work.now, secret).await?;
    lock_patient_of(&mut work.tx, session.id).await?;
    if answers::confirm(&mut work, session.id, start).await?.is_none() {
        work.abandon().await?;
        return Ok(Answered::Changed);
    }
    note_in_ledger(&mut work, session.id, &recipient, Reply::Confirm).await?;
    work.done().await?;
    Ok(Answered::Noted)
}

/// Notes that the patient cannot come to the visit behind `secret`: a task for the desk, and other times to choose from.
pub async fn ask_for_another(app: &App, secret: &str) -> Result<Answered> {
    let mut work = Work::for_program(app, PAGE).await?;
    let (session, recipient) = session_behind(&mut work.tx, app, work.now, secret).await?;
    lock_patient_of(&mut work.tx, session.id).await?;
    if answers::ask_for_another(&mut work, session.id).await?.is_none() {
        work.abandon().await?;
        return Ok(Answered::Changed);
    }
    note_in_ledger(&mut work, session.id, &recipient, Reply::Change).await?;
    work.done().await?;
    Ok(Answered::Noted)
}

/// Up to three legal times for the visit behind `secret`.
pub async fn other_times(app: &App, secret: &str) -> Result<Vec<DateTime<Utc>>> {
    let mut tx = app.db.read().await?;
    let (session, _) = session_behind(&mut tx, app, app.clock.now(), secret).await?;
    tx.rollback().await?;
    answers::other_times(app, &PAGE.caller(), &session).await
}

/// Moves the visit behind `secret` to `start`, if that is still one of the times that would be offered: every rule is
/// asked, as for the desk.
pub async fn take(app: &App, secret: &str, start: DateTime<Utc>) -> Result<Answered> {
    let mut tx = app.db.read().await?;
    let (session, _) = session_behind(&mut tx, app, app.clock.now(), secret).await?;
    tx.rollback().await?;
    // What has begun, is over or waits for another party is the desk's to move.
    if session.status != SessionStatus::Booked || session.starts_at <= app.clock.now() {
        return Ok(Answered::Changed);
    }
    let caller = PAGE.caller();
    if !answers::other_times(app, &caller, &session).await?.contains(&start) {
        return Ok(Answered::Changed);
    }
    let to = NewTime::to(When::At(civil::shown(app.zone, start)));
    // Only as it was when the times were looked for.
    let expected = Expected::Versions(vec![session.version]);
    match reschedule(app, &caller, session.id, &expected, to).await {
        Ok(_) => Ok(Answered::Noted),
        Err(Error::Refused(_) | Error::Explained(..) | Error::Stale) => Ok(Answered::Changed),
        Err(error) => Err(error),
    }
}

/// Takes the time that the shop proposes for the visit behind `secret`, as the page showed it: every rule is asked, as for
/// the desk.
pub async fn take_proposal(app: &App, secret: &str, start: DateTime<Utc>) -> Result<Answered> {
    let mut tx = app.db.read().await?;
    let (session, _) = session_behind(&mut tx, app, app.clock.now(), secret).await?;
    tx.rollback().await?;
    let Some(referral) = session.referral_id else {
        return Ok(Answered::Changed);
    };
    let mut work = Work::for_program(app, PAGE).await?;
    let referral = change::lock_referral(&mut work, referral, &Expected::Any).await?;
    let mut open = proposed::of_session(&mut work.tx, session.id).await?;
    open.retain(|one| one.status == ProposalStatus::Open && one.starts_at == start);
    if open.is_empty() || !referral.status.takes_sessions() || start <= work.now {
        return Ok(Answered::Changed);
    }
    let (id, patient) = (referral.id, referral.patient_id);
    let mut work = match proposals::take(work, referral, open).await {
        Ok(taken) => taken,
        Err(Error::Refused(_) | Error::Explained(..) | Error::Stale) => {
            return Ok(Answered::Changed);
        }
        Err(error) => return Err(error),
    };
    work.audit("referral.accept_proposal", ("referral", id.0), Some(patient), None).await?;
    work.done().await?;
    Ok(Answered::Noted)
}

/// Stops messages to the address that the link went to, as far as `stopped` says, or lets them go there again.
pub async fn messages(
    app: &App,
    secret: &str,
    stopped: Option<OptOutScope>,
    by: OptOutBy,
) -> Result<()> {
    let mut work = Work::for_program(app, PAGE).await?;
    // However long ago the session was: a patient who is not to be written to need not read on.
    let (session, recipient) =
        visit_links::behind(&mut work.tx, &hash_of(secret)).await.found("page")?;
    let proof = format!("by the link of visit {session}");
    match stopped {
        None => opt_outs::end_in(&mut work, &recipient, by, &proof).await?,
        Some(scope) => {
            opt_outs::begin_for(&mut work, &recipient, scope, by, &proof).await?;
            note_in_ledger(&mut work, session, &recipient, Reply::Stop).await?;
        }
    }
    work.done().await
}
