//! A month of the clinic on one page: when its sites are open, holidays, what is closed and why,
//! and when rented devices are here.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Result, Work};
use crate::domain::catalogue::closure::{Closure, ClosureDetails};
use crate::domain::catalogue::device::RentalWindow;
use crate::domain::catalogue::opening::Opening;
use crate::domain::catalogue::site::SiteKind;
use crate::domain::ids::{ClosureId, DeviceId, RentalWindowId};
use crate::domain::partner::settlement::Month;
use crate::domain::time::interval::Interval;
use crate::domain::time::time_zone::Tz;
use crate::domain::time::{civil, holidays};
use crate::storage::catalogue::{Catalogue, closures};
use crate::storage::manage::figures;

/// A closure, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureLine {
    /// Its id.
    pub id: ClosureId,
    /// Its version.
    pub version: i64,
    /// Who or what is closed.
    pub whose: String,
    /// What was written about it.
    pub details: ClosureDetails,
}

impl ClosureLine {
    /// From when to when on each of its days; nothing for whole days.
    #[must_use]
    pub fn hours(&self) -> Option<String> {
        let ClosureDetails { from, until, .. } = &self.details;
        match (from, until) {
            (None, None) => None,
            (Some(from), None) => Some(format!("from {from}")),
            (None, Some(until)) => Some(format!("until {until}")),
            (Some(from), Some(until)) => Some(format!("{from}–{until}")),
        }
    }
}

/// A rental window, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowLine {
    /// Its id.
    pub id: RentalWindowId,
    /// The device.
    pub device_id: DeviceId,
    /// What the desk calls it.
    pub device: String,
    /// Delivery, as the clock shows it.
    pub start: String,
    /// Collection.
    pub end: String,
    whole: Option<Interval>,
}

/// A site's hours on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    /// What people call the site.
    pub site: String,
    /// Its hours; none where it is closed.
    pub hours: Vec<String>,
}

/// A day of the month.
#[derive(Debug, Clone)]
pub struct DayView {
    /// The day.
    pub date: NaiveDate,
    /// Whether it is one of the month, and not of the weeks around it.
    pub in_month: bool,
    /// Whether it is today.
    pub is_today: bool,
    /// The public holiday on it.
    pub holiday: Option<&'static str>,
    /// The clinic's own sites.
    pub open: Vec<OpenLine>,
    /// What is closed.
    pub closures: Vec<ClosureLine>,
    /// Which rented devices are here, and from when to when.
    pub windows: Vec<(String, String)>,
}

/// A month.
#[derive(Debug, Clone)]
pub struct MonthView {
    /// Which.
    pub month: Month,
    /// The one before it.
    pub before: Month,
    /// Its weeks, Monday to Sunday.
    pub weeks: Vec<Vec<DayView>>,
    /// What is closed in it, by first day.
    pub closures: Vec<ClosureLine>,
    /// Its rental windows, by start.
    pub windows: Vec<WindowLine>,
}

/// `month`, or this one.
pub async fn show(app: &App, caller: &Caller, month: Option<Month>) -> Result<MonthView> {
    let zone = app.zone;
    let mut work = Work::look(app, caller).await?;
    let today = civil::date_of(zone, work.now);
    let month = month.unwrap_or_else(|| Month::containing(today));
    let first = month.first_day();
    let last = month.next().first_day() - Duration::days(1);
    let monday = first - Duration::days(first.weekday().num_days_from_monday().into());
    let sunday = last + Duration::days((6 - last.weekday().num_days_from_monday()).into());
    let catalogue = current(&mut work.tx, app).await?;
    let closures = closures::within(&mut work.tx, monday, sunday).await?;
    let range = Interval::new(
        civil::day_start(zone, monday),
        civil::day_start(zone, sunday + Duration::days(1)),
    );
    let windows = window_lines(&mut work, &catalogue, range).await?;
    let lines: Vec<_> = closures.iter().map(|closure| line(&catalogue, closure)).collect();
    let civic = app.policy.observe_civic_holiday;
    let day = |date: NaiveDate| DayView {
        date,
        in_month: Month::containing(date) == month,
        is_today: date == today,
        holiday: holidays::on(date, civic),
        open: open(app, &catalogue, &closures, date),
        closures: lines.iter().filter(|line| is_on(line, date)).cloned().collect(),
        windows: windows
            .iter()
            .filter_map(|window| Some((window.device.clone(), here(zone, window, date)?)))
            .collect(),
    };
    let days: Vec<_> = monday.iter_days().take_while(|date| *date <= sunday).map(day).collect();
    let reaches = |from: NaiveDate, to: NaiveDate| from <= last && first <= to;
    Ok(MonthView {
        month,
        before: month.earlier(1),
        weeks: days.chunks(7).map(<[DayView]>::to_vec).collect(),
        closures: lines
            .iter()
            .filter(|line| reaches(line.details.first_day.date(), line.details.last_day.date()))
            .cloned()
            .collect(),
        windows: windows
            .into_iter()
            .filter(|window| {
                window.whole.is_some_and(|whole| {
                    reaches(civil::date_of(zone, whole.start()), civil::date_of(zone, whole.end()))
                })
            })
            .collect(),
    })
}

