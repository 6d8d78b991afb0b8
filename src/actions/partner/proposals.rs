//! Taking what a shop proposes: the session moves to that time, or is written at it, under the
//! same rules as every booking, and is booked at once, since the shop named the time itself. And
//! telling the patient that there is something to take.

use chrono::SubsecRound;

use crate::actions::booking::change::PROPOSAL_TAKEN;
use crate::actions::booking::diaries::Search;
use crate::actions::booking::{change, decide};
use crate::actions::course::case;
use crate::actions::messages::notices::Of;
use crate::actions::messages::{ahead, facts, links};
use crate::actions::referral::change::{decide_proposal, save};
use crate::actions::{Error, Found, Result, Work};
use crate::domain::catalogue::site::SiteKind;
use crate::domain::course::Course;
use crate::domain::course::case::Facing;
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::messages::message::{Content, Message, MessageKind, MessageStatus};
use crate::domain::partner::referral::{
    Proposal, ProposalStatus, Referral, ReferralVerb, can_be_moved,
};
use crate::domain::patient::channel::Channel;
use crate::domain::patient::recipient::Recipient;
use crate::domain::refusal::Code;
use crate::domain::time::civil;
use crate::storage::booking::claims;
use crate::storage::booking::claims::{Claimant, Except};
use crate::storage::course::{courses, sessions};
use crate::storage::messages::ledger;
use crate::storage::partner::proposals;
use crate::storage::patient::patients;

/// Takes every one of `open`, or none. The referral is accepted with it; the shop answered when it proposed.
pub(in crate::actions) async fn take(
    mut work: Work<'_>,
    current: Referral,
    open: Vec<Proposal>,
) -> Result<Work<'_>> {
    let course = courses::get(&mut work.tx, current.course_id).await.found("course")?;
    // What is on hold, or over, takes no dates.
    let status = current.status.after(ReferralVerb::Accept, false)?;
    let next = Referral {
        status,
        answered_at: current.answered_at.or(open.iter().map(|one| one.created_at).min()),
        ..current.clone()
    };
    let referral = save(&mut work, &current, next, ReferralVerb::Accept).await?;
    for proposal in open {
        work = take_one(work, &course, &referral, &proposal).await?;
    }
    Ok(work)
}

async fn take_one<'a>(
    mut work: Work<'a>,
    course: &Course,
    referral: &Referral,
    proposal: &Proposal,
) -> Result<Work<'a>> {
    let moved = match proposal.session_id {
        Some(id) => Some(sessions::get(&mut work.tx, id).await.found("session")?.session),
        None => None,
    };
    if let Some(session) = moved.as_ref().filter(|session| !can_be_moved(session, work.now)) {
        let words = format!("This visit is {} and cannot be moved any more.", session.status);
        return Err(Error::refused(Code::NotToBeMoved, words));
    }
    let search = search(&mut work, course, referral, moved.as_ref()).await?;
    if let Some(session) = &moved {
        claims::release_session(&mut work.tx, session.id).await?;
    }
    let start = proposal.starts_at;
    let (mut work, diary, granted) =
        decide::decide(work, "referral.proposal_refused", course, &search, start).await?;
    // Before the session changes, which would overtake what is still open.
    let decided = decide_proposal(&mut work, proposal, ProposalStatus::Accepted).await?;
    if let Some(current) = moved {
        let next = Session {
            status: SessionStatus::Booked,
            place: granted.place,
            sequence: current.sequence + 1,
            local_start: civil::wall_of(work.app.zone, start).format("%Y-%m-%dT%H:%M").to_string(),
            zone: work.app.zone.name().to_owned(),
            starts_at: start,
            ends_at: start + search.service.duration(),
            rebook_reason: None,
            ..current.clone()
        };
        decide::claim(&mut work, &diary, granted.place, start, Claimant::Session(next.id)).await?;
        change::save(&mut work, &current, next, PROPOSAL_TAKEN).await?;
    } else {
        let standing = (Some(referral.id), SessionStatus::Booked);
        let session = crate::actions::booking::new_session::booked(
            &work,
            course,
            &search,
            granted.place,
            start,
            standing,
        );
        sessions::insert(&mut work.tx, &session).await?;
        decide::claim(&mut work, &diary, granted.place, start, Claimant::Session(session.id))
            .await?;
        change::note_booked(&mut work, &session, Of::Booking).await?;
        let taken =
            Proposal { version: decided.version + 1, session_id: Some(session.id), ..decided };
        if !proposals::update(&mut work.tx, &taken).await? {
            return Err(Error::Stale);
        }
    }
    Ok(work)
}

