//! Moving a session: the same session and UID, `sequence` one higher; the old time is
//! given up and the new one taken in one transaction. Who treated stays where possible.
//! Later sessions that no longer keep their waits are listed, and those that are chosen
//! move in the same transaction, all or none.

use crate::actions::booking::choices::{Choices, with_choices};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::{lock_session, save};
use super::diaries::Search;
use super::later::{LaterSession, broken, moved_visit};
use super::{decide, diaries};
use crate::actions::course::case;
use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::referral::bookings::standing_at;
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::booking::judge::starts_at;
use crate::domain::course::Course;
use crate::domain::course::case::{Case, Facing};
use crate::domain::course::session::Session;
use crate::domain::course::status::Verb;
use crate::domain::ids::SessionId;
use crate::domain::refusal::{Code, Refusal, Warning};
use crate::domain::rule_override::Override;
use crate::domain::time::civil;
use crate::domain::time::civil::When;
use crate::storage::booking::claims::Claimant;
use crate::storage::booking::{claims, resources};
use crate::storage::catalogue::services;
use crate::storage::course::{courses, sessions};

with_choices! {
    /// When, and with whom, a session is to be instead.
    #[derive(Debug, Clone, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[schema(example = json!({"start": "2027-03-16T14:30"}))]
    pub struct NewTime {
        /// When: a wall time of the clinic's zone, or RFC 3339 with an offset.
        pub start: When,
        /// Later sessions of the course that move with it, all or none.
        #[serde(default)]
        #[schema(max_items = 60)]
        pub also: Vec<AlsoMoved>,
        /// Only show what it would do; nothing is moved.
        #[serde(default)]
        pub preview: bool,
        /// A reason to move past rules that can be overridden, by whom they can.
        #[serde(default, rename = "override")]
        pub overriding: Option<Override>,
    }
}

impl NewTime {
    /// Another start, with everything else left as it is where that is possible.
    #[must_use]
    pub fn to(start: When) -> Self {
        Self {
            start,
            also: Vec::new(),
            preview: false,
            overriding: None,
            site_id: None,
            practitioner_id: None,
            room_id: None,
            device_id: None,
        }
    }
}

/// A session that moves with another.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlsoMoved {
    /// The session.
    pub session_id: SessionId,
    /// Its new start.
    pub start: When,
}

/// A session that was moved, and what that does to those after it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rescheduled {
    /// The session.
    #[serde(flatten)]
    pub session: SessionView,
    /// The sessions that moved with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_moved: Vec<SessionView>,
    /// Later sessions that no longer keep their waits, each with a proposal; they stay until they are moved.
    pub later: Vec<LaterSession>,
    /// Whether this is only what it would do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
}

/// One move among those that are made together.
struct Move {
    session: Session,
    start: DateTime<Utc>,
    search: Search,
    field: Option<String>,
}

/// Moves a session, and those that are to move with it.
pub async fn reschedule(
    app: &App,
    caller: &Caller,
    id: SessionId,
    expected: &Expected,
    to: NewTime,
) -> Result<Answer<Rescheduled>> {
    if to.also.len() > 60 {
        return Err(Error::invalid("/also", "at most 60 sessions"));
    }
    let mut work = Work::begin(app, caller).await?;
    let current = lock_session(&mut work, id, expected).await?.session;
    current.after(Verb::Reschedule, work.now, &app.policy, app.zone)?;
    let (start, notice) = starts_at(app.zone, to.start)?;
    let course = courses::get(&mut work.tx, current.course_id).await.found("course")?;
    let mut case = case::load(&mut work.tx, app, &course, None).await?;
    let mut moves = moves(&mut work, current, start, &to).await?;
    for one in &moves {
        case = case.without(one.session.id);
    }
    moves.sort_by_key(|one| one.start);
    let mut candidates = Vec::new();
    for one in &moves {
        candidates.extend(diaries::candidates(&diaries::open(&mut work, &one.search).await?));
    }
    // All at once and in one order, so that two desks wait for each other and never for both.
    resources::lock(&mut work.tx, candidates).await?;
    for one in &moves {
        claims::release_session(&mut work.tx, one.session.id).await?;
    }
    let (mut also_moved, mut warnings) = (Vec::new(), Vec::new());
    for one in moves {
        let made = move_one(work, &course, &mut case, one, to.overriding.as_ref()).await?;
        work = made.0;
        if made.1 == id {
            warnings = made.2;
        } else {
            also_moved.push(view_of(&mut work, made.1).await?);
        }
    }
    let later = broken(&mut work, course.patient_id, case, start).await?;
    let answer = Rescheduled {
        session: SessionView { notice, warnings, ..view_of(&mut work, id).await? },
        also_moved,
        later,
        preview: to.preview,
    };
    if !to.preview {
        return work.commit(Answer::Is(answer)).await;
    }
    work.abandon().await?;
    let mut work = Work::begin(app, caller).await?;
    work.audit_read("session.reschedule_preview", ("session", id.0), Some(course.patient_id), None)
        .await?;
    work.commit(Answer::Is(answer)).await
}

