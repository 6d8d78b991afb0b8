//! How a referral goes on and ends: the shop reports what was done, or cannot go on; the clinic
//! takes it back, or lets it rest. A report is the treatment record of the clinic's own sessions,
//! and counts as one: the same history, the same intervals (rule 61).

use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{Rejection, add_replan_task, cancel_sessions};
use super::referral_view::{SeenReferral, commit_referral};
use crate::actions::booking::change;
use crate::actions::booking::change::{DECLINED, SHOP_REPORTED, WITHDRAWN};
use crate::actions::course::case;
use crate::actions::referral::change as referral_change;
use crate::actions::referral::change::{complete_if_done, lock_referral, save};
use crate::actions::work::error::none_of;
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::laser::Laser;
use crate::domain::course::record::{Severity, TreatmentRecord};
use crate::domain::course::rules::record;
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::course::status::{Outcome, SessionStatus, Verb};
use crate::domain::ids::{ReferralId, SessionId};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::partner::referral::{Referral, ReferralVerb, was_treated};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::text::Note;
use crate::domain::time::civil;
use crate::storage::catalogue::services;
use crate::storage::course::{courses, sessions};
use crate::storage::messages::tasks;

/// What was done in one session.
#[derive(Debug, Clone, ToSchema)]
pub struct Report {
    /// In which; the first that is over and not reported, unless set.
    pub session_id: Option<SessionId>,
    /// What was done.
    pub record: TreatmentRecord,
}

/// Why a referral is taken back; may be left out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"reason": "The patient prefers the clinic."}))]
pub struct Withdrawal {
    /// Why.
    pub reason: Option<Note>,
}

/// The shop reports what was done.
pub async fn report(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    report: Report,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let all = sessions::of_referral(&mut work.tx, id).await?;
    let session = reported_on(&work, &all, report.session_id)?;
    if current.status.is_asked() {
        // A shop that has treated has accepted.
        let accepted = Referral {
            status: current.status.after(ReferralVerb::Accept, false)?,
            received_at: current.received_at.or(Some(work.now)),
            answered_at: Some(work.now),
            ..current.clone()
        };
        save(&mut work, &current, accepted, ReferralVerb::Accept).await?;
    }
    let to_review = check_record(&mut work, &current, &session, &report.record).await?;
    let begun = match report.record.outcome {
        Outcome::NotDone => session.procedure_status,
        Outcome::Completed | Outcome::Stopped => session.procedure_status.started()?,
    };
    let done = Session {
        status: session.status.after(Verb::Report)?,
        procedure_status: begun.ended(report.record.outcome)?,
        record: Some(report.record),
        ..session.clone()
    };
    change::save(&mut work, &session, done, SHOP_REPORTED).await?;
    if to_review {
        let task = Task {
            session_id: Some(session.id),
            patient_id: Some(current.patient_id),
            referral_id: Some(id),
            ..Task::open(
                app.clock.id(),
                TaskKind::ReportToReview,
                "The shop's report needs a practitioner. Please read it.",
                work.now,
            )
        };
        tasks::insert(&mut work.tx, &task).await?;
    }
    commit_referral(work, id).await
}

/// The session that a report is about: the one that is named, or the first that is over and not reported.
fn reported_on(work: &Work<'_>, all: &[Session], named: Option<SessionId>) -> Result<Session> {
    let open = |session: &&Session| session.status.after(Verb::Report).is_ok();
    // What was agreed goes before what was not.
    let agreed = |session: &&Session| open(session) && session.status != SessionStatus::Pending;
    let found = match named {
        Some(id) => all
            .iter()
            .find(|session| session.id == id)
            .ok_or(Error::NotThere("visit under this referral"))?,
        None => all.iter().find(agreed).or_else(|| all.iter().find(open)).ok_or_else(|| {
            Error::refused(Code::NothingToAnswer, "Nothing of this referral waits for a report.")
        })?,
    };
    found.status.after(Verb::Report)?;
    if work.now < found.starts_at {
        let begins = civil::spoken(work.app.zone, found.starts_at);
        return Err(Error::refused(
            Code::TooEarlyToReport,
            format!("This visit begins {begins}; report what was done afterwards."),
        ));
    }
    Ok(found.clone())
}

