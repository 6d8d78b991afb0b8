//! Referrals. What a shop asks for is looked up under its own id by the statement itself: what
//! was referred to another shop, or not sent yet, is not there.

use crate::domain::ids::{CourseId, PartnerId, PatientId, ReferralId};
use crate::domain::partner::referral::{Referral, ReferralStatus};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new referral.
pub async fn insert(tx: &mut Tx, r: &Referral) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO referrals (id, version, course_id, patient_id, partner_id, service_id, sessions, status, screening, reason,
            by_booking, sent_by_booking, created_at, requested_at, received_at, answered_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    ))
    .bind_all(fields!(r => id, version, course_id, patient_id, partner_id, service_id, sessions,
        status, screening, reason, by_booking, sent_by_booking, created_at, requested_at,
        received_at, answered_at, ended_at))
    .done()
    .await
}

/// Writes `r`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, r: &Referral) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE referrals SET version = $2, sessions = $3, status = $4, screening = $5, reason = $6, requested_at = $7,
            received_at = $8, answered_at = $9, ended_at = $10, sent_by_booking = $11
         WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all(fields!(r => id, version, sessions, status, screening, reason, requested_at,
        received_at, answered_at, ended_at, sent_by_booking))
    .changed_one()
    .await
}

/// The referral with this id; for `own` users, only if it was sent to their shop.
pub async fn get(tx: &mut Tx, own: Option<PartnerId>, id: ReferralId) -> Result<Option<Referral>> {
    tx.query(stmt!(
        "SELECT * FROM referrals WHERE id = $1 AND partner_id = coalesce($2, partner_id)
           AND (NOT $3 OR (requested_at IS NOT NULL AND status <> 'entered-in-error'))"
    ))
    .bind_all((id, own, own.is_some()))
    .optional()
    .await
}

/// Which referrals a list asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Only to this shop.
    pub partner: Option<PartnerId>,
    /// Only of this course.
    pub course: Option<CourseId>,
    /// Only in this state.
    pub status: Option<ReferralStatus>,
    /// Only what was sent.
    pub sent_only: bool,
}

/// The referrals wanted, in order of id, after `after`.
pub async fn page(
    tx: &mut Tx,
    wanted: Wanted,
    after: ReferralId,
    limit: i64,
) -> Result<Vec<Referral>> {
    tx.query(stmt!(
        "SELECT * FROM referrals WHERE id > $1 AND partner_id = coalesce($2, partner_id) AND course_id = coalesce($3, course_id)
           AND status = coalesce($4, status) AND (NOT $5 OR (requested_at IS NOT NULL AND status <> 'entered-in-error'))
         ORDER BY id LIMIT $6"
    ))
    .bind(after)
    .bind_all(fields!(wanted => partner, course, status, sent_only))
    .bind(limit)
    .all()
    .await
}

/// The referrals of a course to a shop, oldest first.
pub async fn of_course(tx: &mut Tx, course: CourseId, partner: PartnerId) -> Result<Vec<Referral>> {
    tx.query(stmt!("SELECT * FROM referrals WHERE course_id = $1 AND partner_id = $2 ORDER BY id"))
        .bind_all((course, partner))
        .all()
        .await
}

/// The referrals of a course that have not ended, oldest first.
pub async fn open_of_course(tx: &mut Tx, course: CourseId) -> Result<Vec<Referral>> {
    tx.query(stmt!(
        "SELECT * FROM referrals WHERE course_id = $1
           AND status IN ('draft', 'requested', 'received', 'accepted', 'in-progress', 'on-hold') ORDER BY id"
    ))
    .bind(course)
    .all()
    .await
}

/// The referrals of a patient, to one shop or to any, ended or not.
pub async fn of_patient(
    tx: &mut Tx,
    patient: PatientId,
    partner: Option<PartnerId>,
) -> Result<Vec<Referral>> {
    tx.query(stmt!(
        "SELECT * FROM referrals WHERE patient_id = $1 AND partner_id = coalesce($2, partner_id) ORDER BY id"
    ))
    .bind_all((patient, partner))
    .all()
    .await
}

/// The referrals of a patient to a shop that have not ended, oldest first.
pub async fn open_of(tx: &mut Tx, patient: PatientId, partner: PartnerId) -> Result<Vec<Referral>> {
    tx.query(stmt!(
        "SELECT * FROM referrals WHERE patient_id = $1 AND partner_id = $2
           AND status IN ('draft', 'requested', 'received', 'accepted', 'in-progress', 'on-hold') ORDER BY id"
    ))
    .bind_all((patient, partner))
    .all()
    .await
}
