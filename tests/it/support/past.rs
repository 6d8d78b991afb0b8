//! What has been: visits of the past, written straight into the store as they were,
//! so that a story can begin in the middle of a course.

use super::toronto;
use chrono::{Duration, NaiveDateTime};
use fadeline::domain::catalogue::service::Service;
use fadeline::domain::course::session::{Place, Session};
use fadeline::domain::course::status::{Outcome, ProcedureStatus, SessionStatus};
use fadeline::domain::ids::{CourseId, DeviceId, PractitionerId, RoomId, ServiceId};
use fadeline::domain::time::civil;
use fadeline::storage::Tx;
use fadeline::storage::catalogue::{devices, practitioners, rooms, services};
use fadeline::storage::course::{courses, sessions};
use serde_json::{Value, json};
use uuid::Uuid;

use super::TestApp;

/// Settings that both lasers of the small clinic have.
pub(crate) fn settings(wavelength_nm: u16) -> Value {
    json!({"wavelength_nm": wavelength_nm, "fluence_j_cm2": 3.5, "spot_mm": 4.0, "pulse_width": 6.0, "pulse_width_unit": "ns",
        "frequency_hz": 5.0, "pulse_count": 300, "passes": 1})
}

/// A visit that went as it should, of which no more is said.
pub(crate) fn completed() -> Value {
    json!({"outcome": "completed"})
}

/// A laser exposure that went well, with nothing left out.
pub(crate) fn done_with(wavelength_nm: u16) -> Value {
    json!({"outcome": "completed", "zones": ["vertex"], "parameter_sets": [settings(wavelength_nm)], "endpoint": "frosting",
        "pain": 4, "eyewear_checked": true})
}

/// A test patch that went well.
pub(crate) fn patch_with(wavelength_nm: u16) -> Value {
    let mut record = done_with(wavelength_nm);
    record["test_patch_result"] = json!("acceptable");
    record
}

impl TestApp {
    /// A visit of the past: `record` is what was done in it. Answers its id.
    pub(crate) async fn write_past(
        &self,
        course: &str,
        service: &str,
        start: &str,
        device: Option<&str>,
        record: Value,
    ) -> String {
        let mut tx = self.app.db.begin().await.unwrap();
        let course =
            courses::get(&mut tx, CourseId(course.parse().unwrap())).await.unwrap().unwrap();
        let service = named(&mut tx, service).await.unwrap();
        let practitioner =
            practitioners::page(&mut tx, PractitionerId(Uuid::nil()), 1).await.unwrap().remove(0);
        let room = rooms::page(&mut tx, RoomId(Uuid::nil()), 1).await.unwrap().remove(0);
        let wall = NaiveDateTime::parse_from_str(start, "%Y-%m-%dT%H:%M").unwrap();
        let starts_at = civil::resolve(toronto(), wall).bound();
        let record: fadeline::domain::course::record::TreatmentRecord =
            serde_json::from_value(record).unwrap();
        let ends_at = starts_at + service.duration();
        let session = Session {
            id: self.app.clock.id(),
            uid: self.app.clock.opaque(),
            sequence: 0,
            version: 1,
            course_id: course.id,
            patient_id: course.patient_id,
            service_id: service.id,
            referral_id: None,
            place: Place {
                site_id: practitioner.details.site_id,
                practitioner_id: practitioner.id,
                room_id: Some(room.id),
                device_id: device.map(|id| DeviceId(id.parse().unwrap())),
            },
            status: SessionStatus::Fulfilled,
            procedure_status: match record.outcome {
                Outcome::Completed => ProcedureStatus::Completed,
                Outcome::Stopped => ProcedureStatus::Stopped,
                Outcome::NotDone => ProcedureStatus::NotDone,
            },
            local_start: start.to_owned(),
            zone: "America/Toronto".to_owned(),
            starts_at,
            ends_at,
            cancel_reason: None,
            rebook_reason: None,
            record: Some(record),
            confirmed_at: None,
            created_at: starts_at - Duration::days(14),
            updated_at: ends_at,
        };
        sessions::insert(&mut tx, &session).await.unwrap();
        tx.commit().await.unwrap();
        session.id.to_string()
    }

    /// Opens a course for a new patient who has been to the consultation and whose test patches, one with each
    /// laser, went well two months ago. Answers its id.
    pub(crate) async fn prepare_course(&self, name: &str) -> String {
        let course = self.open_course(name).await;
        self.prepare(&course).await;
        course
    }

    /// The consultation and the test patches of a course, two months ago.
    pub(crate) async fn prepare(&self, course: &str) {
        let mut tx = self.app.db.begin().await.unwrap();
        let lasers = devices::page(&mut tx, DeviceId(Uuid::nil()), 50).await.unwrap();
        let patched = named(&mut tx, "test_patch").await.is_some();
        tx.rollback().await.unwrap();
        let today = civil::date_of(toronto(), self.app.clock.now());
        let at = |days: i64, time: &str| format!("{}T{time}", today - Duration::days(days));
        if services_known(self).await {
            self.write_past(course, "consultation", &at(61, "10:00"), None, completed()).await;
        }
        for (laser, hour) in lasers.iter().filter(|_| patched).zip(9..) {
            let record =
                patch_with(laser.details.modes.first().map_or(1064, |mode| mode.wavelength_nm));
            self.write_past(
                course,
                "test_patch",
                &at(60, &format!("{hour:02}:00")),
                Some(&laser.id.to_string()),
                record,
            )
            .await;
        }
    }
}

async fn services_known(app: &TestApp) -> bool {
    let mut tx = app.app.db.read().await.unwrap();
    named(&mut tx, "consultation").await.is_some()
}

/// The service that programs call `code`.
pub(crate) async fn named(tx: &mut Tx, code: &str) -> Option<Service> {
    let all = services::page(tx, ServiceId(Uuid::nil()), 100).await.unwrap();
    all.into_iter().find(|service| service.details.code.as_str() == code)
}