/// Refuses a record in which something is missing that the shop can add (rules 42 and 43). What was done to this patient and
/// should not have been is written down all the same: whether a person has to look at it.
async fn check_record(
    work: &mut Work<'_>,
    referral: &Referral,
    session: &Session,
    record: &TreatmentRecord,
) -> Result<bool> {
    let harmed = record.adverse_events.iter().any(|event| {
        let grave =
            matches!(event.kind.as_str().to_lowercase().as_str(), "burn" | "scar" | "infection");
        grave || event.severity == Severity::Severe
    });
    let service = services::get(&mut work.tx, session.service_id).await.found("service")?;
    let exposure =
        service.treatment().filter(|done| done.is_exposure() && record.outcome != Outcome::NotDone);
    let Some(treatment) = exposure else {
        return Ok(harmed);
    };
    let course = courses::get(&mut work.tx, session.course_id).await.found("course")?;
    let case = case::load(&mut work.tx, work.app, &course, Some(session.id)).await?;
    let catalogue = crate::actions::work::catalogue_cache::current(&mut work.tx, work.app).await?;
    let partner = catalogue.partner(referral.partner_id).ok_or(Error::NotThere("partner"))?;
    let all = record::refusals(&case, &work.app.policy, treatment, Laser::Shop(partner), record);
    let theirs = |refusal: &Refusal| {
        matches!(refusal.code, Code::ParameterOutOfRange | Code::RecordIncomplete)
    };
    let (to_mend, of_patient): (Vec<_>, Vec<_>) = all.into_iter().partition(theirs);
    none_of(to_mend)?;
    Ok(harmed || !of_patient.is_empty())
}

/// What ends with a referral: every session under it that has not begun.
async fn to_come(work: &mut Work<'_>, id: ReferralId) -> Result<Vec<Session>> {
    let all = sessions::of_referral(&mut work.tx, id).await?;
    // What has begun may have been done, and is still to be reported on.
    Ok(all.into_iter().filter(|one| one.status.is_live() && one.starts_at > work.now).collect())
}

/// The shop cannot finish what it had accepted.
pub async fn fail(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    why: Rejection,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let next = Referral {
        status: current.status.after(ReferralVerb::Fail, false)?,
        reason: Some(why.reason),
        ..current.clone()
    };
    let next = save(&mut work, &current, next, ReferralVerb::Fail).await?;
    let gone = to_come(&mut work, id).await?;
    cancel_sessions(&mut work, gone, CancelReason::DeclinedByShop, DECLINED).await?;
    add_replan_task(&mut work, &next, "The shop cannot finish this referral").await?;
    commit_referral(work, id).await
}

/// The clinic takes a referral back; what has not begun is cancelled.
pub async fn cancel(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    why: Withdrawal,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    withdraw_referral(&mut work, current, why.reason, CancelReason::ClinicRequest).await?;
    commit_referral(work, id).await
}

/// Takes a referral back, with all under it that has not begun.
pub(in crate::actions) async fn withdraw_referral(
    work: &mut Work<'_>,
    current: Referral,
    reason: Option<Note>,
    why: CancelReason,
) -> Result<Referral> {
    let next = Referral {
        status: current.status.after(ReferralVerb::Cancel, false)?,
        reason,
        ..current.clone()
    };
    let next = save(work, &current, next, ReferralVerb::Cancel).await?;
    let gone = to_come(work, next.id).await?;
    cancel_sessions(work, gone, why, WITHDRAWN).await?;
    Ok(next)
}

/// A referral is put on hold: no more dates until it is resumed; those it has stand.
pub async fn hold(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    why: Withdrawal,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let next = Referral {
        status: current.status.after(ReferralVerb::Hold, false)?,
        reason: why.reason,
        ..current.clone()
    };
    save(&mut work, &current, next, ReferralVerb::Hold).await?;
    commit_referral(work, id).await
}

/// A referral goes on.
pub async fn resume(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let all = sessions::of_referral(&mut work.tx, id).await?;
    let next = Referral {
        status: current.status.after(ReferralVerb::Resume, all.iter().any(was_treated))?,
        reason: None,
        ..current.clone()
    };
    let next = save(&mut work, &current, next, ReferralVerb::Resume).await?;
    complete_if_done(&mut work, next).await?;
    commit_referral(work, id).await
}

/// A referral never should have been written: it is kept, and no shop sees it any more.
pub async fn mark_error(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    why: Rejection,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let next = Referral {
        status: current.status.after(ReferralVerb::MarkError, false)?,
        reason: Some(why.reason),
        ..current.clone()
    };
    // While the shop may still be told that they are off.
    let gone = to_come(&mut work, id).await?;
    cancel_sessions(&mut work, gone, CancelReason::ClinicRequest, WITHDRAWN).await?;
    let current = referral_change::current(&mut work, id).await?;
    let next = Referral { version: current.version, ..next };
    save(&mut work, &current, next, ReferralVerb::MarkError).await?;
    commit_referral(work, id).await
}
