//! How the start and the end of an event are written: as wall times of a named zone, or in
//! UTC. What a wall time means is decided in `domain::time::time_zone`; what the zone's clock does
//! is told in `vtimezone`.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};

use super::content::Block;
use super::text::ParamText;
use crate::domain::time::time_zone::Tz;

/// A start and an end.
///
/// Wall times are the rule: calendars go by the zone's name, so they stay right in one whose zone data is old. A time
/// that the clock shows twice would be read differently by different calendars, so that both times are then in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Times {
    /// As wall times.
    Wall(NaiveDateTime, NaiveDateTime),
    /// In UTC.
    Utc(DateTime<Utc>, DateTime<Utc>),
}

impl Times {
    /// How `start` and `end` are written in `zone`.
    pub(super) fn new(zone: Tz, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        match (once(zone, start), once(zone, end)) {
            (Some(from), Some(until)) => Self::Wall(from, until),
            _ => Self::Utc(start, end),
        }
    }

    /// Whether the zone's name is needed, and with it a time zone component.
    pub(super) fn in_zone(self) -> bool {
        matches!(self, Self::Wall(..))
    }

    /// Puts both into an event, `tzid` being the zone's name.
    pub(super) fn put(self, event: &mut Block, tzid: &ParamText) {
        match self {
            Self::Wall(start, end) => {
                event.property_with("DTSTART", &[("TZID", tzid)], &start);
                event.property_with("DTEND", &[("TZID", tzid)], &end);
            }
            Self::Utc(start, end) => {
                event.property("DTSTART", &start);
                event.property("DTEND", &end);
            }
        }
    }
}

/// The wall time of `instant`, if `zone` shows it only once.
fn once(zone: Tz, instant: DateTime<Utc>) -> Option<NaiveDateTime> {
    let wall = instant.with_timezone(&zone).naive_local();
    zone.from_local_datetime(&wall).single().map(|_| wall)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(start: &str, end: &str) -> Times {
        Times::new("America/Toronto".parse().unwrap(), start.parse().unwrap(), end.parse().unwrap())
    }

    #[test]
    fn a_time_in_the_repeated_hour_is_written_in_utc_and_so_is_its_other_end() {
        assert!(times("2026-11-01T04:00:00Z", "2026-11-01T04:59:00Z").in_zone());
        assert!(
            !times("2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z").in_zone(),
            "ends at the first 01:00"
        );
        assert!(
            !times("2026-11-01T06:30:00Z", "2026-11-01T08:00:00Z").in_zone(),
            "starts at the second 01:30"
        );
        assert!(times("2026-11-01T07:00:00Z", "2026-11-01T08:00:00Z").in_zone());
        assert_ne!(
            times("2026-11-01T05:30:00Z", "2026-11-01T08:00:00Z"),
            times("2026-11-01T06:30:00Z", "2026-11-01T08:00:00Z")
        );
    }

    #[test]
    fn a_session_over_the_spring_change_ends_by_elapsed_time() {
        let wall = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let over = times("2027-03-14T06:30:00Z", "2027-03-14T07:15:00Z");
        assert_eq!(over, Times::Wall(wall("2027-03-14T01:30:00"), wall("2027-03-14T03:15:00")));
    }
}
