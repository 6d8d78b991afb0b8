//! A time zone: chrono-tz's, by its names, amended where newer zone data disagree with
//! chrono-tz's own, or with a law of one's own on top, to rehearse what a change of law
//! would do. What a wall time means in a zone is decided in `civil`.

#![expect(
    clippy::disallowed_types,
    reason = "chrono-tz's zone is named here alone, since its rules are older than the law"
)]

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{
    DateTime, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Utc,
};
use thiserror::Error;

use super::time_zone_data::ZoneData;
pub use super::time_zone_table::Change;
use super::time_zone_table::Table;

/// A time zone. As cheap as a number to pass about.
///
/// chrono-tz's data are some years old. Where the data in force disagree with them at any moment from 2025 to 2099, the
/// newer hold for that zone wholly, its past included: a session of last month keeps the offset that the law of last month gave
/// it, no offset changes because a process was started later, and there is no seam between two sets of rules. All other
/// zones are chrono-tz's wholly. From 2100 on those stand still, since chrono-tz's tables end there; no policy lets
/// anything be booked more than ten years ahead.
#[derive(Clone, Copy)]
pub struct Tz(&'static Zone);

struct Zone {
    named: chrono_tz::Tz,
    /// Whether the table holds instead of chrono-tz's rules.
    amended: bool,
    /// What its clock does.
    table: Table,
}

/// The seconds since 1970 in which data are compared: from 2025, the year of chrono-tz's data, to the end of 2099, where its
/// tables end. The next ten years are within it, whenever the process runs, so that no clock has to be read.
const COMPARED: Range<i64> = 1_735_689_600..4_102_444_800;

/// No zone has this name.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a zone such as America/Toronto")]
pub struct UnknownTimeZone(String);

impl FromStr for Tz {
    type Err = UnknownTimeZone;

    /// The zone of this name, by the data in force.
    fn from_str(name: &str) -> Result<Self, UnknownTimeZone> {
        // Each zone is made once and kept for as long as the program runs, so that a handle can be copied.
        static KNOWN: LazyLock<Mutex<HashMap<chrono_tz::Tz, Tz>>> = LazyLock::new(Mutex::default);
        let named = named(name)?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(*known.entry(named).or_insert_with(|| Self::amended(named, ZoneData::in_force())))
    }
}

fn named(name: &str) -> Result<chrono_tz::Tz, UnknownTimeZone> {
    let all = || chrono_tz::TZ_VARIANTS.iter();
    name.parse()
        .ok()
        .or_else(|| all().find(|zone| zone.name().eq_ignore_ascii_case(name)).copied())
        .ok_or_else(|| UnknownTimeZone(name.chars().take(80).collect()))
}

impl Tz {
    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// The zone of this name, by other data than those in force. Kept for as long as the program runs.
    pub fn by(data: &ZoneData, name: &str) -> Result<Self, UnknownTimeZone> {
        Ok(Self::amended(named(name)?, data))
    }

    fn amended(named: chrono_tz::Tz, data: &ZoneData) -> Self {
        let own = Table::of_clock(|second| offset_at(named, second));
        match data.table(named.name()) {
            Some(newer) if !newer.agrees(&own, COMPARED) => Self::kept(named, true, newer),
            _ => Self::kept(named, false, own),
        }
    }

    fn kept(named: chrono_tz::Tz, amended: bool, table: Table) -> Self {
        Self(Box::leak(Box::new(Zone { named, amended, table })))
    }

    /// Its name, `America/Toronto`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.named.name()
    }

    /// Whether other rules hold than chrono-tz's.
    #[must_use]
    pub fn is_amended(self) -> bool {
        self.0.amended
    }

    /// The same zone under a law by which its clock stands at `offset` for good from `from` on. Kept for as long as the
    /// program runs, so this is for a rehearsal, not for each request.
    #[must_use]
    pub fn with_law(self, from: DateTime<Utc>, offset: FixedOffset) -> Self {
        Self::kept(self.0.named, true, self.0.table.with_law(from, offset))
    }

    /// The offset that its clock has at `instant`.
    #[must_use]
    pub fn offset_at(self, instant: DateTime<Utc>) -> FixedOffset {
        if self.0.amended {
            self.0.table.offset_at(instant.timestamp())
        } else {
            let utc = instant.naive_utc();
            self.0.named.offset_from_utc_datetime(&utc).fix()
        }
    }

    /// Every change of its clock after `from` and up to `until`, in order.
    #[must_use]
    pub fn changes(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Change> {
        self.0.table.changes(from, until)
    }
}

/// The offset by chrono-tz's own rules.
fn offset_at(zone: chrono_tz::Tz, second: i64) -> FixedOffset {
    let utc = DateTime::from_timestamp(second, 0).unwrap_or_default();
    zone.offset_from_utc_datetime(&utc.naive_utc()).fix()
}

impl PartialEq for Tz {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Tz {}

impl fmt::Debug for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.named, f)
    }
}
impl fmt::Display for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.named, f)
    }
}

