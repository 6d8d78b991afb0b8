//! The time zone component says what the zone data says, in every zone, told by a reader of
//! its own: slow, and as RFC 5545 has it.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};
use icalendar::parser::Component;

use super::{read, utc, value};
use crate::calendar::content::Content;
use crate::calendar::vtimezone;
use crate::domain::time::time_zone::Tz;

/// An onset: its instant, its wall time before, and the seconds that the offset then is.
type Onset = (DateTime<Utc>, NaiveDateTime, i32);

struct Serialized {
    text: String,
    onsets: Vec<Onset>,
}

fn text_of(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>) -> Serialized {
    let mut content = Content::calendar(None);
    content.hold(vtimezone::component(zone, first, last));
    let text = content.finish();
    let calendar = read(&text);
    let component = calendar.components[0].clone();
    assert_eq!(
        (component.name.as_str(), value(&component, "TZID")),
        ("VTIMEZONE", zone.name().to_owned())
    );
    let mut onsets: Vec<_> = component.components.iter().flat_map(expanded).collect();
    onsets.sort();
    Serialized { text, onsets }
}

impl Serialized {
    fn observances(&self, name: &str) -> usize {
        self.text.matches(&format!("BEGIN:{name}")).count()
    }

    fn offset_at(&self, at: DateTime<Utc>) -> Option<i32> {
        self.onsets.iter().rev().find(|onset| onset.0 <= at).map(|onset| onset.2)
    }

    /// The offset of a wall time, as a calendar finds it.
    fn offset_of(&self, wall: NaiveDateTime) -> Option<i32> {
        let begun = self.onsets.iter().filter(|onset| onset.1 <= wall);
        begun.max_by_key(|onset| onset.1).map(|onset| onset.2)
    }
}

fn expanded(observance: &Component<'static>) -> Vec<Onset> {
    let start =
        NaiveDateTime::parse_from_str(&value(observance, "DTSTART"), "%Y%m%dT%H%M%S").unwrap();
    let (before, after) =
        (seconds(&value(observance, "TZOFFSETFROM")), seconds(&value(observance, "TZOFFSETTO")));
    let onset =
        |wall: NaiveDateTime| (wall.and_utc() - Duration::seconds(before.into()), wall, after);
    let Some(rule) = observance.find_prop("RRULE") else {
        return vec![onset(start)];
    };
    let rule = rule.val.to_string();
    let part =
        |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    assert_eq!(part("FREQ"), Some("YEARLY"));
    let month: u32 = part("BYMONTH").unwrap().parse().unwrap();
    let (nth, weekday) = part("BYDAY").unwrap().split_at(part("BYDAY").unwrap().len() - 2);
    let until = part("UNTIL")
        .map(|until| NaiveDateTime::parse_from_str(until, "%Y%m%dT%H%M%SZ").unwrap().and_utc());
    let days = (start.year()..2045)
        .map(|year| day(year, month, nth.parse().unwrap(), weekday).and_time(start.time()));
    let onsets: Vec<_> = days
        .filter(|wall| *wall >= start)
        .map(onset)
        .filter(|onset| until.is_none_or(|until| onset.0 <= until))
        .collect();
    assert_eq!(onsets[0].1, start, "the first onset is one of the rule: {rule}");
    onsets
}

fn day(year: i32, month: u32, nth: i32, weekday: &str) -> NaiveDate {
    let weekday = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ]
    .into_iter()
    .find(|day| day.to_string().to_uppercase().starts_with(weekday))
    .unwrap();
    let days: Vec<_> = (1..=31)
        .filter_map(|day| NaiveDate::from_ymd_opt(year, month, day))
        .filter(|date| date.weekday() == weekday)
        .collect();
    if nth == -1 { *days.last().unwrap() } else { days[usize::try_from(nth - 1).unwrap()] }
}

fn seconds(offset: &str) -> i32 {
    let pair = |at: usize| offset.get(at..at + 2).map_or(0, |pair| pair.parse().unwrap());
    let size = pair(1) * 3600 + pair(3) * 60 + pair(5);
    if offset.starts_with('-') { -size } else { size }
}

fn year(year: i32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
}

/// Every zone.
fn zones() -> Vec<Tz> {
    let zones: BTreeSet<_> = Tz::names().collect();
    assert!(zones.len() > 550);
    zones.into_iter().map(|name| name.parse().unwrap()).collect()
}

/// That `written` holds at `at`, and that the wall time then is found again if it happens once.
fn check(zone: Tz, written: &Serialized, at: DateTime<Utc>) {
    let offset = zone.offset_at(at).local_minus_utc();
    assert_eq!(written.offset_at(at), Some(offset), "{zone} at {at}\n{}", written.text);
    let wall = at.with_timezone(&zone).naive_local();
    if zone.from_local_datetime(&wall).single().is_some() {
        assert_eq!(written.offset_of(wall), Some(offset), "{zone} at {wall}\n{}", written.text);
    }
}

/// The instants around a change.
fn around(change: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let minutes = [-1500, -181, -121, -61, -31, -1, 0, 29, 59, 61, 119, 181, 1500];
    minutes.into_iter().map(move |minutes| change + Duration::minutes(minutes))
}

