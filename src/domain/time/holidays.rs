//! Ontario's nine public holidays, and the Civic Holiday for who keeps it, computed
//! for any year (`docs/domain.md` 2.8). A substitute day for staff is an entry in
//! the closures, since the employer sets its date.

use chrono::{Datelike, Duration, NaiveDate, Weekday};

/// The name of the public holiday on `date`, if it is one. `civic` counts the Civic
/// Holiday (first Monday of August), which is not statutory.
#[must_use]
pub fn on(date: NaiveDate, civic: bool) -> Option<&'static str> {
    let monday = date.weekday() == Weekday::Mon;
    match (date.month(), date.day()) {
        (1, 1) => Some("New Year's Day"),
        (2, 15..=21) if monday => Some("Family Day"),
        (3 | 4, _)
            if easter(date.year()).is_some_and(|easter| date == easter - Duration::days(2)) =>
        {
            Some("Good Friday")
        }
        (5, 18..=24) if monday => Some("Victoria Day"),
        (7, 1) => Some("Canada Day"),
        (8, 1..=7) if monday && civic => Some("Civic Holiday"),
        (9, 1..=7) if monday => Some("Labour Day"),
        (10, 8..=14) if monday => Some("Thanksgiving"),
        (12, 25) => Some("Christmas Day"),
        (12, 26) => Some("Boxing Day"),
        _ => None,
    }
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let corrected = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - corrected + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let counted = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(counted / 31).ok()?,
        u32::try_from(counted % 31 + 1).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(year: i32, civic: bool) -> Vec<String> {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .iter_days()
            .take_while(|day| day.year() == year)
            .filter(|day| on(*day, civic).is_some())
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn the_table_of_2026_to_2028_is_met() {
        assert_eq!(
            names_of(2026, true),
            [
                "01-01", "02-16", "04-03", "05-18", "07-01", "08-03", "09-07", "10-12", "12-25",
                "12-26"
            ]
        );
        assert_eq!(
            names_of(2027, true),
            [
                "01-01", "02-15", "03-26", "05-24", "07-01", "08-02", "09-06", "10-11", "12-25",
                "12-26"
            ]
        );
        assert_eq!(
            names_of(2028, true),
            [
                "01-01", "02-21", "04-14", "05-22", "07-01", "08-07", "09-04", "10-09", "12-25",
                "12-26"
            ]
        );
    }

    #[test]
    fn without_the_civic_holiday_there_are_nine_in_every_year() {
        for year in 1990..2100 {
            assert_eq!(names_of(year, false).len(), 9, "{year}");
            assert_eq!(names_of(year, true).len(), 10, "{year}");
        }
    }

    #[test]
    fn good_friday_follows_easter_where_it_is_earliest_and_latest() {
        assert_eq!(on(NaiveDate::from_ymd_opt(2008, 3, 21).unwrap(), false), Some("Good Friday"));
        assert_eq!(on(NaiveDate::from_ymd_opt(2038, 4, 23).unwrap(), false), Some("Good Friday"));
        assert_eq!(
            on(NaiveDate::from_ymd_opt(2027, 3, 29).unwrap(), true),
            None,
            "Easter Monday is not statutory"
        );
    }
}
