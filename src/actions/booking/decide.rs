//! Deciding about one wanted time, under the locks that make the decision final:
//! which place a session takes, or every reason why not and the first day that works.
//! Booking, holding and moving all decide here.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::diaries::Search;
use super::{diaries, prerequisites};
use crate::actions::{App, Caller, Error, Result, Work};
use crate::domain::booking::diary::{Claim, Diary};
use crate::domain::booking::judge::{Granted, judge};
use crate::domain::booking::{availability, judge};
use crate::domain::course::Course;
use crate::domain::course::session::Place;
use crate::domain::ids::ClaimId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::storage;
use crate::storage::booking::claims::Claimant;
use crate::storage::booking::{claims, resources};

/// What a search takes, with the diary that says for how long; or every reason why it takes nothing.
pub(super) type Decision = std::result::Result<(Diary, Granted), Vec<Refusal>>;

/// Decides whether `search` can take place at `start` in `course`; the patient is locked already, always first.
/// A refusal is explained, and leaves the audit line `refused`.
pub(in crate::actions) async fn decide<'a>(
    mut work: Work<'a>,
    refused: &str,
    course: &Course,
    search: &Search,
    start: DateTime<Utc>,
) -> Result<(Work<'a>, Diary, Granted)> {
    let closed = course.details.closed_to_booking();
    let against = match (closed, place(&mut work, search, start).await?) {
        (None, Ok((diary, granted))) => return Ok((work, diary, granted)),
        (closed, decided) => closed.into_iter().chain(decided.err().unwrap_or_default()).collect(),
    };
    let (app, caller) = (work.app, work.caller.clone());
    work.abandon().await?;
    Err(explained(app, &caller, refused, search, start, against).await?)
}

/// What `search` takes at `start`, or every reason why not. Locks all that it could take.
async fn place(work: &mut Work<'_>, search: &Search, start: DateTime<Utc>) -> Result<Decision> {
    let found = diaries::open(work, search).await?;
    resources::lock(&mut work.tx, diaries::candidates(&found)).await?;
    judge_in(work, found, search, start).await
}

/// What one of the diaries grants at `start`, or every reason why not. All that it could take is locked already.
pub(super) async fn judge_in(
    work: &mut Work<'_>,
    found: Vec<Diary>,
    search: &Search,
    start: DateTime<Utc>,
) -> Result<Decision> {
    let date = civil::date_of(work.app.zone, start);
    let mut refusals = Vec::new();
    for mut diary in found {
        diaries::fill(&mut work.tx, &mut diary, date, date, search.except).await?;
        match judge(&diary, start) {
            Ok(granted) => return Ok(Ok((diary, granted))),
            Err(against) if refusals.is_empty() => refusals = against,
            Err(_) => (),
        }
    }
    Ok(Err(refusals))
}

/// Takes what `place` needs from `start` on for `by`. The database has the last word.
pub(in crate::actions) async fn claim(
    work: &mut Work<'_>,
    diary: &Diary,
    place: Place,
    start: DateTime<Utc>,
    by: Claimant,
) -> Result<()> {
    let sweep = claims::any_expired(&mut work.tx, work.now).await?;
    for Claim { resource, when, conflict } in diary.claims_of(place, start) {
        if sweep {
            claims::sweep(&mut work.tx, resource, work.now).await?;
        }
        let id: ClaimId = work.app.clock.id();
        match claims::insert(&mut work.tx, id, resource, by, when).await {
            Err(storage::Error::Overlap) => {
                return Err(Error::refused(conflict, "That time was taken a moment ago."));
            }
            other => other?,
        }
    }
    Ok(())
}

/// The refusals of `search` at `start`, each with the first day that works. Looks at the patient's
/// record, so it leaves an audit line.
pub(super) async fn explained(
    app: &App,
    caller: &Caller,
    action: &str,
    search: &Search,
    start: DateTime<Utc>,
    refusals: Vec<Refusal>,
) -> Result<Error> {
    // The refusal itself is kept under the request's key by the layer that answers it.
    let caller = caller.without_key();
    let mut work = Work::begin(app, &caller).await?;
    let codes: Vec<_> = refusals.iter().map(|refusal| refusal.code.to_string()).collect();
    work.audit_read(
        action,
        ("patient", search.patient.0),
        Some(search.patient),
        Some(codes.join(" ")),
    )
    .await?;
    // No day helps a course that is over or on hold.
    let earliest = if refusals.iter().any(|refusal| refusal.code == Code::CourseNotOpen) {
        None
    } else {
        let from = civil::date_of(app.zone, start.max(work.now));
        earliest(&mut work, search, from).await?
    };
    let refusals = prerequisites::with_prerequisites(
        &mut work,
        search,
        civil::date_of(app.zone, start),
        refusals,
    )
    .await?;
    work.done().await?;
    let refusals = refusals.into_iter().map(|refusal| with_first_day(refusal, earliest)).collect();
    Ok(Error::Explained(refusals, earliest))
}

/// `refusal` with the first day that works, unless it is one that no day cures or that knows its own.
pub(super) fn with_first_day(refusal: Refusal, first_day: Option<NaiveDate>) -> Refusal {
    let first_day = first_day.filter(|_| !refusal.code.is_of_removal());
    refusal.with_earliest(first_day)
}

/// The first day from `from` on with a time that booking would accept, as far as the clinic looks.
pub(super) async fn earliest(
    work: &mut Work<'_>,
    search: &Search,
    from: NaiveDate,
) -> Result<Option<NaiveDate>> {
    let last = from + Days::new(work.app.policy.search_days.into());
    // Most answers lie near, so the first fortnight is loaded alone.
    let near = (from + Days::new(14)).min(last);
    let mut first_days = Vec::new();
    let mut diaries = diaries::open(work, search).await?;
    for (first, last) in [(from, near), (near + Days::new(1), last)] {
        for diary in &mut diaries {
            if last < first || first > judge::last_day(diary) {
                continue;
            }
            diaries::fill(&mut work.tx, diary, first, last, search.except).await?;
            first_days.extend(availability::earliest(diary, first, last));
        }
        if !first_days.is_empty() {
            break;
        }
    }
    Ok(first_days.into_iter().min())
}
