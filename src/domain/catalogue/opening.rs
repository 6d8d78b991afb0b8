//! When a site is open and who and what is to be had there on a day: weekly hours, public
//! holidays and closures (rules 35 to 38). The diary asks this when it books, the desk's day when
//! it draws, so that the two cannot disagree.

use chrono::NaiveDate;

use super::closure::Closure;
use super::device::{Device, RentalWindow};
use super::practitioner::Practitioner;
use super::room::Room;
use super::site::Site;
use crate::domain::clinic::policy::Policy;
use crate::domain::time::hours::Weekday;
use crate::domain::time::interval::{Interval, merged, without};
use crate::domain::time::time_zone::Tz;
use crate::domain::time::{civil, holidays};

/// What decides when a site is open.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// The clinic's zone; its days are the days.
    pub zone: Tz,
    /// The clinic's choices.
    pub policy: &'a Policy,
    /// Where.
    pub site: &'a Site,
    /// Every closure that reaches into the days asked about.
    pub closures: &'a [Closure],
}

impl<'a> Opening<'a> {
    /// Why the whole of `date` is closed, in words; nothing when the site opens at all (rule 35).
    #[must_use]
    pub fn closed_all_day(self, date: NaiveDate) -> Option<String> {
        let details = &self.site.details;
        if let Some(name) = self.holiday(date) {
            return Some(name.to_owned());
        }
        if !details.hours.open_on(Weekday::of_date(date)) {
            return Some(format!("always closed on {}", date.format("%As")));
        }
        if self.open_on(date).is_empty() {
            let closing =
                self.site_closures().find(|closure| closure.on(date, self.zone).is_some());
            return closing.map(|closure| closure.details.reason.to_string());
        }
        None
    }

    fn holiday(self, date: NaiveDate) -> Option<&'static str> {
        self.site
            .details
            .observes_holidays
            .then(|| holidays::on(date, self.policy.observe_civic_holiday))
            .flatten()
    }

    fn site_closures(self) -> impl Iterator<Item = &'a Closure> {
        self.closures.iter().filter(move |closure| closure.closes_site(self.site.id))
    }

    /// When the site is open on `date` (rule 35).
    #[must_use]
    pub fn open_on(self, date: NaiveDate) -> Vec<Interval> {
        if self.holiday(date).is_some() {
            return Vec::new();
        }
        let open = self.site.details.hours.on(date, self.zone).collect();
        without(
            open,
            self.site_closures().filter_map(|closure| closure.on(date, self.zone)).collect(),
        )
    }

    /// When `practitioner` works on `date`: their hours less their absences.
    #[must_use]
    pub fn works_on(self, practitioner: &Practitioner, date: NaiveDate) -> Vec<Interval> {
        let away = |closure: &&Closure| closure.details.practitioner_id == Some(practitioner.id);
        self.less(practitioner.details.hours.on(date, self.zone).collect(), date, away)
    }

    /// When `room` is to be had on `date`: always, less its closures.
    #[must_use]
    pub fn room_on(self, room: &Room, date: NaiveDate) -> Vec<Interval> {
        self.less(self.whole_day(date), date, |closure| closure.details.room_id == Some(room.id))
    }

    /// When `device` is to be had on `date`: always, less its closures (rule 38); a rented one's windows stand apart.
    #[must_use]
    pub fn device_on(self, device: &Device, date: NaiveDate) -> Vec<Interval> {
        self.less(self.whole_day(date), date, |closure| {
            closure.details.device_id == Some(device.id)
        })
    }

    fn less(
        self,
        hours: Vec<Interval>,
        date: NaiveDate,
        away: impl Fn(&&Closure) -> bool,
    ) -> Vec<Interval> {
        let away = self.closures.iter().filter(away);
        without(hours, away.filter_map(|closure| closure.on(date, self.zone)).collect())
    }

    fn whole_day(self, date: NaiveDate) -> Vec<Interval> {
        let next = date.succ_opt().unwrap_or(date);
        Interval::new(civil::day_start(self.zone, date), civil::day_start(self.zone, next))
            .into_iter()
            .collect()
    }
}

/// When the rented `device` can be used: its `windows` without set-up and tear-down (rule 36).
#[must_use]
pub fn windows_of(device: &Device, windows: &[RentalWindow], policy: &Policy) -> Vec<Interval> {
    let setup = civil::minutes(policy.rental_setup_minutes);
    let usable = windows
        .iter()
        .filter(|window| window.device_id == device.id)
        .filter_map(RentalWindow::interval);
    merged(usable.filter_map(|window| window.shrunk(setup)).collect())
}
