//! Sessions: booking, reading, moving, and what happens on the day.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actions::booking::cancel::Cancellation;
use crate::actions::booking::new_session::NewSession;
use crate::actions::booking::reschedule::{NewTime, Rescheduled};
use crate::actions::booking::{book, cancel, reschedule};
use crate::actions::calendar::event;
use crate::actions::course::session_view::SessionView;
use crate::actions::course::sessions;
use crate::actions::course::sessions::SessionsWanted;
use crate::actions::desk::correct::{Correction, History};
use crate::actions::desk::{attend, correct, undo};
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::problem::Problem;
use crate::api::respond::Reply;
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{SessionId, SiteId};
use crate::domain::time::civil::Edge;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// From which day (`2027-03-15`) or time on.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-15")]
    from: Option<Edge>,
    /// To which day, included, or before which time.
    #[serde(default, deserialize_with = "crate::api::extract::edge")]
    #[param(value_type = Option<String>, example = "2027-03-15")]
    to: Option<Edge>,
    /// Only at this site.
    #[param(value_type = Option<Uuid>)]
    site_id: Option<SiteId>,
    /// Only in this state.
    status: Option<SessionStatus>,
    /// How many items at most; 50 unless set.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Sessions in order of start.
#[utoipa::path(get, path = "/sessions", operation_id = "list_sessions", tag = "Sessions", params(Wanted), responses((status = 200, body = Items<SessionView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Reply<Items<SessionView>> {
    let Wanted { from, to, site_id, status, limit, after } = wanted;
    let wanted = SessionsWanted { from, to, site_id, status };
    Ok(sessions::list(&app, &caller, wanted, &Page { limit, after }).await?.into())
}

/// Books a session. What is left out is chosen.
#[utoipa::path(post, path = "/sessions", operation_id = "book_session", tag = "Booking", request_body = NewSession, responses((status = 201, body = SessionView)))]
pub(in crate::api) async fn book(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewSession>,
) -> Reply<SessionView> {
    Ok(book::book(&app, &caller, new).await?.into())
}

/// One session.
#[utoipa::path(get, path = "/sessions/{id}", operation_id = "get_session", tag = "Sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Reply<SessionView> {
    Ok(sessions::get(&app, &caller, id).await?.into())
}

/// Moves a session: the same session and UID, `sequence` one higher.
#[utoipa::path(post, path = "/sessions/{id}/reschedule", operation_id = "reschedule_session", tag = "Booking", params(("id" = SessionId, Path)), request_body = NewTime,
    responses((status = 200, body = Rescheduled)))]
pub(in crate::api) async fn reschedule(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
    Json(to): Json<NewTime>,
) -> Reply<Rescheduled> {
    Ok(reschedule::reschedule(&app, &caller, id, &expected, to).await?.into())
}

/// Calls a session off.
#[utoipa::path(post, path = "/sessions/{id}/cancel", operation_id = "cancel_session", tag = "Booking", params(("id" = SessionId, Path)), request_body = Cancellation,
    responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
    Json(why): Json<Cancellation>,
) -> Reply<SessionView> {
    Ok(cancel::cancel(&app, &caller, id, &expected, why).await?.into())
}

/// The patient is here.
#[utoipa::path(post, path = "/sessions/{id}/arrive", operation_id = "mark_session_arrived", tag = "Sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn mark_arrived(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
) -> Reply<SessionView> {
    Ok(attend::arrive(&app, &caller, id, &expected).await?.into())
}

/// The patient is ready to be treated.
#[utoipa::path(post, path = "/sessions/{id}/check-in", operation_id = "check_in_session", tag = "Sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn check_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
) -> Reply<SessionView> {
    Ok(attend::check_in(&app, &caller, id, &expected).await?.into())
}

/// The patient did not come.
#[utoipa::path(post, path = "/sessions/{id}/no-show", operation_id = "mark_session_no_show", tag = "Sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn mark_no_show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
) -> Reply<SessionView> {
    Ok(attend::no_show(&app, &caller, id, &expected, false).await?.into())
}

/// Undoes the last change of a session, within the grace time.
#[utoipa::path(post, path = "/sessions/{id}/undo", operation_id = "undo_session_change", tag = "Sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
) -> Reply<SessionView> {
    Ok(undo::undo(&app, &caller, id, &expected).await?.into())
}

/// Corrects a session that has ended, with a reason; what was before stays in its history.
#[utoipa::path(post, path = "/sessions/{id}/correct", operation_id = "correct_session", tag = "Sessions", params(("id" = SessionId, Path)), request_body = Correction,
    responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn correct(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
    Json(to): Json<Correction>,
) -> Reply<SessionView> {
    Ok(correct::correct(&app, &caller, id, &expected, to).await?.into())
}

/// One session as iCalendar, to be put into a calendar by hand. One that does not take place is in nobody's.
#[utoipa::path(get, path = "/sessions/{id}/invite.ics", operation_id = "get_session_calendar", tag = "Sessions", params(("id" = SessionId, Path)),
    responses((status = 200, body = String, content_type = "text/calendar")))]
pub(in crate::api) async fn calendar(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let calendar = event::download(&app, &caller, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""),
    ];
    Ok((headers, calendar).into_response())
}

/// Every change of a session with what was before it.
#[utoipa::path(get, path = "/sessions/{id}/history", operation_id = "get_session_history", tag = "Sessions", params(("id" = SessionId, Path)), responses((status = 200, body = History)))]
pub(in crate::api) async fn history(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Reply<History> {
    Ok(correct::history(&app, &caller, id).await?.into())
}

/// The visit is over, and this is what was done.
#[utoipa::path(post, path = "/sessions/{id}/complete", operation_id = "complete_session", tag = "Sessions", params(("id" = SessionId, Path)), request_body = TreatmentRecord,
    responses((status = 200, body = SessionView)))]
pub(in crate::api) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    IfMatch(expected): IfMatch,
    Json(record): Json<TreatmentRecord>,
) -> Reply<SessionView> {
    Ok(attend::complete(&app, &caller, id, &expected, record).await?.into())
}
