//! The day drawn on a grid: a row for each quarter hour, a column for each person, room, device
//! or shop, and lanes where sessions of one column overlap.

use chrono::{DateTime, Duration, NaiveDate, Timelike, Utc};

use super::view::View;
use super::words::{hours_of, state_words, status_symbol};
use crate::actions::desk::day::{Card, Column, DayView};
use crate::domain::course::status::SessionStatus;
use crate::domain::time::interval::{Interval, without};
use crate::domain::time::time_zone::Tz;
use crate::web::frame::style::{MOST_LANES, MOST_ROWS};

/// A row of the grid, minutes.
const ROW: i64 = 15;
/// The hours that are always shown: the first, and the one after the last.
const USUAL: (u32, u32) = (9, 18);

pub(super) struct PlacedCard {
    pub(super) row: usize,
    pub(super) rows: usize,
    pub(super) lane: usize,
    pub(super) card: CardView,
}

/// A session as a card.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a page offers is one yes or no for each button"
)]
pub(super) struct CardView {
    pub(super) id: String,
    pub(super) class: &'static str,
    pub(super) status: String,
    pub(super) shape: &'static str,
    pub(super) state: String,
    pub(super) hours: String,
    pub(super) name: String,
    pub(super) service: String,
    pub(super) count: Option<String>,
    pub(super) missing: Option<&'static str>,
    pub(super) can_check_in: bool,
    pub(super) can_no_show: bool,
    pub(super) can_move: bool,
    pub(super) version: i64,
    pub(super) chosen: bool,
    pub(super) href: String,
}

impl CardView {
    /// The service, and which of the course's sessions it is.
    pub(super) fn what_words(&self) -> String {
        service_and_count(&self.service, self.count.as_deref())
    }
}

pub(super) struct GridColumn {
    /// The id of the practitioner, where a session can be moved to them.
    pub(super) person: Option<String>,
    pub(super) name: String,
    pub(super) note: Option<String>,
    /// The most cards that are side by side.
    pub(super) wide: usize,
    /// Stretches in which it is unavailable: first row and how many.
    pub(super) off: Vec<(usize, usize)>,
    pub(super) cards: Vec<PlacedCard>,
}

pub(super) struct Grid {
    pub(super) rows: usize,
    /// The first minute shown, after midnight.
    pub(super) first_minute: i64,
    /// Row and words of each full hour.
    pub(super) hours: Vec<(usize, String)>,
    pub(super) columns: Vec<GridColumn>,
    /// The row of now, where it is on the grid.
    pub(super) now: Option<usize>,
}

/// `day` on a grid.
pub(super) fn grid(zone: Tz, day: &DayView, view: &View) -> Grid {
    let Some(whole) = shown_hours(zone, day) else {
        return Grid {
            rows: 4,
            first_minute: 0,
            hours: Vec::new(),
            columns: Vec::new(),
            now: None,
        };
    };
    let rows = rows_between(whole.start(), whole.end()).clamp(4, MOST_ROWS - MOST_ROWS % 4);
    let rows = rows + (4 - rows % 4) % 4;
    let full_hours = (0..rows).step_by(4);
    let hour = |row: usize| {
        let at = whole.start() + Duration::minutes(ROW * i64::try_from(row).unwrap_or_default());
        (row + 1, at.with_timezone(&zone).format("%H:%M").to_string())
    };
    let start = whole.start().with_timezone(&zone);
    Grid {
        rows,
        first_minute: i64::from(start.hour() * 60),
        hours: full_hours.map(hour).collect(),
        columns: day
            .columns
            .iter()
            .map(|column| grid_column(column, whole, rows, view, zone))
            .collect(),
        now: (whole.start() <= day.now && day.now < whole.end())
            .then(|| rows_between(whole.start(), day.now) + 1),
    }
}

/// From the first full hour to the last that is shown.
fn shown_hours(zone: Tz, day: &DayView) -> Option<Interval> {
    let cards = day.columns.iter().flat_map(|column| &column.cards).map(|card| card.when);
    let shown: Vec<Interval> = day.open.iter().copied().chain(cards).collect();
    let usual = |hour: u32| {
        let wall = day.date.and_hms_opt(hour, 0, 0)?;
        Some(crate::domain::time::civil::resolve(zone, wall).bound())
    };
    let first = shown.iter().map(|one| one.start()).min().or_else(|| usual(USUAL.0))?;
    let last = shown.iter().map(|one| one.end()).max().or_else(|| usual(USUAL.1))?;
    let minute = i64::from(first.with_timezone(&zone).minute());
    Interval::new(first - Duration::minutes(minute), last)
}

