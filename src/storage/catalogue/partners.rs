//! Partners: whose shop a site is, and whose users sign in. What a partner asks for is looked up
//! under its own id by the statement itself, so that another shop is not there.

use sqlx::types::Json;

use crate::domain::catalogue::partner::{Partner, PartnerDetails};
use crate::domain::ids::PartnerId;
use crate::domain::text::Line;
use crate::storage::engine::{Query, stmt};
use crate::storage::{Result, Tx};

/// Writes a new partner.
pub async fn insert(tx: &mut Tx, partner: &Partner) -> Result<()> {
    let query = tx.query(stmt!(
        "INSERT INTO partners (id, version, name, address, phone, contact, languages, methods, wavelengths_nm, works, papers, active)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    ));
    bound(query, partner).done().await
}

/// Writes `partner`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, partner: &Partner) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE partners SET version = $2, name = $3, address = $4, phone = $5, contact = $6, languages = $7, methods = $8,
                wavelengths_nm = $9, works = $10, papers = $11, active = $12
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, partner).changed_one().await
}

/// `query` with the values of `partner`, in the order of the columns.
fn bound<'c>(query: Query<'c>, partner: &Partner) -> Query<'c> {
    let PartnerDetails {
        name,
        address,
        phone,
        contact,
        languages,
        methods,
        wavelengths_nm,
        works,
        papers,
        active,
        shop: _,
    } = &partner.details;
    query
        .bind_all((partner.id, partner.version, name, address, phone, contact))
        .bind_all((languages.as_ref().map(Json), methods.as_ref().map(Json)))
        .bind_all((wavelengths_nm.as_ref().map(Json), *works, papers.as_ref().map(Json), *active))
}

/// The partner with this id; for `own` users, only if it is theirs.
pub async fn get(tx: &mut Tx, own: Option<PartnerId>, id: PartnerId) -> Result<Option<Partner>> {
    tx.query(stmt!("SELECT * FROM partners WHERE id = $1 AND id = coalesce($2, id)"))
        .bind_all((id, own))
        .optional()
        .await
}

/// Partners in order of id, after `after`; for `own` users, only theirs.
pub async fn page(
    tx: &mut Tx,
    own: Option<PartnerId>,
    after: PartnerId,
    limit: i64,
) -> Result<Vec<Partner>> {
    tx.query(stmt!(
        "SELECT * FROM partners WHERE id > $1 AND id = coalesce($2, id) ORDER BY id LIMIT $3"
    ))
    .bind_all((after, own, limit))
    .all()
    .await
}

/// The partner's name, if there is one with this id.
pub async fn name(tx: &mut Tx, id: PartnerId) -> Result<Option<Line>> {
    tx.query(stmt!("SELECT name FROM partners WHERE id = $1")).bind(id).optional_value().await
}
