//! What the room promises as a whole. The `icalendar` crate reads back what the room wrote,
//! so that two programs have to agree on it.

mod held;
mod hostile_text;
mod inbound;
mod junk_mail;
mod kept_events;
mod outbound;
mod zones;

use chrono::{DateTime, Utc};
use icalendar::parser::{Calendar, Component, Property, read_calendar, unfold};
use uuid::Uuid;

use super::cache::KeptEvents;
use super::entry::Entry;
use super::event::{Event, Status};
use super::invite::Organizer;
use super::text::{Address, Link};
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn address(text: &str) -> Address {
    Address::try_from(text.to_owned()).unwrap()
}

fn link(text: &str) -> Link {
    Link::try_from(text.to_owned()).unwrap()
}

fn organizer() -> Organizer {
    Organizer { label: "Fadeline, Toronto".to_owned(), address: address("visits@clinic.example") }
}

fn event() -> Event {
    Event {
        uid: Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef),
        sequence: 0,
        stamp: utc("2026-10-01T12:00:00Z"),
        created: utc("2026-09-30T08:15:00Z"),
        last_modified: utc("2026-10-01T12:00:00Z"),
        start: utc("2026-11-10T14:30:00Z"),
        end: utc("2026-11-10T15:15:00Z"),
        zone: "America/Toronto".parse().unwrap(),
        status: Status::Confirmed,
        language: Language::En,
        label: "Fadeline, Toronto".to_owned(),
        place: "100 King Street West; Suite 5600, Toronto".to_owned(),
        phone: "416 555-0100".to_owned(),
        arrive_early_minutes: Some(10),
        manage: Some(link("https://clinic.example/v/AbCdEfGh")),
        video: None,
    }
}

/// A feed that is written with nothing kept.
fn feed(name: &str, zone: Tz, entries: impl Iterator<Item = Entry>) -> String {
    super::feed::feed(name, zone, entries, &KeptEvents::default())
}

/// The calendar as the crate reads it, after its octets were seen to be in order.
fn read(ics: &str) -> Calendar<'static> {
    assert_well_formed(ics);
    let unfolded: &'static str = Box::leak(unfold(ics).into_boxed_str());
    read_calendar(unfolded).unwrap()
}

/// Statements 1 to 3 and 10 of the list: line ends, lengths, no blank line, and components closed in order.
fn assert_well_formed(ics: &str) {
    assert!(ics.ends_with("\r\n") && !ics.starts_with('\u{feff}'));
    let mut open = Vec::new();
    for line in ics.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(!line.is_empty() && line.len() <= 75, "{line:?}");
        assert!(!line.contains(char::is_control), "{line:?}");
        if let Some(name) = line.strip_prefix("BEGIN:") {
            open.push(name);
        } else if let Some(name) = line.strip_prefix("END:") {
            assert_eq!(open.pop(), Some(name));
        }
    }
    assert_eq!(open, [""; 0]);
    assert_eq!(ics.matches("BEGIN:VCALENDAR").count(), 1);
}

fn all<'c>(calendar: &'c Calendar<'static>, name: &str) -> Vec<&'c Component<'static>> {
    calendar.components.iter().filter(|component| component.name == name).collect()
}

fn the_event(calendar: &Calendar<'static>) -> Component<'static> {
    let events = all(calendar, "VEVENT");
    assert_eq!(events.len(), 1);
    events[0].clone()
}

fn value(component: &Component<'static>, name: &str) -> String {
    let found: Vec<_> =
        component.properties.iter().filter(|property| property.name == name).collect();
    assert_eq!(found.len(), 1, "{name}");
    found[0].val.to_string()
}

fn param(property: &Property<'_>, name: &str) -> Option<String> {
    let param = property.params.iter().find(|param| param.key == name)?;
    param.val.as_ref().map(ToString::to_string)
}

/// The names of all properties, in order.
fn names(properties: &[Property<'static>]) -> Vec<String> {
    properties.iter().map(|property| property.name.to_string()).collect()
}
