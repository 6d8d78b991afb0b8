//! Partners: what a manager writes about them, and a shop's own list and links.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::actions::partner::links::{NewShopLink, ShopLinkView};
use crate::actions::partner::list::{ListedVisit, VisitsWanted};
use crate::actions::partner::{links, list, partners};
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::problem::Problem;
use crate::api::respond::Reply;
use crate::domain::catalogue::partner::{Partner, PartnerDetails};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{PartnerId, ShopLinkId};
use crate::domain::time::civil::Edge;

/// Every partner; a shop's own users see theirs alone.
#[utoipa::path(get, path = "/partners", operation_id = "list_partners", tag = "Partners", params(Page), responses((status = 200, body = Items<Partner>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Reply<Items<Partner>> {
    Ok(partners::list(&app, &caller, &page).await?.into())
}

/// Writes a partner down, with its place: a site, and its chairs as rooms there.
#[utoipa::path(post, path = "/partners", operation_id = "add_partner", tag = "Partners", request_body = PartnerDetails, responses((status = 201, body = Partner)))]
pub(in crate::api) async fn add(
    State(app): State<App>,
    caller: Caller,
    Json(details): Json<PartnerDetails>,
) -> Reply<Partner> {
    Ok(partners::add(&app, &caller, details).await?.into())
}

/// One partner.
#[utoipa::path(get, path = "/partners/{id}", operation_id = "get_partner", tag = "Partners", params(("id" = PartnerId, Path)), responses((status = 200, body = Partner)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
) -> Reply<Partner> {
    Ok(partners::get(&app, &caller, id).await?.into())
}

/// Changes a partner: its papers, what it offers, how it works.
#[utoipa::path(patch, path = "/partners/{id}", operation_id = "change_partner", tag = "Partners", params(("id" = PartnerId, Path)), request_body = PartnerDetails, responses((status = 200, body = Partner)))]
pub(in crate::api) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
    IfMatch(expected): IfMatch,
    Json(patch): Json<Value>,
) -> Reply<Partner> {
    Ok(partners::change(&app, &caller, id, &expected, patch).await?.into())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// From which day (`2027-03-15`) or time on; from today on unless set.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-15")]
    from: Option<Edge>,
    /// To which day, included, or before which time; without end unless set.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-20")]
    to: Option<Edge>,
    /// Only in this state.
    status: Option<SessionStatus>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A shop's list: its visits from today on, or of other days, each with what the shop may know of the patient.
#[utoipa::path(get, path = "/partners/{id}/visits", operation_id = "list_shop_visits", tag = "Partners", params(("id" = PartnerId, Path), Wanted), responses((status = 200, body = Items<ListedVisit>)))]
pub(in crate::api) async fn list_visits(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<ListedVisit>> {
    let Wanted { from, to, status, limit, after } = wanted;
    let wanted = VisitsWanted { from, to, status };
    Ok(list::list(&app, &caller, id, wanted, &Page { limit, after }).await?.into())
}

/// The addresses at which a shop finds its list without signing in, those in use, without their secrets.
#[utoipa::path(get, path = "/partners/{id}/links", operation_id = "list_shop_links", tag = "Partners", params(("id" = PartnerId, Path), Page), responses((status = 200, body = Items<ShopLinkView>)))]
pub(in crate::api) async fn list_links(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
    Query(page): Query<Page>,
) -> Reply<Items<ShopLinkView>> {
    Ok(links::list(&app, &caller, id, &page).await?.into())
}

/// Makes such an address; it is shown this once.
#[utoipa::path(post, path = "/partners/{id}/links", operation_id = "make_shop_link", tag = "Partners", params(("id" = PartnerId, Path)), request_body = NewShopLink, responses((status = 201, body = ShopLinkView)))]
pub(in crate::api) async fn make_link(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PartnerId>,
    Json(new): Json<NewShopLink>,
) -> Reply<ShopLinkView> {
    Ok(links::make(&app, &caller, id, new).await?.into())
}

/// Revokes such an address; it opens nothing from now on.
#[utoipa::path(delete, path = "/partners/{id}/links/{link_id}", operation_id = "revoke_shop_link", tag = "Partners", params(("id" = PartnerId, Path), ("link_id" = ShopLinkId, Path)),
    responses((status = 204, description = "Revoked")))]
pub(in crate::api) async fn revoke_link(
    State(app): State<App>,
    caller: Caller,
    Path((id, link)): Path<(PartnerId, ShopLinkId)>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    links::revoke(&app, &caller, id, link, &expected).await?;
    Ok(StatusCode::NO_CONTENT)
}
