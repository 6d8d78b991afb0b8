//! Booking a whole plan: all of it in one transaction, or none of it. Each session is
//! asked every rule as if it were booked alone, with those before it in place.

use crate::actions::booking::choices::with_choices;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::booking::diaries::Search;
use crate::actions::booking::new_session::booked;
use crate::actions::booking::{change, decide, diaries};
use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::course::{case, lock};
use crate::actions::messages::notices::Of;
use crate::actions::referral::bookings::standing_at;
use crate::actions::{Answer, App, Caller, Error, Found, Result, Work};
use crate::domain::booking::availability::Slot;
use crate::domain::booking::diary::{Diary, Wanted};
use crate::domain::booking::judge::{Granted, starts_at};
use crate::domain::booking::plan;
use crate::domain::course::Course;
use crate::domain::course::case::Case;
use crate::domain::course::rules::assessment_required::assessment_required;
use crate::domain::ids::{CourseId, DeviceId, PractitionerId, RoomId};
use crate::domain::refusal::{Code as Rule, Refusal, about};
use crate::domain::rule_override::Override;
use crate::domain::text::Code;
use crate::domain::time::civil::When;
use crate::storage::booking::claims::Claimant;
use crate::storage::booking::resources;
use crate::storage::course::sessions;

with_choices! {
    /// A plan to be booked.
    #[derive(Debug, Clone, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[schema(example = json!({"service": "laser_partial", "starts": ["2027-03-16T15:00", "2027-05-11T15:00"]}))]
    pub struct PlanBooking {
        /// Code of the service.
        pub service: Code,
        /// The starts, in order.
        #[schema(min_items = 1, max_items = 60)]
        pub starts: Vec<StartWanted>,
        /// A reason to book past rules that can be overridden, by whom they can.
        #[serde(default, rename = "override")]
        pub overriding: Option<Override>,
    }
}

/// A start, alone or with whom, where and with what it was proposed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum StartWanted {
    /// Only when; the rest as for the whole plan.
    When(When),
    /// A time with its own place.
    Placed(PlacedStart),
}

/// A start with its own place. A proposal can be passed back whole: what else it says is left unread.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlacedStart {
    /// When.
    pub start: When,
    /// With whom.
    #[serde(default)]
    pub practitioner_id: Option<PractitionerId>,
    /// In which room.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// With which device.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
}

impl StartWanted {
    fn when(&self) -> When {
        match self {
            Self::When(when) => *when,
            Self::Placed(placed) => placed.start,
        }
    }

    /// What is insisted on for this start, beyond what is for all.
    fn wanted(&self, all: Wanted) -> Wanted {
        match self {
            Self::When(_) => all,
            Self::Placed(own) => Wanted {
                practitioner: own.practitioner_id.or(all.practitioner),
                room: own.room_id.or(all.room),
                device: own.device_id.or(all.device),
            },
        }
    }
}

/// A plan that was booked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanBooked {
    /// Its sessions in order.
    pub sessions: Vec<SessionView>,
}

/// A session that was granted, with the diary that says what it claims.
struct Accepted {
    diary: Diary,
    granted: Granted,
    start: DateTime<Utc>,
}

