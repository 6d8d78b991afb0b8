//! What a patient answers, by the link in a message, by text or from their calendar: that they
//! come, or that they ask for another time, which is shown at once where there is one. Nothing here
//! cancels a session; a person reads what a rule cannot.

use crate::actions::booking::choices::Choices;
use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::actions::booking::slots;
use crate::actions::booking::slots::SlotsWanted;
use crate::actions::messages::notices;
use crate::actions::messages::notices::Of;
use crate::actions::{App, Caller, Error, Found, Result, Work};
use crate::domain::booking::offers;
use crate::domain::booking::offers::Free;
use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::SessionId;
use crate::domain::messages::message::{Audience, Message, Reply};
use crate::domain::messages::task::{Solver, Task, TaskKind};
use crate::domain::patient::recipient::Recipient;
use crate::domain::time::civil;
use crate::domain::time::civil::{Day, Edge};
use crate::storage::Tx;
use crate::storage::booking::resources;
use crate::storage::catalogue::services;
use crate::storage::course::sessions;
use crate::storage::messages::{ledger, tasks};
use crate::storage::patient::patients;

/// Over how many days other times are looked for, and how many of them may be before the visit's own.
const LOOK_AHEAD: u64 = 60;
const LOOK_BACK: u64 = 14;
/// How many free times are looked at: more than so many days hold.
const MOST_FREE: usize = 10_000;
/// How many other times are offered.
pub(super) const OFFERED: usize = 3;

/// Notes that the patient of a visit comes, to the time at `start`. Their patient is locked
/// already. Whether it is a visit that can be confirmed, and still at that time.
pub async fn confirm(
    work: &mut Work<'_>,
    id: SessionId,
    start: DateTime<Utc>,
) -> Result<Option<Session>> {
    let Some(session) = sessions::get(&mut work.tx, id).await?.map(|listed| listed.session) else {
        return Ok(None);
    };
    if session.status != SessionStatus::Booked
        || session.starts_at != start
        || session.starts_at <= work.now
    {
        return Ok(None);
    }
    // A patient who comes needs no call and no other time.
    tasks::settle(&mut work.tx, id, Solver::Answered, work.now).await?;
    if session.confirmed_at.is_some() {
        return Ok(Some(session));
    }
    save_answer(work, &session, Some(work.now), "session.confirm").await.map(Some)
}

/// Notes that the patient does not come after all, if they had said that they do. Their patient is locked already.
pub async fn withdraw_confirmation(work: &mut Work<'_>, id: SessionId) -> Result<()> {
    if let Some(session) = sessions::get(&mut work.tx, id).await?.map(|listed| listed.session)
        && session.status == SessionStatus::Booked
        && session.confirmed_at.is_some()
    {
        save_answer(work, &session, None, "session.decline").await?;
    }
    Ok(())
}

/// Notes that the patient asks for another time: no longer confirmed, and a task for the desk, unless there is one. Their
/// patient is locked already. Whether it is a visit that can be moved.
pub(super) async fn ask_for_another(work: &mut Work<'_>, id: SessionId) -> Result<Option<Session>> {
    let Some(session) = sessions::get(&mut work.tx, id).await?.map(|listed| listed.session) else {
        return Ok(None);
    };
    if !matches!(session.status, SessionStatus::Booked | SessionStatus::Pending)
        || session.starts_at <= work.now
    {
        return Ok(None);
    }
    if !tasks::is_open(&mut work.tx, session.id, TaskKind::VisitToMove).await? {
        let detail = "The patient asked to move this appointment. Find another time with them. The current one is kept until then.";
        let task = Task {
            session_id: Some(session.id),
            patient_id: Some(session.patient_id),
            ..Task::open(work.app.clock.id(), TaskKind::VisitToMove, detail, work.now)
        };
        tasks::insert(&mut work.tx, &task).await?;
    }
    save_answer(work, &session, None, "session.ask_for_another").await.map(Some)
}

