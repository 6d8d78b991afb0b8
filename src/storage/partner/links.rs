//! The addresses at which shops find their lists, by the hash of their secret.

use chrono::{DateTime, Utc};

use crate::domain::ids::{PartnerId, ShopLinkId, UserId};
use crate::domain::text::Line;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ShopLink {
    /// Its id.
    pub id: ShopLinkId,
    /// Rises with each change.
    pub version: i64,
    /// Whose list it opens.
    pub partner_id: PartnerId,
    /// What it is called, so that one can be told from another.
    pub label: Line,
    /// Hash of its secret.
    pub hash: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Writes a new link.
pub async fn insert(tx: &mut Tx, link: &ShopLink) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO shop_links (id, version, partner_id, label, hash, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind_all(fields!(link => id, version, partner_id, label, hash, created_by, created_at))
    .done()
    .await
}

/// The links of a shop in use, in order of id, after `after`.
pub async fn page(
    tx: &mut Tx,
    partner: PartnerId,
    after: ShopLinkId,
    limit: i64,
) -> Result<Vec<ShopLink>> {
    tx.query(stmt!(
        "SELECT * FROM shop_links WHERE partner_id = $1 AND revoked_at IS NULL AND id > $2 ORDER BY id LIMIT $3"
    ))
    .bind_all((partner, after, limit))
    .all()
    .await
}

/// The link of a shop with this id, if it is in use.
pub async fn get(tx: &mut Tx, partner: PartnerId, id: ShopLinkId) -> Result<Option<ShopLink>> {
    tx.query(stmt!(
        "SELECT * FROM shop_links WHERE partner_id = $1 AND id = $2 AND revoked_at IS NULL"
    ))
    .bind_all((partner, id))
    .optional()
    .await
}

/// The link with the secret of this hash, in use or not.
pub async fn by_hash(tx: &mut Tx, hash: &str) -> Result<Option<ShopLink>> {
    tx.query(stmt!("SELECT * FROM shop_links WHERE hash = $1")).bind(hash).optional().await
}

/// Revokes a link. Whether it was in use, at `version`.
pub async fn revoke(tx: &mut Tx, id: ShopLinkId, version: i64, at: DateTime<Utc>) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE shop_links SET version = version + 1, revoked_at = $3 WHERE id = $1 AND version = $2 AND revoked_at IS NULL"
    ))
    .bind_all((id, version, at))
    .changed_one()
    .await
}

/// Revokes every link that a user made: a user who may not sign in any more keeps no way in.
pub async fn revoke_made_by(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE shop_links SET version = version + 1, revoked_at = $2 WHERE created_by = $1 AND revoked_at IS NULL"
    ))
    .bind_all((user, at))
    .done()
    .await
}