/// The move that was asked for and those that go with it, each of a session of the same course that can be moved.
async fn moves(
    work: &mut Work<'_>,
    current: Session,
    start: DateTime<Utc>,
    to: &NewTime,
) -> Result<Vec<Move>> {
    let overriding = to.overriding.as_ref();
    let first = search(work, &current, to.choices(), overriding).await?;
    let course = current.course_id;
    let mut moves = vec![Move { session: current, start, search: first, field: None }];
    for (index, also) in to.also.iter().enumerate() {
        let field = format!("/also/{index}");
        let named =
            sessions::get(&mut work.tx, also.session_id).await?.map(|listed| listed.session);
        let named = named.filter(|session| {
            session.course_id == course && moves.iter().all(|one| one.session.id != session.id)
        });
        let Some(session) = named else {
            let message =
                "What moves with a session is another one of the same course, named once.";
            return Err(Refusal::new(Code::NotToBeMoved, message).about(field).into());
        };
        session.after(Verb::Reschedule, work.now, &work.app.policy, work.app.zone)?;
        let (start, _) = starts_at(work.app.zone, also.start)
            .map_err(|refusal| refusal.about(format!("{field}/start")))?;
        let search = search(work, &session, Choices::default(), overriding).await?;
        moves.push(Move { session, start, search, field: Some(format!("{field}/start")) });
    }
    Ok(moves)
}

/// Makes one move, measured against what comes before it; `case` then holds it at its new time.
async fn move_one<'a>(
    work: Work<'a>,
    course: &Course,
    case: &mut Case,
    one: Move,
    why: Option<&Override>,
) -> Result<(Work<'a>, SessionId, Vec<Warning>)> {
    let Move { session: current, start, search, field } = one;
    let search = Search { case: Some(case.clone().facing(Facing::Backward)), ..search };
    let decided = decide::decide(work, "session.reschedule_refused", course, &search, start).await;
    let (mut work, diary, granted) = decided.map_err(|error| located(error, field.as_deref()))?;
    let booked = current.after(Verb::Reschedule, work.now, &work.app.policy, work.app.zone)?;
    let of = (current.course_id, current.patient_id);
    // A patient who has not agreed to that time is asked again.
    let asked =
        standing_at(&mut work, of, current.service_id, diary.shop.as_ref(), current.referral_id)
            .await?;
    let next = Session {
        status: if diary.shop.is_some() { asked.1 } else { booked },
        referral_id: asked.0,
        place: granted.place,
        sequence: current.sequence + 1,
        local_start: civil::wall_of(work.app.zone, start).format("%Y-%m-%dT%H:%M").to_string(),
        zone: work.app.zone.name().to_owned(),
        starts_at: start,
        ends_at: start + search.service.duration(),
        rebook_reason: None,
        ..current.clone()
    };
    *case = moved_visit(case, &diary, &next, start);
    decide::claim(&mut work, &diary, granted.place, start, Claimant::Session(next.id)).await?;
    save(&mut work, &current, next, "reschedule").await?;
    case::note_overrides(&mut work, current.id, course, &granted.overridden, why).await?;
    Ok((work, current.id, granted.warnings))
}

/// A refusal of a session that moves along names which.
fn located(error: Error, field: Option<&str>) -> Error {
    match (error, field) {
        (Error::Explained(refusals, first_day), Some(field)) => Error::Explained(
            refusals.into_iter().map(|refusal| refusal.about(field)).collect(),
            first_day,
        ),
        (error, _) => error,
    }
}

async fn view_of(work: &mut Work<'_>, id: SessionId) -> Result<SessionView> {
    let listed = sessions::get(&mut work.tx, id).await.found("session")?;
    Ok(session_view(work.app, listed))
}

async fn search(
    work: &mut Work<'_>,
    current: &Session,
    choices: Choices,
    overriding: Option<&Override>,
) -> Result<Search> {
    let service = services::get(&mut work.tx, current.service_id).await.found("service")?;
    let stays = choices == Choices::default();
    let site = choices.site_id.or(stays.then_some(current.place.site_id));
    Ok(Search {
        site,
        wanted: choices.wanted(),
        pardoned: case::pardoned(&work.caller.actor, overriding),
        ..Search::of(current.patient_id, service).instead_of(current)
    })
}
