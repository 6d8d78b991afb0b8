//! Holding a slot for a few minutes while the caller decides. A hold has one owner,
//! blocks like a booking, and ends by itself.

use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::decide;
use super::diaries::Search;
use super::new_session::{NewSession, search};
use crate::actions::course::lock;
use crate::actions::{Answer, App, Caller, Error, Result, Work};
use crate::domain::booking::judge::starts_at;
use crate::domain::course::session::Place;
use crate::domain::ids::{CourseId, DeviceId, HoldId, PractitionerId, RoomId, SiteId};
use crate::domain::refusal::Code;
use crate::domain::time::civil;
use crate::domain::time::interval::Interval;
use crate::storage::booking::claims::Claimant;
use crate::storage::booking::holds::Hold;
use crate::storage::booking::{holds, resources};
use crate::storage::course::courses as stored_courses;

/// A hold as its owner is shown it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoldView {
    /// Its id, for `hold_id` of the booking.
    pub id: HoldId,
    /// When it ends by itself.
    pub expires_at: DateTime<FixedOffset>,
    /// For which course.
    pub course_id: CourseId,
    /// Start of the visit.
    pub start: DateTime<FixedOffset>,
    /// End of the visit.
    pub end: DateTime<FixedOffset>,
    /// Where.
    pub site_id: SiteId,
    /// With whom.
    pub practitioner_id: PractitionerId,
    /// In which room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// With which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
}

fn view(app: &App, hold: &Hold) -> HoldView {
    let Hold { id, course_id, place, starts_at, ends_at, expires_at, .. } = hold;
    let shown = |at: &DateTime<Utc>| civil::shown(app.zone, *at);
    HoldView {
        id: *id,
        expires_at: shown(expires_at),
        course_id: *course_id,
        start: shown(starts_at),
        end: shown(ends_at),
        site_id: place.site_id,
        practitioner_id: place.practitioner_id,
        room_id: place.room_id,
        device_id: place.device_id,
    }
}

/// Holds a slot.
pub async fn hold(app: &App, caller: &Caller, new: NewSession) -> Result<Answer<HoldView>> {
    if new.hold_id.is_some() {
        return Err(Error::invalid("/hold_id", "a hold is not made from a hold"));
    }
    let (start, _) = starts_at(app.zone, new.start)?;
    let mut work = Work::begin(app, caller).await?;
    let course = lock::lock_course(&mut work, new.course_id).await?;
    let search = search(&mut work, &course, &new).await?;
    let (mut work, diary, granted) =
        decide::decide(work, "hold.refused", &course, &search, start).await?;
    let hold = Hold {
        id: app.clock.id(),
        owner_id: caller.actor.user_id,
        course_id: course.id,
        service_id: search.service.id,
        place: granted.place,
        starts_at: start,
        ends_at: start + search.service.duration(),
        expires_at: work.now + app.policy.hold(),
    };
    holds::insert(&mut work.tx, &hold).await?;
    decide::claim(
        &mut work,
        &diary,
        granted.place,
        start,
        Claimant::Hold(hold.id, hold.expires_at),
    )
    .await?;
    work.touch_place(hold.place, Interval::new(hold.starts_at, hold.ends_at));
    work.audit("hold.make", ("hold", hold.id.0), Some(course.patient_id), None).await?;
    work.commit(Answer::Created(view(app, &hold))).await
}

/// Gives up a hold of one's own.
pub async fn give_up(app: &App, caller: &Caller, id: HoldId) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    let hold =
        holds::get(&mut work.tx, caller.actor.user_id, id).await?.ok_or(Error::NotThere("hold"))?;
    let course = stored_courses::get(&mut work.tx, hold.course_id)
        .await?
        .ok_or(Error::NotThere("course"))?;
    resources::lock(&mut work.tx, [course.patient_id.into()]).await?;
    // Who books over an expired hold sweeps its claims away; locked alike, the two cannot wait for each other.
    let Place { practitioner_id, room_id, device_id, .. } = hold.place;
    let kept = [Some(practitioner_id.into()), room_id.map(Into::into), device_id.map(Into::into)];
    resources::lock(&mut work.tx, kept.into_iter().flatten()).await?;
    if !holds::delete(&mut work.tx, id).await? {
        return Err(Error::NotThere("hold"));
    }
    work.touch_place(hold.place, Interval::new(hold.starts_at, hold.ends_at));
    work.audit("hold.give_up", ("hold", id.0), Some(course.patient_id), None).await?;
    work.done().await
}

/// The hold that `new` is to be booked from: the caller's own, not over, and for the same visit.
pub(super) async fn held(
    work: &mut Work<'_>,
    id: HoldId,
    new: &NewSession,
    search: &Search,
    start: DateTime<Utc>,
) -> Result<Hold> {
    let owner = work.caller.actor.user_id;
    let hold = holds::get(&mut work.tx, owner, id).await?.filter(|hold| work.now < hold.expires_at);
    let hold = hold.ok_or_else(|| {
        Error::refused(Code::HoldGone, "This hold is over, or was never yours; choose a time anew.")
    })?;
    let place = hold.place;
    let same = hold.course_id == new.course_id
        && hold.service_id == search.service.id
        && hold.starts_at == start
        && new.site_id.is_none_or(|id| id == place.site_id)
        && new.practitioner_id.is_none_or(|id| id == place.practitioner_id)
        && new.room_id.is_none_or(|id| Some(id) == place.room_id)
        && new.device_id.is_none_or(|id| Some(id) == place.device_id);
    if !same {
        return Err(Error::refused(
            Code::HoldMismatch,
            "This hold is for another course, service, time or place.",
        ));
    }
    Ok(hold)
}
