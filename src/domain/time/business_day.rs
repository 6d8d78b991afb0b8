//! Business days: Monday to Friday, public holidays left out. How long a shop may take
//! to answer is counted in them (rule 60).

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};

use super::time_zone::Tz;
use super::{civil, holidays};

/// Whether people are at work on `date`; the Civic Holiday is one by choice.
#[must_use]
pub fn is_one(date: NaiveDate, civic: bool) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && holidays::on(date, civic).is_none()
}

/// The same wall time, so many business days after `from`. What begins on a day off is counted from the next day at work.
#[must_use]
pub fn after(zone: Tz, from: DateTime<Utc>, days: u16, civic: bool) -> DateTime<Utc> {
    let wall = civil::wall_of(zone, from);
    let mut date = wall.date();
    while !is_one(date, civic) {
        date = date + Days::new(1);
    }
    for _ in 0..days {
        date = date + Days::new(1);
        while !is_one(date, civic) {
            date = date + Days::new(1);
        }
    }
    civil::resolve(zone, date.and_time(wall.time())).bound()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::time_zone::toronto;

    #[test]
    fn weekends_and_holidays_do_not_count() {
        for (from, days, until) in [
            ("2027-03-15T14:00:00Z", 1, "2027-03-16T14:00:00Z"),
            // Friday to Monday, over the spring change: the wall time stays.
            ("2027-03-12T15:00:00Z", 1, "2027-03-15T14:00:00Z"),
            // From a Saturday: Monday is the first day at work.
            ("2027-03-13T15:00:00Z", 2, "2027-03-17T14:00:00Z"),
            // Good Friday is 26 March.
            ("2027-03-25T14:00:00Z", 1, "2027-03-29T14:00:00Z"),
            ("2027-03-15T14:00:00Z", 0, "2027-03-15T14:00:00Z"),
        ] {
            let [from, until] = [from, until].map(|text| text.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(after(toronto(), from, days, true), until, "{days} after {from}");
        }
    }
}
