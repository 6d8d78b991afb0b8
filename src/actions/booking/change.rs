//! What every change of a session shares: it is read under the patient's lock, the
//! version is checked, what was before goes into its history, and the audit gets a line.

use chrono::{DateTime, Utc};

use crate::actions::course::lock::lock_patient;
use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::messages::notices::Of;
use crate::actions::messages::{catch_up, notices};
use crate::actions::referral::change;
use crate::actions::{Answer, Error, Expected, Found, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::ids::SessionId;
use crate::domain::messages::notice::{Standing, concerns_calendars, standing};
use crate::domain::messages::task::Solver;
use crate::storage::course::history::{Before, Change};
use crate::storage::course::sessions::Listed;
use crate::storage::course::{history, sessions};
use crate::storage::messages::tasks;

/// The change that rule 37 makes; not undone session by session.
pub(in crate::actions) const WINDOW_REMOVED: &str = "window-removed";

/// The change that rule 16 makes; not undone session by session.
pub(in crate::actions) const CONSENT_WITHDRAWN: &str = "consent-withdrawn";

/// The change that takes another one back.
pub(in crate::actions) const UNDONE: &str = "undone";

/// The change that a change of law makes; not undone session by session.
pub(in crate::actions) const TIME_LAW: &str = "time-law";

/// The change that a shop makes by accepting; it is not the clinic's to undo.
pub(in crate::actions) const SHOP_ACCEPTED: &str = "accept";

/// The change that a shop makes by reporting; it is corrected, not undone.
pub(in crate::actions) const SHOP_REPORTED: &str = "report";

/// The change that a shop makes by not doing it.
pub(in crate::actions) const DECLINED: &str = "decline";

/// The change that takes what a shop proposed; what both have agreed to is moved, not undone.
pub(in crate::actions) const PROPOSAL_TAKEN: &str = "take-proposal";

/// The change that goes with a referral that is taken back; not undone session by session.
pub(in crate::actions) const WITHDRAWN: &str = "withdraw";

/// The session, read after its patient was locked, so that changes of it wait for each other.
pub(in crate::actions) async fn lock_session(
    work: &mut Work<'_>,
    id: SessionId,
    expected: &Expected,
) -> Result<Listed> {
    let patient = sessions::patient_of(&mut work.tx, id).await.found("session")?;
    lock_patient(work, patient).await?;
    let listed = sessions::get(&mut work.tx, id).await.found("session")?;
    expected.check(listed.session.version)?;
    Ok(listed)
}

/// Notes that `session` was booked, and queues what its patient is told.
pub(in crate::actions) async fn note_booked(
    work: &mut Work<'_>,
    session: &Session,
    of: Of<'_>,
) -> Result<()> {
    note_change(work, session, "book", None).await?;
    change::supersede_undated_notices(work, session).await?;
    notices::queue(work, session, of).await?;
    let detail = Some(at(session.starts_at));
    work.audit("session.book", ("session", session.id.0), Some(session.patient_id), detail).await
}

/// Writes `next`, which was `current`, as the change `what`. One that concerns calendars raises `sequence`, unless `next`
/// has a higher one already, and queues what the patient is told.
pub(in crate::actions) async fn save(
    work: &mut Work<'_>,
    current: &Session,
    next: Session,
    what: &str,
) -> Result<Session> {
    let told = next.sequence > current.sequence || concerns_calendars(current, &next);
    let next = Session {
        version: current.version + 1,
        sequence: next.sequence.max(current.sequence + i64::from(told)),
        // A patient who confirmed did so for that very wall time, whatever instant a new law makes of it.
        confirmed_at: next
            .confirmed_at
            .filter(|_| next.local_start == current.local_start || what == UNDONE),
        updated_at: work.now,
        ..next
    };
    if !sessions::update(&mut work.tx, &next).await? {
        return Err(Error::Stale);
    }
    work.touch_session(current);
    note_change(work, &next, what, Some(Before::from(current))).await?;
    if next.local_start != current.local_start || standing(next.status) == Standing::Gone {
        // What was asked of a person about its old time is asked no more.
        tasks::settle(&mut work.tx, next.id, Solver::Moved, work.now).await?;
    }
    change::follow_session(work, current, &next).await?;
    notices::queue(work, &next, if told { Of::Visit(Some(current)) } else { Of::Plans }).await?;
    if current.status.is_live() && !next.status.is_live() {
        // It has ended, so the calendar entry of the one after it may be due.
        catch_up::send_next_entry(work, next.course_id).await?;
    }
    work.audit(
        &format!("session.{}", what.replace('-', "_")),
        ("session", next.id.0),
        Some(next.patient_id),
        Some(at(next.starts_at)),
    )
    .await?;
    Ok(next)
}

async fn note_change(
    work: &mut Work<'_>,
    session: &Session,
    what: &str,
    before: Option<Before>,
) -> Result<()> {
    let (id, deed_id) = (work.app.clock.id(), work.deed_id());
    let change = Change { id, deed_id, change: what.to_owned(), before };
    work.touch_session(session);
    Ok(history::insert(&mut work.tx, &change, session.id).await?)
}

fn at(start: DateTime<Utc>) -> String {
    start.format("%Y-%m-%dT%H:%MZ").to_string()
}

/// Commits, with the session as it is now for an answer, and what the caller should know of it.
pub(in crate::actions) async fn commit_session(
    mut work: Work<'_>,
    id: SessionId,
    notice: Option<String>,
) -> Result<Answer<SessionView>> {
    let listed = sessions::get(&mut work.tx, id).await.found("session")?;
    let shown = SessionView { notice, ..session_view(work.app, listed) };
    work.commit(Answer::Is(shown)).await
}
