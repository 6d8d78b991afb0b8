//! What keeps two desks together: a stream that says when something of the days on a page has
//! changed. It asks the database, so that it hears of other nodes too; it keeps nobody signed in.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use futures_util::stream;

use crate::actions::access::browsers::Door;
use crate::actions::desk::day;
use crate::actions::work::guess_guard::CameFrom;
use crate::actions::{App, Error};
use crate::domain::time::civil::Day;
use crate::web::access::cookie::door_of;
use crate::web::frame::error::error_page;
use crate::web::frame::form::sent::Asked;

/// How often it is asked whether something has changed.
const EVERY: Duration = Duration::from_millis(500);
/// After how many such questions it is asked whether whoever listens is still signed in.
const SIGN_IN_EVERY: u32 = 10;
/// After how many questions the stream ends; the browser opens another by itself.
const MOST: u32 = 600;

struct Listening {
    app: App,
    headers: HeaderMap,
    from: CameFrom,
    first: NaiveDate,
    days: u64,
    stamp: String,
    asked: u32,
}

/// The stream of a day, or of a week.
pub(super) async fn changes(
    State(app): State<App>,
    Extension(from): Extension<CameFrom>,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Response {
    let first = asked.read::<NaiveDate>("day").filter(|day| Day::try_from(*day).is_ok());
    let Some(first) = first else {
        return error_page(Error::NotThere("day"));
    };
    let listening = Listening {
        app,
        headers,
        from,
        first,
        days: if asked.get("days") == "7" { 7 } else { 1 },
        stamp: asked.get("stamp").to_owned(),
        asked: 0,
    };
    let events = stream::unfold(listening, |mut listening| async move {
        let stamp = listening.next().await?;
        let event = Event::default().event("changed").data(&stamp);
        listening.stamp = stamp;
        Some((Ok::<_, Infallible>(event), listening))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}

impl Listening {
    /// Waits for a change; nothing once the stream is to end.
    async fn next(&mut self) -> Option<String> {
        let mut closing = self.app.closing.subscribe();
        loop {
            if self.asked >= MOST || *closing.borrow() {
                return None;
            }
            self.asked += 1;
            if self.asked.is_multiple_of(SIGN_IN_EVERY) && !self.is_signed_in().await {
                return None;
            }
            match day::stamp(&self.app, self.first, self.days).await {
                Ok(stamp) if stamp != self.stamp => return Some(stamp),
                Ok(_) => (),
                // The browser asks again, and then hears what is the matter.
                Err(_) => return None,
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => (),
                _ = closing.changed() => return None,
            }
        }
    }

    async fn is_signed_in(&self) -> bool {
        let CameFrom(from) = self.from;
        matches!(door_of(&self.app, &self.headers, from, false).await, Ok(Door::In(_)))
    }
}
