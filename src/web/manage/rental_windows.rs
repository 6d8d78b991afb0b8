//! Removing a rental window, and the sessions that have to be rebooked because their device is not here.

use askama::Template;
use axum::http::StatusCode;

use super::calendar::{calendar_page_with, calendar_redirect, month_query};
use super::sections::{Section, manage_layout};
use crate::actions::catalogue::rental_windows;
use crate::actions::catalogue::rental_windows::WindowView;
use crate::actions::course::session_view::SessionView;
use crate::actions::course::sessions;
use crate::actions::course::sessions::SessionsWanted;
use crate::actions::patient::patients;
use crate::actions::work::page::Page;
use crate::actions::{Error, Result};
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{DeviceId, RentalWindowId};
use crate::web::frame::address::Id;
use crate::web::frame::errors::{PageError, PageResult};
use crate::web::frame::form::sent::Query;
use crate::web::frame::layout::Layout;
use crate::web::frame::page::{app_page, redirect};
use crate::web::frame::signed_in::SignedIn;
use crate::web::frame::text::{code_words, date_and_time, full_name};

/// A session that is, or would be, to be rebooked.
struct ToRebook {
    when: String,
    name: String,
    service: String,
}

#[derive(Template)]
#[template(path = "manage/rental_window.html", config = ".askama.toml")]
struct WindowPage {
    layout: Layout,
    back: String,
    /// The window that is to be removed, and where to say so; none on the list of what is to be rebooked.
    window: Option<(String, String)>,
    removed: bool,
    sessions: Vec<ToRebook>,
}

async fn to_rebook(user: &SignedIn, sessions: &[SessionView]) -> Result<Vec<ToRebook>> {
    let mut all = Vec::new();
    for session in sessions {
        let patient = patients::get(&user.app, &user.caller(), session.patient_id).await?;
        all.push(ToRebook {
            when: date_and_time(session.start),
            name: full_name(&patient.into_inner()),
            service: code_words(&session.service),
        });
    }
    Ok(all)
}

type Window = Id<(DeviceId, RentalWindowId)>;

/// What removing a window would do, before it is done.
pub(super) async fn removal_page(
    user: SignedIn,
    Id((device, id)): Window,
    Query(query): Query,
) -> PageResult {
    let (WindowView { start, end, .. }, booked) =
        rental_windows::booked_in(&user.app, &user.caller(), device, id).await?;
    let month = month_query(&query, '?');
    let page = WindowPage {
        layout: manage_layout(&user, Some(Section::Calendar)),
        back: format!("/manage/calendar{month}"),
        window: Some((
            format!("{} to {}", date_and_time(start), date_and_time(end)),
            format!("/manage/calendar/windows/{device}/{id}/remove{month}"),
        )),
        removed: false,
        sessions: to_rebook(&user, &booked).await?,
    };
    Ok(app_page(StatusCode::OK, &page))
}

/// Removes a window. The sessions that are to be rebooked are shown next.
pub(super) async fn remove_window(
    user: SignedIn,
    window: std::result::Result<Window, PageError>,
    Query(query): Query,
) -> PageResult {
    let removed = match window {
        Ok(Id((device, id))) => rental_windows::remove(&user.app, &user.caller(), device, id).await,
        Err(PageError(error)) => Err(error),
    };
    match removed.map(|removed| removed.into_inner().rebook.is_empty()) {
        Ok(true) => Ok(calendar_redirect(&query, "removed")),
        Ok(false) => {
            let month = month_query(&query, '&');
            Ok(redirect(&format!("/manage/calendar/to-rebook?done=removed{month}")))
        }
        Err(Error::NotThere(_)) => {
            let words = "That rental window was removed meanwhile.";
            calendar_page_with(&user, &query, None, None, Some(words)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The sessions that have to be rebooked, since their device is not here then.
pub(super) async fn rebook_page(user: SignedIn, Query(query): Query) -> PageResult {
    let wanted =
        SessionsWanted { status: Some(SessionStatus::Pending), ..SessionsWanted::default() };
    let page = Page { limit: Some(200), after: None };
    let mut pending = sessions::list(&user.app, &user.caller(), wanted, &page).await?.items;
    pending.retain(|session| session.rebook_reason.is_some());
    let page = WindowPage {
        layout: manage_layout(&user, Some(Section::Calendar)),
        back: format!("/manage/calendar{}", month_query(&query, '?')),
        window: None,
        removed: query.get("done") == "removed",
        sessions: to_rebook(&user, &pending).await?,
    };
    Ok(app_page(StatusCode::OK, &page))
}
