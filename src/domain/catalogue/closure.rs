//! Closures: days, or hours of days, on which a site is closed, a person away, or a
//! room or device not to be had. Public holidays are computed in `holidays`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::ids::{ClosureId, DeviceId, PractitionerId, RoomId, SiteId};
use crate::domain::text::Line;
use crate::domain::time::civil;
use crate::domain::time::civil::Day;
use crate::domain::time::hours::TimeOfDay;
use crate::domain::time::interval::Interval;
use crate::domain::time::time_zone::Tz;

/// What a manager writes about a closure. At most one of the four ids is set; with
/// none, every site is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
#[serde(try_from = "RawClosure")]
#[schema(example = json!({"first_day": "2026-12-28", "last_day": "2026-12-31", "reason": "Winter break"}))]
pub struct ClosureDetails {
    /// The site that is closed.
    pub site_id: Option<SiteId>,
    /// The person who is away.
    pub practitioner_id: Option<PractitionerId>,
    /// The room that is not to be had.
    pub room_id: Option<RoomId>,
    /// The device that is not to be had.
    pub device_id: Option<DeviceId>,
    /// Its first day.
    pub first_day: Day,
    /// Its last day.
    pub last_day: Day,
    /// From when on each of the days, local time; from their beginning unless set.
    #[schema(value_type = Option<String>)]
    #[sqlx(rename = "from_time")]
    pub from: Option<TimeOfDay>,
    /// Until when on each of the days, local time; to their end unless set.
    #[schema(value_type = Option<String>)]
    #[sqlx(rename = "until_time")]
    pub until: Option<TimeOfDay>,
    /// Why, as the desk may say it to a caller.
    pub reason: Line,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClosure {
    #[serde(default)]
    site_id: Option<SiteId>,
    #[serde(default)]
    practitioner_id: Option<PractitionerId>,
    #[serde(default)]
    room_id: Option<RoomId>,
    #[serde(default)]
    device_id: Option<DeviceId>,
    first_day: Day,
    last_day: Day,
    #[serde(default)]
    from: Option<TimeOfDay>,
    #[serde(default)]
    until: Option<TimeOfDay>,
    reason: Line,
}

/// Why a closure makes no sense.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ClosureError {
    /// More than one thing closed.
    #[error("at most one of site_id, practitioner_id, room_id and device_id is set")]
    Several,
    /// Ends before it begins.
    #[error("last_day is before first_day, or until is not after from")]
    Backwards,
    /// Longer than a year.
    #[error("a closure spans at most 366 days")]
    TooLong,
}

impl TryFrom<RawClosure> for ClosureDetails {
    type Error = ClosureError;
    fn try_from(raw: RawClosure) -> Result<Self, ClosureError> {
        let RawClosure {
            site_id, practitioner_id, room_id, device_id, first_day, last_day, ..
        } = raw;
        let things =
            [site_id.is_some(), practitioner_id.is_some(), room_id.is_some(), device_id.is_some()];
        if things.into_iter().filter(|set| *set).count() > 1 {
            return Err(ClosureError::Several);
        }
        let RawClosure { from, until, reason, .. } = raw;
        if last_day < first_day || from.zip(until).is_some_and(|(from, until)| until <= from) {
            return Err(ClosureError::Backwards);
        }
        if (last_day.date() - first_day.date()).num_days() > 366 {
            return Err(ClosureError::TooLong);
        }
        Ok(Self {
            site_id,
            practitioner_id,
            room_id,
            device_id,
            first_day,
            last_day,
            from,
            until,
            reason,
        })
    }
}

/// A closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Closure {
    /// Its id.
    pub id: ClosureId,
    /// Rises with each change.
    pub version: i64,
    /// What was written about it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub details: ClosureDetails,
}

impl Closure {
    /// Whether it closes the whole of `site`, not a part of it.
    #[must_use]
    pub fn closes_site(&self, site: SiteId) -> bool {
        let ClosureDetails { site_id, practitioner_id, room_id, device_id, .. } = &self.details;
        let of_one_thing = practitioner_id.is_some() || room_id.is_some() || device_id.is_some();
        !of_one_thing && site_id.is_none_or(|closed| closed == site)
    }

    /// The stretch of `date` that it takes away, in `zone`.
    #[must_use]
    pub fn on(&self, date: NaiveDate, zone: Tz) -> Option<Interval> {
        let ClosureDetails { first_day, last_day, from, until, .. } = &self.details;
        if date < first_day.date() || last_day.date() < date {
            return None;
        }
        let begins = from.map_or_else(|| civil::day_start(zone, date), |time| time.on(date, zone));
        let next = || civil::day_start(zone, date.succ_opt().unwrap_or(date));
        Interval::new(begins, until.map_or_else(next, |time| time.on(date, zone)))
    }
}
