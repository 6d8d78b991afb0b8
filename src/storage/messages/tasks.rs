//! What people have to do.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::ids::{MessageId, PartnerId, PatientId, ReferralId, SessionId, TaskId, UserId};
use crate::domain::messages::task::{Solver, Task, TaskKind};
use crate::domain::patient::channel::Channel;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new task.
pub async fn insert(tx: &mut Tx, task: &Task) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO tasks (id, version, kind, detail, session_id, patient_id, message_id, reply_id, created_at, referral_id,
            due_at, owner_id, partner_id, session_ids)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    ))
    .bind_all(fields!(task => id, version, kind, detail, session_id, patient_id, message_id,
        reply_id, created_at, referral_id, due_at, owner_id, partner_id))
    .bind(Json(&task.session_ids))
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

/// Tasks of one patient in order of id, after `after`: those that are open, or all; of one session, where one is named.
pub async fn page_of_patient(
    tx: &mut Tx,
    (patient, session): (PatientId, Option<SessionId>),
    open_only: bool,
    after: TaskId,
    limit: i64,
) -> Result<Vec<Task>> {
    let among = session.map(|id| format!("%{id}%"));
    tx.query(stmt!(
        "SELECT * FROM tasks WHERE patient_id = $1 AND id > $2 AND (done_at IS NULL OR $3)
           AND (session_id = $4 OR CAST(session_ids AS TEXT) LIKE $5 OR $4 IS NULL)
         ORDER BY id LIMIT $6"
    ))
    .bind_all((patient, after, !open_only, session, among, limit))
    .all()
    .await
}

/// The kinds that `solver` settles, as a statement compares them: it asks whether this text holds the kind of a task between
/// two blanks.
fn kinds_solved_by(solver: Solver) -> String {
    let kinds = TaskKind::all_solved_by(solver);
    kinds.iter().fold(String::from(" "), |text, kind| format!("{text}{kind} "))
}

/// Marks the open tasks of a session as done that `solver` settles. By the program, not by a user.
pub async fn settle(
    tx: &mut Tx,
    session: SessionId,
    solver: Solver,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $3
         WHERE session_id = $1 AND done_at IS NULL AND $2 LIKE '% ' || kind || ' %'"
    ))
    .bind_all((session, kinds_solved_by(solver), at))
    .done()
    .await
}

/// Marks the open tasks about a referral as done that `solver` settles. By the program, not by a user.
pub async fn settle_referral(
    tx: &mut Tx,
    referral: ReferralId,
    solver: Solver,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $3
         WHERE referral_id = $1 AND done_at IS NULL AND $2 LIKE '% ' || kind || ' %'"
    ))
    .bind_all((referral, kinds_solved_by(solver), at))
    .done()
    .await
}

/// The open tasks about a referral that `solver` settles.
pub async fn open_of_referral(
    tx: &mut Tx,
    referral: ReferralId,
    solver: Solver,
) -> Result<Vec<Task>> {
    tx.query(stmt!(
        "SELECT * FROM tasks WHERE referral_id = $1 AND done_at IS NULL AND $2 LIKE '% ' || kind || ' %' ORDER BY id"
    ))
    .bind_all((referral, kinds_solved_by(solver)))
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

/// Opens a task again. Whether it was done, at `version`.
pub async fn mark_open(tx: &mut Tx, id: TaskId, version: i64) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = NULL, done_by = NULL WHERE id = $1 AND version = $2 AND done_at IS NOT NULL"
    ))
    .bind_all((id, version))
    .changed_one()
    .await
}

/// Writes who has taken an open task, or that nobody has. Whether it was open, at `version`.
pub async fn set_owner(
    tx: &mut Tx,
    id: TaskId,
    version: i64,
    owner: Option<UserId>,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, owner_id = $3 WHERE id = $1 AND version = $2 AND done_at IS NULL"
    ))
    .bind_all((id, version, owner))
    .changed_one()
    .await
}

/// The open task of one kind about a visit, the oldest one.
pub async fn open_of_session(
    tx: &mut Tx,
    session: SessionId,
    kind: TaskKind,
) -> Result<Option<Task>> {
    tx.query(stmt!(
        "SELECT * FROM tasks WHERE session_id = $1 AND kind = $2 AND done_at IS NULL ORDER BY id LIMIT 1"
    ))
    .bind_all((session, kind))
    .optional()
    .await
}

/// The open task to phone a shop about a visit.
pub async fn open_of_shop(
    tx: &mut Tx,
    session: SessionId,
    partner: PartnerId,
) -> Result<Option<Task>> {
    tx.query(stmt!(
        "SELECT * FROM tasks WHERE session_id = $1 AND partner_id = $2 AND kind = 'shop_to_phone' AND done_at IS NULL
         ORDER BY id LIMIT 1"
    ))
    .bind_all((session, partner))
    .optional()
    .await
}

/// Says what is to be done in other words, and until when: what it is about has changed.
pub async fn reword(
    tx: &mut Tx,
    id: TaskId,
    detail: &str,
    due_at: Option<DateTime<Utc>>,
) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, detail = $2, due_at = $3 WHERE id = $1 AND done_at IS NULL"
    ))
    .bind_all((id, detail, due_at))
    .done()
    .await
}

/// Whether a task about this message is still to be done.
pub async fn is_open_of_message(tx: &mut Tx, message: MessageId) -> Result<bool> {
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM tasks WHERE message_id = $1 AND done_at IS NULL) AS there"
    ))
    .bind(message)
    .value()
    .await
}

/// Marks the open tasks that a message left because it was late as done: it has gone out. By the program, not by a user.
pub async fn settle_late(tx: &mut Tx, message: MessageId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $2 WHERE message_id = $1 AND done_at IS NULL AND kind = 'message_late'"
    ))
    .bind_all((message, at))
    .done()
    .await
}

/// Marks the open tasks as done that ask for another address of a patient: something has arrived by `channel`. By the program,
/// not by a user.
pub async fn settle_mended(
    tx: &mut Tx,
    patient: PatientId,
    channel: Channel,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "UPDATE tasks SET version = version + 1, done_at = $3
         WHERE patient_id = $1 AND done_at IS NULL AND kind = 'message_failed'
           AND message_id IN (SELECT m.id FROM messages m JOIN dead_ways d ON d.recipient = lower(m.recipient)
            WHERE m.patient_id = $1 AND m.channel = $2 AND m.status = 'failed')"
    ))
    .bind_all((patient, channel, at))
    .done()
    .await
}
