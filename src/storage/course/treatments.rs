//! A patient's visits in all courses, as the rules of removal look at them; those that
//! were cancelled, missed or entered in error are left out.

use chrono::{DateTime, Utc};

use crate::domain::catalogue::service::{Method, Purpose, treatment};
use crate::domain::course::Zone;
use crate::domain::course::case::{Happened, Visit};
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::ids::{CourseId, DeviceId, PartnerId, PatientId, SessionId};
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::domain::time::time_zone::Tz;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    id: SessionId,
    course_id: CourseId,
    device_id: Option<DeviceId>,
    partner_id: Option<PartnerId>,
    status: SessionStatus,
    procedure_status: ProcedureStatus,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[sqlx(json(nullable))]
    record: Option<TreatmentRecord>,
    code: Code,
    purpose: Option<Purpose>,
    method: Option<Method>,
    counts: bool,
    #[sqlx(json)]
    zones: Vec<Zone>,
}

/// The visits of `patient` in order of start; days are days of `zone`.
pub async fn of_patient(tx: &mut Tx, patient: PatientId, zone: Tz) -> Result<Vec<Visit>> {
    let rows: Vec<Row> = tx
        .query(stmt!(
            "SELECT s.id, s.course_id, s.device_id, s.status, s.procedure_status, s.starts_at, s.ends_at, s.updated_at, s.record,
                v.code, v.purpose, v.method, v.counts, c.zones, t.partner_id
             FROM sessions s JOIN services v ON v.id = s.service_id JOIN courses c ON c.id = s.course_id JOIN sites t ON t.id = s.site_id
             WHERE s.patient_id = $1 AND s.status NOT IN ('cancelled', 'noshow', 'entered-in-error')
             ORDER BY s.starts_at, s.id"
        ))
        .bind(patient)
        .all()
        .await?;
    Ok(rows.into_iter().map(|row| visit(row, zone)).collect())
}

fn visit(row: Row, zone: Tz) -> Visit {
    let purpose = row.purpose.unwrap_or_else(|| Purpose::named(row.code.as_str()));
    let happened = match (row.status, row.procedure_status) {
        (SessionStatus::Fulfilled, ProcedureStatus::NotDone) => Happened::NotDone,
        (SessionStatus::Fulfilled, _) => Happened::Done,
        _ => Happened::ToCome,
    };
    let over_at =
        if happened == Happened::ToCome { row.ends_at } else { row.ends_at.min(row.updated_at) };
    let record = row.record.as_ref();
    let sets = record.map_or(&[][..], |record| &record.parameter_sets);
    Visit {
        session_id: row.id,
        course_id: row.course_id,
        purpose,
        treatment: treatment(purpose, row.method),
        counts: row.counts,
        device_id: row.device_id,
        partner_id: row.partner_id,
        starts_at: row.starts_at,
        over_at,
        day: civil::date_of(zone, row.starts_at),
        happened,
        zones: record.and_then(TreatmentRecord::treated_zones).unwrap_or(row.zones),
        wavelengths: sets.iter().map(|set| set.wavelength_nm).collect(),
        reading: record.and_then(|record| record.test_patch_result),
        clearance: record.and_then(|record| record.clearance_percent),
    }
}
