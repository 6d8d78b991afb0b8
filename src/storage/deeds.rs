//! Deeds: who changed something, when, by which verb and under which key; and the rows of what
//! each touched. The live view and `undo` read them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::engine::{Sql, stmt};
use super::{Result, Tx};
use crate::domain::ids::{DeedId, PatientId, UserId};
use crate::domain::time::interval::Interval;

/// One deed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Deed {
    /// Its id.
    pub id: DeedId,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Which user did it; none where the program did, or a patient.
    pub user_id: Option<UserId>,
    /// The user's name at the time, or the program's.
    pub actor: String,
    /// The verb, as in the audit: `session.book`.
    pub verb: String,
    /// The request's `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

/// One thing that a deed touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// What kind of thing: `patient`, `session`, `room`, …
    pub kind: &'static str,
    /// Which.
    pub id: Uuid,
    /// For which time, where that is known.
    pub when: Option<Interval>,
}

/// Writes a deed.
pub async fn insert(tx: &mut Tx, deed: &Deed) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO deeds (id, at, user_id, actor, verb, idempotency_key) VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .bind_all((deed.id, deed.at, deed.user_id, &deed.actor, &deed.verb, &deed.idempotency_key))
    .done()
    .await
}

/// The deed with this id.
pub async fn get(tx: &mut Tx, id: DeedId) -> Result<Option<Deed>> {
    tx.query(stmt!("SELECT * FROM deeds WHERE id = $1")).bind(id).optional().await
}

/// The first few deeds after `deed` that touched one of two patients, or a course or session of theirs.
pub async fn on_patients_since(
    tx: &mut Tx,
    deed: &Deed,
    (one, other): (PatientId, PatientId),
) -> Result<Vec<Deed>> {
    tx.query(stmt!(
        "SELECT d.* FROM deeds d WHERE d.id <> $1 AND (d.id > $1 OR d.at > $2) AND d.id IN (
            SELECT t.deed_id FROM touched t WHERE t.subject_id IN ($3, $4)
              OR t.subject_id IN (SELECT id FROM sessions WHERE patient_id IN ($3, $4))
              OR t.subject_id IN (SELECT id FROM courses WHERE patient_id IN ($3, $4)))
         ORDER BY d.id LIMIT 3"
    ))
    .bind_all((deed.id, deed.at, one, other))
    .all()
    .await
}

macro_rules! rows {
    ($($more:literal),*) => {
        stmt!(concat!(
            "INSERT INTO touched (deed_id, kind, subject_id, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
            $(", ", $more),*
        ))
    };
}

/// The statement that writes so many rows at once. A booking touches seven things at most.
fn insert_rows(rows: usize) -> (usize, Sql) {
    match rows {
        1 => (1, rows!()),
        2 => (2, rows!("($1, $6, $7, $8, $9)")),
        3 => (3, rows!("($1, $6, $7, $8, $9)", "($1, $10, $11, $12, $13)")),
        4..=6 => (
            4,
            rows!("($1, $6, $7, $8, $9)", "($1, $10, $11, $12, $13)", "($1, $14, $15, $16, $17)"),
        ),
        _ => (
            7,
            rows!(
                "($1, $6, $7, $8, $9)",
                "($1, $10, $11, $12, $13)",
                "($1, $14, $15, $16, $17)",
                "($1, $18, $19, $20, $21)",
                "($1, $22, $23, $24, $25)",
                "($1, $26, $27, $28, $29)"
            ),
        ),
    }
}

/// Writes what a deed touched.
pub async fn insert_touched(tx: &mut Tx, deed: DeedId, all: &[Touched]) -> Result<()> {
    let mut left = all;
    while !left.is_empty() {
        let (many, sql) = insert_rows(left.len());
        let (now, later) = left.split_at(many.min(left.len()));
        let mut query = tx.query(sql).bind(deed);
        for one in now {
            let (starts_at, ends_at) = (one.when.map(Interval::start), one.when.map(Interval::end));
            query = query.bind_all((one.kind, one.id, starts_at, ends_at));
        }
        query.run().await?;
        left = later;
    }
    Ok(())
}

/// How often anything that the desk sees on `days` was touched: a session that starts on them, the catalogue, or a patient
/// who is on them. It only grows, whichever of two deeds is committed first.
pub async fn count_on(tx: &mut Tx, days: Interval) -> Result<i64> {
    let (count,): (i64,) = tx
        .query(stmt!(
            "SELECT (SELECT COUNT(*) FROM touched WHERE kind = 'session' AND starts_at >= $1 AND starts_at < $2)
                  + (SELECT COUNT(*) FROM touched WHERE starts_at IS NULL
                     AND kind IN ('site', 'room', 'practitioner', 'device', 'service', 'closure', 'partner'))
                  + (SELECT COUNT(*) FROM touched WHERE kind = 'patient' AND subject_id IN
                       (SELECT patient_id FROM sessions WHERE starts_at >= $1 AND starts_at < $2))"
        ))
        .bind_all((days.start(), days.end()))
        .one()
        .await?;
    Ok(count)
}
