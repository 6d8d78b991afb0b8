//! What the desk's panel shows of a caller: the patient, each course with what it needs next and
//! the best times for it; of a session, the times to which it could move and what that would do to
//! those after it. Everything is asked of the same actions as by any other door.

use crate::actions::booking::choices::Choices;
use chrono::{DateTime, Days, FixedOffset, Months};

use super::day;
use super::day::Card;
use super::offers::{day as whole_day, place, spread};
use super::proposed::{Proposed, Rather, proposed};
use crate::actions::booking::later::LaterSession;
use crate::actions::booking::reschedule::{AlsoMoved, NewTime, reschedule};
use crate::actions::booking::slots::{Slots, SlotsWanted, find_slots};
use crate::actions::course::view::CourseView;
use crate::actions::messages::promises;
use crate::actions::messages::promises::{Promises, Ways};
use crate::actions::patient::{courses, patients};
use crate::actions::work::catalogue_cache::current;
use crate::actions::work::page::Page;
use crate::actions::{App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, PatientId, PractitionerId, SessionId, SiteId};
use crate::domain::patient::Patient;
use crate::domain::refusal::Refusal;
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::domain::time::civil::{Edge, When};
use crate::storage::course::sessions;

/// How far ahead another time for a session is looked for, days.
const MOVE_AHEAD: u64 = 45;
/// How far back no-shows count, months (rule 47).
const NO_SHOWS_OF: Months = Months::new(24);

/// A course in the panel.
#[derive(Debug, Clone)]
pub struct CoursePanel {
    /// The course.
    pub course: CourseView,
    /// What can be booked next; nothing in a course that has ended or is on hold.
    pub proposed: Option<Proposed>,
}

/// A patient in the panel.
#[derive(Debug, Clone)]
pub struct PatientPanel {
    /// The patient.
    pub patient: Patient,
    /// Their courses, those that are open first.
    pub courses: Vec<CoursePanel>,
    /// The ways by which they can be reached.
    pub ways: Ways,
    /// How often they have not come in two years.
    pub no_shows: i64,
    /// What can be booked: code and name.
    pub services: Vec<(Code, String)>,
}

/// Opens a patient.
pub async fn patient(
    app: &App,
    caller: &Caller,
    id: PatientId,
    rather: &Rather,
) -> Result<PatientPanel> {
    let patient = patients::get(app, caller, id).await?.into_inner();
    let page = Page { limit: Some(50), after: None };
    let mut found = courses::list(app, caller, Some(id), &page).await?.items;
    found.sort_by_key(|course| (!course.details.is_open(), std::cmp::Reverse(course.created_at)));
    let mut work = Work::look(app, caller).await?;
    let catalogue = current(&mut work.tx, app).await?;
    let since = work.now.checked_sub_months(NO_SHOWS_OF).unwrap_or(work.now);
    let no_shows = sessions::no_shows(&mut work.tx, id, since).await?;
    let ways = promises::ways_of(&mut work, &patient).await?;
    work.abandon().await?;
    let chosen = rather.course.or_else(|| found.first().map(|course| course.id));
    let mut panels = Vec::new();
    for course in found {
        let bookable = course.details.closed_to_booking().is_none() && Some(course.id) == chosen;
        let proposed =
            if bookable { proposed(app, caller, &catalogue, &course, rather).await? } else { None };
        panels.push(CoursePanel { course, proposed });
    }
    let active = catalogue.services.iter().filter(|service| service.details.active);
    Ok(PatientPanel {
        patient,
        courses: panels,
        ways,
        no_shows,
        services: active
            .map(|service| (service.details.code.clone(), service.details.name.to_string()))
            .collect(),
    })
}

/// A time to which a session could move, and what that would do.
#[derive(Debug, Clone)]
pub struct MoveOffer {
    /// The new start.
    pub start: DateTime<FixedOffset>,
    /// With whom, where it is a particular person.
    pub practitioner_id: Option<PractitionerId>,
    /// With whom and where, as people call them.
    pub place: String,
    /// Why it is offered.
    pub why: String,
    /// Later sessions that would not keep their waits.
    pub later: Vec<LaterSession>,
}

