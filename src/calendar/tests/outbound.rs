//! Invitations, cancellations, downloads and feeds say what each calendar needs, and no more.

use chrono::Duration;
use icalendar::parser::Component;
use uuid::Uuid;

use super::{
    address, all, event, feed, link, names, organizer, param, read, the_event, utc, value,
};
use crate::calendar::entry::{Entry, Kind};
use crate::calendar::event::{Event, Status};
use crate::calendar::feed::MOST_BYTES;
use crate::calendar::invite::{cancel, download, request};
use crate::calendar::links::{google, google_subscription, outlook, webcal};
use crate::domain::patient::Language;

fn ada() -> crate::calendar::text::Address {
    address("ada@example.org")
}

fn tzid(component: &Component<'static>, name: &str) -> Option<String> {
    param(component.find_prop(name).unwrap(), "TZID")
}

/// Entries, a session each day.
fn entries(count: u16, kind: &Kind) -> impl Iterator<Item = Entry> {
    (0..count).map(|n| Entry {
        uid: Uuid::from_u128(n.into()),
        sequence: 0,
        start: utc("2026-10-01T14:00:00Z") + Duration::hours(5 * i64::from(n)),
        end: utc("2026-10-01T14:45:00Z") + Duration::hours(5 * i64::from(n)),
        changed: utc("2026-09-01T12:00:00Z"),
        status: Status::Confirmed,
        kind: kind.clone(),
        language: Language::En,
    })
}

fn visit() -> Kind {
    Kind::Visit {
        label: "Fadeline Toronto Clinic".to_owned(),
        place: "100 King Street West, Suite 5600, Toronto, Ontario M5X 1C9, Canada".to_owned(),
    }
}

#[test]
fn an_invitation_has_what_outlook_gmail_and_apple_look_for() {
    let ics = request(&event(), &organizer(), &ada());
    let calendar = read(&ics);
    assert_eq!(names(&calendar.properties), ["PRODID", "VERSION", "CALSCALE", "METHOD"]);
    assert!(
        ics.starts_with("BEGIN:VCALENDAR\r\nPRODID:-//Fadeline//Fadeline//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:REQUEST\r\n")
    );
    let event = the_event(&calendar);
    for (name, expected) in [
        ("UID", "12345678-9abc-4def-8123-456789abcdef"),
        ("DTSTAMP", "20261001T120000Z"),
        ("CREATED", "20260930T081500Z"),
        ("LAST-MODIFIED", "20261001T120000Z"),
        ("SEQUENCE", "0"),
        ("DTSTART", "20261110T093000"),
        ("DTEND", "20261110T101500"),
        ("SUMMARY", "Appointment - Fadeline, Toronto"),
        ("STATUS", "CONFIRMED"),
        ("CLASS", "PRIVATE"),
        ("TRANSP", "OPAQUE"),
        ("X-MICROSOFT-DISALLOW-COUNTER", "TRUE"),
        ("ORGANIZER", "mailto:visits@clinic.example"),
        ("ATTENDEE", "mailto:ada@example.org"),
    ] {
        assert_eq!(value(&event, name), expected, "{name}");
    }
    let line = "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ada@example.org\r\n";
    assert!(ics.replace("\r\n ", "").contains(line));
    assert!(ics.contains("ORGANIZER;CN=\"Fadeline, Toronto\":mailto:visits@clinic.example\r\n"));
    assert_eq!(
        (tzid(&event, "DTSTART"), tzid(&event, "DTEND")),
        (Some("America/Toronto".into()), Some("America/Toronto".into()))
    );
    assert_eq!(
        value(&event, "DESCRIPTION"),
        "Please arrive 10 minutes early.\nSee or change your appointment: https://clinic.example/v/AbCdEfGh\nQuestions? Call 416 555-0100"
    );
    let alarms: Vec<_> = event
        .components
        .iter()
        .map(|alarm| (names(&alarm.properties), value(alarm, "TRIGGER")))
        .collect();
    let properties: Vec<_> = ["ACTION", "TRIGGER", "DESCRIPTION"].map(str::to_owned).into();
    assert_eq!(alarms, [(properties.clone(), "-P1D".to_owned()), (properties, "-PT2H".to_owned())]);
}

