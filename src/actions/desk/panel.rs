//! What the desk's panel shows of a caller: the patient, each course with what it needs next and
//! the best times for it; of a session, the times to which it could move and what that would do to
//! those after it. Everything is asked of the same actions as by any other door.

use chrono::{DateTime, Days, Duration, FixedOffset, Months, NaiveDate};

use super::day;
use super::day::Card;
use crate::actions::booking::later::LaterSession;
use crate::actions::booking::places;
use crate::actions::booking::reschedule::{AlsoMoved, NewTime, reschedule};
use crate::actions::booking::slots::{SlotView, Slots, SlotsWanted, find_slots};
use crate::actions::course::view::CourseView;
use crate::actions::patient::{courses, patients};
use crate::actions::work::catalogue_kept::current;
use crate::actions::work::page::Page;
use crate::actions::{App, Caller, Error, Expected, Result, Work};
use crate::domain::catalogue::service::{Purpose, Service};
use crate::domain::course::next_step::next_service;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{
    CourseId, DeviceId, PatientId, PractitionerId, RoomId, SessionId, SiteId,
};
use crate::domain::patient::Patient;
use crate::domain::refusal::{Code as Rule, Refusal};
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::domain::time::civil::{Day, Edge, When};
use crate::storage::catalogue::Catalogue;
use crate::storage::course::sessions;

/// How many times are offered at once.
const OFFERED: usize = 3;
/// How far apart two offers of one day are, at least.
const APART: Duration = Duration::hours(2);
/// How far past the suggested day times are looked for, days.
const SLACK: u64 = 21;
/// How far ahead another time for a session is looked for, days.
const MOVE_AHEAD: u64 = 45;
/// How far back no-shows count, months (rule 47).
const NO_SHOWS_OF: Months = Months::new(24);

/// A time that is offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The time, with what it would take.
    pub slot: SlotView,
    /// With whom and where, as people call them.
    pub place: String,
}

/// What can be booked next in a course.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// Whether every session of the plan is booked or done already, so that no time is offered unless one is asked for.
    pub all_booked: bool,
    /// Code of the service.
    pub service: Code,
    /// As people call it.
    pub name: String,
    /// The best times, best first.
    pub offers: Vec<Offer>,
    /// Why there is none, or fewer.
    pub refused: Vec<Refusal>,
    /// The first day that works, where the days asked for have none.
    pub first_day: Option<NaiveDate>,
    /// The other places, each with its times or why there are none, where they were asked for.
    pub elsewhere: Vec<Elsewhere>,
    /// What has to come first, where that is why there is none: code and name.
    pub first: Option<(Code, String)>,
}

/// Another place at which it could be.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// As people call it.
    pub name: String,
    /// Its best times.
    pub offers: Vec<Offer>,
    /// Why there is none, or fewer.
    pub refused: Vec<Refusal>,
}

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
    /// How often they have not come in two years.
    pub no_shows: i64,
    /// What can be booked: code and name.
    pub services: Vec<(Code, String)>,
}

/// What somebody at the desk would rather have.
#[derive(Debug, Clone, Default)]
pub struct Rather {
    /// Another service than what is next.
    pub service: Option<Code>,
    /// From which day on.
    pub from: Option<NaiveDate>,
    /// In which course; the others are shown without times.
    pub course: Option<CourseId>,
    /// Whether every place is looked at, the shops too.
    pub everywhere: bool,
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
        no_shows,
        services: active
            .map(|service| (service.details.code.clone(), service.details.name.to_string()))
            .collect(),
    })
}

