//! When rented devices are on site.

use axum::extract::State;

use crate::actions::catalogue::rental_windows;
use crate::actions::catalogue::rental_windows::{NewWindow, WindowRemoved, WindowView};
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{Json, Path, Query};
use crate::api::respond::Reply;
use crate::domain::ids::{DeviceId, RentalWindowId};

/// The rental windows of a device, in order of time.
#[utoipa::path(get, path = "/devices/{id}/rental-windows", operation_id = "list_rental_windows", tag = "Catalogue", params(("id" = DeviceId, Path), Page),
    responses((status = 200, body = Items<WindowView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(device): Path<DeviceId>,
    Query(page): Query<Page>,
) -> Reply<Items<WindowView>> {
    Ok(rental_windows::list(&app, &caller, device, &page).await?.into())
}

/// Adds a rental window.
#[utoipa::path(post, path = "/devices/{id}/rental-windows", operation_id = "add_rental_window", tag = "Catalogue", params(("id" = DeviceId, Path)), request_body = NewWindow,
    responses((status = 201, body = WindowView)))]
pub(in crate::api) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(device): Path<DeviceId>,
    Json(new): Json<NewWindow>,
) -> Reply<WindowView> {
    Ok(rental_windows::add(&app, &caller, device, new).await?.into())
}

/// Removes a rental window; the sessions booked in it become `pending` and are answered, to be booked anew.
#[utoipa::path(delete, path = "/devices/{id}/rental-windows/{window_id}", operation_id = "remove_rental_window", tag = "Catalogue",
    params(("id" = DeviceId, Path), ("window_id" = RentalWindowId, Path)), responses((status = 200, body = WindowRemoved)))]
pub(in crate::api) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((device, window)): Path<(DeviceId, RentalWindowId)>,
) -> Reply<WindowRemoved> {
    Ok(rental_windows::remove(&app, &caller, device, window).await?.into())
}
