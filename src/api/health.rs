//! Whether the service is alive, and whether it is ready to serve. No credentials.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Problem, sentence};
use crate::actions::App;
use crate::actions::work::readiness;
use crate::actions::work::readiness::Unready;
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

/// Whether it can serve: one row is written and committed, once a second at most. 503 while that fails or takes over two seconds.
#[utoipa::path(get, path = "/readyz", operation_id = "check_readiness", tag = "Health", responses((status = 200, body = Health)))]
pub(super) async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    match readiness::check(&app).await {
        Ok(()) => Ok(health()),
        Err(Unready::Hindered(hindrance)) => Err(Problem::hindered(hindrance)),
        Err(unready) => Err(Problem::try_later(sentence(&unready.to_string()))),
    }
}
