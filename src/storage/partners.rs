//! Partners: whose shop a site is, and whose users sign in.

use super::engine::stmt;
use super::{Result, Tx};
use crate::domain::ids::PartnerId;
use crate::domain::patient::Phone;
use crate::domain::text::Line;

/// Writes a new partner.
pub async fn insert(tx: &mut Tx, id: PartnerId, name: &Line, address: &Line, phone: &Phone) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO partners (id, version, name, address, phone) VALUES ($1, 1, $2, $3, $4)"
    ))
    .bind(id)
    .bind(name.clone())
    .bind(address.clone())
    .bind(phone.clone())
    .run()
    .await?;
    Ok(())
}

/// The partner's name, if there is one with this id.
pub async fn name(tx: &mut Tx, id: PartnerId) -> Result<Option<Line>> {
    let row: Option<(Line,)> = tx
        .query(stmt!("SELECT name FROM partners WHERE id = $1"))
        .bind(id)
        .optional()
        .await?;
    Ok(row.map(|(name,)| name))
}