/// The rental windows within `range`, as the month lists them.
async fn window_lines(
    work: &mut Work<'_>,
    catalogue: &Catalogue,
    range: Option<Interval>,
) -> Result<Vec<WindowLine>> {
    let Some(range) = range else {
        return Ok(Vec::new());
    };
    let windows = figures::windows(&mut work.tx, range).await?;
    let zone = work.app.zone;
    let line = |window: RentalWindow| WindowLine {
        id: window.id,
        device_id: window.device_id,
        device: device_called(catalogue, window.device_id),
        start: clock(zone, window.starts_at),
        end: clock(zone, window.ends_at),
        whole: window.interval(),
    };
    Ok(windows.into_iter().map(line).collect())
}

fn clock(zone: Tz, at: DateTime<Utc>) -> String {
    civil::wall_of(zone, at).format("%a %-d %b %Y, %H:%M").to_string()
}

fn is_on(line: &ClosureLine, date: NaiveDate) -> bool {
    line.details.first_day.date() <= date && date <= line.details.last_day.date()
}

/// The hours of the clinic's own sites on a day.
fn open(app: &App, catalogue: &Catalogue, closures: &[Closure], date: NaiveDate) -> Vec<OpenLine> {
    let own = catalogue
        .sites
        .iter()
        .filter(|site| site.details.kind == SiteKind::Clinic && site.details.active);
    let opening = |site| Opening { zone: app.zone, policy: &app.policy, site, closures };
    own.map(|site| OpenLine {
        site: site.details.name.to_string(),
        hours: opening(site)
            .open_on(date)
            .into_iter()
            .map(|span| within(app.zone, span, date))
            .collect(),
    })
    .collect()
}

/// When a window is open on a day.
fn here(zone: Tz, window: &WindowLine, date: NaiveDate) -> Option<String> {
    let next = date.succ_opt()?;
    let day = Interval::new(civil::day_start(zone, date), civil::day_start(zone, next))?;
    let whole = window.whole?;
    let span = Interval::new(whole.start().max(day.start()), whole.end().min(day.end()))?;
    Some(if span == day { "all day".to_owned() } else { within(zone, span, date) })
}

/// `09:00–17:00`; the end of the day is `24:00`.
fn within(zone: Tz, span: Interval, date: NaiveDate) -> String {
    let (from, to) = (civil::wall_of(zone, span.start()), civil::wall_of(zone, span.end()));
    let to = if to.date() > date { "24:00".to_owned() } else { to.format("%H:%M").to_string() };
    format!("{}–{to}", from.format("%H:%M"))
}

fn device_called(catalogue: &Catalogue, id: DeviceId) -> String {
    let device = catalogue.devices.iter().find(|device| device.id == id);
    device.map(|device| device.details.code.to_string()).unwrap_or_default()
}

fn line(catalogue: &Catalogue, closure: &Closure) -> ClosureLine {
    let d = &closure.details;
    let site =
        d.site_id.and_then(|id| catalogue.site(id)).map(|site| site.details.name.to_string());
    let person =
        d.practitioner_id.and_then(|id| catalogue.practitioners.iter().find(|one| one.id == id));
    let room = d.room_id.and_then(|id| catalogue.rooms.iter().find(|one| one.id == id));
    let whose = site
        .or_else(|| person.map(|person| person.details.name.to_string()))
        .or_else(|| room.map(|room| room.details.name.to_string()))
        .or_else(|| d.device_id.map(|id| device_called(catalogue, id)))
        .unwrap_or_else(|| "Everything".to_owned());
    ClosureLine { id: closure.id, version: closure.version, whose, details: d.clone() }
}
