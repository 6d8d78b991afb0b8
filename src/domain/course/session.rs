//! A session: one visit in which a method is or was to be applied. It keeps its UID
//! for life; `sequence` rises with each change of time. Both what was promised (the
//! civil time and its zone) and the instant are stored.

use chrono::{DateTime, Utc};

use super::record::TreatmentRecord;
use super::status::{ProcedureStatus, SessionStatus, Verb};
use crate::domain::catalogue::service::Service;
use crate::domain::clinic::policy::Policy;
use crate::domain::codes::codes;
use crate::domain::ids::{
    CourseId, DeviceId, PatientId, PractitionerId, ReferralId, RoomId, ServiceId, SessionId, SiteId,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use uuid::Uuid;

codes! {
    /// Why a session was cancelled.
    CancelReason in "snake_case" {
        PatientRequest, ClinicRequest, BookedByMistake, ConsentWithdrawn, Unwell, Other,
        /// The shop that was asked does not do it.
        DeclinedByShop,
    }
}

codes! {
    /// Why a booked session has to be booked again.
    RebookReason in "snake_case" {
        /// Rule 37: its rental window was removed.
        RentalWindowRemoved,
    }
}

/// Who and what a session takes besides the patient.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    sqlx::FromRow,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct Place {
    /// Where.
    pub site_id: SiteId,
    /// Who treats.
    pub practitioner_id: PractitionerId,
    /// In which room.
    pub room_id: Option<RoomId>,
    /// With which device.
    pub device_id: Option<DeviceId>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Session {
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
    /// The referral that it is one of; none at the clinic.
    pub referral_id: Option<ReferralId>,
    /// What is done.
    pub service_id: ServiceId,
    /// Who and what it takes.
    #[sqlx(flatten)]
    pub place: Place,
    /// Where the appointment stands.
    pub status: SessionStatus,
    /// Where the procedure stands.
    pub procedure_status: ProcedureStatus,
    /// The promised wall time, `2027-03-15T10:00`.
    pub local_start: String,
    /// The zone of that wall time.
    pub zone: String,
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Its end.
    pub ends_at: DateTime<Utc>,
    /// Why it was cancelled.
    pub cancel_reason: Option<CancelReason>,
    /// Why it has to be booked again.
    pub rebook_reason: Option<RebookReason>,
    /// What was done.
    #[sqlx(json(nullable))]
    pub record: Option<TreatmentRecord>,
    /// When its patient said that they come, to this very time.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it was booked.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Session {
    /// One that is booked in `zone` at `now`: `service` at `place`, from `start` on.
    #[must_use]
    pub fn booked(
        (id, uid): (SessionId, Uuid),
        (course_id, patient_id): (CourseId, PatientId),
        service: &Service,
        place: Place,
        start: DateTime<Utc>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            uid,
            sequence: 0,
            version: 1,
            course_id,
            patient_id,
            referral_id: None,
            service_id: service.id,
            place,
            status: SessionStatus::Booked,
            procedure_status: ProcedureStatus::Preparation,
            local_start: civil::wall_of(zone, start).format("%Y-%m-%dT%H:%M").to_string(),
            zone: zone.name().to_owned(),
            starts_at: start,
            ends_at: start + service.duration(),
            cancel_reason: None,
            rebook_reason: None,
            record: None,
            confirmed_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it waits for the answer of its shop; what waits because its device went away does not.
    #[must_use]
    pub fn awaits_shop(&self) -> bool {
        self.status == SessionStatus::Pending && self.rebook_reason.is_none()
    }

    /// The session after `verb` at `now`, or every reason why not.
    pub fn after(
        &self,
        verb: Verb,
        now: DateTime<Utc>,
        policy: &Policy,
        zone: Tz,
    ) -> Result<SessionStatus, Vec<Refusal>> {
        let next = self.status.after(verb)?;
        let too_early = match verb {
            Verb::Arrive => (
                Code::TooEarlyToArrive,
                self.starts_at - civil::minutes(policy.arrive_early_minutes),
                "The patient can be marked as arrived from",
            ),
            Verb::NoShow => (
                Code::TooEarlyForNoShow,
                self.starts_at + civil::minutes(policy.no_show_after_minutes),
                "The patient may still come; a no-show can be set from",
            ),
            _ => return Ok(next),
        };
        let (code, from, words) = too_early;
        if now < from {
            return Err(vec![
                Refusal::new(code, format!("{words} {}.", civil::spoken(zone, from)))
                    .with_earliest(Some(civil::date_of(zone, from))),
            ]);
        }
        Ok(next)
    }
}