/// What is looked for when the time that the shop named is to be taken.
async fn search(
    work: &mut Work<'_>,
    course: &Course,
    referral: &Referral,
    moved: Option<&Session>,
) -> Result<Search> {
    let catalogue = crate::actions::work::catalogue_cache::current(&mut work.tx, work.app).await?;
    let service = catalogue.service(referral.service_id).ok_or(Error::NotThere("service"))?.clone();
    let theirs = catalogue.sites.iter().find(|site| {
        site.details.kind == SiteKind::Partner
            && site.details.partner_id == Some(referral.partner_id)
            && site.details.active
    });
    let site = moved.map(|session| session.place.site_id).or(theirs.map(|site| site.id));
    let site = site.ok_or_else(|| {
        Error::refused(Code::ClinicClosed, "The shop has no place yet; a manager adds it.")
    })?;
    let case = case::load(&mut work.tx, work.app, course, moved.map(|session| session.id)).await?;
    Ok(Search {
        site: Some(site),
        prefer: moved.map(|session| session.place),
        except: Except { session: moved.map(|session| session.id), hold: None },
        case: Some(case.facing(if moved.is_some() { Facing::Backward } else { Facing::BothWays })),
        proposed: true,
        ..Search::of(course.patient_id, service)
    })
}

/// Tells the patient by mail that another time is proposed for a visit of theirs, where they may be told; the desk has its
/// task either way.
pub(super) async fn tell_patient(work: &mut Work<'_>, proposal: &Proposal) -> Result<()> {
    let Some(id) = proposal.session_id else {
        return Ok(());
    };
    let session = sessions::get(&mut work.tx, id).await.found("session")?.session;
    let patient = patients::get(&mut work.tx, session.patient_id).await.found("patient")?;
    let catalogue = crate::actions::work::catalogue_cache::current(&mut work.tx, work.app).await?;
    let facts = facts::load(&mut work.tx, work.app, &catalogue, &session, &patient).await?;
    let email = facts.reach.email.clone().filter(|_| !facts.reach.refuses(Channel::Email));
    let Some(recipient) = email.map(Recipient::Email) else {
        return Ok(());
    };
    links::open(work, session.id, &recipient).await?;
    let rows = ledger::of_session(&mut work.tx, session.id).await?;
    for row in rows.iter().filter(|row| row.kind == MessageKind::Proposal) {
        ledger::supersede(&mut work.tx, row.id, crate::domain::messages::message::Unsent::Moved)
            .await?;
    }
    let due_at = work.now + work.app.policy.message_grace();
    let message = Message {
        kind: MessageKind::Proposal,
        channel: Channel::Email,
        lead: proposal.id.to_string(),
        recipient: Some(recipient),
        stamp: work.now.trunc_subsecs(0),
        content: Content {
            calendar: false,
            ..facts.content().at(proposal.starts_at, session.ends_at - session.starts_at)
        },
        status: MessageStatus::Scheduled,
        due_at,
        try_at: due_at,
        useful_until: Some(proposal.starts_at),
        ..facts.message(work.app, work.now)
    };
    ahead::insert_or_revive(work, &rows, message).await?;
    Ok(())
}
