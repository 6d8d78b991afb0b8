//! Whether the service is alive, and whether it is ready to serve. No credentials.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Problem, sentence};
use crate::actions::App;
use crate::actions::work::readiness::Unready;
use crate::domain::time::time_zone_data::ZoneData;

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

fn current_health() -> Json<Health> {
    let zone_data = ZoneData::in_force();
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        tzdb: zone_data.version(),
        tzdb_source: zone_data.source(),
    })
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", operation_id = "check_health", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    current_health()
}

/// Whether it can serve: one row is written and committed, once a second at most. 503 while that fails or takes over two seconds.
#[utoipa::path(get, path = "/readyz", operation_id = "check_readiness", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    match app.readiness.check(&app.db, &app.clock).await {
        Ok(()) => Ok(current_health()),
        Err(Unready::Hindered(hindrance)) => Err(Problem::hindered(hindrance)),
        Err(unready) => Err(Problem::try_later(sentence(&unready.to_string()))),
    }
}