/// Books every start of a plan, or none.
pub async fn book(
    app: &App,
    caller: &Caller,
    course_id: CourseId,
    new: PlanBooking,
) -> Result<Answer<PlanBooked>> {
    if !(1..=60).contains(&new.starts.len()) {
        return Err(Error::invalid("/starts", "must be 1 to 60 times"));
    }
    let starts = in_order(app, &new.starts)?;
    let mut work = Work::begin(app, caller).await?;
    let course = lock::lock_course(&mut work, course_id).await?;
    let mut case = case::load(&mut work.tx, app, &course, None).await?;
    let (all, searches) = searches(&mut work, &course, &case, &new).await?;
    lock_candidates(&mut work, &searches).await?;
    let mut refused: Vec<Refusal> = course.details.closed_to_booking().into_iter().collect();
    refused.extend(assessment_required(&case));
    let mut accepted = Vec::new();
    for (index, search) in searches.into_iter().enumerate() {
        let Some(start) = starts.get(index) else {
            continue;
        };
        let search = Search { case: Some(case.clone()), ..search };
        let found = diaries::open(&mut work, &search).await?;
        match decide::judge_in(&mut work, found, &search, *start).await? {
            Ok((diary, granted)) => {
                let one = Accepted { diary, granted, start: *start };
                let slot = Slot {
                    start: one.start,
                    end: one.start + one.diary.service.duration(),
                    place: one.granted.place,
                };
                if let Some(visit) = plan::as_visit(&one.diary, &slot) {
                    case = case.with(visit);
                }
                accepted.push(one);
            }
            Err(against) => refused.extend(about(against, &format!("/starts/{index}"))),
        }
    }
    if !refused.is_empty() {
        work.abandon().await?;
        let first = starts.first().copied().unwrap_or(DateTime::UNIX_EPOCH);
        return Err(
            decide::explained(app, caller, "course.plan_refused", &all, first, refused).await?
        );
    }
    work.note_deed("course.plan_book");
    let mut shown = Vec::new();
    for one in &accepted {
        let granted = (one, new.overriding.as_ref());
        shown.push(book_one(&mut work, &course, &all, granted, accepted.len() > 1).await?);
    }
    let detail = Some(format!("{} sessions", shown.len()));
    work.audit("course.plan_book", ("course", course.id.0), Some(course.patient_id), detail)
        .await?;
    work.commit(Answer::Created(PlanBooked { sessions: shown })).await
}

/// Locks all that the searches could take, at once and in one order, so that two plans wait for each other and never for both.
async fn lock_candidates(work: &mut Work<'_>, searches: &[Search]) -> Result<()> {
    let mut candidates = Vec::new();
    for search in searches {
        candidates.extend(diaries::candidates(&diaries::open(work, search).await?));
    }
    Ok(resources::lock(&mut work.tx, candidates).await?)
}

/// The instants of the starts, each later than the one before.
fn in_order(app: &App, wanted: &[StartWanted]) -> Result<Vec<DateTime<Utc>>> {
    let mut starts: Vec<DateTime<Utc>> = Vec::new();
    for (index, one) in wanted.iter().enumerate() {
        let field = format!("/starts/{index}");
        let (start, _) =
            starts_at(app.zone, one.when()).map_err(|refusal| refusal.about(&field))?;
        if starts.last().is_some_and(|last| start <= *last) {
            let message = "The starts of a plan are in order, each later than the one before.";
            return Err(Refusal::new(Rule::StartsOutOfOrder, message).about(field).into());
        }
        starts.push(start);
    }
    Ok(starts)
}

/// What is looked for as a whole, and for each start.
async fn searches(
    work: &mut Work<'_>,
    course: &Course,
    case: &Case,
    new: &PlanBooking,
) -> Result<(Search, Vec<Search>)> {
    let service = diaries::service(&mut work.tx, work.app, new.service.as_str()).await?;
    let all = Search {
        case: Some(case.clone()),
        pardoned: case::pardoned(&work.caller.actor, new.overriding.as_ref()),
        ..Search::of(course.patient_id, service)
    }
    .insisting(new.choices());
    let each =
        new.starts.iter().map(|start| Search { wanted: start.wanted(all.wanted), ..all.clone() });
    let each = each.collect();
    Ok((all, each))
}

async fn book_one(
    work: &mut Work<'_>,
    course: &Course,
    all: &Search,
    (one, why): (&Accepted, Option<&Override>),
    together: bool,
) -> Result<SessionView> {
    let of = (course.id, course.patient_id);
    let standing = standing_at(work, of, all.service.id, one.diary.shop.as_ref(), None).await?;
    let session = booked(work, course, all, one.granted.place, one.start, standing);
    sessions::insert(&mut work.tx, &session).await?;
    decide::claim(work, &one.diary, one.granted.place, one.start, Claimant::Session(session.id))
        .await?;
    change::note_booked(work, &session, if together { Of::Plan } else { Of::Booking }).await?;
    case::note_overrides(work, session.id, course, &one.granted.overridden, why).await?;
    let listed = sessions::get(&mut work.tx, session.id).await.found("session")?;
    Ok(SessionView { warnings: one.granted.warnings.clone(), ..session_view(work.app, listed) })
}
