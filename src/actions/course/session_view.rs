//! A session as callers are shown it: times with the zone's offset of that day, its
//! service by code, its place in the course.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actions::App;
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::session::{CancelReason, RebookReason, Session};
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::ids::{
    CourseId, DeviceId, PatientId, PractitionerId, ReferralId, RoomId, SessionId, SiteId,
};
use crate::domain::refusal::Warning;
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::storage::course::sessions::Listed;

/// A session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// Its name in calendars, for life.
    pub uid: Uuid,
    /// How often its time has changed.
    pub sequence: i64,
    /// Rises with each change.
    pub version: i64,
    /// The course it belongs to.
    pub course_id: CourseId,
    /// Whose it is.
    pub patient_id: PatientId,
    /// The referral that it is one of, at a partner's shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
    /// Code of the service.
    pub service: Code,
    /// Where the appointment stands.
    pub status: SessionStatus,
    /// Where the procedure stands.
    pub procedure_status: ProcedureStatus,
    /// Start of the visit.
    pub start: DateTime<FixedOffset>,
    /// End of the visit.
    pub end: DateTime<FixedOffset>,
    /// The wall time that was promised.
    #[schema(example = "2027-03-15T10:00")]
    pub local_start: String,
    /// The zone of that wall time.
    #[schema(example = "America/Toronto")]
    pub time_zone: String,
    /// Where.
    pub site_id: SiteId,
    /// Who treats.
    pub practitioner_id: PractitionerId,
    /// In which room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// With which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
    /// Its place in the course, by start, cancelled ones left out.
    pub number: i64,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
    /// Why it has to be rebooked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebook_reason: Option<RebookReason>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<TreatmentRecord>,
    /// What the caller should know, such as that a wall time happens twice that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What is allowed, but should be known, such as an interval below the suggested one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// When its patient said that they come, to this very time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<FixedOffset>>,
    /// When it was booked.
    pub created_at: DateTime<FixedOffset>,
    /// When it last changed.
    pub updated_at: DateTime<FixedOffset>,
}

/// `listed` as callers are shown it.
#[must_use]
pub fn session_view(app: &App, listed: Listed) -> SessionView {
    let Listed { session, service_code, number, .. } = listed;
    let Session {
        id,
        uid,
        sequence,
        version,
        course_id,
        patient_id,
        referral_id,
        place,
        status,
        procedure_status,
        ..
    } = session;
    let shown = |at| civil::shown(app.zone, at);
    SessionView {
        id,
        uid,
        sequence,
        version,
        course_id,
        patient_id,
        referral_id,
        service: service_code,
        status,
        procedure_status,
        start: shown(session.starts_at),
        end: shown(session.ends_at),
        local_start: session.local_start,
        time_zone: session.zone,
        site_id: place.site_id,
        practitioner_id: place.practitioner_id,
        room_id: place.room_id,
        device_id: place.device_id,
        number,
        cancel_reason: session.cancel_reason,
        rebook_reason: session.rebook_reason,
        record: session.record,
        notice: None,
        warnings: Vec::new(),
        confirmed_at: session.confirmed_at.map(shown),
        created_at: shown(session.created_at),
        updated_at: shown(session.updated_at),
    }
}
