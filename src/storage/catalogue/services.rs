//! Services.

use sqlx::types::Json;

use crate::domain::catalogue::service::Service;
use crate::domain::ids::ServiceId;
use crate::storage::engine::{Query, fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new service. Its code may be taken.
pub async fn insert(tx: &mut Tx, service: &Service) -> Result<()> {
    let query = tx.query(stmt!(
        "INSERT INTO services (id, version, code, name, duration_minutes, anaesthetic_minutes, preparation_minutes,
            turnaround_minutes, method, counts, skill, room, active, purpose, price_cents, reminders)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    ));
    bound(query, service).done().await
}

/// Writes `service`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, service: &Service) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE services SET version = $2, code = $3, name = $4, duration_minutes = $5, anaesthetic_minutes = $6,
                preparation_minutes = $7, turnaround_minutes = $8, method = $9, counts = $10, skill = $11, room = $12, active = $13,
                purpose = $14, price_cents = $15, reminders = $16
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, service).changed_one().await
}

/// `query` with the values of `service`, in the order of the columns.
fn bound<'c>(query: Query<'c>, service: &Service) -> Query<'c> {
    let d = &service.details;
    query
        .bind_all((service.id, service.version))
        .bind_all(fields!(d => code, name, duration_minutes, anaesthetic_minutes,
            preparation_minutes, turnaround_minutes, method, counts, skill, room, active, purpose,
            price_cents))
        .bind(d.reminders.as_ref().map(Json))
}

/// The service with this id.
pub async fn get(tx: &mut Tx, id: ServiceId) -> Result<Option<Service>> {
    tx.query(stmt!("SELECT * FROM services WHERE id = $1")).bind(id).optional().await
}

/// Services in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: ServiceId, limit: i64) -> Result<Vec<Service>> {
    tx.query(stmt!("SELECT * FROM services WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}
