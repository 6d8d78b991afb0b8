//! What people have to do.

use chrono::{DateTime, Utc};

use crate::domain::ids::{ReferralId, SessionId, TaskId, UserId};
use crate::domain::messages::task::{Task, TaskKind};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new task.
pub async fn insert(tx: &mut Tx, task: &Task) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO tasks (id, version, kind, detail, session_id, patient_id, message_id, reply_id, created_at, referral_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ))
    .bind_all(fields!(task => id, version, kind, detail, session_id, patient_id, message_id,
        reply_id, created_at, referral_id))
    .done()
    .await
}

/// The task with this id.
pub async fn get(tx: &mut Tx, id: TaskId) -> Result<Option<Task>> {
    tx.query(stmt!("SELECT * FROM tasks WHERE id = $1")).bind(id).optional().await
}

/// Tasks in order of id, after `after`: those that are open, or all.
pub async fn page(tx: &mut Tx, open_only: bool, after: TaskId, limit: i64) -> Result<Vec<Task>> {
    if open_only {
        let open =
            stmt!("SELECT * FROM tasks WHERE done_at IS NULL AND id > $1 ORDER BY id LIMIT $2");
        return tx.query(open).bind(after).bind(limit).all().await;
    }
    tx.query(stmt!("SELECT * FROM tasks WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}

/// Marks the open tasks of a visit as done that ask for what has happened since: a call, or another time. By the program, not by a user.
pub async fn settle(tx: &mut Tx, session: SessionId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $2
         WHERE session_id = $1 AND done_at IS NULL AND kind IN ('patient_to_phone', 'visit_to_move', 'visit_declined', 'referral_unanswered', 'report_overdue')"
    ))
    .bind_all((session, at))
    .done()
    .await
}

/// Marks the open tasks of a visit as done that ask whether its patient comes: they have answered. By the program, not by a user.
pub async fn settle_answered(tx: &mut Tx, session: SessionId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $2
         WHERE session_id = $1 AND done_at IS NULL AND kind IN ('patient_to_phone', 'visit_to_move', 'visit_declined')"
    ))
    .bind_all((session, at))
    .done()
    .await
}

/// Marks the open tasks of one kind about a referral as done: it has happened since. By the program, not by a user.
pub async fn settle_referral(
    tx: &mut Tx,
    referral: ReferralId,
    kind: TaskKind,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $3 WHERE referral_id = $1 AND kind = $2 AND done_at IS NULL"
    ))
    .bind_all((referral, kind, at))
    .done()
    .await
}

/// The open tasks of one kind about a referral.
pub async fn open_of_referral(
    tx: &mut Tx,
    referral: ReferralId,
    kind: TaskKind,
) -> Result<Vec<Task>> {
    tx.query(stmt!(
        "SELECT * FROM tasks WHERE referral_id = $1 AND kind = $2 AND done_at IS NULL ORDER BY id"
    ))
    .bind_all((referral, kind))
    .all()
    .await
}

/// Marks a task as done if it is open: it has happened since. By the program, not by a user.
pub async fn settle_one(tx: &mut Tx, id: TaskId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $2 WHERE id = $1 AND done_at IS NULL"
    ))
    .bind_all((id, at))
    .done()
    .await
}

/// Whether a task of this kind about a referral is still to be done.
pub async fn is_open_for(tx: &mut Tx, referral: ReferralId, kind: TaskKind) -> Result<bool> {
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM tasks WHERE referral_id = $1 AND kind = $2 AND done_at IS NULL) AS there"
    ))
    .bind_all((referral, kind))
    .value()
    .await
}

/// Whether a task of this kind about a visit is still to be done.
pub async fn is_open(tx: &mut Tx, session: SessionId, kind: TaskKind) -> Result<bool> {
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM tasks WHERE session_id = $1 AND kind = $2 AND done_at IS NULL) AS there"
    ))
    .bind_all((session, kind))
    .value()
    .await
}

/// Marks a task as done. Whether it was open, at `version`.
pub async fn mark_done(
    tx: &mut Tx,
    id: TaskId,
    version: i64,
    by: UserId,
    at: DateTime<Utc>,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $3, done_by = $4 WHERE id = $1 AND version = $2 AND done_at IS NULL"
    ))
    .bind_all((id, version, at, by))
    .changed_one()
    .await
}