async fn proposed(
    app: &App,
    caller: &Caller,
    catalogue: &Catalogue,
    course: &CourseView,
    rather: &Rather,
) -> Result<Option<Proposed>> {
    let of_code =
        |code: &Code| catalogue.services.iter().find(|service| service.details.code == *code);
    let stands = |status: SessionStatus| status.is_live() || status == SessionStatus::Fulfilled;
    let had: Vec<&Service> = course
        .sessions
        .iter()
        .filter(|session| stands(session.status))
        .filter_map(|session| of_code(&session.service))
        .collect();
    let wished = rather.service.as_ref().and_then(of_code);
    let Some(service) =
        wished.or_else(|| next_service(course.details.goal, &had, &catalogue.services))
    else {
        return Ok(None);
    };
    if wished.is_none()
        && rather.from.is_none()
        && service.details.counts
        && course.progress.left == Some(0)
    {
        return Ok(Some(Proposed {
            all_booked: true,
            service: service.details.code.clone(),
            name: service.details.name.to_string(),
            offers: Vec::new(),
            refused: Vec::new(),
            first_day: None,
            elsewhere: Vec::new(),
            first: None,
        }));
    }
    let today = civil::date_of(app.zone, app.clock.now());
    let window = course.next_window.filter(|_| service.treatment().is_some());
    let first = rather.from.or(window.map(|window| window.from)).unwrap_or(today).max(today);
    let last = window.map_or(first, |window| window.suggested).max(first) + Days::new(SLACK);
    let wanted = SlotsWanted {
        course_id: course.id,
        service: service.details.code.to_string(),
        from: Some(Edge::Day(day(first)?)),
        to: Some(Edge::Day(day(last)?)),
        site_id: None,
        practitioner_id: None,
        room_id: None,
        device_id: None,
        instead_of: None,
        limit: 500,
    };
    let mut found = find_slots(app, caller, wanted.clone()).await?;
    let mut first_day = None;
    if found.items.is_empty()
        && let Some(earliest) = found.refused.iter().filter_map(|refusal| refusal.earliest).max()
        && earliest > first
    {
        // The desk's next question would be: when, then?
        let later = SlotsWanted {
            from: Some(Edge::Day(day(earliest)?)),
            to: Some(Edge::Day(day(earliest + Days::new(SLACK))?)),
            ..wanted.clone()
        };
        let next = find_slots(app, caller, later).await?;
        first_day = next.items.iter().map(|slot| slot.start.date_naive()).min();
        found.items = next.items;
    }
    let waits_for = |code, purpose| {
        let waits = found.refused.iter().any(|refusal| refusal.code == code);
        let of =
            catalogue.services.iter().find(|one| one.details.active && one.purpose() == purpose);
        let is_booked = |one: &Service| {
            course
                .sessions
                .iter()
                .any(|session| session.status.is_live() && session.service == one.details.code)
        };
        of.filter(|one| waits && one.id != service.id && !is_booked(one))
    };
    let mut elsewhere = Vec::new();
    if rather.everywhere {
        let all = places::places(app, caller, wanted).await?.items;
        for place in all.into_iter().filter(|place| place.partner_id.is_some()) {
            elsewhere.push(Elsewhere {
                name: place.name,
                offers: offers(catalogue, &place.slots.items),
                refused: place.slots.refused,
            });
        }
    }
    let prerequisite = waits_for(Rule::ConsultationRequired, Purpose::Consultation)
        .or_else(|| waits_for(Rule::TestPatchRequired, Purpose::TestPatch));
    Ok(Some(Proposed {
        all_booked: false,
        elsewhere,
        first: prerequisite.map(|one| (one.details.code.clone(), one.details.name.to_string())),
        service: service.details.code.clone(),
        name: service.details.name.to_string(),
        offers: offers(catalogue, &found.items),
        refused: found.refused,
        first_day,
    }))
}

fn day(date: NaiveDate) -> Result<Day> {
    Day::try_from(date).map_err(|error| Error::Fault(error.to_string()))
}

/// The best of `slots` on different days; where there are too few days, times of one day that are hours apart.
fn spread(slots: &[SlotView]) -> Vec<SlotView> {
    let mut chosen: Vec<SlotView> = Vec::new();
    let other_day =
        |one: &SlotView, other: &SlotView| one.start.date_naive() != other.start.date_naive();
    let hours_apart = |one: &SlotView, other: &SlotView| (one.start - other.start).abs() >= APART;
    let rules: [fn(&SlotView, &SlotView) -> bool; 2] = [other_day, hours_apart];
    for fits in rules {
        for slot in slots {
            if chosen.len() < OFFERED && chosen.iter().all(|other| fits(slot, other)) {
                chosen.push(slot.clone());
            }
        }
    }
    chosen
}

fn offers(catalogue: &Catalogue, slots: &[SlotView]) -> Vec<Offer> {
    let offer = |slot: SlotView| Offer {
        place: place(catalogue, slot.practitioner_id, slot.room_id, slot.device_id),
        slot,
    };
    spread(slots).into_iter().map(offer).collect()
}

fn place(
    catalogue: &Catalogue,
    practitioner: PractitionerId,
    room: Option<RoomId>,
    device: Option<DeviceId>,
) -> String {
    let people = catalogue.practitioners.iter().find(|one| one.id == practitioner);
    let rooms = catalogue.rooms.iter().find(|one| Some(one.id) == room);
    let devices = catalogue.devices.iter().find(|one| Some(one.id) == device);
    let names = [
        people.map(|one| one.details.name.to_string()),
        rooms.map(|one| one.details.name.to_string()),
        devices.map(|one| one.details.code.to_string()),
    ];
    names.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A time to which a session could move, and what that would do.
#[derive(Debug, Clone)]
pub struct MoveOffer {
    /// The new start.
    pub start: DateTime<FixedOffset>,
    /// With whom, where it is somebody in particular.
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
    let card = day::card(app, caller, date, id).await?.ok_or(Error::NotThere("session"))?;
    let patient = patients::get(app, caller, shown.patient_id).await?.into_inner();
    let course = courses::get(app, caller, shown.course_id).await?.into_inner();
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
    Ok(SessionPanel { card, patient, course, moves, refused })
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
        from: Some(Edge::Day(day(today)?)),
        to: Some(Edge::Day(day(today + Days::new(MOVE_AHEAD))?)),
        site_id: Some(site_id),
        practitioner_id: None,
        room_id: None,
        device_id: None,
        instead_of: Some(id),
        limit: 500,
    };
    find_slots(app, caller, wanted).await
}

/// What it would do to move a session to `start`, with `practitioner_id` where somebody in particular is meant; nothing is moved.
pub async fn preview(
    app: &App,
    caller: &Caller,
    id: SessionId,
    start: When,
    practitioner_id: Option<PractitionerId>,
) -> Result<MoveOffer> {
    let to = NewTime {
        start,
        site_id: None,
        practitioner_id,
        room_id: None,
        device_id: None,
        also: Vec::new(),
        preview: true,
        overriding: None,
    };
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