/// The offset of a zone at some moment, as chrono keeps it.
#[derive(Debug, Clone, Copy)]
pub struct TzOffset {
    zone: Tz,
    offset: FixedOffset,
}

impl Offset for TzOffset {
    fn fix(&self) -> FixedOffset {
        self.offset
    }
}
impl fmt::Display for TzOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.offset.fmt(f)
    }
}

impl TimeZone for Tz {
    type Offset = TzOffset;

    fn from_offset(offset: &TzOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<TzOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<TzOffset> {
        let offsets = if self.0.amended {
            self.0.table.offsets_of(*local)
        } else {
            let offsets = self.0.named.offset_from_local_datetime(local);
            offsets.map(|offset| offset.fix())
        };
        offsets.map(|offset| TzOffset { zone: *self, offset })
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> TzOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> TzOffset {
        TzOffset { zone: *self, offset: self.offset_at(utc.and_utc()) }
    }
}

/// The clinic's zone, for tests.
#[cfg(test)]
pub(crate) fn toronto() -> Tz {
    "America/Toronto".parse().unwrap_or_else(|error| unreachable!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }
    fn hours(n: i32) -> FixedOffset {
        FixedOffset::east_opt(n * 3600).unwrap()
    }

    #[test]
    fn a_zone_is_found_by_its_name_and_nonsense_is_not() {
        assert_eq!("america/toronto".parse::<Tz>().unwrap().name(), "America/Toronto");
        for junk in ["", "Toronto", "America/Nowhere", "../etc/passwd", "EST5EDT,M3.2.0,M11.1.0"] {
            assert!(junk.parse::<Tz>().is_err(), "{junk}");
        }
    }

    #[test]
    fn the_changes_of_a_year_are_those_of_the_law_of_2007() {
        let changes = toronto().changes(utc("2027-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"));
        let at: Vec<_> = changes.iter().map(|change| change.at).collect();
        assert_eq!(at, [utc("2027-03-14T07:00:00Z"), utc("2027-11-07T06:00:00Z")]);
        assert_eq!((changes[0].before, changes[0].after), (hours(-5), hours(-4)));
    }

    #[test]
    fn under_permanent_daylight_time_the_clock_is_not_set_back() {
        let law = toronto().with_law(utc("2027-11-07T06:00:00Z"), hours(-4));
        assert_eq!(law.offset_at(utc("2027-12-24T15:00:00Z")), hours(-4));
        let wall = "2027-11-07T01:30:00".parse::<NaiveDateTime>().unwrap();
        assert_eq!(
            law.from_local_datetime(&wall).single().unwrap().to_utc(),
            utc("2027-11-07T05:30:00Z")
        );
        assert_eq!(law.changes(utc("2027-06-01T00:00:00Z"), utc("2030-01-01T00:00:00Z")), []);
        // Enacted in winter it makes a gap of its own.
        let law = toronto().with_law(utc("2028-01-10T07:00:00Z"), hours(-4));
        assert!(
            law.from_local_datetime(&"2028-01-10T02:30:00".parse().unwrap()).single().is_none()
        );
        assert_eq!(law.changes(utc("2028-01-01T00:00:00Z"), utc("2030-01-01T00:00:00Z")).len(), 1);
    }

    proptest! {
        /// Whatever instant a wall time is said to mean, the clock shows that wall time then; and a wall time that an
        /// instant shows is never said not to exist.
        #[test]
        fn wall_times_and_instants_agree(seconds in 631_152_000_i64..2_240_524_800, law in any::<bool>(), from in 1_700_000_000_i64..2_000_000_000) {
            let zone = if law { toronto().with_law(DateTime::from_timestamp(from, 0).unwrap(), hours(-4)) } else { toronto() };
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let wall = at.with_timezone(&zone).naive_local();
            let mapped = zone.from_local_datetime(&wall);
            prop_assert!([mapped.earliest(), mapped.latest()].into_iter().flatten().any(|one| one.to_utc() == at));
            for one in [mapped.earliest(), mapped.latest()].into_iter().flatten() {
                prop_assert_eq!(one.to_utc().with_timezone(&zone).naive_local(), wall);
            }
        }
    }
}