async fn save_answer(
    work: &mut Work<'_>,
    session: &Session,
    confirmed_at: Option<DateTime<Utc>>,
    action: &str,
) -> Result<Session> {
    let mut next = session.clone();
    if session.confirmed_at != confirmed_at {
        next = Session { version: session.version + 1, confirmed_at, ..next };
        if !sessions::update(&mut work.tx, &next).await? {
            return Err(Error::Stale);
        }
        let patient = patients::get(&mut work.tx, next.patient_id).await.found("patient")?;
        notices::queue_for(work, &next, &patient, Of::Plans).await?;
    }
    work.touch_session(&next);
    let (id, patient) = (next.id.0, next.patient_id);
    work.audit(action, ("session", id), Some(patient), None).await?;
    Ok(next)
}

/// Notes in the ledger what was answered to the last message about a visit that went to `from`.
pub(super) async fn note_in_ledger(
    work: &mut Work<'_>,
    session: SessionId,
    from: &Recipient,
    answer: Reply,
) -> Result<()> {
    let rows = ledger::of_session(&mut work.tx, session).await?;
    let theirs = |row: &&Message| {
        row.kind.audience() == Audience::Patient
            && row.sent_at.is_some()
            && row.recipient.as_ref().is_some_and(|to| to.is_same(from))
    };
    if let Some(row) = rows.iter().filter(theirs).max_by_key(|row| (row.sent_at, row.id)) {
        ledger::note_answer(&mut work.tx, row.id, answer, work.now, row.answer_stamp).await?;
    }
    Ok(())
}

/// Locks the patient of a visit, as every change of it does.
pub async fn lock_patient_of(tx: &mut Tx, id: SessionId) -> Result<()> {
    let patient = sessions::patient_of(tx, id).await.found("session")?;
    Ok(resources::lock(tx, [patient.into()]).await?)
}

/// Up to three legal times for a visit instead of its own, from tomorrow on, near to it, in order of time.
pub(super) async fn other_times(
    app: &App,
    caller: &Caller,
    session: &Session,
) -> Result<Vec<DateTime<Utc>>> {
    let mut tx = app.db.read().await?;
    let service = services::get(&mut tx, session.service_id).await?;
    tx.rollback().await?;
    let service = service.ok_or(Error::NotThere("service"))?.details.code.to_string();
    let here = Choices::at(session.place.site_id);
    let theirs = Choices { practitioner_id: Some(session.place.practitioner_id), ..here };
    let mut free = Vec::new();
    for (choices, same_person) in [(theirs, true), (here, false)] {
        let wanted = wanted_near(app, session, &service, choices)?;
        let found = match slots::find_slots(app, caller, wanted).await {
            Ok(found) => found,
            // The course is closed to booking, or the like: there is none, and the desk calls.
            Err(Error::Refused(_) | Error::Explained(..)) => continue,
            Err(error) => return Err(error),
        };
        let starts = found.items.iter().map(|slot| slot.start.to_utc());
        free.extend(starts.map(|start| Free { start, same_person }));
    }
    Ok(offers::instead_of(session.starts_at, &free, app.zone, OFFERED))
}

/// What is asked for: the days from tomorrow on, and at most a fortnight before those of the visit.
fn wanted_near(
    app: &App,
    session: &Session,
    service: &str,
    choices: Choices,
) -> Result<SlotsWanted> {
    let day =
        |date: NaiveDate| Day::try_from(date).map_err(|error| Error::Fault(error.to_string()));
    let tomorrow = civil::date_of(app.zone, app.clock.now()) + Days::new(1);
    let first = tomorrow.max(civil::date_of(app.zone, session.starts_at) - Days::new(LOOK_BACK));
    Ok(SlotsWanted {
        course_id: session.course_id,
        service: service.to_owned(),
        from: Some(Edge::Day(day(first)?)),
        to: Some(Edge::Day(day(first + Days::new(LOOK_AHEAD))?)),
        choices,
        instead_of: Some(session.id),
        limit: MOST_FREE,
    })
}
