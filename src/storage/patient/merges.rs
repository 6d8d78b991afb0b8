//! Records that were merged: what was carried over, row by row, so that it can be taken back exactly. The other record stays as
//! a marker that leads to the one that was kept; audit lines and deeds stay where they are, since they tell what was.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::ids::{ClaimId, DeedId, HoldId, PatientId, SessionId};
use crate::domain::patient::PatientDetails;
use crate::domain::patient::merge::Carried;
use crate::domain::patient::name::{FamilyName, GivenName};
use crate::domain::time::interval::Interval;
use crate::storage::booking::claims;
use crate::storage::booking::claims::Claimant;
use crate::storage::engine::{Sql, stmt};
use crate::storage::{Result, Tx};

/// A merge, as it was made.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Merge {
    /// The deed that made it.
    pub deed_id: DeedId,
    /// The record that was kept.
    pub kept_id: PatientId,
    /// The one that became a marker.
    pub other_id: PatientId,
    /// When.
    pub at: DateTime<Utc>,
    /// What was written about the one that was kept, before it took what it lacked.
    pub kept_before: Json<PatientDetails>,
    /// When it was taken back.
    pub undone_at: Option<DateTime<Utc>>,
}

/// The statements that carry one kind of row over: noting which they are, moving them, and moving them back.
struct Carrying {
    note: Sql,
    carry: Sql,
    back: Sql,
}

macro_rules! carrying {
    ($($table:literal),+) => {[$(
        Carrying {
            note: stmt!(concat!(
                "INSERT INTO merged_rows (deed_id, kind, row_id) SELECT $1, '", $table, "', id FROM ", $table, " WHERE patient_id = $2"
            )),
            carry: stmt!(concat!("UPDATE ", $table, " SET patient_id = $1 WHERE patient_id = $2")),
            back: stmt!(concat!(
                "UPDATE ", $table, " SET patient_id = $1 WHERE id IN (SELECT row_id FROM merged_rows WHERE deed_id = $2 AND kind = '", $table, "')"
            )),
        }
    ),+]};
}

/// Every kind of row that says whose it is.
fn carried() -> [Carrying; 8] {
    carrying!(
        "courses",
        "sessions",
        "consents",
        "locks",
        "referrals",
        "messages",
        "replies",
        "tasks"
    )
}

/// How much there is to carry over from a record.
pub async fn count(tx: &mut Tx, from: PatientId) -> Result<Carried> {
    tx.query(stmt!(
        "SELECT (SELECT COUNT(*) FROM courses WHERE patient_id = $1) AS courses,
            (SELECT COUNT(*) FROM sessions WHERE patient_id = $1) AS sessions,
            (SELECT COUNT(*) FROM consents WHERE patient_id = $1) AS consents,
            (SELECT COUNT(*) FROM locks WHERE patient_id = $1) AS locks,
            (SELECT COUNT(*) FROM referrals WHERE patient_id = $1) AS referrals,
            (SELECT COUNT(*) FROM messages WHERE patient_id = $1) AS messages,
            (SELECT COUNT(*) FROM replies WHERE patient_id = $1) AS replies,
            (SELECT COUNT(*) FROM tasks WHERE patient_id = $1) AS tasks,
            (SELECT COUNT(*) FROM feeds WHERE kind = 'patient' AND subject_id = $1 AND revoked_at IS NULL) AS feeds"
    ))
    .bind(from)
    .one()
    .await
}

/// When both are booked at once: the start of each such session of the one, and of the other's that it runs into.
pub async fn overlaps(
    tx: &mut Tx,
    one: PatientId,
    other: PatientId,
    now: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
    tx.query(stmt!(
        "SELECT COALESCE(s.starts_at, a.starts_at) AS one_at, COALESCE(t.starts_at, b.starts_at) AS other_at
         FROM claims a JOIN claims b ON a.starts_at < b.ends_at AND b.starts_at < a.ends_at
         LEFT JOIN sessions s ON s.id = a.session_id LEFT JOIN sessions t ON t.id = b.session_id
         WHERE a.resource_id = $1 AND b.resource_id = $2
           AND (a.expires_at IS NULL OR a.expires_at > $3) AND (b.expires_at IS NULL OR b.expires_at > $3)
         ORDER BY a.starts_at LIMIT 3"
    ))
    .bind_all((one, other, now))
    .all()
    .await
}

