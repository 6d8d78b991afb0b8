//! What calendars hold already stays as it is, to the octet: an invitation, a cancellation,
//! a file and feeds as an earlier release wrote them. Files end in `.ics` beside this one.

use chrono::Duration;
use uuid::Uuid;

use super::{address, event, feed, link, organizer, utc};
use crate::calendar::entry::{Entry, Kind};
use crate::calendar::event::{Event, Status};
use crate::calendar::invite::{Organizer, cancel, download, request};
use crate::domain::patient::Language;

/// A visit by video in French, with a name that is folded inside its accents and words that
/// would begin a line or a parameter if they could.
fn by_video() -> Event {
    Event {
        uid: Uuid::from_u128(7),
        sequence: 12,
        start: utc("2027-03-14T06:30:00Z"),
        end: utc("2027-03-14T07:15:00Z"),
        status: Status::Tentative,
        language: Language::Fr,
        label: "Clinique « Été; éphémère, à Montréal »\r\nATTENDEE:mailto:eve@evil.example\\n"
            .repeat(2),
        place: "a".repeat(141),
        phone: "514 555-0100\u{2028}poste 3".to_owned(),
        arrive_early_minutes: Some(1),
        manage: None,
        video: Some(link("https://video.example/x;y,z?%3F#\u{65e5}\u{672c}")),
        ..event()
    }
}

/// A visit in the hour that the clock shows twice.
fn in_the_repeated_hour() -> Event {
    Event {
        start: utc("2026-11-01T05:30:00Z"),
        end: utc("2026-11-01T06:15:00Z"),
        // The crate that writes would leave 76 octets on the last line of this one.
        place: "b".repeat(150 - "LOCATION:".len()),
        arrive_early_minutes: None,
        manage: None,
        phone: String::new(),
        ..event()
    }
}

/// Fifty entries of each kind over a year and both changes of the clock.
fn entries() -> impl Iterator<Item = Entry> {
    (0..50_u8).map(|n| Entry {
        uid: Uuid::from_u128(n.into()),
        sequence: i64::from(n) - 2,
        start: utc("2026-11-01T05:30:00Z") + Duration::hours(171 * i64::from(n)),
        end: utc("2026-11-01T06:15:00Z") + Duration::hours(171 * i64::from(n)),
        changed: utc("2026-09-01T12:00:00Z") + Duration::minutes(n.into()),
        status: [Status::Confirmed, Status::Tentative, Status::Cancelled][usize::from(n % 7) / 3],
        kind: match n % 4 {
            0 => Kind::Booked {
                reference: format!("K7QF00{n:02}"),
            },
            1 => Kind::Busy,
            2 => Kind::Visit {
                label: "Clinic".to_owned(),
                place: " \n".to_owned(),
            },
            _ => Kind::Visit {
                label: "Clinique d’été, \u{1f600}".to_owned(),
                place: "100 King Street West; Suite 5600, Toronto, Ontario\nM5X 1C9 Canada \u{e9}\u{e9}".to_owned(),
            },
        },
        language: [Language::En, Language::Fr][usize::from(n % 2)],
    })
}

#[test]
fn calendars_that_are_held_are_written_as_they_were_to_the_octet() {
    let zone = "America/Toronto".parse().unwrap();
    let ada = address("ada%?#@example.org");
    let clinic = Organizer { label: "Dr \"Who\"\r\nX-A:b; é".to_owned(), ..organizer() };
    for (name, held, written) in [
        ("invitation", include_str!("held/invitation.ics"), request(&event(), &organizer(), &ada)),
        ("by video", include_str!("held/by_video.ics"), request(&by_video(), &clinic, &ada)),
        ("cancellation", include_str!("held/cancellation.ics"), cancel(&by_video(), &clinic, &ada)),
        ("file", include_str!("held/file.ics"), download(&in_the_repeated_hour())),
        (
            "feed",
            include_str!("held/feed.ics"),
            feed(&"Fadeline, Toronto é ".repeat(8), zone, entries()),
        ),
        (
            "feed of nothing",
            include_str!("held/feed_of_nothing.ics"),
            feed("Fadeline", zone, entries().take(0)),
        ),
    ] {
        assert_eq!(held, written, "{name}");
    }
}
