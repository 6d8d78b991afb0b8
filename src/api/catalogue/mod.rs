//! The catalogue: sites, practitioners, rooms, devices, services, closures. All six are
//! listed, added, read and changed alike, so their handlers are written once.

pub(super) mod rental_windows;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::catalogue::closures as actions;
use crate::actions::catalogue::closures::Holiday;
use crate::actions::work::page::Items;
use crate::actions::{Answer, App, Caller};
use crate::api::extract::{IfMatch, Path, Query};
use crate::api::problem::Problem;
use crate::api::respond::{JsonAnswer, Reply};
use crate::domain::ids::ClosureId;

// rustfmt moves the second lines of these attributes further at each run.
#[rustfmt::skip]
macro_rules! catalogue {
    ($module:ident, $about:literal, $path:tt, $one:tt, $home:ident::$kind:ident, $details:ident, $id:ident) => {
        #[doc = $about]
        pub(super) mod $module {
            use axum::extract::State;
            use serde_json::Value;

            use crate::actions::work::page::{Items, Page};
            use crate::actions::{App, Caller, catalogue};
            use crate::api::extract::{IfMatch, Json, Path, Query};
            use crate::api::respond::Reply;
            use crate::domain::ids::$id as Id;
            use crate::domain::catalogue::$home::{$details as Details, $kind as Kind};

            #[doc = concat!($about, ": a page of them, in the order in which they were added.")]
            #[utoipa::path(get, path = $path, operation_id = concat!("list_", stringify!($module)), summary = concat!($about, ": a page of them, in the order in which they were added"), tag = "Catalogue", params(Page),
                responses((status = 200, body = Items<Kind>)))]
            pub(in crate::api) async fn list(State(app): State<App>, caller: Caller, Query(page): Query<Page>) -> Reply<Items<Kind>> {
                Ok(catalogue::list::<Kind>(&app, &caller, &page).await?.into())
            }

            #[doc = concat!($about, ": adds one.")]
            #[utoipa::path(post, path = $path, operation_id = concat!("add_", stringify!($home)), summary = concat!($about, ": adds one"), tag = "Catalogue", request_body = Details,
                responses((status = 201, body = Kind)))]
            pub(in crate::api) async fn add(State(app): State<App>, caller: Caller, Json(details): Json<Details>) -> Reply<Kind> {
                Ok(catalogue::add::<Kind>(&app, &caller, details).await?.into())
            }

            #[doc = concat!($about, ": one of them.")]
            #[utoipa::path(get, path = $one, operation_id = concat!("get_", stringify!($home)), summary = concat!($about, ": one of them"), tag = "Catalogue", params(("id" = Id, Path)),
                responses((status = 200, body = Kind)))]
            pub(in crate::api) async fn get(State(app): State<App>, caller: Caller, Path(id): Path<Id>) -> Reply<Kind> {
                Ok(catalogue::get::<Kind>(&app, &caller, id).await?.into())
            }

            #[doc = concat!($about, ": changes one.")]
            #[utoipa::path(patch, path = $one, operation_id = concat!("change_", stringify!($home)), summary = concat!($about, ": changes one"), tag = "Catalogue", params(("id" = Id, Path)),
                request_body = Details, responses((status = 200, body = Kind)))]
            pub(in crate::api) async fn change(
                State(app): State<App>,
                caller: Caller,
                Path(id): Path<Id>,
                IfMatch(expected): IfMatch,
                Json(patch): Json<Value>,
            ) -> Reply<Kind> {
                Ok(catalogue::change::<Kind>(&app, &caller, id, &expected, patch).await?.into())
            }
        }
    };
}

catalogue!(sites, "Sites", "/sites", "/sites/{id}", site::Site, SiteDetails, SiteId);
catalogue!(
    practitioners,
    "Practitioners",
    "/practitioners",
    "/practitioners/{id}",
    practitioner::Practitioner,
    PractitionerDetails,
    PractitionerId
);
catalogue!(rooms, "Rooms", "/rooms", "/rooms/{id}", room::Room, RoomDetails, RoomId);
catalogue!(
    devices,
    "Devices",
    "/devices",
    "/devices/{id}",
    device::Device,
    DeviceDetails,
    DeviceId
);
catalogue!(
    services,
    "Services",
    "/services",
    "/services/{id}",
    service::Service,
    ServiceDetails,
    ServiceId
);
catalogue!(
    closures,
    "Closures",
    "/closures",
    "/closures/{id}",
    closure::Closure,
    ClosureDetails,
    ClosureId
);

/// Removes a closure.
#[utoipa::path(delete, path = "/closures/{id}", tag = "Catalogue", params(("id" = ClosureId, Path)),
                responses((status = 204, description = "Removed")))]
pub(super) async fn remove_closure(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ClosureId>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    actions::remove(&app, &caller, id, &expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Year {
    /// Which year.
    #[param(minimum = 1900, maximum = 2199, example = 2027)]
    year: i32,
}

/// Ontario's public holidays of a year, as the clinic keeps them.
#[utoipa::path(get, path = "/public-holidays", operation_id = "list_public_holidays", tag = "Catalogue", params(Year), responses((status = 200, body = Items<Holiday>)))]
pub(super) async fn list_holidays(
    State(app): State<App>,
    Query(Year { year }): Query<Year>,
) -> Reply<Items<Holiday>> {
    let items = actions::holidays(&app, year)?;
    Ok(JsonAnswer(Answer::Is(Items { items, next: None })))
}
