//! When a site is open on a day (rule 35): its weekly hours, less public holidays and closures.

use chrono::NaiveDate;

use super::closure::Closure;
use super::holidays;
use super::interval::{Interval, without};
use super::site::Site;
use super::time_zone::Tz;

/// The public holiday on which `site` is closed, if `date` is one.
#[must_use]
pub fn holiday(site: &Site, civic: bool, date: NaiveDate) -> Option<&'static str> {
    let observes = site.details.observes_holidays;
    observes.then(|| holidays::on(date, civic)).flatten()
}

/// When `site` is open on `date`; `civic` counts the Civic Holiday.
#[must_use]
pub fn open_on(site: &Site, closures: &[Closure], civic: bool, date: NaiveDate, zone: Tz) -> Vec<Interval> {
    if holiday(site, civic, date).is_some() {
        return Vec::new();
    }
    let closed = closures.iter().filter(|closure| closure.closes_site(site.id));
    without(
        site.details.hours.on(date, zone).collect(),
        closed.filter_map(|closure| closure.on(date, zone)).collect(),
    )
}