#[test]
fn the_zone_component_is_short_and_holds_nothing_of_an_event() {
    let ics = request(&event(), &organizer(), &ada());
    let zone = "BEGIN:VTIMEZONE\r\nTZID:America/Toronto\r\n\
        BEGIN:STANDARD\r\nDTSTART:20251102T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\n\
        BEGIN:DAYLIGHT\r\nDTSTART:20260308T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";
    assert!(ics.contains(zone), "{ics}");
}

#[test]
fn a_cancellation_holds_nothing_but_what_takes_the_visit_out() {
    let booked = Event { sequence: 3, video: Some(link("https://video.example/x")), ..event() };
    let ics = cancel(&booked, &organizer(), &ada());
    assert!(ics.contains("\r\nMETHOD:CANCEL\r\n"));
    let event = the_event(&read(&ics));
    let kept = "UID DTSTAMP CREATED LAST-MODIFIED SEQUENCE DTSTART DTEND SUMMARY STATUS CLASS TRANSP ORGANIZER ATTENDEE";
    assert_eq!(names(&event.properties).join(" "), kept);
    assert_eq!(
        (value(&event, "STATUS"), value(&event, "SEQUENCE")),
        ("CANCELLED".to_owned(), "3".to_owned())
    );
    assert_eq!(event.components.len(), 0);
    assert!(!ics.contains("http") && !ics.contains("King Street") && !ics.contains("416"));
}

#[test]
fn a_download_names_nobody_and_has_no_method() {
    let calendar = read(&download(&event()));
    assert_eq!(names(&calendar.properties), ["PRODID", "VERSION", "CALSCALE"]);
    let names = names(&the_event(&calendar).properties);
    assert!(!names.iter().any(|name| ["ORGANIZER", "ATTENDEE", "METHOD"].contains(&name.as_str())));
    assert_eq!(value(&the_event(&calendar), "UID"), event().uid.to_string());
    assert_eq!(the_event(&calendar).components.len(), 2);
}

#[test]
fn a_video_visit_shows_its_link_wherever_calendars_look() {
    let visit = Event {
        video: Some(link("https://video.example/x;y,z")),
        language: Language::Fr,
        ..event()
    };
    let ics = request(&visit, &organizer(), &ada());
    let event = the_event(&read(&ics));
    assert!(ics.replace("\r\n ", "").contains(
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Appel vidéo:https://video.example/x;y,z\r\n"
    ));
    assert_eq!(value(&event, "LOCATION"), "https://video.example/x;y,z");
    assert!(value(&event, "DESCRIPTION").contains("https://video.example/x;y,z"));
}

#[test]
fn a_visit_in_the_repeated_hour_is_in_utc_and_needs_no_zone() {
    let first =
        Event { start: utc("2026-11-01T05:30:00Z"), end: utc("2026-11-01T06:15:00Z"), ..event() };
    let second =
        Event { start: utc("2026-11-01T06:30:00Z"), end: utc("2026-11-01T07:15:00Z"), ..event() };
    for (visit, start, end) in [
        (first, "20261101T053000Z", "20261101T061500Z"),
        (second, "20261101T063000Z", "20261101T071500Z"),
    ] {
        let calendar = read(&request(&visit, &organizer(), &ada()));
        let event = the_event(&calendar);
        assert_eq!(
            (value(&event, "DTSTART"), value(&event, "DTEND")),
            (start.to_owned(), end.to_owned())
        );
        assert_eq!((tzid(&event, "DTSTART"), all(&calendar, "VTIMEZONE").len()), (None, 0));
    }
}

#[test]
fn a_feed_asks_to_be_read_each_hour_and_nobody_to_answer() {
    let ics = feed("Dr, Who", "America/Toronto".parse().unwrap(), entries(3, &visit()));
    assert!(ics.contains(
        "CALSCALE:GREGORIAN\r\nNAME:Dr\\, Who\r\nX-WR-CALNAME:Dr\\, Who\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"
    ));
    let calendar = read(&ics);
    assert_eq!((all(&calendar, "VEVENT").len(), all(&calendar, "VTIMEZONE").len()), (3, 1));
    for event in all(&calendar, "VEVENT") {
        let kept =
            "UID DTSTAMP LAST-MODIFIED SEQUENCE DTSTART DTEND SUMMARY LOCATION STATUS CLASS TRANSP";
        assert_eq!(names(&event.properties).join(" "), kept);
        assert_eq!(value(event, "DTSTAMP"), "20260901T120000Z");
    }
}

