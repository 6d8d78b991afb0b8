//! The clinic's figures, loaded and joined; how they are counted stands in `domain`. No patient's
//! record is in them.

use chrono::NaiveDate;

use crate::actions::course::case;
use crate::actions::course::view::next_service;
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Error, Result, Work};
use crate::domain::catalogue::closure::Closure;
use crate::domain::catalogue::device::{Device, RentalWindow};
use crate::domain::catalogue::opening::Opening;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::site::{Site, SiteKind};
use crate::domain::course::{estimate, progress};
use crate::domain::manage::figures;
use crate::domain::manage::figures::{Attendance, InUse, Lasted, Overdue};
use crate::domain::partner::settlement::Month;
use crate::domain::time::civil;
use crate::domain::time::interval::{Interval, without};
use crate::storage::catalogue::closures;
use crate::storage::course::sessions;
use crate::storage::manage::figures as storage;

/// The most months that are counted at once.
const MOST_MONTHS: u16 = 24;
/// How many are counted unless the caller says.
const MONTHS: u16 = 6;

/// Which months are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClinicFiguresWanted {
    /// The first; unless set, so that this month is the last.
    pub from: Option<Month>,
    /// How many; 6 unless set.
    pub months: Option<u16>,
}

/// The use of a room or a device.
#[derive(Debug, Clone)]
pub struct UseOf {
    /// What people call it.
    pub name: String,
    /// Whether it is a device that is here in its rental windows only.
    pub rented: bool,
    /// Month by month.
    pub months: Vec<InUse>,
}

/// The clinic's figures.
#[derive(Debug, Clone)]
pub struct ClinicFigures {
    /// The months that were counted.
    pub months: Vec<Month>,
    /// Who came and who did not.
    pub attendance: Vec<Attendance>,
    /// The clinic's own rooms.
    pub rooms: Vec<UseOf>,
    /// Its devices.
    pub devices: Vec<UseOf>,
    /// Courses that wait today for a session that is not booked.
    pub overdue: Overdue,
    /// How long the courses took whose last treatment lies in these months.
    pub lasted: Vec<Lasted>,
}

/// The figures wanted.
pub async fn figures(
    app: &App,
    caller: &Caller,
    wanted: ClinicFiguresWanted,
) -> Result<ClinicFigures> {
    let (zone, today) = (app.zone, civil::date_of(app.zone, app.clock.now()));
    let count = wanted.months.unwrap_or(MONTHS);
    if !(1..=MOST_MONTHS).contains(&count) {
        return Err(Error::invalid("/months", format!("must be 1 to {MOST_MONTHS}")));
    }
    let first =
        wanted.from.unwrap_or_else(|| Month::containing(today).earlier(u32::from(count) - 1));
    let months: Vec<_> =
        std::iter::successors(Some(first), |month| Some(month.next())).take(count.into()).collect();
    let last = months.last().copied().unwrap_or(first);
    let range = Interval::new(first.begins(zone), last.next().begins(zone))
        .ok_or_else(|| Error::invalid("/from", "is too far away"))?;
    let mut work = Work::look(app, caller).await?;
    let seen = storage::seen(&mut work.tx, range).await?;
    let windows = storage::windows(&mut work.tx, range).await?;
    let days = (civil::date_of(zone, range.start()), civil::date_of(zone, range.end()));
    let closures = closures::within(&mut work.tx, days.0, days.1).await?;
    let catalogue = current(&mut work.tx, app).await?;
    let (mut rooms, mut devices) = (Vec::new(), Vec::new());
    let use_at = UseAt { app, closures: &closures, seen: &seen, months: &months };
    for site in catalogue.sites.iter().filter(|site| site.details.kind == SiteKind::Clinic) {
        let here = |room: &&Room| room.details.site_id == site.id && room.details.active;
        rooms.extend(catalogue.rooms.iter().filter(here).map(|room| use_at.of_room(site, room)));
        let here = |one: &&Device| one.details.site_id == site.id && one.details.active;
        let all = catalogue.devices.iter().filter(here);
        devices.extend(all.map(|device| use_at.of_device(site, device, &windows)));
    }
    let ended = storage::ended(&mut work.tx, range).await?;
    let since = overdue_since(&mut work, today).await?;
    Ok(ClinicFigures {
        attendance: figures::attendance(&seen, &months, zone),
        rooms,
        devices,
        overdue: figures::overdue(&since, today),
        lasted: figures::lasted(&ended, zone),
        months,
    })
}

