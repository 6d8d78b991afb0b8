//! The settlement figures of shops, as JSON and as comma-separated values.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::partner::settlement;
use crate::actions::partner::settlement::{FiguresWanted, Settlement};
use crate::actions::{Answer, App, Caller};
use crate::api::extract::Query;
use crate::api::problem::Problem;
use crate::api::respond::{JsonAnswer, Reply};
use crate::domain::ids::PartnerId;
use crate::domain::partner::settlement::Month;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// The first month; this one unless set.
    #[param(value_type = Option<String>, example = "2026-11")]
    from: Option<Month>,
    /// The last month, at most ten years later; the first one unless set.
    #[param(value_type = Option<String>, example = "2026-12")]
    to: Option<Month>,
    /// Only of this shop.
    #[param(value_type = Option<Uuid>)]
    partner_id: Option<PartnerId>,
}

impl From<Wanted> for FiguresWanted {
    fn from(wanted: Wanted) -> Self {
        let Wanted { from, to, partner_id } = wanted;
        Self { from, to, partner_id }
    }
}

/// Per shop and month: sessions referred, accepted, declined, done, overdue, and median days to answer and to treatment.
#[utoipa::path(get, path = "/settlement", operation_id = "get_settlement", tag = "Partners", params(Wanted), responses((status = 200, body = Settlement)))]
pub(in crate::api) async fn get_json(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Settlement> {
    Ok(JsonAnswer(Answer::Is(settlement::settled(&app, &caller, wanted.into()).await?)))
}

/// The same as comma-separated values.
#[utoipa::path(get, path = "/settlement.csv", operation_id = "get_settlement_csv", tag = "Partners", params(Wanted), responses((status = 200, body = String, content_type = "text/csv")))]
pub(in crate::api) async fn get_csv(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let csv = settlement::settled(&app, &caller, wanted.into()).await?.csv()?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"settlement.csv\""),
    ];
    Ok((headers, csv).into_response())
}
