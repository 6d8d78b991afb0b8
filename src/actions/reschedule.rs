//! Moving a session: the same session and UID, `sequence` one higher; the old time is
//! given up and the new one taken in one transaction. Who treated stays where possible.

use serde::Deserialize;
use utoipa::ToSchema;

use super::diaries::Search;
use super::session_change::{answered, locked, save};
use super::session_view::SessionView;
use super::{Answer, App, Caller, Error, Expected, Result, Work, decide};
use crate::domain::booking::starts_at;
use crate::domain::civil::{self, When};
use crate::domain::diary::Wanted;
use crate::domain::ids::{DeviceId, PractitionerId, RoomId, SessionId, SiteId};
use crate::domain::session::Session;
use crate::domain::status::Verb;
use crate::storage::claims::{self, Claimant, Except};
use crate::storage::{courses, services};

/// When, and with whom, a session is to be instead.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start": "2027-03-16T14:30"}))]
pub struct NewTime {
    /// When: a wall time of the clinic's zone, or RFC 3339 with an offset.
    pub start: When,
    /// Where; the same site unless set.
    #[serde(default)]
    pub site_id: Option<SiteId>,
    /// With whom; the same where possible unless set.
    #[serde(default)]
    pub practitioner_id: Option<PractitionerId>,
    /// In which room; the same where possible unless set.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// With which device; the same where possible unless set.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
}

/// Moves a session.
pub async fn reschedule(app: &App, caller: &Caller, id: SessionId, expected: &Expected, to: NewTime) -> Result<Answer<SessionView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = locked(&mut work, id, expected).await?.session;
    let status = current.after(Verb::Reschedule, work.now, &app.policy, app.zone)?;
    let (start, notice) = starts_at(app.zone, to.start)?;
    let search = search(&mut work, &current, &to).await?;
    let course = courses::get(&mut work.tx, current.course_id)
        .await?
        .ok_or(Error::NotThere("course"))?;
    let (mut work, diary, place) = decide::decide(work, "session.reschedule_refused", &course, &search, start).await?;
    let next = Session {
        status,
        place,
        sequence: current.sequence + 1,
        local_start: civil::wall_of(app.zone, start).format("%Y-%m-%dT%H:%M").to_string(),
        zone: app.zone.name().to_owned(),
        starts_at: start,
        ends_at: start + search.service.duration(),
        rebook_reason: None,
        ..current.clone()
    };
    claims::release_session(&mut work.tx, id).await?;
    decide::claim(&mut work, &diary, place, start, Claimant::Session(id)).await?;
    save(&mut work, &current, next, "reschedule").await?;
    answered(work, id, notice).await
}

async fn search(work: &mut Work<'_>, current: &Session, to: &NewTime) -> Result<Search> {
    let service = services::get(&mut work.tx, current.service_id)
        .await?
        .ok_or(Error::NotThere("service"))?;
    let wanted = Wanted {
        practitioner: to.practitioner_id,
        room: to.room_id,
        device: to.device_id,
    };
    let elsewhere = wanted.practitioner.is_some() || wanted.room.is_some() || wanted.device.is_some();
    let site = to.site_id.or((!elsewhere).then_some(current.place.site_id));
    let except = Except {
        session: Some(current.id),
        hold: None,
    };
    Ok(Search {
        patient: current.patient_id,
        service,
        site,
        wanted,
        prefer: Some(current.place),
        except,
    })
}
