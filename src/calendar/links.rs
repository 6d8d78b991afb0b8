//! Links that put a visit into a calendar on the web, or subscribe to a feed. A copy made by
//! the first kind never hears of a change, so pages offer it after the file; it says the same
//! as the file, since its text ends up in other people's logs.

use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use super::event::Event;
use super::times::Times;
use super::value::Value;

/// Adds the visit to a Google calendar.
#[must_use]
pub fn google(event: &Event) -> String {
    let times = Times::new(event.zone, event.start, event.end);
    let dates = match times {
        Times::Wall(start, end) => pair(&start, &end),
        Times::Utc(start, end) => pair(&start, &end),
    };
    let mut query = Serializer::new(String::new());
    query
        .append_pair("action", "TEMPLATE")
        .append_pair("text", event.summary().as_str())
        .append_pair("dates", &dates);
    if times.in_zone() {
        query.append_pair("ctz", event.zone.name());
    }
    query
        .append_pair("location", event.location().as_str())
        .append_pair("details", event.description().as_str());
    format!("https://calendar.google.com/calendar/render?{}", query.finish())
}

/// Adds the visit to an Outlook calendar on the web.
#[must_use]
pub fn outlook(event: &Event) -> String {
    let mut query = Serializer::new(String::new());
    query
        .append_pair("path", "/calendar/action/compose")
        .append_pair("rru", "addevent")
        .append_pair("startdt", &rfc3339(event.start))
        .append_pair("enddt", &rfc3339(event.end))
        .append_pair("subject", event.summary().as_str())
        .append_pair("location", event.location().as_str())
        .append_pair("body", event.description().as_str());
    // Outlook shows a plus where a blank was meant.
    let query = query.finish().replace('+', "%20");
    format!("https://outlook.live.com/calendar/deeplink/compose?{query}")
}

/// The address of a feed as a calendar program subscribes to it: `webcal://` and the rest.
#[must_use]
pub fn webcal(feed: &str) -> String {
    let rest = feed.split_once("://").map_or(feed, |(_, rest)| rest);
    format!("webcal://{rest}")
}

/// Subscribes a Google calendar to a feed.
#[must_use]
pub fn google_subscription(feed: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("cid", &webcal(feed));
    format!("https://calendar.google.com/calendar/r?{}", query.finish())
}

fn pair(start: &impl Value, end: &impl Value) -> String {
    let mut dates = String::new();
    start.write(&mut dates);
    dates.push('/');
    end.write(&mut dates);
    dates
}

fn rfc3339(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
