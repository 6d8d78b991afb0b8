//! Which of the free times a good receptionist would name first: nearest to the
//! suggested day, then the smallest gaps left in the practitioner's day, then days on
//! which the rented device is already in use, since its day costs money once. Each rank
//! says why.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::availability::Slot;
use super::diary::{Diary, Taken};
use crate::domain::course::rules::interval::suggested_day;
use crate::domain::ids::{DeviceId, PractitionerId};
use crate::domain::time::civil;
use crate::domain::time::interval::Interval;

/// Why a slot has its rank; smaller is better in each, and the first that differs decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Reasons {
    /// Days from the suggested day, before or after.
    pub days_from_suggested: u64,
    /// Minutes between this visit and its nearer neighbour in the practitioner's day.
    pub gap_minutes: i64,
    /// Whether a rented device would be here for this visit alone.
    pub opens_rented_day: bool,
}

impl Reasons {
    /// The same in words to read out.
    #[must_use]
    pub fn in_words(&self) -> String {
        let days = match self.days_from_suggested {
            0 => "on the suggested day".to_owned(),
            1 => "1 day from the suggested one".to_owned(),
            days => format!("{days} days from the suggested one"),
        };
        let gap = match self.gap_minutes {
            0 => "leaves no gap on one side".to_owned(),
            minutes => format!("leaves a gap of {minutes} minutes"),
        };
        let rented = if self.opens_rented_day {
            "; the rented device would come for this visit alone"
        } else {
            ""
        };
        format!("{days}; {gap}{rented}")
    }
}

/// A slot with what ranks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The slot.
    pub slot: Slot,
    /// Why it has its rank.
    pub reasons: Reasons,
}

/// The day to be nearest to: the suggested one, or the first day asked for where none is suggested or it has passed.
#[must_use]
pub fn target(diary: &Diary, first: NaiveDate) -> NaiveDate {
    let ask = diary.ask_on(last_before(diary, first));
    ask.as_ref().and_then(suggested_day).map_or(first, |day| day.max(first))
}

/// The last day that is looked back from: what is booked later than any search is asked too.
fn last_before(diary: &Diary, first: NaiveDate) -> NaiveDate {
    let latest = diary.case.as_ref().and_then(|case| case.visits.last());
    latest.map_or(first, |visit| visit.day.max(first))
}

/// The best `limit` of `slots`, best first.
#[must_use]
pub fn ranked(diary: &Diary, slots: &[Slot], target: NaiveDate, limit: usize) -> Vec<Ranked> {
    let day_of = |slot: &Slot| civil::date_of(diary.zone, slot.start);
    let mut by_distance: Vec<_> = slots
        .iter()
        .map(|slot| ((day_of(slot) - target).num_days().unsigned_abs(), *slot))
        .collect();
    by_distance.sort_by_key(|(days, slot)| (*days, slot.start));
    // What lies further away than the limit reaches is never looked at closer.
    let cut = by_distance.get(limit.saturating_sub(1)).map(|(days, _)| *days);
    let mut days = Days::new(diary);
    let mut ranked: Vec<_> = by_distance
        .into_iter()
        .take_while(|(distance, _)| cut.is_none_or(|cut| *distance <= cut))
        .map(|(distance, slot)| Ranked { slot, reasons: days.reasons(distance, &slot) })
        .collect();
    ranked.sort_by_key(|one| (one.reasons, one.slot.start));
    ranked.truncate(limit);
    ranked
}

/// What has been worked out of the practitioners' and devices' days, each once.
struct Days<'a> {
    diary: &'a Diary,
    free: HashMap<(PractitionerId, NaiveDate), Vec<Interval>>,
    in_use: HashMap<(DeviceId, NaiveDate), bool>,
}

impl<'a> Days<'a> {
    fn new(diary: &'a Diary) -> Self {
        Self { diary, free: HashMap::new(), in_use: HashMap::new() }
    }

    fn reasons(&mut self, days_from_suggested: u64, slot: &Slot) -> Reasons {
        let day = civil::date_of(self.diary.zone, slot.start);
        Reasons {
            days_from_suggested,
            gap_minutes: self.gap(slot, day).num_minutes(),
            opens_rented_day: self.opens_rented_day(slot, day),
        }
    }

    /// How long the practitioner would sit idle on the shorter side of the visit.
    fn gap(&mut self, slot: &Slot, day: NaiveDate) -> Duration {
        let (diary, who) = (self.diary, slot.place.practitioner_id);
        let Some(claim) = diary.claim(Taken::AtWork, slot.start) else {
            return Duration::zero();
        };
        let free = self.free.entry((who, day)).or_insert_with(|| free_on(diary, who, day));
        let around = free
            .iter()
            .find(|stretch| stretch.start() <= claim.start() && claim.start() < stretch.end());
        let after = |end: DateTime<Utc>| (end - claim.end()).max(Duration::zero());
        around.map_or_else(Duration::zero, |stretch| {
            (claim.start() - stretch.start()).min(after(stretch.end())).max(Duration::zero())
        })
    }

    fn opens_rented_day(&mut self, slot: &Slot, day: NaiveDate) -> bool {
        let rented = slot.place.device_id.filter(|id| {
            self.diary.devices.iter().any(|device| device.id == *id && device.is_rented())
        });
        let Some(device) = rented else { return false };
        let diary = self.diary;
        !*self.in_use.entry((device, day)).or_insert_with(|| {
            diary.taken(device).iter().any(|busy| civil::date_of(diary.zone, busy.start()) == day)
        })
    }
}

/// When `who` works on `day` and is not taken.
fn free_on(diary: &Diary, who: PractitionerId, day: NaiveDate) -> Vec<Interval> {
    let Some(person) = diary.practitioners.iter().find(|person| person.id == who) else {
        return Vec::new();
    };
    let hours = diary.opening().works_on(person, day);
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else {
        return Vec::new();
    };
    let (opens, closes) = (first.start(), last.end());
    let busy =
        diary.taken(who).iter().filter(|busy| busy.start() < closes && opens < busy.end()).copied();
    crate::domain::time::interval::without(hours, busy.collect())
}
