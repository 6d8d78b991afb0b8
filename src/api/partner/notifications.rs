//! How a partner's shop wants to be told of what is referred to it.

use axum::extract::State;
use serde_json::Value;

use crate::actions::partner::notifications;
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path};
use crate::api::respond::Reply;
use crate::domain::ids::PartnerId;
use crate::domain::partner::notifications::{PartnerNotices, PartnerNoticesDetails};

/// How a shop wants to be told; its own users see theirs alone.
#[utoipa::path(get, path = "/partners/{id}/notices", operation_id = "get_partner_notices", tag = "Partners", params(("id" = PartnerId, Path)), responses((status = 200, body = PartnerNotices)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
) -> Reply<PartnerNotices> {
    Ok(notifications::get(&app, &caller, id).await?.into())
}

/// Changes how a shop wants to be told: its address, ways and times.
#[utoipa::path(patch, path = "/partners/{id}/notices", operation_id = "change_partner_notices", tag = "Partners", params(("id" = PartnerId, Path)), request_body = PartnerNoticesDetails, responses((status = 200, body = PartnerNotices)))]
pub(in crate::api) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
    IfMatch(expected): IfMatch,
    Json(patch): Json<Value>,
) -> Reply<PartnerNotices> {
    Ok(notifications::change(&app, &caller, id, &expected, patch).await?.into())
}
