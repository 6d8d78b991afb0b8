//! What patients forbid to tell. A lock that was lifted stays.

use crate::domain::ids::{LockId, PatientId};
use crate::domain::patient::lock_box::Lock;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new lock.
pub async fn insert(tx: &mut Tx, lock: &Lock) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO locks (id, version, patient_id, item, partner_id, begun_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind_all(fields!(lock => id, version, patient_id, details.item, details.partner_id, begun_at,
        ended_at))
    .done()
    .await
}

/// Writes the end of `lock`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, lock: &Lock) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE locks SET version = $2, ended_at = $3 WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all((lock.id, lock.version, lock.ended_at))
    .changed_one()
    .await
}

/// The lock of `patient` with this id.
pub async fn get(tx: &mut Tx, patient: PatientId, id: LockId) -> Result<Option<Lock>> {
    tx.query(stmt!("SELECT * FROM locks WHERE patient_id = $1 AND id = $2"))
        .bind_all((patient, id))
        .optional()
        .await
}

/// The locks of `patient` in order of id, after `after`, those that were lifted included.
pub async fn page(tx: &mut Tx, patient: PatientId, after: LockId, limit: i64) -> Result<Vec<Lock>> {
    tx.query(stmt!("SELECT * FROM locks WHERE patient_id = $1 AND id > $2 ORDER BY id LIMIT $3"))
        .bind_all((patient, after, limit))
        .all()
        .await
}
