//! A session to be booked, held or proposed: what is asked for, what is looked for, and the session
//! that comes of it.

use super::diaries;
use super::diaries::Search;
use crate::actions::booking::choices::with_choices;
use crate::actions::course::case;
use crate::actions::{Result, Work};
use crate::domain::booking::diary::Wanted;
use crate::domain::course::Course;
use crate::domain::course::session::{Place, Session};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, HoldId, ReferralId};
use crate::domain::rule_override::Override;
use crate::domain::text::Code;
use crate::domain::time::civil::When;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

with_choices! {
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
        /// The hold that kept this slot.
        #[serde(default)]
        pub hold_id: Option<HoldId>,
        /// A reason to book past rules that can be overridden, by whom they can.
        #[serde(default, rename = "override")]
        pub overriding: Option<Override>,
    }
}

impl NewSession {
    /// A session to be booked, with everything else left open.
    #[must_use]
    pub fn at(course_id: CourseId, service: Code, start: When) -> Self {
        Self {
            course_id,
            service,
            start,
            hold_id: None,
            overriding: None,
            site_id: None,
            practitioner_id: None,
            room_id: None,
            device_id: None,
        }
    }
}

/// What is looked for when `new` is to be booked in `course`.
pub(super) async fn search(
    work: &mut Work<'_>,
    course: &Course,
    new: &NewSession,
) -> Result<Search> {
    let service = diaries::service(&mut work.tx, work.app, new.service.as_str()).await?;
    let case = case::load(&mut work.tx, work.app, course, None).await?;
    let search = Search {
        case: Some(case),
        pardoned: case::pardoned(&work.caller.actor, new.overriding.as_ref()),
        ..Search::of(course.patient_id, service)
    };
    Ok(search.insisting(new.choices()))
}

/// Exactly what `place` holds.
pub(in crate::actions) fn exactly(place: Place) -> Wanted {
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
