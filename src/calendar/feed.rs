//! A calendar that somebody subscribes to: a patient's visits, a practitioner's bookings, or
//! the times at which a partner's device is taken. It names nobody but the clinic. Which
//! visits are in it, and who may read it, is decided elsewhere.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::content::Content;
use super::event::Status;
use super::text::{ParamText, Phrase};
use super::times::Times;
use super::vtimezone;
use super::words::words;
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;

/// The most octets that a feed has: Google reads no more than a megabyte.
pub const MOST_BYTES: usize = 1024 * 1024 - 1;

/// The most characters of a feed's name.
const LONGEST_NAME: usize = 200;

/// What is shown of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// To the patient: where, and the fixed phrase.
    Visit {
        /// The clinic's display name.
        label: String,
        /// The street address.
        place: String,
    },
    /// To the practitioner: that the time is booked.
    Booked {
        /// A short reference that says nothing by itself.
        reference: String,
    },
    /// To a partner: that the time is taken.
    Busy,
}

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The visit's UID.
    pub uid: Uuid,
    /// The visit's sequence.
    pub sequence: i64,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends, after its start.
    pub end: DateTime<Utc>,
    /// When it was changed last. Not now: a feed that did not change is the same to the octet.
    pub changed: DateTime<Utc>,
    /// Whether it takes place; what does not is left out.
    pub status: Status,
    /// What is shown of it.
    pub kind: Kind,
    /// The language of its words.
    pub language: Language,
}

/// What an entry takes, to begin with.
const ROOM: usize = 420;

/// The feed called `name` with these entries, by their start. Should they be too many for a calendar to read, those
/// farthest ahead are left out.
#[must_use]
pub fn feed(name: &str, zone: Tz, entries: impl Iterator<Item = Entry>) -> String {
    let taking_place = entries.filter(|entry| entry.status != Status::Cancelled);
    let mut entries: Vec<_> = taking_place
        .map(|entry| (Times::new(zone, entry.start, entry.end), entry))
        .collect();
    entries.sort_by_key(|(_, entry)| (entry.start, entry.end, entry.uid));
    loop {
        match fitting(name, zone, &entries) {
            Ok(feed) => return feed,
            Err(most) => entries.truncate(most),
        }
    }
}

/// The feed with these entries, or how many of them have room.
fn fitting(name: &str, zone: Tz, entries: &[(Times, Entry)]) -> Result<String, usize> {
    let mut content = head(name, (entries.len() * ROOM).min(MOST_BYTES));
    let in_zone = || entries.iter().filter(|(times, _)| times.in_zone());
    let first = in_zone().map(|(_, entry)| entry.start).min();
    let last = in_zone().map(|(_, entry)| entry.end).max();
    if let Some((first, last)) = first.zip(last) {
        vtimezone::write(&mut content, zone, first, last);
    }
    let tzid = ParamText::new(zone.name());
    for (at, (times, entry)) in entries.iter().enumerate() {
        write(&mut content, entry, *times, &tzid);
        if content.octets() > MOST_BYTES {
            return Err(at);
        }
    }
    Ok(content.finish())
}

/// The beginning of a feed.
fn head(name: &str, octets: usize) -> Content {
    let name = Phrase::new(name.chars().take(LONGEST_NAME).collect::<String>());
    let mut content = Content::calendar(None, octets + ROOM * 4);
    content.property("NAME", &name);
    content.property("X-WR-CALNAME", &name);
    content.property_with(
        "REFRESH-INTERVAL",
        &[("VALUE", &ParamText::new("DURATION"))],
        &"PT1H",
    );
    content.property("X-PUBLISHED-TTL", &"PT1H");
    content
}

fn write(content: &mut Content, entry: &Entry, times: Times, tzid: &ParamText) {
    let words = words(entry.language);
    content.begin("VEVENT");
    content.property("UID", &entry.uid);
    content.property("DTSTAMP", &entry.changed);
    content.property("LAST-MODIFIED", &entry.changed);
    content.property("SEQUENCE", &entry.sequence.max(0));
    times.write(content, tzid);
    match &entry.kind {
        Kind::Visit { label, place } => {
            content.property("SUMMARY", &Phrase::new(words.appointment(label)));
            let place = Phrase::new(place.as_str());
            if !place.is_blank() {
                content.property("LOCATION", &place);
            }
        }
        Kind::Booked { reference } => {
            content.property("SUMMARY", &Phrase::new(words.booked(reference)))
        }
        Kind::Busy => content.property("SUMMARY", &words.busy()),
    }
    content.property("STATUS", &entry.status.code());
    content.property("CLASS", &"PRIVATE");
    content.property("TRANSP", &"OPAQUE");
    content.end("VEVENT");
}
