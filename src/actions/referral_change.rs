//! What every change of a referral shares: it is read under its patient's lock and within the
//! caller's own shop, the version is checked, what its sessions and proposals need follows, and
//! the audit gets a line.

use super::referral_notices;
use super::{Error, Expected, Result, Work};
use crate::domain::ids::{CourseId, PatientId, ReferralId, ServiceId};
use crate::domain::notice::{Standing, standing};
use crate::domain::referral::{Proposal, ProposalStatus, Referral, ReferralStatus, ReferralVerb, was_treated};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::at_shop::ShopTerms;
use crate::domain::session::Session;
use crate::domain::status::SessionStatus;
use crate::domain::task::TaskKind;
use crate::storage::{proposals, referrals, resources, sessions, tasks};

/// The referral, read after its patient was locked, so that changes of it wait for each other; another shop's is not there.
pub(super) async fn locked(work: &mut Work<'_>, id: ReferralId, expected: &Expected) -> Result<Referral> {
    let own = work.caller.actor.own_shop();
    let missing = || Error::NotThere("referral");
    let found = referrals::get(&mut work.tx, own, id).await?.ok_or_else(missing)?;
    resources::lock(&mut work.tx, [found.patient_id.into()]).await?;
    let referral = referrals::get(&mut work.tx, own, id).await?.ok_or_else(missing)?;
    expected.check(referral.version)?;
    Ok(referral)
}

/// Writes `next`, which was `current`, as the deed `verb`, with what is to be told of it.
pub(super) async fn save(work: &mut Work<'_>, current: &Referral, next: Referral, verb: ReferralVerb) -> Result<Referral> {
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
        tasks::settle_referral(&mut work.tx, next.id, TaskKind::ReferralUnanswered, work.now).await?;
    }
    if ended {
        let proposed = proposals::of_referral(&mut work.tx, next.id).await?;
        supersede_proposals(work, &proposed).await?;
    }
    referral_notices::queue(work, current, &next).await?;
    let action = format!("referral.{}", verb.to_string().replace('-', "_"));
    let detail = Some(format!("{} to {}", current.status, next.status));
    work.audit(&action, ("referral", next.id.0), Some(next.patient_id), detail).await?;
    Ok(next)
}

/// Marks what is still open of `all` as overtaken.
pub(super) async fn supersede_proposals(work: &mut Work<'_>, all: &[Proposal]) -> Result<()> {
    for proposal in all.iter().filter(|one| one.status == ProposalStatus::Open) {
        decide_proposal(work, proposal, ProposalStatus::Superseded).await?;
    }
    Ok(())
}

/// Writes what became of an open proposal; the desk's task about it is done.
pub(super) async fn decide_proposal(work: &mut Work<'_>, proposal: &Proposal, status: ProposalStatus) -> Result<Proposal> {
    let decided = Proposal {
        version: proposal.version + 1,
        status,
        decided_at: Some(work.now),
        ..proposal.clone()
    };
    if !proposals::update(&mut work.tx, &decided).await? {
        return Err(Error::Stale);
    }
    tasks::settle_referral(&mut work.tx, proposal.referral_id, TaskKind::ProposalToAnswer, work.now).await?;
    Ok(decided)
}

/// What a change of a session does to its referral: a proposal for its old time is overtaken; what was reported takes the
/// referral on, or, taken back, back; and a referral that a booking made ends, and returns, with its last session.
pub(super) async fn after_session(work: &mut Work<'_>, current: &Session, next: &Session) -> Result<()> {
    let Some(id) = current.referral_id.or(next.referral_id) else {
        return Ok(());
    };
    let gone = standing(next.status) == Standing::Gone;
    if gone || next.starts_at != current.starts_at || next.place != current.place {
        let proposed = proposals::of_session(&mut work.tx, next.id).await?;
        supersede_proposals(work, &proposed).await?;
    }
    let Some(referral) = referrals::get(&mut work.tx, None, id).await? else {
        return Ok(());
    };
    let all = sessions::of_referral(&mut work.tx, id).await?;
    let Some((status, verb)) = follows(&referral, &all, current, next) else {
        return Ok(());
    };
    let after = Referral {
        status,
        ..referral.clone()
    };
    save(work, &referral, after, verb).await?;
    Ok(())
}

