//! Devices, and the windows in which rented ones are here.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::catalogue::device::{Device, RentalWindow};
use crate::domain::ids::{DeviceId, RentalWindowId, SiteId};
use crate::domain::time::interval::Interval;
use crate::storage::booking::resources;
use crate::storage::engine::{Query, fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new device, which can be claimed from now on. Its code may be taken.
pub async fn insert(tx: &mut Tx, device: &Device) -> Result<()> {
    resources::insert(tx, device.id, "device", Some(device.details.site_id)).await?;
    let query = tx.query(stmt!(
        "INSERT INTO devices (id, version, site_id, code, name, ownership, vendor, day_cost_cents, licence_number, licence_class,
            licence_valid_until, service_due_on, out_of_service, modes, active)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    ));
    bound(query, device).done().await
}

/// Writes `device`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, device: &Device) -> Result<bool> {
    resources::set_site(tx, device.id, device.details.site_id).await?;
    let query = tx.query(stmt!(
        "UPDATE devices SET version = $2, site_id = $3, code = $4, name = $5, ownership = $6, vendor = $7, day_cost_cents = $8,
                licence_number = $9, licence_class = $10, licence_valid_until = $11, service_due_on = $12, out_of_service = $13,
                modes = $14, active = $15
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, device).changed_one().await
}

/// `query` with the values of `device`, in the order of the columns.
fn bound<'c>(query: Query<'c>, device: &Device) -> Query<'c> {
    let d = &device.details;
    query
        .bind_all((device.id, device.version))
        .bind_all(fields!(d => site_id, code, name, ownership, vendor, day_cost_cents,
            licence_number, licence_class, licence_valid_until, service_due_on, out_of_service))
        .bind_all((Json(&d.modes), d.active))
}

/// The device with this id.
pub async fn get(tx: &mut Tx, id: DeviceId) -> Result<Option<Device>> {
    tx.query(stmt!("SELECT * FROM devices WHERE id = $1")).bind(id).optional().await
}

/// Devices in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: DeviceId, limit: i64) -> Result<Vec<Device>> {
    tx.query(stmt!("SELECT * FROM devices WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}

/// Writes a new rental window. One that starts at the same time may be there.
pub async fn insert_window(tx: &mut Tx, window: &RentalWindow) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO rental_windows (id, device_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)"
    ))
    .bind_all(fields!(window => id, device_id, starts_at, ends_at))
    .done()
    .await
}

/// Removes a rental window.
pub async fn delete_window(tx: &mut Tx, window: RentalWindowId) -> Result<()> {
    tx.query(stmt!("DELETE FROM rental_windows WHERE id = $1")).bind(window).done().await
}

/// The rental window of `device` with this id.
pub async fn window(
    tx: &mut Tx,
    device: DeviceId,
    window: RentalWindowId,
) -> Result<Option<RentalWindow>> {
    tx.query(stmt!("SELECT * FROM rental_windows WHERE device_id = $1 AND id = $2"))
        .bind_all((device, window))
        .optional()
        .await
}

/// Rental windows of `device` in order of time, those after the instant and id given.
pub async fn windows_page(
    tx: &mut Tx,
    device: DeviceId,
    after: (DateTime<Utc>, RentalWindowId),
    limit: i64,
) -> Result<Vec<RentalWindow>> {
    tx.query(stmt!(
        "SELECT * FROM rental_windows WHERE device_id = $1 AND (starts_at, id) > ($2, $3) ORDER BY starts_at, id LIMIT $4"
    ))
    .bind_all((device, after.0, after.1, limit))
    .all()
    .await
}

/// The rental windows of the devices of `site` that reach into `range`.
pub async fn windows_within(
    tx: &mut Tx,
    site: SiteId,
    range: Interval,
) -> Result<Vec<RentalWindow>> {
    tx.query(stmt!(
        "SELECT w.* FROM rental_windows w JOIN devices d ON d.id = w.device_id
         WHERE d.site_id = $1 AND w.starts_at < $2 AND w.ends_at > $3 ORDER BY w.starts_at"
    ))
    .bind_all((site, range.end(), range.start()))
    .all()
    .await
}
