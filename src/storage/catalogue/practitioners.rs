//! Practitioners.

use sqlx::types::Json;

use crate::domain::catalogue::practitioner::{Practitioner, PractitionerDetails};
use crate::domain::ids::PractitionerId;
use crate::storage::booking::resources;
use crate::storage::engine::{Query, stmt};
use crate::storage::{Result, Tx};

/// Writes a new practitioner, who can be claimed from now on.
pub async fn insert(tx: &mut Tx, practitioner: &Practitioner) -> Result<()> {
    resources::insert(tx, practitioner.id, "practitioner", Some(practitioner.details.site_id))
        .await?;
    let query = tx.query(stmt!(
        "INSERT INTO practitioners (id, version, site_id, name, skills, hours, device_authorisations, credentials, active, day_list_to,
            qualification, laser_safety_officer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    ));
    bound(query, practitioner).done().await
}

/// Writes `practitioner`, who was one version older. Whether they still were.
pub async fn update(tx: &mut Tx, practitioner: &Practitioner) -> Result<bool> {
    resources::set_site(tx, practitioner.id, practitioner.details.site_id).await?;
    let query = tx.query(stmt!(
        "UPDATE practitioners SET version = $2, site_id = $3, name = $4, skills = $5, hours = $6,
                device_authorisations = $7, credentials = $8, active = $9, day_list_to = $10,
                qualification = $11, laser_safety_officer = $12
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, practitioner).changed_one().await
}

/// `query` with the values of `practitioner`, in the order of the columns.
fn bound<'c>(query: Query<'c>, practitioner: &Practitioner) -> Query<'c> {
    let PractitionerDetails {
        site_id,
        name,
        skills,
        hours,
        device_authorisations,
        credentials,
        active,
        day_list_to,
        qualification,
        laser_safety_officer,
    } = &practitioner.details;
    query
        .bind_all((practitioner.id, practitioner.version, *site_id, name, Json(skills)))
        .bind_all((Json(hours), Json(device_authorisations), Json(credentials), *active))
        .bind_all((day_list_to, *qualification, *laser_safety_officer))
}

/// The practitioner with this id.
pub async fn get(tx: &mut Tx, id: PractitionerId) -> Result<Option<Practitioner>> {
    tx.query(stmt!("SELECT * FROM practitioners WHERE id = $1")).bind(id).optional().await
}

/// Practitioners in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: PractitionerId, limit: i64) -> Result<Vec<Practitioner>> {
    tx.query(stmt!("SELECT * FROM practitioners WHERE id > $1 ORDER BY id LIMIT $2"))
        .bind_all((after, limit))
        .all()
        .await
}
