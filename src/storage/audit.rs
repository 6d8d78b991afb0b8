//! The audit: who read or changed what of whose record, and when. Written in the
//! transaction of what was done; the database itself refuses to change or delete a line.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::engine::{fields, stmt};
use super::{Result, Tx};
use crate::domain::ids::{AuditId, PatientId, UserId};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// Its id; ids rise with time.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub user_id: Option<UserId>,
    /// Their name at the time.
    pub user_name: String,
    /// Their role at the time.
    pub role: String,
    /// Whose record.
    pub patient_id: Option<PatientId>,
    /// What was done: `patient.read`, `session.book`, …
    pub action: String,
    /// To what kind of thing.
    pub subject: String,
    /// To which.
    pub subject_id: Option<Uuid>,
    /// What else matters: a code, a time, or the reason given for an override or a correction; never what was done to a patient.
    pub detail: Option<String>,
}

/// Writes a line.
pub async fn insert(tx: &mut Tx, line: &Line) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO audit (id, at, user_id, user_name, role, patient_id, action, subject, subject_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ))
    .bind_all(fields!(line => id, at, user_id, user_name, role, patient_id, action, subject,
        subject_id, detail))
    .done()
    .await
}

/// The lines about `patient`, oldest first, those after `after`.
pub async fn page(
    tx: &mut Tx,
    patient: PatientId,
    after: AuditId,
    limit: i64,
) -> Result<Vec<Line>> {
    tx.query(stmt!(
        "SELECT * FROM audit WHERE (patient_id = $1 OR patient_id IN (SELECT id FROM patients WHERE merged_into = $1)) AND id > $2
         ORDER BY id LIMIT $3"
    ))
        .bind_all((patient, after, limit))
        .all()
        .await
}
