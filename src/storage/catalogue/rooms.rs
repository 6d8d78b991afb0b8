//! Rooms.

use sqlx::types::Json;

use crate::domain::catalogue::room::{Room, RoomDetails};
use crate::domain::ids::RoomId;
use crate::storage::booking::resources;
use crate::storage::engine::{Query, stmt};
use crate::storage::{Result, Tx};

/// Writes a new room, which can be claimed from now on.
pub async fn insert(tx: &mut Tx, room: &Room) -> Result<()> {
    resources::insert(tx, room.id, "room", Some(room.details.site_id)).await?;
    let query = tx.query(stmt!(
        "INSERT INTO rooms (id, version, site_id, name, capabilities, active) VALUES ($1, $2, $3, $4, $5, $6)"
    ));
    bound(query, room).done().await
}

/// Writes `room`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, room: &Room) -> Result<bool> {
    resources::set_site(tx, room.id, room.details.site_id).await?;
    let query = tx.query(stmt!(
        "UPDATE rooms SET version = $2, site_id = $3, name = $4, capabilities = $5, active = $6 WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, room).changed_one().await
}

/// `query` with the values of `room`, in the order of the columns.
fn bound<'c>(query: Query<'c>, room: &Room) -> Query<'c> {
    let RoomDetails { site_id, name, capabilities, active } = &room.details;
    query.bind_all((room.id, room.version, *site_id, name, Json(capabilities), *active))
}

/// The room with this id.
pub async fn get(tx: &mut Tx, id: RoomId) -> Result<Option<Room>> {
    tx.query(stmt!("SELECT * FROM rooms WHERE id = $1")).bind(id).optional().await
}

/// Rooms in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: RoomId, limit: i64) -> Result<Vec<Room>> {
    tx.query(stmt!("SELECT * FROM rooms WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}
