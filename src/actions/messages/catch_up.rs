//! Bringing what was told up to what is true, where not a visit but what decides about it has
//! changed: a patient's address, what they permit, what arrives there, or a site's address.

use super::notices::{self, Of};
use super::{ahead, facts, links};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{Error, Found, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::ids::{CourseId, PatientId, SessionId};
use crate::domain::messages::message::Message;
use crate::domain::messages::notice::{Standing, standing};
use crate::domain::messages::telling::{Telling, is_waiting_for};
use crate::domain::patient::Patient;
use crate::domain::patient::recipient::Recipient;
use crate::storage::catalogue::Catalogue;
use crate::storage::course::sessions;
use crate::storage::messages::visit_links;
use crate::storage::patient::patients;

/// Tells the calendars of a patient whose address or consent changed: each visit to come is taken back from an old address
/// and sent to the new one, what is planned is planned again, and links that went to an old address open nothing any more.
pub(in crate::actions) async fn readdress(work: &mut Work<'_>, patient: &Patient) -> Result<()> {
    let email = patient.details.email.clone().map(Recipient::Email);
    let phone = Recipient::Phone(patient.details.phone.clone());
    visit_links::revoke_others(&mut work.tx, patient.id, email.as_ref(), &phone).await?;
    for told in catch_up(work, patient).await? {
        work.audit("session.readdress", ("session", told.0), Some(patient.id), None).await?;
    }
    Ok(())
}

/// The same for a patient by their id: what arrives there, or may be sent, has changed.
pub(in crate::actions) async fn catch_up_with(
    work: &mut Work<'_>,
    patient: PatientId,
) -> Result<()> {
    let patient = patients::get(&mut work.tx, patient).await.found("patient")?;
    catch_up(work, &patient).await.map(|_| ())
}

/// Brings what a patient was told up to what is true, and plans again. Which visits something was told of.
pub(in crate::actions) async fn catch_up(
    work: &mut Work<'_>,
    patient: &Patient,
) -> Result<Vec<SessionId>> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let mut told = Vec::new();
    for session in sessions::not_over(&mut work.tx, patient.id, work.now).await? {
        let id = session.id;
        if bring_up(work, &catalogue, session, patient, Of::Visit(None)).await? {
            told.push(id);
        }
    }
    Ok(told)
}

/// Brings what was told of one visit up to what is true, and plans again; `of` says what is different. Whether something is told.
pub(super) async fn bring_up(
    work: &mut Work<'_>,
    catalogue: &Catalogue,
    current: Session,
    patient: &Patient,
    of: Of<'_>,
) -> Result<bool> {
    let email = patient.details.email.clone().map(Recipient::Email);
    if let Some(email) = email.filter(|_| standing(current.status) != Standing::Gone) {
        links::open(work, current.id, &email).await?;
    }
    let facts = facts::load(&mut work.tx, work.app, catalogue, &current, patient).await?;
    let mut rows = notices::rows(&mut work.tx, &current).await?;
    let wanted = notices::telling_of(work, &facts, &rows, of).await?;
    let Untold { anything, in_calendars } = untold(&wanted, &rows);
    if !anything {
        notices::tell_shop(work, &facts, &mut rows).await?;
        ahead::replan(work, &facts, &rows).await?;
        return Ok(false);
    }
    // What is told anew is another version, and another SEQUENCE where calendars are told.
    let next = Session {
        version: current.version + 1,
        sequence: current.sequence + i64::from(in_calendars),
        updated_at: work.now,
        ..current
    };
    if !sessions::update(&mut work.tx, &next).await? {
        return Err(Error::Stale);
    }
    work.touch_session(&next);
    notices::queue_by(work, catalogue, &next, patient, of).await?;
    Ok(true)
}

/// What a patient is still to be told that does not wait to be.
struct Untold {
    /// Whether there is something, or something waits that is not to be told.
    anything: bool,
    /// Whether a calendar is told.
    in_calendars: bool,
}

fn untold(wanted: &Telling, rows: &[Message]) -> Untold {
    let waiting: Vec<_> = rows.iter().filter(|row| notices::waits_for_patient(row)).collect();
    let to_send = wanted.messages.iter().filter(|one| one.unsent.is_none());
    let missing: Vec<_> =
        to_send.clone().filter(|one| !waiting.iter().any(|row| is_waiting_for(row, one))).collect();
    let unwanted = waiting.iter().any(|row| !to_send.clone().any(|one| is_waiting_for(row, one)));
    Untold {
        anything: !missing.is_empty() || unwanted || wanted.call.is_some(),
        in_calendars: missing.iter().any(|one| one.content.calendar),
    }
}

/// Sends the calendar entry of the next session of a planned course, since the one before it is done.
pub(in crate::actions) async fn send_next_entry(
    work: &mut Work<'_>,
    course: CourseId,
) -> Result<()> {
    let Some(next) = sessions::first_live(&mut work.tx, course, work.now).await? else {
        return Ok(());
    };
    let session = sessions::get(&mut work.tx, next).await.found("session")?.session;
    let patient = patients::get(&mut work.tx, session.patient_id).await.found("patient")?;
    let catalogue = current(&mut work.tx, work.app).await?;
    let facts = facts::load(&mut work.tx, work.app, &catalogue, &session, &patient).await?;
    let mut rows = notices::rows(&mut work.tx, &session).await?;
    let wanted = notices::telling_of(work, &facts, &rows, Of::Visit(None)).await?;
    for row in rows.iter_mut().filter(|row| notices::waits_for_patient(row)) {
        if let Some(one) = wanted.messages.iter().find(|one| is_waiting_for(row, one)) {
            notices::advance(work, row, one.due_at).await?;
        }
    }
    Ok(())
}
