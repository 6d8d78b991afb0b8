//! Holds: a slot kept for one caller for a few minutes.

use chrono::{DateTime, Utc};

use crate::domain::course::session::Place;
use crate::domain::ids::{CourseId, HoldId, ServiceId, UserId};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// A hold.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// The user who made it, and who alone can use it or give it up.
    pub owner_id: UserId,
    /// For which course.
    pub course_id: CourseId,
    /// For which service.
    pub service_id: ServiceId,
    /// Who and what it keeps.
    #[sqlx(flatten)]
    pub place: Place,
    /// Start of the visit.
    pub starts_at: DateTime<Utc>,
    /// End of the visit.
    pub ends_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Writes a new hold.
pub async fn insert(tx: &mut Tx, hold: &Hold) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO holds (id, owner_id, course_id, service_id, site_id, practitioner_id, room_id, device_id, starts_at, ends_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ))
    .bind_all(fields!(hold => id, owner_id, course_id, service_id, place.site_id,
        place.practitioner_id, place.room_id, place.device_id, starts_at, ends_at, expires_at))
    .done()
    .await
}

/// The hold of `owner` with this id.
pub async fn get(tx: &mut Tx, owner: UserId, id: HoldId) -> Result<Option<Hold>> {
    tx.query(stmt!("SELECT * FROM holds WHERE owner_id = $1 AND id = $2"))
        .bind_all((owner, id))
        .optional()
        .await
}

/// Removes a hold and all that it claims. Whether it was there.
pub async fn delete(tx: &mut Tx, id: HoldId) -> Result<bool> {
    tx.query(stmt!("DELETE FROM holds WHERE id = $1")).bind(id).changed_one().await
}