fn rows_between(from: DateTime<Utc>, to: DateTime<Utc>) -> usize {
    usize::try_from((to - from).num_minutes() / ROW).unwrap_or_default()
}

fn grid_column(column: &Column, whole: Interval, rows: usize, view: &View, zone: Tz) -> GridColumn {
    let off =
        column.open.as_ref().map(|open| without(vec![whole], open.clone())).unwrap_or_default();
    let lanes = side_by_side(&column.cards.iter().map(|card| card.when).collect::<Vec<_>>());
    let wide = lanes.iter().max().map_or(1, |lane| lane + 1).min(MOST_LANES);
    let placed = column.cards.iter().zip(lanes).map(|(card, lane)| {
        let row = rows_between(whole.start(), card.when.start().max(whole.start()));
        let minutes = (card.when.end() - card.when.start()).num_minutes();
        PlacedCard {
            row: row.min(rows - 1) + 1,
            rows: usize::try_from((minutes + ROW - 1) / ROW).unwrap_or(1).clamp(1, MOST_ROWS),
            lane: lane.min(MOST_LANES - 1) + 1,
            card: card_view(card, view, zone),
        }
    });
    GridColumn {
        person: column.is_person.then(|| column.id.to_string()),
        name: column.name.clone(),
        note: column.note.clone(),
        wide,
        cards: placed.collect(),
        off: off
            .iter()
            .map(|one| {
                (rows_between(whole.start(), one.start()) + 1, rows_between(one.start(), one.end()))
            })
            .filter(|(_, rows)| *rows > 0)
            .collect(),
    }
}

/// The lane of each stretch: the first that is free when it starts.
fn side_by_side(stretches: &[Interval]) -> Vec<usize> {
    let mut ends: Vec<DateTime<Utc>> = Vec::new();
    let mut place = |one: &Interval| {
        let free = ends.iter().position(|end| *end <= one.start());
        if let Some((lane, end)) = free.and_then(|lane| ends.get_mut(lane).map(|end| (lane, end))) {
            *end = one.end();
            return lane;
        }
        ends.push(one.end());
        ends.len() - 1
    };
    stretches.iter().map(&mut place).collect()
}

pub(super) fn card_view(card: &Card, view: &View, zone: Tz) -> CardView {
    let session = &card.session;
    let here = view.session(session.id);
    CardView {
        id: session.id.to_string(),
        class: match session.status {
            SessionStatus::Pending | SessionStatus::Proposed | SessionStatus::Waitlist => "pending",
            SessionStatus::Booked => "",
            SessionStatus::Arrived | SessionStatus::CheckedIn => "here",
            SessionStatus::Fulfilled
            | SessionStatus::Cancelled
            | SessionStatus::Noshow
            | SessionStatus::EnteredInError => "over",
        },
        status: session.status.to_string(),
        shape: status_symbol(session.status),
        state: state_words(session),
        hours: hours_of(session),
        name: card.name.clone(),
        service: card.service.clone(),
        count: card.count.clone(),
        missing: card.missing,
        can_check_in: card.can_check_in,
        can_no_show: card.can_no_show,
        can_move: can_be_moved(session.status),
        version: session.version,
        chosen: view.open == here.open,
        href: View { day: day_of(card, zone), ..here }.address(),
    }
}

/// The service, and which of the course's sessions it is.
pub(super) fn service_and_count(service: &str, count: Option<&str>) -> String {
    match count {
        Some(count) => format!("{service}, {count}"),
        None => service.to_owned(),
    }
}

/// Whether a session of this status can be moved to another time.
pub(super) fn can_be_moved(status: SessionStatus) -> bool {
    matches!(status, SessionStatus::Booked | SessionStatus::Pending)
}

fn day_of(card: &Card, zone: Tz) -> NaiveDate {
    card.when.start().with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_lies_side_by_side_and_a_lane_is_used_again() {
        let at = |from: i64, to: i64| {
            Interval::new(
                DateTime::UNIX_EPOCH + Duration::minutes(from),
                DateTime::UNIX_EPOCH + Duration::minutes(to),
            )
            .unwrap()
        };
        assert_eq!(side_by_side(&[at(0, 60), at(30, 90), at(60, 120), at(90, 100)]), [0, 1, 0, 1]);
        assert_eq!(side_by_side(&[]), Vec::<usize>::new());
    }
}
