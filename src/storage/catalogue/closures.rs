//! Closures, as they were written; public holidays are computed, not stored.

use chrono::NaiveDate;

use crate::domain::catalogue::closure::Closure;
use crate::domain::ids::ClosureId;
use crate::storage::engine::{Query, fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new closure.
pub async fn insert(tx: &mut Tx, closure: &Closure) -> Result<()> {
    let query = tx.query(stmt!(
        "INSERT INTO closures (id, version, site_id, practitioner_id, room_id, device_id, first_day, last_day, from_time, until_time, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ));
    bound(query, closure).done().await
}

/// Writes `closure`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, closure: &Closure) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE closures SET version = $2, site_id = $3, practitioner_id = $4, room_id = $5, device_id = $6, first_day = $7,
                last_day = $8, from_time = $9, until_time = $10, reason = $11
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, closure).changed_one().await
}

/// `query` with the values of `closure`, in the order of the columns.
fn bound<'c>(query: Query<'c>, closure: &Closure) -> Query<'c> {
    let d = &closure.details;
    query
        .bind_all((closure.id, closure.version))
        .bind_all(fields!(d => site_id, practitioner_id, room_id, device_id, first_day, last_day,
            from, until, reason))
}

/// Removes a closure.
pub async fn delete(tx: &mut Tx, id: ClosureId) -> Result<()> {
    tx.query(stmt!("DELETE FROM closures WHERE id = $1")).bind(id).done().await
}

/// The closure with this id.
pub async fn get(tx: &mut Tx, id: ClosureId) -> Result<Option<Closure>> {
    tx.query(stmt!("SELECT * FROM closures WHERE id = $1")).bind(id).optional().await
}

/// Closures in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: ClosureId, limit: i64) -> Result<Vec<Closure>> {
    tx.query(stmt!("SELECT * FROM closures WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}

/// The closures that reach into the days `first` to `last`.
pub async fn within(tx: &mut Tx, first: NaiveDate, last: NaiveDate) -> Result<Vec<Closure>> {
    tx.query(stmt!(
        "SELECT * FROM closures WHERE last_day >= $1 AND first_day <= $2 ORDER BY first_day, id"
    ))
    .bind_all((first, last))
    .all()
    .await
}
