//! What is kept of feeds never shows: a feed with it is the one without it, to the octet,
//! whatever has changed of an entry, its version or not.

use chrono::{Duration, FixedOffset};
use proptest::prelude::*;
use uuid::Uuid;

use super::{feed as anew, utc};
use crate::calendar::cache::KeptEvents;
use crate::calendar::entry::{Entry, Kind};
use crate::calendar::event::Status;
use crate::calendar::feed::feed;
use crate::domain::patient::Language;
use crate::domain::time::time_zone::Tz;

fn toronto() -> Tz {
    "America/Toronto".parse().unwrap()
}

fn visit(label: &str, place: &str) -> Kind {
    Kind::Visit { label: label.to_owned(), place: place.to_owned() }
}

fn booked(reference: &str) -> Kind {
    Kind::Booked { reference: reference.to_owned() }
}

/// A visit in winter.
fn entry() -> Entry {
    Entry {
        uid: Uuid::from_u128(1),
        sequence: 3,
        start: utc("2026-12-10T14:30:00Z"),
        end: utc("2026-12-10T15:15:00Z"),
        changed: utc("2026-10-01T12:00:00Z"),
        status: Status::Confirmed,
        kind: visit("Hayden St Clinic", "59 Hayden Street"),
        language: Language::En,
    }
}

type Change = fn(&mut Entry);

/// A clinic gets another name, a site another address, a patient another language and a zone another law, and no visit
/// has another version for it; what changes a visit itself is here as well.
#[test]
fn whatever_an_entry_shows_a_change_of_it_is_seen_at_once() {
    let changes: [(&str, Change); 11] = [
        ("uid", |entry| entry.uid = Uuid::from_u128(2)),
        ("sequence", |entry| entry.sequence = 4),
        ("start", |entry| entry.start -= Duration::minutes(15)),
        ("end", |entry| entry.end += Duration::minutes(15)),
        ("last change", |entry| entry.changed += Duration::seconds(1)),
        ("status", |entry| entry.status = Status::Tentative),
        ("language", |entry| entry.language = Language::Fr),
        ("clinic's name", |entry| {
            entry.kind = visit("Hayden Street Clinic", "59 Hayden Street");
        }),
        ("site's address", |entry| {
            entry.kind = visit("Hayden St Clinic", "61 Hayden Street");
        }),
        ("reference", |entry| entry.kind = booked("K7QF")),
        ("kind", |entry| entry.kind = Kind::Busy),
    ];
    let kept = KeptEvents::default();
    let of = |zone, entry: &Entry| feed("Clinic", zone, std::iter::once(entry.clone()), &kept);
    let first = of(toronto(), &entry());
    for (what, change) in changes {
        let mut other = entry();
        change(&mut other);
        let shown = of(toronto(), &other);
        assert_ne!(shown, first, "{what}");
        let without = anew("Clinic", toronto(), std::iter::once(other));
        assert_eq!(shown, without, "{what}");
        assert_eq!(of(toronto(), &entry()), first, "and back again: {what}");
    }
    let permanent =
        toronto().with_law(utc("2026-11-01T06:00:00Z"), FixedOffset::west_opt(4 * 3600).unwrap());
    for zone in [permanent, "America/New_York".parse().unwrap()] {
        let shown = of(zone, &entry());
        assert_ne!(shown, first, "{zone:?}");
        assert_eq!(shown, anew("Clinic", zone, std::iter::once(entry())));
    }
    let renamed = feed("Dr. Noor", toronto(), std::iter::once(entry()), &kept);
    assert_eq!(renamed, anew("Dr. Noor", toronto(), std::iter::once(entry())));
}

/// Entries from so few values that they come again, with and without changes.
fn some() -> impl Strategy<Value = Entry> {
    let kind = prop_oneof![
        ("[ab]{0,2}", "[ab\n]{0,2}").prop_map(|(label, place)| visit(&label, &place)),
        "[ab]{0,2}".prop_map(|reference| booked(&reference)),
        Just(Kind::Busy),
    ];
    let status =
        prop::sample::select(vec![Status::Confirmed, Status::Tentative, Status::Cancelled]);
    let language = prop::sample::select(vec![Language::En, Language::Fr]);
    (0..4_u8, -1..3_i64, 0..6_i64, 1..4_i64, 0..3_i64, status, kind, language).prop_map(
        |(uid, sequence, start, length, changed, status, kind, language)| Entry {
            uid: Uuid::from_u128(uid.into()),
            sequence,
            // Around the hour that is shown twice.
            start: utc("2026-11-01T03:30:00Z") + Duration::hours(start),
            end: utc("2026-11-01T03:30:00Z") + Duration::hours(start + length),
            changed: utc("2026-10-01T12:00:00Z") + Duration::seconds(changed),
            status,
            kind,
            language,
        },
    )
}

proptest! {
    #[test]
    fn what_is_kept_never_shows(
        feeds in prop::collection::vec((any::<bool>(), prop::collection::vec(some(), 0..6)), 1..12),
        most in prop::sample::select(vec![0, 600, 1_500, 4 << 20]),
    ) {
        let kept = KeptEvents::with_most(most);
        let zones = [toronto(), "Europe/Paris".parse().unwrap()];
        for (other, entries) in feeds {
            let zone = zones[usize::from(other)];
            let with = feed("Clinic", zone, entries.iter().cloned(), &kept);
            prop_assert_eq!(with, anew("Clinic", zone, entries.into_iter()));
        }
    }
}
