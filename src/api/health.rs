//! Whether the service is alive, and whether it is ready to serve. No credentials.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::actions::App;
use crate::domain::time::time_zone;

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
}

fn health() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        tzdb: time_zone::DATA_VERSION,
    })
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", operation_id = "check_health", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    health()
}

/// Whether it can serve: 503 while the database is away.
#[utoipa::path(get, path = "/readyz", operation_id = "check_readiness", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    app.db.ping().await.map_err(crate::actions::Error::from)?;
    Ok(health())
}