/// Writes down a merge.
pub async fn insert(tx: &mut Tx, merge: &Merge) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO merges (deed_id, kept_id, other_id, at, kept_before) VALUES ($1, $2, $3, $4, $5)"
    ))
    .bind_all((merge.deed_id, merge.kept_id, merge.other_id, merge.at, &merge.kept_before))
    .done()
    .await
}

/// The merge that a deed made, if it made one.
pub async fn get(tx: &mut Tx, deed: DeedId) -> Result<Option<Merge>> {
    tx.query(stmt!("SELECT * FROM merges WHERE deed_id = $1")).bind(deed).optional().await
}

/// The merges into a record since a time that were not taken back, newest first: the deed, the other's names, and when.
pub async fn into(
    tx: &mut Tx,
    kept: PatientId,
    since: DateTime<Utc>,
) -> Result<Vec<(DeedId, GivenName, FamilyName, DateTime<Utc>)>> {
    tx.query(stmt!(
        "SELECT m.deed_id, p.given_name, p.family_name, m.at FROM merges m JOIN patients p ON p.id = m.other_id
         WHERE m.kept_id = $1 AND m.at >= $2 AND m.undone_at IS NULL ORDER BY m.at DESC, m.deed_id DESC"
    ))
    .bind_all((kept, since))
    .all()
    .await
}

/// Notes that a merge was taken back. Whether it still stood.
pub async fn end(tx: &mut Tx, deed: DeedId, at: DateTime<Utc>) -> Result<bool> {
    tx.query(stmt!("UPDATE merges SET undone_at = $2 WHERE deed_id = $1 AND undone_at IS NULL"))
        .bind_all((deed, at))
        .changed_one()
        .await
}

/// Carries everything over to the record that is kept, and makes the other its marker.
pub async fn carry_over(tx: &mut Tx, merge: &Merge) -> Result<()> {
    let Merge { deed_id, kept_id, other_id, at, .. } = merge;
    for kind in carried() {
        tx.query(kind.note).bind_all((*deed_id, *other_id)).done().await?;
        tx.query(kind.carry).bind_all((*kept_id, *other_id)).done().await?;
    }
    claims::sweep(tx, (*kept_id).into(), *at).await?;
    claims::sweep(tx, (*other_id).into(), *at).await?;
    let all = tx
        .query(stmt!(
            "SELECT id, session_id, hold_id, starts_at, ends_at, expires_at FROM claims WHERE resource_id = $1 ORDER BY starts_at"
        ))
        .bind(*other_id)
        .all()
        .await?;
    claim_for(tx, *kept_id, all).await?;
    end_overtaken(tx, *deed_id, *kept_id, *at).await?;
    tx.query(stmt!(
        "INSERT INTO merged_rows (deed_id, kind, row_id) SELECT $1, 'patients', id FROM patients WHERE merged_into = $2"
    ))
    .bind_all((*deed_id, *other_id))
    .done()
    .await?;
    tx.query(stmt!(
        "UPDATE patients SET merged_into = $1, version = version + 1 WHERE merged_into = $2 OR id = $2"
    ))
    .bind_all((*kept_id, *other_id))
    .done()
    .await
}

