//! What moving a session does to those after it: the later sessions that no longer keep
//! their waits, each with the nearest time that does, like the one that it had.

use chrono::{DateTime, Days, FixedOffset, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::diaries;
use super::diaries::Search;
use super::slots::SlotView;
use crate::actions::course::view::against;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{Error, Result, Work};
use crate::domain::booking::availability::Slot;
use crate::domain::booking::diary::Diary;
use crate::domain::booking::plan;
use crate::domain::booking::plan::Wishes;
use crate::domain::booking::ranking::Ranked;
use crate::domain::course::case::{Case, Facing};
use crate::domain::course::session::Session;
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::refusal::Refusal;
use crate::domain::time::civil;
use crate::domain::time::hours::{TimeOfDay, Weekday};
use crate::storage::course::sessions;

/// How far past the first legal day another time is looked for, days.
const SLACK: Days = Days::new(60);
/// How far a time on the same weekday at the same hour is preferred to a nearer one, days.
const SAME_HOUR: Days = Days::new(14);

/// A later session that no longer keeps its waits.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LaterSession {
    /// The session.
    pub session_id: SessionId,
    /// When it is booked.
    pub start: DateTime<FixedOffset>,
    /// The rules that it breaks now.
    pub violations: Vec<Refusal>,
    /// The nearest time that keeps them, those before it moved as proposed; null where none was found.
    pub proposal: Option<SlotView>,
}

/// The sessions of `patient` after `moved` that break a rule now, with proposals that follow one another.
pub(super) async fn broken(
    work: &mut Work<'_>,
    patient: PatientId,
    mut case: Case,
    moved: DateTime<Utc>,
) -> Result<Vec<LaterSession>> {
    let catalogue = current(&mut work.tx, work.app).await?;
    let mut broken = Vec::new();
    for one in sessions::to_come(&mut work.tx, patient).await? {
        let session = one.session;
        if session.starts_at <= moved || session.course_id != case.course_id {
            continue;
        }
        let violations = against(work.app, &catalogue, &case, &session)?;
        if violations.is_empty() {
            continue;
        }
        let service = catalogue.services.iter().find(|service| service.id == session.service_id);
        let service = service.ok_or(Error::NotThere("service"))?.clone();
        let search = Search {
            site: Some(session.place.site_id),
            case: Some(case.without(session.id).facing(Facing::Backward)),
            ..Search::of(patient, service).instead_of(&session)
        };
        let proposal = proposal(work, &search, &session).await?;
        if let Some((_, diary)) = &proposal
            && let Some(visit) =
                proposal.as_ref().and_then(|(ranked, _)| plan::as_visit(diary, &ranked.slot))
        {
            case = case.without(session.id).with(visit);
        }
        broken.push(LaterSession {
            session_id: session.id,
            start: civil::shown(work.app.zone, session.starts_at),
            violations,
            proposal: proposal.map(|(ranked, _)| SlotView::from_ranked(work.app, &ranked, 1)),
        });
    }
    Ok(broken)
}

/// The nearest time for `session` from its own day on: at its own hour and weekday if one is near, else whenever.
async fn proposal(
    work: &mut Work<'_>,
    search: &Search,
    session: &Session,
) -> Result<Option<(Ranked, Diary)>> {
    let day = civil::date_of(work.app.zone, session.starts_at);
    let hour: Option<TimeOfDay> =
        session.local_start.get(11..16).and_then(|hour| hour.parse().ok());
    let as_before =
        Wishes { weekdays: vec![Weekday::of_date(day)], not_before: hour, not_after: hour };
    for mut diary in diaries::open(work, search).await? {
        let whole = plan::range(&diary, day, SLACK);
        // As near to its old day as may be: the suggested interval was not what it had.
        let range = plan::Range {
            target: whole.first,
            last: (whole.first + SLACK).min(whole.last),
            ..whole
        };
        if range.last < range.first {
            continue;
        }
        diaries::fill(&mut work.tx, &mut diary, range.first, range.last, search.except).await?;
        let near = plan::Range { last: (range.first + SAME_HOUR).min(range.last), ..range };
        let mut found = plan::nearest(&diary, &as_before, near, None, 0);
        if found.is_empty() {
            found = plan::nearest(&diary, &Wishes::default(), range, None, 0);
        }
        if let Some(best) = found.first() {
            return Ok(Some((*best, diary)));
        }
    }
    Ok(None)
}

/// A slot of `session` at a new time, as a visit for what follows it.
pub(super) fn moved_visit(
    case: &Case,
    diary: &Diary,
    session: &Session,
    start: DateTime<Utc>,
) -> Case {
    let slot = Slot { start, end: start + diary.service.duration(), place: session.place };
    match plan::as_visit(diary, &slot) {
        Some(mut visit) => {
            visit.session_id = session.id;
            case.with(visit)
        }
        None => case.clone(),
    }
}
