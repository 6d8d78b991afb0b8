//! Sites: the clinic and partners' shops.

use std::collections::HashMap;

use sqlx::types::Json;

use crate::domain::catalogue::site::{Site, SiteDetails};
use crate::domain::ids::SiteId;
use crate::domain::text::Line;
use crate::storage::engine::{Lease, Query, stmt};
use crate::storage::{Result, Tx};

/// Writes a new site.
pub async fn insert(tx: &mut Tx, site: &Site) -> Result<()> {
    let query = tx.query(stmt!(
        "INSERT INTO sites (id, version, kind, name, address, partner_id, hours, observes_holidays, active)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ));
    bound(query, site).done().await
}

/// Writes `site`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, site: &Site) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE sites SET version = $2, kind = $3, name = $4, address = $5, partner_id = $6, hours = $7,
                observes_holidays = $8, active = $9
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, site).changed_one().await
}

/// `query` with the values of `site`, in the order of the columns.
fn bound<'c>(query: Query<'c>, site: &Site) -> Query<'c> {
    let SiteDetails { kind, name, address, partner_id, hours, observes_holidays, active } =
        &site.details;
    query
        .bind_all((site.id, site.version, *kind, name, address, *partner_id, Json(hours)))
        .bind_all((*observes_holidays, *active))
}

/// The site with this id.
pub async fn get(tx: &mut Tx, id: SiteId) -> Result<Option<Site>> {
    tx.query(stmt!("SELECT * FROM sites WHERE id = $1")).bind(id).optional().await
}

/// Sites in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: SiteId, limit: i64) -> Result<Vec<Site>> {
    tx.query(stmt!("SELECT * FROM sites WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}

/// The street address of each site.
pub async fn addresses(lease: &mut Lease) -> Result<HashMap<SiteId, Line>> {
    let rows: Vec<(SiteId, Line)> =
        lease.query(stmt!("SELECT id, address FROM sites")).all().await?;
    Ok(rows.into_iter().collect())
}