/// A claim of a patient, with whose it is.
#[derive(sqlx::FromRow)]
struct OfPatient {
    id: ClaimId,
    session_id: Option<SessionId>,
    hold_id: Option<HoldId>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

/// Makes claims those of `patient`: a claim is given up and made, never moved.
async fn claim_for(tx: &mut Tx, patient: PatientId, all: Vec<OfPatient>) -> Result<()> {
    for claim in all {
        tx.query(stmt!("DELETE FROM claims WHERE id = $1")).bind(claim.id).done().await?;
        let by = match (claim.session_id, claim.hold_id, claim.expires_at) {
            (Some(session), ..) => Claimant::Session(session),
            (None, Some(hold), Some(expires)) => Claimant::Hold(hold, expires),
            _ => continue,
        };
        let when = Interval::new(claim.starts_at, claim.ends_at);
        if let Some(when) = when {
            claims::insert(tx, claim.id, patient.into(), by, when).await?;
        }
    }
    Ok(())
}

/// Of two consents of one kind the later word counts: one that was given, or taken back, after it ends the other.
async fn end_overtaken(
    tx: &mut Tx,
    deed: DeedId,
    patient: PatientId,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO merged_rows (deed_id, kind, row_id) SELECT $1, 'consents_ended', c.id FROM consents c
         WHERE c.patient_id = $2 AND c.status = 'active' AND EXISTS (
            SELECT 1 FROM consents o WHERE o.patient_id = $2 AND o.kind = c.kind AND o.id <> c.id
              AND (o.partner_id = c.partner_id OR (o.partner_id IS NULL AND c.partner_id IS NULL))
              AND ((o.status = 'active' AND (o.given_at > c.given_at OR (o.given_at = c.given_at AND o.id > c.id)))
                OR (o.status = 'inactive' AND o.withdrawn_at > c.given_at)))"
    ))
    .bind_all((deed, patient))
    .done()
    .await?;
    tx.query(stmt!(
        "UPDATE consents SET status = 'inactive', withdrawn_at = $2, version = version + 1
         WHERE id IN (SELECT row_id FROM merged_rows WHERE deed_id = $1 AND kind = 'consents_ended')"
    ))
    .bind_all((deed, at))
    .done()
    .await
}

/// Takes everything back to the record that it came from, with what was added since to a session or a referral of it.
pub async fn take_back(tx: &mut Tx, merge: &Merge) -> Result<()> {
    let Merge { deed_id, kept_id, other_id, .. } = merge;
    for kind in carried() {
        tx.query(kind.back).bind_all((*other_id, *deed_id)).done().await?;
    }
    for added in [
        stmt!(
            "UPDATE messages SET patient_id = $1 WHERE session_id IN (SELECT id FROM sessions WHERE patient_id = $1)
                OR referral_id IN (SELECT id FROM referrals WHERE patient_id = $1)"
        ),
        stmt!(
            "UPDATE tasks SET patient_id = $1 WHERE session_id IN (SELECT id FROM sessions WHERE patient_id = $1)
                OR referral_id IN (SELECT id FROM referrals WHERE patient_id = $1)"
        ),
        stmt!(
            "UPDATE replies SET patient_id = $1 WHERE session_id IN (SELECT id FROM sessions WHERE patient_id = $1)"
        ),
    ] {
        tx.query(added).bind(*other_id).done().await?;
    }
    let all = tx
        .query(stmt!(
            "SELECT id, session_id, hold_id, starts_at, ends_at, expires_at FROM claims WHERE resource_id = $1
               AND (session_id IN (SELECT id FROM sessions WHERE patient_id = $2)
                 OR hold_id IN (SELECT h.id FROM holds h JOIN courses c ON c.id = h.course_id WHERE c.patient_id = $2))
             ORDER BY starts_at"
        ))
        .bind_all((*kept_id, *other_id))
        .all()
        .await?;
    claim_for(tx, *other_id, all).await?;
    tx.query(stmt!(
        "UPDATE consents SET status = 'active', withdrawn_at = NULL, version = version + 1
         WHERE id IN (SELECT row_id FROM merged_rows WHERE deed_id = $1 AND kind = 'consents_ended')"
    ))
    .bind(*deed_id)
    .done()
    .await?;
    tx.query(stmt!(
        "UPDATE patients SET merged_into = $1, version = version + 1
         WHERE id IN (SELECT row_id FROM merged_rows WHERE deed_id = $2 AND kind = 'patients')"
    ))
    .bind_all((*other_id, *deed_id))
    .done()
    .await?;
    tx.query(stmt!("UPDATE patients SET merged_into = NULL, version = version + 1 WHERE id = $1"))
        .bind(*other_id)
        .done()
        .await
}