/// How much rooms and devices were used: what was booked, of the hours in which they could be.
struct UseAt<'a> {
    app: &'a App,
    closures: &'a [Closure],
    seen: &'a [figures::Seen],
    months: &'a [Month],
}

impl UseAt<'_> {
    fn opening<'a>(&'a self, site: &'a Site) -> Opening<'a> {
        let Self { app, closures, .. } = self;
        Opening { zone: app.zone, policy: &app.policy, site, closures }
    }

    fn of_room(&self, site: &Site, room: &Room) -> UseOf {
        let opening = self.opening(site);
        let here = self.seen.iter().filter(|one| one.room_id == Some(room.id));
        let booked: Vec<_> = here.filter_map(whole).collect();
        let closed = |closure: &Closure| closure.details.room_id == Some(room.id);
        let to_be_had = |day| less(opening.open_on(day), self.closures, closed, day, self.app);
        UseOf {
            name: room.details.name.to_string(),
            rented: false,
            months: figures::in_use(&booked, to_be_had, self.months, self.app.zone),
        }
    }

    fn of_device(&self, site: &Site, device: &Device, windows: &[RentalWindow]) -> UseOf {
        let opening = self.opening(site);
        let with_it = self.seen.iter().filter(|one| one.device_id == Some(device.id));
        let booked: Vec<_> = with_it.filter_map(whole).collect();
        let own = windows.iter().filter(|window| window.device_id == device.id);
        let own: Vec<_> = own.filter_map(RentalWindow::interval).collect();
        let closed = |closure: &Closure| closure.details.device_id == Some(device.id);
        let to_be_had = |day| {
            let here = less(opening.open_on(day), self.closures, closed, day, self.app);
            if device.is_rented() { both(&here, &own) } else { here }
        };
        UseOf {
            name: device.details.code.to_string(),
            rented: device.is_rented(),
            months: figures::in_use(&booked, to_be_had, self.months, self.app.zone),
        }
    }
}

fn whole(one: &figures::Seen) -> Option<Interval> {
    Interval::new(one.starts_at, one.ends_at)
}

/// `hours` of a day less the closures that are `of` a thing.
fn less(
    hours: Vec<Interval>,
    closures: &[Closure],
    of: impl Fn(&Closure) -> bool,
    day: NaiveDate,
    app: &App,
) -> Vec<Interval> {
    let closed = closures.iter().filter(|closure| of(closure));
    without(hours, closed.filter_map(|closure| closure.on(day, app.zone)).collect())
}

/// What lies in both.
fn both(here: &[Interval], windows: &[Interval]) -> Vec<Interval> {
    let pairs = here.iter().flat_map(|one| windows.iter().map(move |other| (one, other)));
    pairs
        .filter_map(|(one, other)| {
            Interval::new(one.start().max(other.start()), one.end().min(other.end()))
        })
        .collect()
}

/// Since when courses have been waiting for a session that is not booked.
async fn overdue_since(work: &mut Work<'_>, today: NaiveDate) -> Result<Vec<NaiveDate>> {
    let app = work.app;
    let catalogue = current(&mut work.tx, app).await?;
    let mut since = Vec::new();
    for course in storage::waiting(&mut work.tx).await? {
        let case = case::load(&mut work.tx, app, &course, None).await?;
        let listed = sessions::of_course(&mut work.tx, course.id).await?;
        let Some(service) = next_service(&case, &listed, &catalogue.services) else {
            continue;
        };
        let assessed = civil::date_of(app.zone, course.assessed_at.unwrap_or(course.created_at));
        let estimate = estimate::estimated(&case, assessed, &app.policy);
        let progress = progress::counted(&case, estimate.map(|estimate| estimate.max));
        since.extend(figures::overdue_since(
            &case,
            progress,
            &app.policy,
            app.zone,
            service,
            today,
        ));
    }
    Ok(since)
}
