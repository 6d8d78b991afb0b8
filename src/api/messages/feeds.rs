//! Calendars to subscribe to: their management, and the calendars themselves, at secret
//! addresses outside the base path.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use crate::actions::calendar::feeds::{FeedView, NewFeed};
use crate::actions::calendar::{feeds, fetch};
use crate::actions::work::memory::Fetched;
use crate::actions::work::page::{Items, Page};
use crate::actions::{App, Caller};
use crate::api::extract::{IfMatch, Json, Path, Query};
use crate::api::problem::Problem;
use crate::api::respond::Reply;
use crate::domain::ids::FeedId;

/// Makes a calendar address for a practitioner, a site, a partner or a patient. One that is there gets a new address.
#[utoipa::path(post, path = "/feeds", operation_id = "make_feed", tag = "Feeds", request_body = NewFeed, responses((status = 201, body = FeedView)))]
pub(in crate::api) async fn make(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewFeed>,
) -> Reply<FeedView> {
    Ok(feeds::make(&app, &caller, new).await?.into())
}

/// The calendar addresses in use, without their secrets, and when each was fetched last.
#[utoipa::path(get, path = "/feeds", operation_id = "list_feeds", tag = "Feeds", params(Page), responses((status = 200, body = Items<FeedView>)))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Reply<Items<FeedView>> {
    Ok(feeds::list(&app, &caller, &page).await?.into())
}

/// Gives a calendar another address; the old one is dead.
#[utoipa::path(post, path = "/feeds/{id}/rotate", operation_id = "rotate_feed", tag = "Feeds", params(("id" = FeedId, Path)), responses((status = 200, body = FeedView)))]
pub(in crate::api) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FeedId>,
    IfMatch(expected): IfMatch,
) -> Reply<FeedView> {
    Ok(feeds::rotate(&app, &caller, id, &expected).await?.into())
}

/// Revokes a calendar address.
#[utoipa::path(delete, path = "/feeds/{id}", operation_id = "revoke_feed", tag = "Feeds", params(("id" = FeedId, Path)), responses((status = 204, description = "Revoked")))]
pub(in crate::api) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FeedId>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Problem> {
    feeds::revoke(&app, &caller, id, &expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The calendar at its secret address, `/feeds/SECRET.ics`; the address is the credential. Wrong, revoked and unknown ones are answered alike.
#[utoipa::path(get, path = "/feeds/{name}", operation_id = "fetch_feed", tag = "Feeds", params(("name" = String, Path, description = "The secret, and .ics")),
    responses((status = 200, body = String, content_type = "text/calendar"), (status = 304, description = "As it was")))]
pub(in crate::api) async fn fetch(
    State(app): State<App>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Response {
    let secret = name.strip_suffix(".ics").unwrap_or_default();
    match fetch::fetch(&app, secret).await {
        Ok(Some(fetched)) => calendar_response(&fetched, &asked),
        Ok(None) => Problem::not_found("There is nothing at this address.").into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

fn calendar_response(fetched: &Fetched, asked: &HeaderMap) -> Response {
    let zipped = asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(accepts_gzip);
    // Another encoding is another representation, so its strong tag is another too.
    let (tag, body) = if zipped {
        (&fetched.gzip_tag, fetched.gzip())
    } else {
        (&fetched.tag, fetched.body.clone())
    };
    let fresh = is_fresh(asked, [&fetched.tag, &fetched.gzip_tag]);
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = body.into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
        if zipped {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    for (name, value) in [(header::ETAG, tag), (header::LAST_MODIFIED, &http_date(fetched.changed))]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Whether the client already has the calendar, by its tag alone: a visit that moved to another calendar leaves no time here.
fn is_fresh(asked: &HeaderMap, tags: [&String; 2]) -> bool {
    let named = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tags.iter().any(|ours| *ours == tag))
}

/// Whether an `Accept-Encoding` takes gzip.
fn accepts_gzip(value: &str) -> bool {
    value.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let never = |part: &str| {
            part.strip_prefix("q=").is_some_and(|q| q.chars().all(|c| "0.".contains(c)))
        };
        named && !parts.any(never)
    })
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::accepts_gzip;

    #[test]
    fn gzip_is_sent_to_clients_that_take_it() {
        for yes in ["gzip", "br, gzip;q=0.5", "GZIP"] {
            assert!(accepts_gzip(yes), "{yes}");
        }
        for no in ["", "identity", "gzip;q=0", "gzip;q=0.0", "x-gzip"] {
            assert!(!accepts_gzip(no), "{no}");
        }
    }
}
