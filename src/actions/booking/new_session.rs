//! A session to be booked, held or proposed: what is asked for, what is looked for, and the session
//! that comes of it.

use super::diaries;
use super::diaries::Search;
use crate::actions::course::case;
use crate::actions::{Result, Work};
use crate::domain::booking::diary::Wanted;
use crate::domain::course::Course;
use crate::domain::course::session::{Place, Session};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, DeviceId, HoldId, PractitionerId, ReferralId, RoomId, SiteId};
use crate::domain::overriding::Override;
use crate::domain::text::Code;
use crate::domain::time::civil::When;
use crate::storage::booking::claims::Except;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

/// A session to be booked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"course_id": "01890000-0000-7000-8000-000000000001", "service": "consultation", "start": "2027-03-15T10:00"}))]
pub struct NewSession {
    /// The course it belongs to.
    pub course_id: CourseId,
    /// Code of the service.
    pub service: Code,
    /// When: a wall time of the clinic's zone, or RFC 3339 with an offset.
    pub start: When,
    /// Where; the clinic unless set.
    #[serde(default)]
    pub site_id: Option<SiteId>,
    /// With whom; chosen unless set.
    #[serde(default)]
    pub practitioner_id: Option<PractitionerId>,
    /// In which room; chosen unless set.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// With which device; chosen unless set.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
    /// The hold that kept this slot.
    #[serde(default)]
    pub hold_id: Option<HoldId>,
    /// A reason to book past rules that can be overridden, by whom they can.
    #[serde(default, rename = "override")]
    pub overriding: Option<Override>,
}

impl NewSession {
    /// Whom and what the caller insists on.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { practitioner: self.practitioner_id, room: self.room_id, device: self.device_id }
    }
}

/// What is looked for when `new` is to be booked in `course`.
pub(super) async fn search(
    work: &mut Work<'_>,
    course: &Course,
    new: &NewSession,
) -> Result<Search> {
    let service = diaries::service(&mut work.tx, work.app, new.service.as_str()).await?;
    let wanted = new.wanted();
    let case = case::load(&mut work.tx, work.app, course, None).await?;
    Ok(Search {
        patient: course.patient_id,
        service,
        site: new.site_id,
        wanted,
        prefer: None,
        except: Except::default(),
        case: Some(case),
        pardoned: case::pardoned(&work.caller.actor, new.overriding.as_ref()),
        proposed: false,
    })
}

/// Exactly what `place` holds.
pub(super) fn exactly(place: Place) -> Wanted {
    Wanted {
        practitioner: Some(place.practitioner_id),
        room: place.room_id,
        device: place.device_id,
    }
}

/// The session that `place` was granted to, as it stands: booked, or under a referral that waits for its shop.
pub(in crate::actions) fn booked(
    work: &Work<'_>,
    course: &Course,
    search: &Search,
    place: Place,
    start: DateTime<Utc>,
    (referral_id, status): (Option<ReferralId>, SessionStatus),
) -> Session {
    let (app, service) = (work.app, &search.service);
    let (names, of) = ((app.clock.id(), app.clock.opaque()), (course.id, course.patient_id));
    Session {
        referral_id,
        status,
        ..Session::booked(names, of, service, place, start, app.zone, work.now)
    }
}
