//! Resources: whatever can be claimed for a time, and the locks that are taken on
//! them before it is.

use uuid::Uuid;

use crate::domain::ids::{ResourceId, SiteId};
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Makes `id` something that can be claimed.
pub async fn insert(
    tx: &mut Tx,
    id: impl Into<ResourceId>,
    kind: &str,
    site: Option<SiteId>,
) -> Result<()> {
    tx.query(stmt!("INSERT INTO resources (id, kind, site_id) VALUES ($1, $2, $3)"))
        .bind_all((id.into(), kind, site))
        .done()
        .await
}

/// Notes that a resource belongs to another site now.
pub async fn set_site(tx: &mut Tx, id: impl Into<ResourceId>, site: SiteId) -> Result<()> {
    tx.query(stmt!("UPDATE resources SET site_id = $1 WHERE id = $2"))
        .bind_all((site, id.into()))
        .done()
        .await
}

/// Locks `resources` until the transaction ends, always in the order of their ids, so that two
/// bookings wait for each other and never for both. `SQLite`'s one write lock is held already,
/// so nothing is asked of it: 1 of the statements that differ.
pub async fn lock(tx: &mut Tx, resources: impl IntoIterator<Item = ResourceId>) -> Result<()> {
    if tx.locks_everything() {
        return Ok(());
    }
    let ids: Vec<Uuid> = resources.into_iter().map(|id| id.0).collect();
    let list = serde_json::to_string(&ids).unwrap_or_default();
    tx.query(stmt!(
        "SELECT id FROM resources WHERE CAST($1 AS TEXT) IS NULL",
        "SELECT id FROM resources WHERE id IN (SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST($1 AS json)))
         ORDER BY id FOR NO KEY UPDATE"
    ))
    .bind(list)
    .all::<(ResourceId,)>()
    .await?;
    Ok(())
}
