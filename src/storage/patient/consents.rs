//! Consents. A withdrawn one stays.

use crate::domain::ids::{ConsentId, PartnerId, PatientId};
use crate::domain::patient::consent::{Consent, ConsentKind, ConsentStatus};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new consent.
pub async fn insert(tx: &mut Tx, consent: &Consent) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO consents (id, version, patient_id, kind, partner_id, text_version, status, given_at, withdrawn_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ))
    .bind_all(fields!(consent => id, version, patient_id, details.kind, details.partner_id,
        details.text_version, status, given_at, withdrawn_at))
    .done()
    .await
}

/// Writes the state of `consent`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, consent: &Consent) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE consents SET version = $2, status = $3, withdrawn_at = $4 WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all(fields!(consent => id, version, status, withdrawn_at))
    .changed_one()
    .await
}

/// The consent of `patient` with this id.
pub async fn get(tx: &mut Tx, patient: PatientId, id: ConsentId) -> Result<Option<Consent>> {
    tx.query(stmt!("SELECT * FROM consents WHERE patient_id = $1 AND id = $2"))
        .bind_all((patient, id))
        .optional()
        .await
}

/// The consents of `patient` that hold.
pub async fn active(tx: &mut Tx, patient: PatientId) -> Result<Vec<Consent>> {
    tx.query(stmt!(
        "SELECT * FROM consents WHERE patient_id = $1 AND status = 'active' ORDER BY id"
    ))
    .bind(patient)
    .all()
    .await
}

/// The consents of one kind that `patient` gave, withdrawn ones included, oldest first.
pub async fn of_kind(tx: &mut Tx, patient: PatientId, kind: ConsentKind) -> Result<Vec<Consent>> {
    tx.query(stmt!("SELECT * FROM consents WHERE patient_id = $1 AND kind = $2 ORDER BY id"))
        .bind_all((patient, kind))
        .all()
        .await
}

/// Consents of `patient` in order of id, after `after`.
pub async fn page(
    tx: &mut Tx,
    patient: PatientId,
    after: ConsentId,
    limit: i64,
) -> Result<Vec<Consent>> {
    tx.query(stmt!("SELECT * FROM consents WHERE patient_id = $1 AND id > $2 ORDER BY id LIMIT $3"))
        .bind_all((patient, after, limit))
        .all()
        .await
}

/// Whether `patient` permits that `partner` is told of them (rule 56).
pub async fn is_disclosed(tx: &mut Tx, patient: PatientId, partner: PartnerId) -> Result<bool> {
    let given = of_kind(tx, patient, ConsentKind::Disclosure).await?;
    let names = |consent: &Consent| {
        consent.status == ConsentStatus::Active && consent.details.partner_id == Some(partner)
    };
    Ok(given.iter().any(names))
}