#[test]
fn one_component_for_fifty_years_holds_in_every_zone_around_each_change() {
    let (first, last) = (year(1990), year(2041));
    for zone in zones() {
        let written = text_of(zone, first, last);
        let changes = zone.changes(first + Duration::days(2), last - Duration::days(2));
        let instants = changes.iter().flat_map(|change| around(change.at)).chain([first, last]);
        instants.for_each(|at| check(zone, &written, at));
    }
}

#[test]
fn a_component_for_one_visit_holds_in_every_zone_and_is_short() {
    for zone in zones() {
        for n in 0..7 {
            let middle = year(1991 + n * 7) + Duration::days(i64::from(n * 50));
            let changes = zone.changes(middle, middle + Duration::days(365));
            for at in changes
                .iter()
                .flat_map(|change| [-61, 61].map(|minutes| change.at + Duration::minutes(minutes)))
                .chain([middle])
            {
                let end = at + Duration::minutes(45);
                let written = text_of(zone, at, end);
                check(zone, &written, at);
                check(zone, &written, end);
                // One change of law at the most is near, on top of a summer and a winter.
                assert!(written.onsets[0].0 <= at && written.text.len() < 1200, "{}", written.text);
            }
        }
    }
}

#[test]
fn a_component_for_a_feed_holds_all_over_its_395_days() {
    let odd = "America/Toronto America/Vancouver America/Sao_Paulo America/Nuuk America/Santiago Africa/Casablanca Africa/Cairo Asia/Gaza \
        Asia/Jerusalem Asia/Tehran Asia/Pyongyang Australia/Lord_Howe Europe/Dublin Europe/Istanbul Europe/Moscow Pacific/Apia \
        Pacific/Fiji Antarctica/Troll Asia/Kolkata Etc/UTC";
    for zone in odd.split_whitespace().map(|name| name.parse::<Tz>().unwrap()) {
        for n in 0..100 {
            let first = year(1990) + Duration::days(n * 183);
            let last = first + Duration::days(395);
            let written = text_of(zone, first, last);
            let changes = zone.changes(first + Duration::days(2), last - Duration::days(2));
            let instants = changes
                .iter()
                .flat_map(|change| around(change.at))
                .chain((0..=395).map(|day| first + Duration::days(day)));
            instants.for_each(|at| check(zone, &written, at));
        }
    }
}

#[test]
fn a_visit_in_an_ordinary_zone_needs_one_standard_and_one_daylight_observance() {
    for name in [
        "America/Toronto",
        "America/New_York",
        "America/St_Johns",
        "Europe/Paris",
        "Europe/Dublin",
        "Australia/Sydney",
        "Australia/Lord_Howe",
    ] {
        let zone = name.parse::<Tz>().unwrap();
        for n in 0..200 {
            let at = utc("2026-01-01T15:00:00Z") + Duration::days(n * 17);
            let written = text_of(zone, at, at + Duration::hours(1));
            assert_eq!(
                (written.observances("STANDARD"), written.observances("DAYLIGHT")),
                (1, 1),
                "{name} {at}"
            );
            assert_eq!(
                (written.text.matches("RRULE").count(), written.text.matches("UNTIL").count()),
                (2, 0),
                "{name} {at}"
            );
        }
    }
}

#[test]
fn a_clock_that_stands_still_is_one_standard_observance() {
    for name in ["Asia/Kolkata", "America/Phoenix", "Etc/UTC"] {
        let zone = name.parse::<Tz>().unwrap();
        let one = text_of(zone, utc("2026-06-01T12:00:00Z"), utc("2026-06-01T13:00:00Z"));
        let other = text_of(zone, utc("2031-01-01T12:00:00Z"), utc("2032-01-01T13:00:00Z"));
        assert_eq!(one.text, other.text, "it does not change with the day");
        assert_eq!((one.observances("STANDARD"), one.observances("DAYLIGHT")), (1, 0));
    }
}

#[test]
fn the_law_of_tomorrow_is_followed_and_the_one_of_yesterday_ends() {
    // British Columbia keeps its summer time: after March 2026 nothing is set any more.
    let vancouver = "America/Vancouver".parse::<Tz>().unwrap();
    let feed = text_of(vancouver, utc("2025-06-01T12:00:00Z"), utc("2028-06-01T12:00:00Z"));
    let whole = (0..1095 * 24).map(|hour| utc("2025-06-01T12:00:00Z") + Duration::hours(hour));
    whole.for_each(|at| check(vancouver, &feed, at));
    assert!(feed.text.contains("UNTIL=20260309T100000Z"), "{}", feed.text);
    // Ontario, were it to keep its summer time from the autumn of 2027 on.
    let toronto = "America/Toronto".parse::<Tz>().unwrap();
    let law = toronto
        .with_law(utc("2027-11-07T06:00:00Z"), chrono::FixedOffset::west_opt(4 * 3600).unwrap());
    let visit = utc("2027-12-20T15:00:00Z");
    let after = text_of(law, visit, visit + Duration::hours(1));
    check(law, &after, visit);
    assert_eq!(after.offset_at(visit), Some(-4 * 3600));
}
