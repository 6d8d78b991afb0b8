//! The desk's tasks, each with whose it is, about which session, at which shop, and who has taken it: one statement for a
//! list, and one more for those that are about several sessions.

use chrono::{DateTime, Utc};

use crate::domain::ids::{PatientId, SessionId, TaskId};
use crate::domain::messages::task::Task;
use crate::domain::patient::Phone;
use crate::domain::patient::phone::Extension;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// A task as the desk lists it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OnDesk {
    /// The task.
    #[sqlx(flatten)]
    pub task: Task,
    /// Whose it is.
    pub given_name: Option<String>,
    /// Whose it is.
    pub family_name: Option<String>,
    /// How to reach them.
    pub phone: Option<Phone>,
    /// The extension of that number.
    pub phone_extension: Option<Extension>,
    /// When its session is.
    pub session_at: Option<DateTime<Utc>>,
    /// What is done in its session, as people call it.
    pub session_name: Option<String>,
    /// Who has taken it.
    pub owner_name: Option<String>,
    /// The shop that it is about, or that its referral is with.
    pub shop: Option<String>,
    /// How to reach the shop.
    pub shop_phone: Option<Phone>,
    /// Which version of its referral there is.
    pub referral_version: Option<i64>,
    /// The time that the shop proposes and that waits for an answer.
    pub proposed_at: Option<DateTime<Utc>>,
}

/// A session of a task that is about several.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OfSeveral {
    /// Its id.
    pub id: SessionId,
    /// When it is.
    pub starts_at: DateTime<Utc>,
    /// What is done in it, as people call it.
    pub name: String,
}

/// Every task with what is listed beside it.
macro_rules! on_desk {
    ($rest:literal) => {
        concat!(
            "SELECT t.*, p.given_name, p.family_name, p.phone, p.phone_extension, s.starts_at AS session_at, v.name AS session_name,
                u.name AS owner_name, a.name AS shop, a.phone AS shop_phone, r.version AS referral_version,
                (SELECT MIN(o.starts_at) FROM proposals o
                 WHERE o.referral_id = t.referral_id AND o.status = 'open' AND t.kind = 'proposal_to_answer'
                   AND (o.session_id = t.session_id OR o.session_id IS NULL AND t.session_id IS NULL)) AS proposed_at
             FROM tasks t LEFT JOIN patients p ON p.id = t.patient_id
             LEFT JOIN sessions s ON s.id = t.session_id LEFT JOIN services v ON v.id = s.service_id
             LEFT JOIN users u ON u.id = t.owner_id
             LEFT JOIN referrals r ON r.id = t.referral_id LEFT JOIN partners a ON a.id = COALESCE(t.partner_id, r.partner_id) ",
            $rest
        )
    };
}

/// The end of time, which tasks without a time of their own are sorted by.
#[must_use]
pub fn never() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or_default()
}

/// The tasks to be done, after `after`: first those that have their time, in its order, then the others by age.
pub async fn open(tx: &mut Tx, after: (DateTime<Utc>, TaskId), limit: i64) -> Result<Vec<OnDesk>> {
    tx.query(stmt!(on_desk!(
        "WHERE t.done_at IS NULL AND (COALESCE(t.due_at, $1), t.id) > ($2, $3)
         ORDER BY COALESCE(t.due_at, $1), t.id LIMIT $4"
    )))
    .bind_all((never(), after.0, after.1, limit))
    .all()
    .await
}

/// The tasks that were done, those before `before`, the last one first.
pub async fn done(tx: &mut Tx, before: (DateTime<Utc>, TaskId), limit: i64) -> Result<Vec<OnDesk>> {
    tx.query(stmt!(on_desk!(
        "WHERE t.done_at IS NOT NULL AND (t.done_at, t.id) < ($1, $2) ORDER BY t.done_at DESC, t.id DESC LIMIT $3"
    )))
    .bind_all((before.0, before.1, limit))
    .all()
    .await
}

/// One task.
pub async fn one(tx: &mut Tx, id: TaskId) -> Result<Option<OnDesk>> {
    tx.query(stmt!(on_desk!("WHERE t.id = $1"))).bind(id).optional().await
}

/// The sessions of all patients who have an open task about several sessions, in order of time.
pub async fn of_several(tx: &mut Tx) -> Result<Vec<OfSeveral>> {
    tx.query(stmt!(
        "SELECT s.id, s.starts_at, v.name FROM sessions s JOIN services v ON v.id = s.service_id
         WHERE s.patient_id IN (SELECT t.patient_id FROM tasks t WHERE t.done_at IS NULL AND CAST(t.session_ids AS TEXT) <> '[]')
         ORDER BY s.starts_at, s.id"
    ))
    .all()
    .await
}

/// The sessions of a patient, as a task that is about several of them names them.
pub async fn of_patient(tx: &mut Tx, patient: PatientId) -> Result<Vec<OfSeveral>> {
    tx.query(stmt!(
        "SELECT s.id, s.starts_at, v.name FROM sessions s JOIN services v ON v.id = s.service_id
         WHERE s.patient_id = $1 ORDER BY s.starts_at, s.id"
    ))
    .bind(patient)
    .all()
    .await
}
