//! What is answered to a referral, and to what a shop proposes. The shop accepts, rejects or
//! proposes another time; a proposal is the desk's, or the patient's, to take or to decline. A shop
//! is never told why a time does not suit: that is the patient's business.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::referral_view::{SeenReferral, commit_referral};
use super::{proposals as taken, referrals as written};
use crate::actions::booking::change;
use crate::actions::booking::change::{DECLINED, SHOP_ACCEPTED};
use crate::actions::messages::notices;
use crate::actions::messages::notices::Of;
use crate::actions::referral::change::{
    decide_proposal, full, lock_referral, save, supersede_proposals, touch,
};
use crate::actions::referral::notices::Asked;
use crate::actions::referral::{change as referral_change, notices as referral_notices};
use crate::actions::work::error::none_of;
use crate::actions::{Answer, App, Caller, Error, Expected, Result, Work};
use crate::domain::booking::judge::starts_at;
use crate::domain::course::rules::at_shop::disclosure_consent_missing;
use crate::domain::course::session::{CancelReason, Session};
use crate::domain::course::status::{SessionStatus, Verb};
use crate::domain::ids::{ReferralId, SessionId};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::partner::referral::{
    Proposal, ProposalStatus, Referral, ReferralStatus, ReferralVerb, can_be_moved,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::role::Role;
use crate::domain::text::Note;
use crate::domain::time::civil;
use crate::domain::time::civil::When;
use crate::storage::booking::claims;
use crate::storage::course::sessions;
use crate::storage::messages::tasks;
use crate::storage::partner::proposals;

/// For whom an answer is given; may be left out.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"for_shop": true}))]
pub struct Acceptance {
    /// Whether a manager answers for the shop, as it has said by telephone, and not for the clinic.
    pub for_shop: bool,
}

/// Why not.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "No chair that week."}))]
pub struct Rejection {
    /// Why.
    pub reason: Note,
    /// Whether a manager answers for the shop, as it has said by telephone, and not for the clinic.
    #[serde(default)]
    pub for_shop: bool,
}

/// Another time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start": "2027-03-16T14:30"}))]
pub struct NewProposal {
    /// When: a wall time of the clinic's zone, or RFC 3339 with an offset.
    pub start: When,
    /// For which visit; the first that waits for the shop, or else one that has no time yet, unless set.
    #[serde(default)]
    pub session_id: Option<SessionId>,
}

fn open(all: Vec<Proposal>) -> Vec<Proposal> {
    all.into_iter().filter(|one| one.status == ProposalStatus::Open).collect()
}

/// Whether the caller speaks for the clinic, about what the shop proposes, or for the shop; the clinic answers for no shop
/// unless a manager says so.
fn for_the_clinic(caller: &Caller, for_shop: bool, proposed: &[Proposal]) -> Result<bool> {
    let open = proposed.iter().any(|one| one.status == ProposalStatus::Open);
    match caller.actor.role {
        Role::Partner => Ok(false),
        Role::Manager if for_shop => Ok(false),
        _ if for_shop => Err(Error::NotAllowed),
        _ if open => Ok(true),
        Role::Manager => Err(nothing_to_answer()),
        _ if proposed.is_empty() => Err(Error::NotAllowed),
        _ => Err(nothing_to_answer()),
    }
}

fn nothing_to_answer() -> Error {
    Error::refused(Code::NothingToAnswer, "Nothing of this referral waits for this answer.")
}

/// Accepts: for the shop the referral and what waits under it, for the clinic what the shop proposes.
pub async fn accept(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    by: Acceptance,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let proposed = proposals::of_referral(&mut work.tx, id).await?;
    if for_the_clinic(caller, by.for_shop, &proposed)? {
        let mut work = taken::take(work, current, open(proposed)).await?;
        let patient = referral_change::current(&mut work, id).await?.patient_id;
        work.audit("referral.accept_proposal", ("referral", id.0), Some(patient), None).await?;
        return commit_referral(work, id).await;
    }
    let status = current.status.after(ReferralVerb::Accept, false)?;
    let waiting = waiting(&mut work, id).await?;
    if !current.status.is_asked() && waiting.is_empty() {
        return Err(nothing_to_answer());
    }
    none_of(against(&mut work, &current, &waiting).await?)?;
    let next = Referral {
        status,
        received_at: current.received_at.or(Some(work.now)),
        answered_at: current.answered_at.or(Some(work.now)),
        ..current.clone()
    };
    // A shop that accepts what was asked takes back what they proposed instead.
    supersede_proposals(&mut work, &proposed).await?;
    save(&mut work, &current, next, ReferralVerb::Accept).await?;
    for session in waiting {
        let booked = Session { status: session.status.after(Verb::Accept)?, ..session.clone() };
        change::save(&mut work, &session, booked, SHOP_ACCEPTED).await?;
    }
    commit_referral(work, id).await
}

/// The sessions of a referral that wait for their shop, in order of time; what has passed is not accepted.
async fn waiting(work: &mut Work<'_>, id: ReferralId) -> Result<Vec<Session>> {
    let mut all = sessions::of_referral(&mut work.tx, id).await?;
    all.retain(|session| session.awaits_shop() && session.starts_at > work.now);
    Ok(all)
}

/// What of the shop's own side speaks against it on each day: nothing of this tells of the patient.
async fn against(
    work: &mut Work<'_>,
    referral: &Referral,
    waiting: &[Session],
) -> Result<Vec<Refusal>> {
    let terms = written::terms(work, referral).await?;
    let catalogue = crate::actions::work::catalogue_cache::current(&mut work.tx, work.app).await?;
    let service = catalogue.service(referral.service_id).ok_or(Error::NotThere("service"))?;
    let mut against: Vec<_> = disclosure_consent_missing(&terms).into_iter().collect();
    let today = civil::date_of(work.app.zone, work.now);
    let days = waiting
        .iter()
        .map(|session| civil::date_of(work.app.zone, session.starts_at))
        .chain([today]);
    for day in days {
        if against.is_empty() {
            against.extend(terms.partner.unfit_for(service, day));
        }
    }
    Ok(against)
}

/// Rejects: for the shop the referral, or the dates that were added to it later; for the clinic what the shop proposes.
pub async fn reject(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    why: Rejection,
) -> Result<Answer<SeenReferral>> {
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let proposed = proposals::of_referral(&mut work.tx, id).await?;
    if for_the_clinic(caller, why.for_shop, &proposed)? {
        for one in &open(proposed) {
            decide_proposal(&mut work, one, ProposalStatus::Declined).await?;
        }
        // It waits for the shop again.
        let referral = touch(&mut work, &current).await?;
        referral_notices::queue(&mut work, &referral, Asked::Anew).await?;
        for session in waiting(&mut work, id).await? {
            notices::queue(&mut work, &session, Of::Plans).await?;
        }
        work.audit("referral.decline_proposal", ("referral", id.0), Some(current.patient_id), None)
            .await?;
        return commit_referral(work, id).await;
    }
    let asked = current.status.is_asked();
    let status = current.status.after(ReferralVerb::Reject, false)?;
    let waiting = waiting(&mut work, id).await?;
    if !asked && waiting.is_empty() {
        return Err(Error::refused(
            Code::NothingToAnswer,
            "Nothing of this referral waits for an answer.",
        ));
    }
    let next = Referral {
        status,
        reason: Some(why.reason),
        received_at: current.received_at.or(Some(work.now)),
        answered_at: current.answered_at.or(Some(work.now)),
        ..current.clone()
    };
    let next = save(&mut work, &current, next, ReferralVerb::Reject).await?;
    cancel_sessions(&mut work, waiting, CancelReason::DeclinedByShop, DECLINED).await?;
    add_replan_task(&mut work, &next, "The shop declined this referral").await?;
    commit_referral(work, id).await
}

/// Calls `all` off: what they claimed is free.
pub(super) async fn cancel_sessions(
    work: &mut Work<'_>,
    all: Vec<Session>,
    why: CancelReason,
    change: &str,
) -> Result<()> {
    for session in all {
        let gone = Session {
            status: SessionStatus::Cancelled,
            cancel_reason: Some(why),
            rebook_reason: None,
            ..session.clone()
        };
        claims::release_session(&mut work.tx, session.id).await?;
        change::save(work, &session, gone, change).await?;
    }
    Ok(())
}

/// A task for the desk: the course has to be planned again (rule 60). `what` happened, for the reason that the shop gave.
pub(super) async fn add_replan_task(
    work: &mut Work<'_>,
    referral: &Referral,
    what: &str,
) -> Result<()> {
    let reason = referral.reason.as_ref().map_or_else(String::new, |reason| {
        let line = reason.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        format!(" (\u{201c}{}\u{201d})", line.chars().take(200).collect::<String>())
    });
    let detail = format!("{what}{reason}. Find another place, and tell the patient.");
    let task = Task {
        patient_id: Some(referral.patient_id),
        referral_id: Some(referral.id),
        ..Task::open(work.app.clock.id(), TaskKind::ReferralDeclined, detail, work.now)
    };
    Ok(tasks::insert(&mut work.tx, &task).await?)
}

/// Proposes another time. Whether it suits the patient the clinic finds out; the shop hears of what it may know alone.
pub async fn propose(
    app: &App,
    caller: &Caller,
    id: ReferralId,
    expected: &Expected,
    new: NewProposal,
) -> Result<Answer<SeenReferral>> {
    let (start, _) = starts_at(app.zone, new.start)?;
    let mut work = Work::begin(app, caller).await?;
    let current = lock_referral(&mut work, id, expected).await?;
    let status = current.status.after(ReferralVerb::Propose, false)?;
    none_of(timely(&work, start))?;
    none_of(against(&mut work, &current, &[]).await?)?;
    let session = for_which(&mut work, &current, new.session_id).await?;
    let same = |one: &Proposal| one.session_id == session;
    let overtaken: Vec<_> =
        open(proposals::of_referral(&mut work.tx, id).await?).into_iter().filter(same).collect();
    supersede_proposals(&mut work, &overtaken).await?;
    let proposal = Proposal {
        id: app.clock.id(),
        version: 1,
        referral_id: id,
        session_id: session,
        starts_at: start,
        status: ProposalStatus::Open,
        created_at: work.now,
        decided_at: None,
    };
    proposals::insert(&mut work.tx, &proposal).await?;
    let next = Referral {
        status: if status == ReferralStatus::Requested { ReferralStatus::Received } else { status },
        received_at: current.received_at.or(Some(work.now)),
        ..current.clone()
    };
    let next = save(&mut work, &current, next, ReferralVerb::Propose).await?;
    let task = Task {
        session_id: session,
        patient_id: Some(next.patient_id),
        referral_id: Some(id),
        ..Task::open(
            app.clock.id(),
            TaskKind::ProposalToAnswer,
            "The shop offers another time. Ask the patient, then take it or decline it.",
            work.now,
        )
    };
    tasks::insert(&mut work.tx, &task).await?;
    taken::tell_patient(&mut work, &proposal).await?;
    commit_referral(work, id).await
}

/// What anybody may know of a time: that it has passed, or lies too far ahead.
fn timely(work: &Work<'_>, start: DateTime<Utc>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if start < work.now {
        refusals.push(Refusal::new(Code::StartInPast, "That time has passed."));
    }
    let horizon = chrono::Duration::days(work.app.policy.horizon_days.into());
    if start > work.now + horizon {
        let last = civil::spoken_day(civil::date_of(work.app.zone, work.now + horizon));
        refusals
            .push(Refusal::new(Code::TooFarAhead, format!("Sessions are booked up to {last}.")));
    }
    refusals
}

/// For which session a proposal is: the one that is named, the first that waits, or one that has no time yet.
async fn for_which(
    work: &mut Work<'_>,
    referral: &Referral,
    named: Option<SessionId>,
) -> Result<Option<SessionId>> {
    let all = sessions::of_referral(&mut work.tx, referral.id).await?;
    let movable = |session: &&Session| {
        matches!(session.status, SessionStatus::Pending | SessionStatus::Booked)
            && session.starts_at > work.now
    };
    if let Some(named) = named {
        let found = all.iter().filter(movable).find(|session| session.id == named);
        return found
            .map(|session| Some(session.id))
            .ok_or(Error::NotThere("visit to come under this referral"));
    }
    if let Some(first) =
        all.iter().find(|session| session.awaits_shop() && can_be_moved(session, work.now))
    {
        return Ok(Some(first.id));
    }
    if referral.undated(&all) == 0 {
        return Err(full(referral).into());
    }
    Ok(None)
}
