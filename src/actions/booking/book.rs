//! Booking a session: the course and its patient are locked, every rule is asked, and
//! what the session takes is claimed, in one transaction. What is left out is chosen.

use super::diaries::Search;
use super::hold::held;
use super::new_session::{NewSession, booked, exactly, search};
use super::{change, decide};
use crate::actions::course::session_view::{SessionView, session_view};
use crate::actions::course::{case, lock};
use crate::actions::messages::notices::Of;
use crate::actions::referral::bookings::standing_at;
use crate::actions::{Answer, App, Caller, Found, Result, Work};
use crate::domain::booking::judge::starts_at;
use crate::storage::booking::claims::Claimant;
use crate::storage::booking::holds;
use crate::storage::course::sessions;

/// Books a session.
pub async fn book(app: &App, caller: &Caller, new: NewSession) -> Result<Answer<SessionView>> {
    let (start, notice) = starts_at(app.zone, new.start)?;
    let mut work = Work::begin(app, caller).await?;
    let course = lock::lock_course(&mut work, new.course_id).await?;
    let mut search = search(&mut work, &course, &new).await?;
    if let Some(hold_id) = new.hold_id {
        let hold = held(&mut work, hold_id, &new, &search, start).await?;
        search = Search { site: Some(hold.place.site_id), wanted: exactly(hold.place), ..search };
        search.except.hold = Some(hold.id);
    }
    let (mut work, diary, granted) =
        decide::decide(work, "session.book_refused", &course, &search, start).await?;
    let of = (course.id, course.patient_id);
    let standing = standing_at(&mut work, of, search.service.id, diary.shop.as_ref(), None).await?;
    let session = booked(&work, &course, &search, granted.place, start, standing);
    if let Some(hold_id) = new.hold_id {
        holds::delete(&mut work.tx, hold_id).await?;
    }
    sessions::insert(&mut work.tx, &session).await?;
    decide::claim(&mut work, &diary, granted.place, start, Claimant::Session(session.id)).await?;
    change::note_booked(&mut work, &session, Of::Booking).await?;
    case::note_overrides(
        &mut work,
        session.id,
        &course,
        &granted.overridden,
        new.overriding.as_ref(),
    )
    .await?;
    let listed = sessions::get(&mut work.tx, session.id).await.found("session")?;
    work.commit(Answer::Created(SessionView {
        notice,
        warnings: granted.warnings,
        ..session_view(app, listed)
    }))
    .await
}
