//! Whatever people are called and wherever they live: it reads back as it was, and adds no line.

use proptest::prelude::*;
use uuid::Uuid;

use super::{address, event, feed, names, organizer, param, read, the_event, utc, value};
use crate::calendar::entry::{Entry, Kind};
use crate::calendar::event::Status;
use crate::calendar::invite::{Organizer, cancel, download, request};
use crate::calendar::text::{Address, Link, ParamText, Phrase};
use crate::domain::patient::Language;

/// Text with much in it that means something in a calendar.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        2 => "[ -~]{0,12}",
        1 => "[\\\\;,:\"\r\n\t ]{1,6}",
        1 => Just("\r\nATTENDEE:mailto:eve@evil.example\r\n".to_owned()),
        1 => Just("\nEND:VEVENT\nBEGIN:VEVENT\n".to_owned()),
        1 => Just("\\n\\,\u{2028}\u{85}\u{feff}\u{1f600}日本語".to_owned()),
        1 => "[a ]{60,160}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn hostile_text_reads_back_as_it_was_and_adds_no_line(
        label in hostile(), place in hostile(), phone in hostile(), arrive in prop::option::of(0_u16..100), french in any::<bool>(),
    ) {
        let mut event = event();
        let usual = names(&the_event(&read(&request(&event, &organizer(), &address("ada@example.org")))).properties);
        event.label = format!("x{label}");
        event.place = format!("x{place}");
        event.phone = format!("x{phone}");
        event.arrive_early_minutes = arrive;
        event.language = if french { Language::Fr } else { Language::En };
        let clinic = Organizer { label: format!("x{label}"), ..organizer() };
        let ics = request(&event, &clinic, &address("ada@example.org"));
        prop_assert_eq!(&ics, &request(&event, &clinic, &address("ada@example.org")), "it is the same each time");
        let calendar = read(&ics);
        prop_assert_eq!(names(&calendar.properties), ["PRODID", "VERSION", "CALSCALE", "METHOD"]);
        let read_event = the_event(&calendar);
        prop_assert_eq!(names(&read_event.properties), usual);
        prop_assert_eq!(read_event.components.len(), 2);
        prop_assert_eq!(value(&read_event, "SUMMARY"), event.summary().as_str().to_owned());
        prop_assert_eq!(value(&read_event, "LOCATION"), Phrase::new(event.place.as_str()).as_str().to_owned());
        prop_assert_eq!(value(&read_event, "DESCRIPTION"), event.description().as_str().to_owned());
        let by = read_event.find_prop("ORGANIZER").unwrap();
        prop_assert_eq!(param(by, "CN").unwrap(), ParamText::new(&clinic.label).as_str().to_owned());
        for ics in [cancel(&event, &clinic, &address("ada@example.org")), download(&event)] {
            prop_assert_eq!(value(&the_event(&read(&ics)), "SUMMARY"), event.summary().as_str().to_owned());
        }
    }

    #[test]
    fn hostile_text_in_a_feed_reads_back_as_it_was(name in hostile(), label in hostile(), place in hostile(), reference in hostile()) {
        let name = format!("x{name}");
        let kinds = [Kind::Visit { label, place: format!("x{place}") }, Kind::Booked { reference: format!("x{reference}") }, Kind::Busy];
        let entries = kinds.iter().enumerate().map(|(n, kind)| Entry {
            uid: Uuid::from_u128(n as u128),
            sequence: 1,
            start: utc("2026-11-10T14:30:00Z"),
            end: utc("2026-11-10T15:15:00Z"),
            changed: utc("2026-10-01T12:00:00Z"),
            status: Status::Confirmed,
            kind: kind.clone(),
            language: Language::En,
        });
        let calendar = read(&feed(&name, "America/Toronto".parse().unwrap(), entries));
        let shown = Phrase::new(name.chars().take(200).collect::<String>());
        for property in calendar.properties.iter().filter(|property| property.name == "X-WR-CALNAME") {
            prop_assert_eq!(property.val.as_str(), shown.as_str());
        }
        let events: Vec<_> = super::all(&calendar, "VEVENT");
        prop_assert_eq!(events.len(), 3);
        prop_assert_eq!(value(events[0], "LOCATION"), Phrase::new(format!("x{place}")).as_str().to_owned());
        prop_assert_eq!(value(events[1], "SUMMARY"), Phrase::new(format!("Booked - x{reference}")).as_str().to_owned());
        prop_assert_eq!(value(events[2], "SUMMARY"), "Busy");
    }

    #[test]
    fn an_address_or_a_link_is_written_to_the_letter_or_refused(text in hostile(), local in "[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}") {
        for text in [text.clone(), format!("{local}@example.org"), format!("{text}@example.org")] {
            let Ok(patient) = Address::try_from(text.clone()) else { continue };
            let calendar = read(&request(&event(), &organizer(), &patient));
            let written = value(&the_event(&calendar), "ATTENDEE");
            let plain = written.strip_prefix("mailto:").unwrap().replace("%3F", "?").replace("%23", "#").replace("%25", "%");
            prop_assert_eq!(plain, text);
        }
        for text in [text.clone(), format!("https://example.org/{text}"), format!("tel:{text}")] {
            let Ok(video) = Link::try_from(text.clone()) else { continue };
            let calendar = read(&download(&crate::calendar::event::Event { video: Some(video), ..event() }));
            prop_assert_eq!(value(&the_event(&calendar), "CONFERENCE"), text.clone());
            prop_assert_eq!(value(&the_event(&calendar), "LOCATION"), text);
        }
    }
}
