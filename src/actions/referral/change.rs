//! What every change of a referral shares: it is read under its patient's lock and within the
//! caller's own shop, the version is checked, what its sessions and proposals need follows, and
//! the audit gets a line. Its version rises with each change of its dates and proposals too, so
//! that no party answers what it has not seen.

use super::notices;
use super::notices::Asked;
use crate::actions::course::lock::lock_patient;
use crate::actions::{Error, Expected, Found, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{ReferralId, SessionId};
use crate::domain::messages::message::{MessageKind, Unsent};
use crate::domain::messages::notice::{Standing, standing};
use crate::domain::messages::task::Solver;
use crate::domain::partner::referral::{
    Proposal, ProposalStatus, Referral, ReferralStatus, ReferralVerb, can_be_moved, was_treated,
};
use crate::domain::refusal::{Code, Refusal};
use crate::storage::course::sessions;
use crate::storage::messages::{ledger, tasks};
use crate::storage::partner::{proposals, referrals};

/// The referral, read after its patient was locked, so that changes of it wait for each other; another shop's is not there.
pub(in crate::actions) async fn lock_referral(
    work: &mut Work<'_>,
    id: ReferralId,
    expected: &Expected,
) -> Result<Referral> {
    let own = work.caller.actor.own_shop();
    let missing = || Error::NotThere("referral");
    let found = referrals::get(&mut work.tx, own, id).await?.ok_or_else(missing)?;
    lock_patient(work, found.patient_id).await?;
    let referral = referrals::get(&mut work.tx, own, id).await?.ok_or_else(missing)?;
    expected.check(referral.version)?;
    Ok(referral)
}

/// The referral as it is now, whatever was changed under it meanwhile.
pub(in crate::actions) async fn current(work: &mut Work<'_>, id: ReferralId) -> Result<Referral> {
    referrals::get(&mut work.tx, None, id).await.found("referral")
}

/// Writes `next`, which was `current`, as the deed `verb`, with what is to be told of it.
pub(in crate::actions) async fn save(
    work: &mut Work<'_>,
    current: &Referral,
    next: Referral,
    verb: ReferralVerb,
) -> Result<Referral> {
    let ended = next.status.is_terminal();
    let next = Referral {
        version: current.version + 1,
        ended_at: if ended { current.ended_at.or(Some(work.now)) } else { None },
        ..next
    };
    if !referrals::update(&mut work.tx, &next).await? {
        return Err(Error::Stale);
    }
    if next.status != current.status && !next.status.is_asked() {
        tasks::settle_referral(&mut work.tx, next.id, Solver::ShopAnswered, work.now).await?;
    }
    if ended {
        let proposed = proposals::of_referral(&mut work.tx, next.id).await?;
        supersede_proposals(work, &proposed).await?;
    }
    let anew = match verb {
        ReferralVerb::Send => Asked::Anew,
        _ => Asked::Still,
    };
    notices::queue(work, &next, anew).await?;
    if verb == ReferralVerb::Cancel {
        notices::tell_withdrawn(work, &next).await?;
    }
    let action = format!("referral.{}", verb.to_string().replace('-', "_"));
    let detail = Some(format!("{} to {}", current.status, next.status));
    work.audit(&action, ("referral", next.id.0), Some(next.patient_id), detail).await?;
    Ok(next)
}

/// Raises the version of a referral under which something has changed.
pub(in crate::actions) async fn touch(
    work: &mut Work<'_>,
    referral: &Referral,
) -> Result<Referral> {
    let touched = Referral { version: referral.version + 1, ..referral.clone() };
    if !referrals::update(&mut work.tx, &touched).await? {
        return Err(Error::Stale);
    }
    Ok(touched)
}

/// Marks what is still open of `all` as overtaken.
pub(in crate::actions) async fn supersede_proposals(
    work: &mut Work<'_>,
    all: &[Proposal],
) -> Result<()> {
    for proposal in all.iter().filter(|one| one.status == ProposalStatus::Open) {
        decide_proposal(work, proposal, ProposalStatus::Superseded).await?;
    }
    Ok(())
}

/// Writes the outcome of an open proposal; the desk's task about it is done, and the patient is not asked any more.
pub(in crate::actions) async fn decide_proposal(
    work: &mut Work<'_>,
    proposal: &Proposal,
    status: ProposalStatus,
) -> Result<Proposal> {
    let decided = Proposal {
        version: proposal.version + 1,
        status,
        decided_at: Some(work.now),
        ..proposal.clone()
    };
    if !proposals::update(&mut work.tx, &decided).await? {
        return Err(Error::Stale);
    }
    settle_tasks(work, proposal.referral_id, Solver::ProposalDecided, proposal.session_id).await?;
    if let Some(session) = proposal.session_id {
        ledger::lock_waiting(&mut work.tx, session).await?;
        for row in ledger::of_session(&mut work.tx, session).await? {
            if row.kind == MessageKind::Proposal && row.lead == proposal.id.to_string() {
                ledger::supersede(&mut work.tx, row.id, Unsent::Done).await?;
            }
        }
    }
    Ok(decided)
}

/// Marks the desk's tasks that `solver` settles as done, about one session of a referral, or about what has none yet.
async fn settle_tasks(
    work: &mut Work<'_>,
    referral: ReferralId,
    solver: Solver,
    session: Option<SessionId>,
) -> Result<()> {
    for task in tasks::open_of_referral(&mut work.tx, referral, solver).await? {
        if task.session_id == session {
            tasks::settle_one(&mut work.tx, task.id, work.now).await?;
        }
    }
    Ok(())
}

/// What a change of a session does to its referral: a proposal for it is overtaken once it cannot be moved, or was; what was
/// reported takes the referral on, or, taken back, back; and a referral that a booking made ends, and returns, with its last
/// session.
pub(in crate::actions) async fn follow_session(
    work: &mut Work<'_>,
    current: &Session,
    next: &Session,
) -> Result<()> {
    let Some(id) = current.referral_id.or(next.referral_id) else {
        return Ok(());
    };
    let moved = next.starts_at != current.starts_at || next.place != current.place;
    if moved || !can_be_moved(next, work.now) {
        let proposed = proposals::of_session(&mut work.tx, next.id).await?;
        supersede_proposals(work, &proposed).await?;
    }
    if next.status == SessionStatus::Fulfilled {
        settle_tasks(work, id, Solver::Reported, Some(next.id)).await?;
    }
    let Some(referral) = referrals::get(&mut work.tx, None, id).await? else {
        return Ok(());
    };
    let all = sessions::of_referral(&mut work.tx, id).await?;
    if let Some((status, verb)) = follows(&referral, &all, current, next) {
        let after = Referral {
            status,
            // What is asked again was not answered.
            answered_at: referral.answered_at.filter(|_| !status.is_asked()),
            ..referral.clone()
        };
        save(work, &referral, after, verb).await?;
    } else if moved || next.status != current.status {
        let referral = touch(work, &referral).await?;
        notices::queue(work, &referral, Asked::Anew).await?;
    }
    if next.referral_id != current.referral_id
        && let Some(new) = next.referral_id
    {
        let new = self::current(work, new).await?;
        touch(work, &new).await?;
    }
    Ok(())
}

/// Where a change of a session takes its referral, if anywhere; `all` are the sessions under it as they are now.
fn follows(
    referral: &Referral,
    all: &[Session],
    current: &Session,
    next: &Session,
) -> Option<(ReferralStatus, ReferralVerb)> {
    let was_over = current.status == SessionStatus::Fulfilled;
    let is_over = next.status == SessionStatus::Fulfilled;
    let status = referral.status;
    if is_over && !was_over && status.is_under_way() {
        let verb =
            if referral.is_done(all) { ReferralVerb::Complete } else { ReferralVerb::Report };
        return Some((status.after(verb, true).ok()?, verb));
    }
    if was_over
        && !is_over
        && matches!(status, ReferralStatus::Completed | ReferralStatus::InProgress)
    {
        let begun = all.iter().any(was_treated);
        let before = if begun { ReferralStatus::InProgress } else { ReferralStatus::Accepted };
        return (before != status).then_some((before, ReferralVerb::Resume));
    }
    if !referral.by_booking {
        return None;
    }
    let any = all.iter().any(|session| standing(session.status) != Standing::Gone);
    let returns = next.status.is_live()
        && next.referral_id == Some(referral.id)
        && status == ReferralStatus::Cancelled;
    match (!any && !status.is_terminal(), returns) {
        (true, _) => Some((ReferralStatus::Cancelled, ReferralVerb::Cancel)),
        (_, true) if next.status == SessionStatus::Booked => {
            Some((ReferralStatus::Accepted, ReferralVerb::Accept))
        }
        (_, true) => Some((ReferralStatus::Requested, ReferralVerb::Send)),
        _ => None,
    }
}

/// Completes a referral under way of which all is done: what was on hold, or asks for fewer than it did.
pub(in crate::actions) async fn complete_if_done(
    work: &mut Work<'_>,
    referral: Referral,
) -> Result<Referral> {
    let all = sessions::of_referral(&mut work.tx, referral.id).await?;
    if !referral.status.is_under_way() || !referral.is_done(&all) {
        return Ok(referral);
    }
    let done = Referral {
        status: referral.status.after(ReferralVerb::Complete, true)?,
        ..referral.clone()
    };
    save(work, &referral, done, ReferralVerb::Complete).await
}

/// Notes that a session under a referral has its date: what was to be said of the referral without one is not said.
pub(in crate::actions) async fn supersede_undated_notices(
    work: &mut Work<'_>,
    session: &Session,
) -> Result<()> {
    let Some(id) = session.referral_id else {
        return Ok(());
    };
    let referral = current(work, id).await?;
    let referral = touch(work, &referral).await?;
    notices::queue(work, &referral, Asked::Still).await
}

/// Refuses what this referral has no room for.
pub(in crate::actions) fn full(referral: &Referral) -> Refusal {
    Refusal::new(
        Code::ReferralFull,
        format!(
            "This referral asks for {} sessions, and each of them has its date.",
            referral.sessions
        ),
    )
}
