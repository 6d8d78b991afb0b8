//! What the desk proposes for a course: the next service with the best times for it, why there are
//! none, what has to come first, and the other places at which it could be.

use chrono::{Days, NaiveDate};

use super::offers::{Offer, day, offers};
use crate::actions::booking::choices::Choices;
use crate::actions::booking::places;
use crate::actions::booking::places::PlaceView;
use crate::actions::booking::slots::{Slots, SlotsWanted, find_slots};
use crate::actions::course::view::CourseView;
use crate::actions::{App, Caller, Result};
use crate::domain::catalogue::service::{Purpose, Service};
use crate::domain::course::next_step::next_service;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::CourseId;
use crate::domain::refusal::{Code as Rule, Refusal};
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::domain::time::civil::Edge;
use crate::storage::catalogue::Catalogue;

/// How far past the suggested day times are looked for, days.
const SLACK: u64 = 21;
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

/// What the desk would rather have.
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

/// What can be booked next in `course`, with the best times for it.
pub(super) async fn proposed(
    app: &App,
    caller: &Caller,
    catalogue: &Catalogue,
    course: &CourseView,
    rather: &Rather,
) -> Result<Option<Proposed>> {
    let wished = rather.service.as_ref().and_then(|code| service_of(catalogue, code));
    let Some(service) = wished.or_else(|| service_after(catalogue, course)) else {
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
    let Times { wanted, found, first_day } =
        times(app, caller, course, service, rather.from).await?;
    let elsewhere = if rather.everywhere {
        elsewhere(app, caller, catalogue, wanted).await?
    } else {
        Vec::new()
    };
    let prerequisite = prerequisite(catalogue, course, service, &found.refused);
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

/// The times for a service, with what was asked for.
struct Times {
    wanted: SlotsWanted,
    found: Slots,
    /// The first day that works, where the days asked for have none.
    first_day: Option<NaiveDate>,
}

/// Times from the day that is wished on, or that the course suggests; where a rule is in the way, from its first day on.
async fn times(
    app: &App,
    caller: &Caller,
    course: &CourseView,
    service: &Service,
    from: Option<NaiveDate>,
) -> Result<Times> {
    let today = civil::date_of(app.zone, app.clock.now());
    let window = course.next_window.filter(|_| service.treatment().is_some());
    let first = from.or(window.map(|window| window.from)).unwrap_or(today).max(today);
    let last = window.map_or(first, |window| window.suggested).max(first) + Days::new(SLACK);
    let wanted = SlotsWanted {
        course_id: course.id,
        service: service.details.code.to_string(),
        from: Some(Edge::Day(day(first)?)),
        to: Some(Edge::Day(day(last)?)),
        choices: Choices::default(),
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
    Ok(Times { wanted, found, first_day })
}

/// The service with this code.
fn service_of<'a>(catalogue: &'a Catalogue, code: &Code) -> Option<&'a Service> {
    catalogue.services.iter().find(|service| service.details.code == *code)
}

/// What follows in a course by what was done and is booked.
fn service_after<'a>(catalogue: &'a Catalogue, course: &CourseView) -> Option<&'a Service> {
    let stands = |status: SessionStatus| status.is_live() || status == SessionStatus::Fulfilled;
    let had: Vec<&Service> = course
        .sessions
        .iter()
        .filter(|session| stands(session.status))
        .filter_map(|session| service_of(catalogue, &session.service))
        .collect();
    next_service(course.details.goal, &had, &catalogue.services)
}

/// What has to come first, where that is why there is no time, unless it is booked.
fn prerequisite<'a>(
    catalogue: &'a Catalogue,
    course: &CourseView,
    service: &Service,
    refused: &[Refusal],
) -> Option<&'a Service> {
    let is_booked = |one: &Service| {
        let mut live = course.sessions.iter().filter(|session| session.status.is_live());
        live.any(|session| session.service == one.details.code)
    };
    let first = |code, purpose| {
        let waits = refused.iter().any(|refusal| refusal.code == code);
        let mut active = catalogue.services.iter().filter(|one| one.details.active);
        let first = active.find(|one| one.purpose() == purpose);
        first.filter(|one| waits && one.id != service.id && !is_booked(one))
    };
    first(Rule::ConsultationRequired, Purpose::Consultation)
        .or_else(|| first(Rule::TestPatchRequired, Purpose::TestPatch))
}

/// The partners' places, each with its times or why there are none.
async fn elsewhere(
    app: &App,
    caller: &Caller,
    catalogue: &Catalogue,
    wanted: SlotsWanted,
) -> Result<Vec<Elsewhere>> {
    let all = places::places(app, caller, wanted).await?.items;
    let partners = all.into_iter().filter(|place| place.partner_id.is_some());
    let place = |place: PlaceView| Elsewhere {
        offers: offers(catalogue, &place.slots.items),
        name: place.name,
        refused: place.slots.refused,
    };
    Ok(partners.map(place).collect())
}