/// Where a change of a session takes its referral, if anywhere; `all` are the sessions under it as they are now.
fn follows(referral: &Referral, all: &[Session], current: &Session, next: &Session) -> Option<(ReferralStatus, ReferralVerb)> {
    let was_over = current.status == SessionStatus::Fulfilled;
    let is_over = next.status == SessionStatus::Fulfilled;
    let done = all.iter().filter(|session| was_treated(session)).count();
    let status = referral.status;
    if is_over && !was_over && status.is_under_way() {
        let all_done = usize::try_from(referral.sessions).is_ok_and(|asked| done >= asked);
        let verb = if all_done { ReferralVerb::Complete } else { ReferralVerb::Report };
        return Some((status.after(verb, true).ok()?, verb));
    }
    if was_over && !is_over && matches!(status, ReferralStatus::Completed | ReferralStatus::InProgress) {
        let before = if done > 0 {
            ReferralStatus::InProgress
        } else {
            ReferralStatus::Accepted
        };
        return (before != status).then_some((before, ReferralVerb::Resume));
    }
    if !referral.by_booking {
        return None;
    }
    let any = all.iter().any(|session| standing(session.status) != Standing::Gone);
    let returns = next.status.is_live() && next.referral_id == Some(referral.id) && status == ReferralStatus::Cancelled;
    match (!any && !status.is_terminal(), returns) {
        (true, _) => Some((ReferralStatus::Cancelled, ReferralVerb::Cancel)),
        (_, true) if next.status == SessionStatus::Booked => Some((ReferralStatus::Accepted, ReferralVerb::Accept)),
        (_, true) => Some((ReferralStatus::Requested, ReferralVerb::Send)),
        _ => None,
    }
}

/// Notes that a session under a referral has its date: what was to be said of the referral without one is not said.
pub(super) async fn dated(work: &mut Work<'_>, session: &Session) -> Result<()> {
    let Some(id) = session.referral_id else { return Ok(()) };
    match referrals::get(&mut work.tx, None, id).await? {
        Some(referral) => referral_notices::queue(work, &referral, &referral).await,
        None => Ok(()),
    }
}

/// Under which referral a session at `shop` is to be written, and how it stands there until the shop has answered: the
/// first of the course that still asks for one, or a new one, which the booking itself sends. At the clinic none, and booked.
pub(super) async fn standing_at(
    work: &mut Work<'_>,
    (course, patient): (CourseId, PatientId),
    service: ServiceId,
    shop: Option<&ShopTerms>,
    kept: Option<ReferralId>,
) -> Result<(Option<ReferralId>, SessionStatus)> {
    let Some(terms) = shop else {
        return Ok((None, SessionStatus::Booked));
    };
    let asks = |referral: &Referral| referral.status.takes_sessions() && referral.service_id == service;
    let all = referrals::of_course(&mut work.tx, course, terms.partner.id).await?;
    for referral in all.iter().filter(|referral| asks(referral)) {
        let own = sessions::of_referral(&mut work.tx, referral.id).await?;
        if kept == Some(referral.id) || referral.undated(&own) > 0 {
            return Ok((Some(referral.id), SessionStatus::Pending));
        }
    }
    // Several that are booked at once are one referral.
    let begun = all.iter().rfind(|one| asks(one) && one.by_booking && one.created_at == work.now);
    if let Some(begun) = begun {
        let more = Referral {
            version: begun.version + 1,
            sessions: begun.sessions + 1,
            ..begun.clone()
        };
        if !referrals::update(&mut work.tx, &more).await? {
            return Err(Error::Stale);
        }
        return Ok((Some(begun.id), SessionStatus::Pending));
    }
    let referral = Referral {
        id: work.app.clock.id(),
        version: 1,
        course_id: course,
        patient_id: patient,
        partner_id: terms.partner.id,
        service_id: service,
        sessions: 1,
        status: ReferralStatus::Requested,
        screening: None,
        reason: None,
        by_booking: true,
        created_at: work.now,
        requested_at: Some(work.now),
        received_at: None,
        answered_at: None,
        ended_at: None,
    };
    referrals::insert(&mut work.tx, &referral).await?;
    let detail = Some("by a booking".to_owned());
    work.audit("referral.send", ("referral", referral.id.0), Some(patient), detail)
        .await?;
    Ok((Some(referral.id), SessionStatus::Pending))
}

/// Refuses what this referral has no room for.
pub(super) fn full(referral: &Referral) -> Refusal {
    Refusal::new(
        Code::ReferralFull,
        format!(
            "This referral asks for {} sessions, and each of them has its date.",
            referral.sessions
        ),
    )
}
