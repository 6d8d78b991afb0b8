//! A calendar that is subscribed to: a patient's visits, a practitioner's bookings, or the
//! times at which a partner's device is taken. It names the clinic alone. Which visits
//! are in it, and who may read it, is decided elsewhere; what is shown of one, in `entry`.

use super::cache::KeptEvents;
use super::content::Content;
use super::entry::{Entry, EntryKey};
use super::event::Status;
use super::text::{ParamText, Phrase};
use super::vtimezone;
use crate::domain::time::time_zone::Tz;

/// The most octets that a feed has: Google reads no more than a megabyte.
pub const MOST_BYTES: usize = 1024 * 1024 - 1;

/// The most characters of a feed's name.
const LONGEST_NAME: usize = 200;

/// What an entry takes, to begin with.
const ROOM: usize = 420;

/// The feed called `name` with these entries, by their start. Should they be too many for a calendar to read, those
/// farthest ahead are left out. What `kept` has of them is not written again; the feed is the same without.
#[must_use]
pub fn feed(
    name: &str,
    zone: Tz,
    entries: impl Iterator<Item = Entry>,
    kept: &KeptEvents,
) -> String {
    let taking_place = entries.filter(|entry| entry.status != Status::Cancelled);
    let mut entries: Vec<_> = taking_place.map(|entry| EntryKey::new(zone, entry)).collect();
    entries.sort_by_key(EntryKey::order);
    loop {
        match fitting(name, zone, &entries, kept) {
            Ok(feed) => return feed,
            Err(most) => entries.truncate(most),
        }
    }
}

/// The feed with these entries, or how many of them have room.
fn fitting(name: &str, zone: Tz, entries: &[EntryKey], kept: &KeptEvents) -> Result<String, usize> {
    let mut content = head(name);
    let in_zone = || entries.iter().filter(|entry| entry.in_zone());
    let first = in_zone().map(|entry| entry.span().0).min();
    let last = in_zone().map(|entry| entry.span().1).max();
    if let Some((first, last)) = first.zip(last) {
        content.hold(vtimezone::component(zone, first, last));
    }
    let mut feed = content.open((entries.len() * ROOM).min(MOST_BYTES));
    for (at, entry) in entries.iter().enumerate() {
        kept.add_to(&mut feed, entry);
        if feed.octets() > MOST_BYTES {
            return Err(at);
        }
    }
    Ok(feed.finish())
}

/// The beginning of a feed.
fn head(name: &str) -> Content {
    let name = Phrase::new(name.chars().take(LONGEST_NAME).collect::<String>());
    let mut content = Content::calendar(None);
    content.property("NAME", &name);
    content.property("X-WR-CALNAME", &name);
    content.property_with("REFRESH-INTERVAL", &[("VALUE", &ParamText::new("DURATION"))], &"PT1H");
    content.property("X-PUBLISHED-TTL", &"PT1H");
    content
}
