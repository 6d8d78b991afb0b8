//! Finding free times for a course: best first, never one that booking would refuse,
//! and why there is none, or fewer.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::diaries::Search;
use super::{decide, diaries, prerequisites};
use crate::actions::course::case;
use crate::actions::{App, Caller, Error, Result, Work};
use crate::domain::booking::diary::Wanted;
use crate::domain::booking::judge::{from_edge, until_edge};
use crate::domain::booking::ranking::{Ranked, Reasons};
use crate::domain::booking::{availability, ranking};
use crate::domain::course::case::Facing;
use crate::domain::ids::{CourseId, DeviceId, PractitionerId, RoomId, SessionId, SiteId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::domain::time::civil::Edge;
use crate::storage::booking::claims::Except;
use crate::storage::course::{courses, sessions};

/// The longest range that is searched at once, days.
const LONGEST: i64 = 366;

/// What times are wanted.
#[derive(Debug, Clone)]
pub struct SlotsWanted {
    /// For which course.
    pub course_id: CourseId,
    /// Code of the service.
    pub service: String,
    /// From which day or time on; from now on unless set.
    pub from: Option<Edge>,
    /// To which day, included, or before which time; a fortnight unless set.
    pub to: Option<Edge>,
    /// Only here.
    pub site_id: Option<SiteId>,
    /// Only with this practitioner.
    pub practitioner_id: Option<PractitionerId>,
    /// Only in this room.
    pub room_id: Option<RoomId>,
    /// Only with this device.
    pub device_id: Option<DeviceId>,
    /// To move this session of the course: it and what it takes are looked past.
    pub instead_of: Option<SessionId>,
    /// How many at most.
    pub limit: usize,
}

/// A time that can be booked, with what it would take.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlotView {
    /// Start of the visit.
    pub start: DateTime<FixedOffset>,
    /// End of the visit.
    pub end: DateTime<FixedOffset>,
    /// Where.
    pub site_id: SiteId,
    /// Who would treat.
    pub practitioner_id: PractitionerId,
    /// In which room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// With which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
    /// 1 is best.
    pub rank: usize,
    /// What ranks it, the first that differs deciding.
    pub reasons: Reasons,
    /// The same in words.
    #[schema(example = "on the suggested day; leaves no gap on one side")]
    pub why: String,
}

impl SlotView {
    pub(super) fn of(app: &App, ranked: &Ranked, rank: usize) -> Self {
        let Ranked { slot, reasons } = ranked;
        Self {
            start: civil::shown(app.zone, slot.start),
            end: civil::shown(app.zone, slot.end),
            site_id: slot.place.site_id,
            practitioner_id: slot.place.practitioner_id,
            room_id: slot.place.room_id,
            device_id: slot.place.device_id,
            rank,
            reasons: *reasons,
            why: reasons.in_words(),
        }
    }
}

/// Free times, and why there are no more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Slots {
    /// Best first.
    pub items: Vec<SlotView>,
    /// Why there is none, or fewer.
    pub refused: Vec<Refusal>,
}

/// Free times for a course.
pub async fn find_slots(app: &App, caller: &Caller, wanted: SlotsWanted) -> Result<Slots> {
    let mut work = Work::look(app, caller).await?;
    let course =
        courses::get(&mut work.tx, wanted.course_id).await?.ok_or(Error::NotThere("course"))?;
    let service = diaries::service(&mut work.tx, app, &wanted.service).await?;
    let (from, until) = range(app, work.now, &wanted)?;
    let (first, last) = (
        civil::date_of(app.zone, from),
        civil::date_of(app.zone, until - chrono::Duration::seconds(1)),
    );
    let search = Search {
        patient: course.patient_id,
        service,
        site: wanted.site_id,
        wanted: Wanted {
            practitioner: wanted.practitioner_id,
            room: wanted.room_id,
            device: wanted.device_id,
        },
        prefer: None,
        except: Except::default(),
        case: Some(case::load(&mut work.tx, app, &course, None).await?),
        pardoned: Vec::new(),
        proposed: false,
    };
    let search = match wanted.instead_of {
        Some(moved) => instead_of(&mut work, search, moved, course.id).await?,
        None => search,
    };
    let detail = Some(search.service.details.code.to_string());
    if let Some(refusal) = course.details.closed_to_booking() {
        work.seen("slots.search", ("course", course.id.0), course.patient_id, detail).await?;
        return Ok(Slots { items: Vec::new(), refused: vec![refusal] });
    }
    let mut diaries = diaries::open(&mut work.tx, work.app, work.now, &search).await?;
    for diary in &mut diaries {
        diaries::fill(&mut work.tx, diary, first, last, search.except).await?;
    }
    work.seen("slots.search", ("course", course.id.0), course.patient_id, detail).await?;
    let (mut best, mut refused) = (Vec::new(), Vec::new());
    for diary in &diaries {
        let mut here = availability::find(diary, first, last);
        here.slots.retain(|slot| from <= slot.start && slot.start < until);
        let target = ranking::target(diary, first.max(civil::date_of(app.zone, diary.now)));
        best.extend(ranking::ranked(diary, &here.slots, target, wanted.limit));
        refused.extend(here.refused);
    }
    best.sort_by_key(|one| (one.reasons, one.slot.start));
    best.truncate(wanted.limit);
    if refused.is_empty() {
        return Ok(shown(app, &best, refused, None));
    }
    // What is refused says from when on it would work; that is looked up apart, without a lock.
    let mut work = Work::look(app, caller).await?;
    let earliest = if let Some(soonest) = best.iter().map(|one| one.slot.start).min() {
        Some(civil::date_of(app.zone, soonest))
    } else {
        let today = civil::date_of(app.zone, work.now);
        decide::earliest(&mut work, &search, last.max(today)).await?
    };
    let refused = prerequisites::with_prerequisites(&mut work, &search, first, refused).await?;
    Ok(shown(app, &best, refused, earliest))
}

/// `search` for a session that is to be moved: measured against what comes before it, as moving it is.
async fn instead_of(
    work: &mut Work<'_>,
    search: Search,
    moved: SessionId,
    course: CourseId,
) -> Result<Search> {
    let session = sessions::get(&mut work.tx, moved).await?.map(|listed| listed.session);
    let session =
        session.filter(|session| session.course_id == course).ok_or(Error::NotThere("session"))?;
    let except = Except { session: Some(moved), hold: None };
    Ok(Search {
        prefer: Some(session.place),
        site: search.site.or(Some(session.place.site_id)),
        except,
        case: search.case.map(|case| case.without(moved).facing(Facing::Backward)),
        ..search
    })
}

fn shown(app: &App, best: &[Ranked], refused: Vec<Refusal>, earliest: Option<NaiveDate>) -> Slots {
    let items = best.iter().zip(1..).map(|(one, rank)| SlotView::of(app, one, rank));
    let refused = refused.into_iter().map(|refusal| decide::told(refusal, earliest));
    Slots { items: items.collect(), refused: refused.collect() }
}

/// The instants between which starts are wanted.
fn range(
    app: &App,
    now: DateTime<Utc>,
    wanted: &SlotsWanted,
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let from = match wanted.from {
        None => now,
        Some(edge) => from_edge(app.zone, edge)?,
    };
    let until = match wanted.to {
        None => civil::day_start(app.zone, civil::date_of(app.zone, from) + Days::new(14)),
        Some(edge) => until_edge(app.zone, edge)?,
    };
    if until <= from || (until - from).num_days() > LONGEST {
        return Err(Error::refused(
            Code::RangeTooLong,
            format!("from is before to, and at most {LONGEST} days before."),
        ));
    }
    Ok((from, until))
}
