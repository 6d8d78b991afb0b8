//! How shops want to be told.

use crate::domain::ids::PartnerId;
use crate::domain::partner::notifications::PartnerNotices;
use crate::storage::engine::{Query, fields, stmt};
use crate::storage::{Result, Tx};

/// What a shop has set, if anything.
pub async fn get(tx: &mut Tx, partner: PartnerId) -> Result<Option<PartnerNotices>> {
    tx.query(stmt!("SELECT * FROM partner_notices WHERE partner_id = $1"))
        .bind(partner)
        .optional()
        .await
}

/// Writes what a shop sets for the first time. Whether it had set nothing.
pub async fn insert(tx: &mut Tx, notices: &PartnerNotices) -> Result<bool> {
    let query = tx.query(stmt!(
        "INSERT INTO partner_notices (partner_id, version, email, phone, language, day_list_by, day_list_at, before_by, before_minutes, changes_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
    ));
    bound(query, notices).changed_one().await
}

/// Writes what a shop sets, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, notices: &PartnerNotices) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE partner_notices SET version = $2, email = $3, phone = $4, language = $5, day_list_by = $6, day_list_at = $7,
            before_by = $8, before_minutes = $9, changes_by = $10
         WHERE partner_id = $1 AND version = $2 - 1"
    ));
    bound(query, notices).changed_one().await
}

fn bound<'c>(query: Query<'c>, notices: &PartnerNotices) -> Query<'c> {
    let wants = &notices.details;
    query
        .bind_all((notices.partner_id, notices.version))
        .bind_all(fields!(wants => email, phone, language, day_list_by, day_list_at, before_by,
            before_minutes, changes_by))
}