impl MoveOffer {
    /// The later sessions that would move with it.
    #[must_use]
    pub fn also(&self) -> Vec<AlsoMoved> {
        let moves = self
            .later
            .iter()
            .filter_map(|later| Some((later.session_id, later.proposal.as_ref()?)));
        moves
            .map(|(session_id, proposal)| AlsoMoved { session_id, start: When::At(proposal.start) })
            .collect()
    }
}

/// A session in the panel.
#[derive(Debug, Clone)]
pub struct SessionPanel {
    /// The session.
    pub card: Card,
    /// Its patient.
    pub patient: Patient,
    /// Who will be told of what was changed.
    pub promises: Promises,
    /// The ways by which its patient can be reached.
    pub ways: Ways,
    /// Its course.
    pub course: CourseView,
    /// Where it could move.
    pub moves: Vec<MoveOffer>,
    /// Why it cannot move, or why there are fewer times.
    pub refused: Vec<Refusal>,
}

/// Opens a session. What has ended, or begun, has nowhere to move.
pub async fn session(app: &App, caller: &Caller, id: SessionId) -> Result<SessionPanel> {
    let shown = crate::actions::course::sessions::get(app, caller, id).await?.into_inner();
    let date = shown.start.date_naive();
    let card = day::card(app, caller, date, id).await.found("session")?;
    let patient = patients::get(app, caller, shown.patient_id).await?.into_inner();
    let course = courses::get(app, caller, shown.course_id).await?.into_inner();
    let mut work = Work::look(app, caller).await?;
    let promises = promises::promised(&mut work, id).await?;
    let ways = promises::ways_of(&mut work, &patient).await?;
    work.abandon().await?;
    let movable = matches!(shown.status, SessionStatus::Booked | SessionStatus::Pending);
    let mut moves = Vec::new();
    let mut refused = Vec::new();
    if movable && course.details.closed_to_booking().is_none() {
        let found =
            other_times(app, caller, id, shown.course_id, &shown.service, shown.site_id).await?;
        refused = found.refused;
        let other: Vec<_> =
            found.items.into_iter().filter(|slot| slot.start != shown.start).collect();
        for slot in spread(&other) {
            match preview(app, caller, id, When::At(slot.start), Some(slot.practitioner_id)).await {
                Ok(offer) => moves.push(MoveOffer { why: slot.why, ..offer }),
                // Taken in between: there are others.
                Err(Error::Refused(_) | Error::Explained(..)) => (),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(SessionPanel { card, patient, promises, ways, course, moves, refused })
}

async fn other_times(
    app: &App,
    caller: &Caller,
    id: SessionId,
    course_id: CourseId,
    service: &Code,
    site_id: SiteId,
) -> Result<Slots> {
    let today = civil::date_of(app.zone, app.clock.now());
    let wanted = SlotsWanted {
        course_id,
        service: service.to_string(),
        from: Some(Edge::Day(whole_day(today)?)),
        to: Some(Edge::Day(whole_day(today + Days::new(MOVE_AHEAD))?)),
        choices: Choices::at(site_id),
        instead_of: Some(id),
        limit: 500,
    };
    find_slots(app, caller, wanted).await
}

/// What it would do to move a session to `start`, with `practitioner_id` where a particular person is meant; nothing is moved.
pub async fn preview(
    app: &App,
    caller: &Caller,
    id: SessionId,
    start: When,
    practitioner_id: Option<PractitionerId>,
) -> Result<MoveOffer> {
    let to = NewTime { practitioner_id, preview: true, ..NewTime::to(start) };
    let would = reschedule(app, caller, id, &Expected::Any, to).await?.into_inner();
    let mut work = Work::look(app, caller).await?;
    let catalogue = current(&mut work.tx, app).await?;
    let session = &would.session;
    Ok(MoveOffer {
        start: session.start,
        practitioner_id,
        place: place(&catalogue, session.practitioner_id, session.room_id, session.device_id),
        why: String::new(),
        later: would.later,
    })
}