#[test]
fn a_feed_of_others_says_neither_who_nor_what() {
    let zone = "America/Toronto".parse().unwrap();
    let booked = Kind::Booked { reference: "K7QF".to_owned() };
    let french = entries(1, &booked).map(|entry| Entry { language: Language::Fr, ..entry });
    assert!(feed("x", zone, french).contains("SUMMARY:Réservé - K7QF\r\n"));
    for (kind, summary) in [(booked, "Booked - K7QF"), (Kind::Busy, "Busy")] {
        let event = the_event(&read(&feed("x", zone, entries(1, &kind))));
        assert_eq!(value(&event, "SUMMARY"), summary);
        assert!(event.find_prop("LOCATION").is_none() && event.find_prop("DESCRIPTION").is_none());
    }
}

#[test]
fn a_feed_without_events_is_valid_and_cancelled_visits_drop_out() {
    let zone = "America/Toronto".parse().unwrap();
    let cancelled =
        entries(2, &Kind::Busy).map(|entry| Entry { status: Status::Cancelled, ..entry });
    assert_eq!(feed("x", zone, cancelled), feed("x", zone, std::iter::empty()));
    assert_eq!(read(&feed("x", zone, std::iter::empty())).components, []);
    let in_the_repeated_hour = entries(1, &Kind::Busy).map(|entry| Entry {
        start: utc("2026-11-01T05:30:00Z"),
        end: utc("2026-11-01T06:15:00Z"),
        ..entry
    });
    assert_eq!(all(&read(&feed("x", zone, in_the_repeated_hour)), "VTIMEZONE").len(), 0);
}

#[test]
fn a_feed_of_2000_visits_fits_and_of_more_the_farthest_ahead_are_left_out() {
    let zone = "America/Toronto".parse().unwrap();
    let ics = feed("x", zone, entries(2000, &visit()));
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), 2000);
    assert!(ics.len() < MOST_BYTES);
    let backwards: Vec<_> = entries(5000, &visit()).collect();
    let ics = feed("x", zone, backwards.into_iter().rev());
    let kept = ics.matches("BEGIN:VEVENT").count();
    assert!(
        ics.len() <= MOST_BYTES && ics.len() > MOST_BYTES - 1000 && kept > 2000,
        "{} {kept}",
        ics.len()
    );
    assert!(ics.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
    let uids: Vec<_> = ics
        .lines()
        .filter_map(|line| line.strip_prefix("UID:"))
        .map(|uid| uid.parse::<Uuid>().unwrap().as_u128())
        .collect();
    assert_eq!(uids, (0..u128::try_from(kept).unwrap()).collect::<Vec<_>>());
}

#[test]
fn links_say_the_same_as_the_file() {
    let visit = event();
    assert_eq!(
        google(&visit).split("&location=").next().unwrap(),
        "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Appointment+-+Fadeline%2C+Toronto\
         &dates=20261110T093000%2F20261110T101500&ctz=America%2FToronto"
    );
    assert!(outlook(&visit).starts_with(
        "https://outlook.live.com/calendar/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent\
         &startdt=2026-11-10T14%3A30%3A00Z&enddt=2026-11-10T15%3A15%3A00Z&subject=Appointment%20-%20Fadeline%2C%20Toronto&"
    ));
    let hostile = Event {
        label: "a&ctz=b#\r\n\"<é".to_owned(),
        start: utc("2026-11-01T05:30:00Z"),
        end: utc("2026-11-01T06:15:00Z"),
        ..visit
    };
    for link in [google(&hostile), outlook(&hostile)] {
        assert!(
            link.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'#')),
            "{link}"
        );
    }
    assert!(google(&hostile).contains("dates=20261101T053000Z%2F20261101T061500Z&location"));
    assert_eq!(webcal("https://clinic.example/f/abc.ics"), "webcal://clinic.example/f/abc.ics");
    assert_eq!(
        google_subscription("https://clinic.example/f/abc.ics"),
        "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fclinic.example%2Ff%2Fabc.ics"
    );
}
