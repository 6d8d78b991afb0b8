//! What keeps two desks up to date: a stream that reports changes of the days on a page. It asks the database, so
//! that it notices changes by other nodes too; it does not keep the user signed in.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::NaiveDate;
use futures_util::stream;

use crate::actions::Error;
use crate::actions::access::browsers::Access;
use crate::actions::desk::day;
use crate::domain::time::civil::Day;
use crate::web::access::browser::Browser;
use crate::web::frame::errors::PageResult;
use crate::web::frame::form::sent::Query;

/// How often it looks for changes.
const EVERY: Duration = Duration::from_millis(500);
/// After how many looks it checks that the browser is still signed in.
const SIGN_IN_EVERY: u32 = 10;
/// After how many looks the stream ends; the browser opens another by itself.
const MOST: u32 = 600;

struct Listening {
    browser: Browser,
    first: NaiveDate,
    days: u64,
    stamp: String,
    looks: u32,
}

/// The stream of a day, or of a week.
pub(super) async fn change_stream(browser: Browser, Query(query): Query) -> PageResult {
    let first = query.parse::<NaiveDate>("day").filter(|day| Day::try_from(*day).is_ok());
    let first = first.ok_or(Error::NotThere("day"))?;
    let listening = Listening {
        browser,
        first,
        days: if query.get("days") == "7" { 7 } else { 1 },
        stamp: query.get("stamp").to_owned(),
        looks: 0,
    };
    let events = stream::unfold(listening, |mut listening| async move {
        let stamp = listening.next().await?;
        let event = Event::default().event("changed").data(&stamp);
        listening.stamp = stamp;
        Some((Ok::<_, Infallible>(event), listening))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(events).keep_alive(keep_alive).into_response())
}

impl Listening {
    /// Waits for a change; nothing once the stream is to end.
    async fn next(&mut self) -> Option<String> {
        let mut closing = self.browser.app.closing.subscribe();
        loop {
            if self.looks >= MOST || *closing.borrow() {
                return None;
            }
            self.looks += 1;
            if self.looks.is_multiple_of(SIGN_IN_EVERY) && !self.is_signed_in().await {
                return None;
            }
            match day::stamp(&self.browser.app, self.first, self.days).await {
                Ok(stamp) if stamp != self.stamp => return Some(stamp),
                Ok(_) => (),
                // The browser asks again, and then receives the error.
                Err(_) => return None,
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => (),
                _ = closing.changed() => return None,
            }
        }
    }

    async fn is_signed_in(&self) -> bool {
        matches!(self.browser.authenticate(false).await, Ok(Access::Granted(_)))
    }
}
