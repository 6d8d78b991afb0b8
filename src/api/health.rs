//! Whether the service is alive, and whether it is ready to serve. No credentials.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::actions::App;
use crate::domain::time_zone_data::ZoneData;

/// What runs.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// Version of Fadeline.
    version: &'static str,
    /// Version of the time zone database in use.
    #[schema(example = "2026f")]
    tzdb: &'static str,
    /// Where that is from: `carried` by the program, or the machine's folder of zone data where that is newer.
    #[schema(example = "carried")]
    tzdb_source: &'static str,
}

fn health() -> Json<Health> {
    let zone_data = ZoneData::in_force();
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        tzdb: zone_data.version(),
        tzdb_source: zone_data.source(),
    })
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    health()
}

/// Whether it can serve: 503 while the database is away.
#[utoipa::path(get, path = "/readyz", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    app.db.ping().await.map_err(crate::actions::Error::from)?;
    Ok(health())
}
