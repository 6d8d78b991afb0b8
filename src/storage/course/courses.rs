//! Courses of treatment. Progress is never stored; it is counted from the sessions.

use sqlx::types::Json;

use crate::domain::course::Course;
use crate::domain::ids::{CourseId, PatientId};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new course.
pub async fn insert(tx: &mut Tx, course: &Course) -> Result<()> {
    let d = &course.details;
    tx.query(stmt!(
        "INSERT INTO courses (id, version, patient_id, goal, zones, pigment, depth, delivery, planned_sessions, status, outcome, created_at,
            assessed_at, ink)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    ))
    .bind_all((course.id, course.version, course.patient_id, d.goal, Json(&d.zones)))
    .bind_all(fields!(d => pigment, depth, delivery, planned_sessions, status, outcome))
    .bind_all((course.created_at, course.assessed_at, d.ink.as_ref().map(Json)))
    .done()
    .await
}

/// Writes `course`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, course: &Course) -> Result<bool> {
    let d = &course.details;
    tx.query(stmt!(
        "UPDATE courses SET version = $2, goal = $3, zones = $4, pigment = $5, depth = $6, delivery = $7,
            planned_sessions = $8, status = $9, outcome = $10, assessed_at = $11, ink = $12
         WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all((course.id, course.version, d.goal, Json(&d.zones)))
    .bind_all(fields!(d => pigment, depth, delivery, planned_sessions, status, outcome))
    .bind_all((course.assessed_at, d.ink.as_ref().map(Json)))
    .changed_one()
    .await
}

/// The course with this id.
pub async fn get(tx: &mut Tx, id: CourseId) -> Result<Option<Course>> {
    tx.query(stmt!("SELECT * FROM courses WHERE id = $1")).bind(id).optional().await
}

/// Courses in order of id, after `after`; all, or those of one patient.
pub async fn page(
    tx: &mut Tx,
    patient: Option<PatientId>,
    after: CourseId,
    limit: i64,
) -> Result<Vec<Course>> {
    tx.query(stmt!(
        "SELECT * FROM courses WHERE patient_id = coalesce($1, patient_id) AND id > $2 ORDER BY id LIMIT $3"
    ))
    .bind_all((patient, after, limit))
    .all()
    .await
}
