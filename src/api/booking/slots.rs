//! Free times.

use crate::actions::booking::choices::Choices;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::booking::places::Places;
use crate::actions::booking::slots::{Slots, SlotsWanted};
use crate::actions::booking::{places, slots};
use crate::actions::{Answer, App, Caller};
use crate::api::extract::{Path, Query};
use crate::api::problem::Problem;
use crate::api::respond::{JsonAnswer, Reply};
use crate::domain::ids::{CourseId, DeviceId, PractitionerId, RoomId, SessionId, SiteId};
use crate::domain::text::Code;
use crate::domain::time::civil::Edge;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// For which course.
    #[param(value_type = Uuid)]
    course_id: CourseId,
    /// Code of the service.
    #[param(value_type = String, example = "consultation")]
    service: Code,
    /// From which day (`2027-03-15`) or time on; from now unless set.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-15")]
    from: Option<Edge>,
    /// To which day, included, or before which time; a fortnight unless set.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-20")]
    to: Option<Edge>,
    /// Only at this site; at the clinic unless set.
    #[param(value_type = Option<Uuid>)]
    site_id: Option<SiteId>,
    /// Only with this practitioner.
    #[param(value_type = Option<Uuid>)]
    practitioner_id: Option<PractitionerId>,
    /// Only in this room.
    #[param(value_type = Option<Uuid>)]
    room_id: Option<RoomId>,
    /// Only with this device.
    #[param(value_type = Option<Uuid>)]
    device_id: Option<DeviceId>,
    /// To move this session of the course: what it takes itself is free, and rules ask what comes before it.
    #[param(value_type = Option<Uuid>)]
    session_id: Option<SessionId>,
    /// How many at most; 200 unless set.
    #[param(minimum = 1, maximum = 5000)]
    limit: Option<u16>,
}

/// Free times, best first; never one that booking would refuse. `refused` says why there is none, or fewer.
#[utoipa::path(get, path = "/slots", operation_id = "find_slots", tag = "Booking", params(Wanted), responses((status = 200, body = Slots)))]
pub(in crate::api) async fn find(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Slots> {
    let Wanted {
        course_id,
        service,
        from,
        to,
        site_id,
        practitioner_id,
        room_id,
        device_id,
        session_id,
        limit,
    } = wanted;
    let limit = match limit.unwrap_or(200) {
        limit @ 1..=5000 => limit.into(),
        _ => return Err(Problem::invalid("/limit", "must be 1 to 5000")),
    };
    let service = service.into();
    let wanted = SlotsWanted {
        course_id,
        service,
        from,
        to,
        choices: Choices { site_id, practitioner_id, room_id, device_id },
        instead_of: session_id,
        limit,
    };
    Ok(JsonAnswer(Answer::Is(slots::find_slots(&app, &caller, wanted).await?)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Asked {
    /// Code of the service.
    #[param(value_type = String, example = "laser_partial")]
    service: Code,
    /// From which day (`2027-03-15`) or time on; from now unless set.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-15")]
    from: Option<Edge>,
    /// To which day, included, or before which time; a fortnight unless set.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-20")]
    to: Option<Edge>,
}

/// Where the next session of a course could be: the clinic and each partner's shop, with its first times, or why there are none.
#[utoipa::path(get, path = "/courses/{id}/places", operation_id = "find_places", tag = "Booking", params(("id" = CourseId, Path), Asked), responses((status = 200, body = Places)))]
pub(in crate::api) async fn find_places(
    State(app): State<App>,
    caller: Caller,
    Path(course_id): Path<CourseId>,
    Query(asked): Query<Asked>,
) -> Reply<Places> {
    let wanted = SlotsWanted {
        course_id,
        service: asked.service.into(),
        from: asked.from,
        to: asked.to,
        choices: Choices::default(),
        instead_of: None,
        limit: 1,
    };
    Ok(JsonAnswer(Answer::Is(places::places(&app, &caller, wanted).await?)))
}
