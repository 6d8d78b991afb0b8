//! One entry of a feed, and all that its text is made of. Which entries are in a feed is
//! decided elsewhere; how they become a calendar stands in `feed`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::content::{Block, Serialized};
use super::event::Status;
use super::text::{ParamText, Phrase};
use super::times::Times;
use super::words::Words;
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;

/// What is shown of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// All that the text of an entry is made of: two that are equal are written alike, to the octet.
///
/// What is kept of feeds is found by this, so whatever comes to be shown of an entry belongs in here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct EntryKey {
    entry: Entry,
    times: Times,
    tzid: &'static str,
}

impl EntryKey {
    /// What is shown of the entry in `zone`, by the zone's present rules.
    pub(super) fn new(zone: Tz, entry: Entry) -> Self {
        Self { times: Times::new(zone, entry.start, entry.end), tzid: zone.name(), entry }
    }

    /// When it starts and ends.
    pub(super) fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.entry.start, self.entry.end)
    }

    /// Its place in a feed: by its start.
    pub(super) fn order(&self) -> (DateTime<Utc>, DateTime<Utc>, Uuid) {
        (self.entry.start, self.entry.end, self.entry.uid)
    }

    /// Whether the zone's name is needed, and with it a time zone component.
    pub(super) fn in_zone(&self) -> bool {
        self.times.in_zone()
    }

    /// The entry as it stands in a feed.
    pub(super) fn serialized(&self) -> Serialized {
        let entry = &self.entry;
        let words = Words::for_language(entry.language);
        let mut event = Block::new("VEVENT");
        event.property("UID", &entry.uid);
        event.property("DTSTAMP", &entry.changed);
        event.property("LAST-MODIFIED", &entry.changed);
        event.property("SEQUENCE", &entry.sequence.max(0));
        self.times.put(&mut event, &ParamText::new(self.tzid));
        match &entry.kind {
            Kind::Visit { label, place } => {
                event.property("SUMMARY", &Phrase::new(words.appointment(label)));
                let place = Phrase::new(place.as_str());
                if !place.is_blank() {
                    event.property("LOCATION", &place);
                }
            }
            Kind::Booked { reference } => {
                event.property("SUMMARY", &Phrase::new(words.booked(reference)));
            }
            Kind::Busy => event.property("SUMMARY", &words.busy),
        }
        event.property("STATUS", &entry.status.code());
        event.property("CLASS", &"PRIVATE");
        event.property("TRANSP", &"OPAQUE");
        event.serialized()
    }
}
