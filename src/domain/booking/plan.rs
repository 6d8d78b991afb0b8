//! Planning a whole course: each session as near to its suggested day as wishes, rules
//! and resources allow. First the nearest time is taken, one session after the other;
//! where that leads nowhere, `feasible` looks at every day, so that "there is no plan"
//! is only said when there is none. Nothing is booked here.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::availability::Slot;
use super::diary::Diary;
use super::ranking::{Ranked, ranked, target};
use super::{availability, judge};
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::case::{Happened, Visit};
use crate::domain::course::rules::interval::{Rest, first_clear_day, rest};
use crate::domain::ids::SessionId;
use crate::domain::time::civil;
use crate::domain::time::hours::{TimeOfDay, Weekday};

/// When the patient would like to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Only on these days of the week; on any unless set.
    pub weekdays: Vec<Weekday>,
    /// No start before this wall time.
    pub not_before: Option<TimeOfDay>,
    /// No start after this wall time.
    pub not_after: Option<TimeOfDay>,
}

impl Wishes {
    fn allow_day(&self, day: NaiveDate) -> bool {
        self.weekdays.is_empty() || self.weekdays.contains(&Weekday::of_date(day))
    }

    /// Whether a slot is as wished.
    #[must_use]
    pub fn allow(&self, diary: &Diary, slot: &Slot) -> bool {
        let day = civil::date_of(diary.zone, slot.start);
        let not_before = self.not_before.is_none_or(|time| time.on(day, diary.zone) <= slot.start);
        let not_after = self.not_after.is_none_or(|time| slot.start <= time.on(day, diary.zone));
        self.allow_day(day) && not_before && not_after
    }

    fn slots(&self, diary: &Diary, day: NaiveDate) -> Vec<Slot> {
        let mut slots = availability::find(diary, day, day).slots;
        slots.retain(|slot| self.allow(diary, slot));
        slots
    }
}

/// Where the next session of a plan is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Not before this day.
    pub first: NaiveDate,
    /// The day to be nearest to.
    pub target: NaiveDate,
    /// Not after this day.
    pub last: NaiveDate,
}

/// Where the next session is looked for, `slack` days past its suggested day at most.
#[must_use]
pub fn range(diary: &Diary, from: NaiveDate, slack: Days) -> Range {
    let first = match (diary.ask_on(from), diary.service.treatment()) {
        (Some(ask), Some(treatment)) => first_clear_day(&ask, treatment, from),
        _ => from,
    };
    let target = target(diary, first);
    Range { first, target, last: (target + slack).min(judge::last_day(diary)) }
}

/// The best time within `range` and the best of `others` other days, nearest first; of `days` only, where given.
#[must_use]
pub fn nearest(
    diary: &Diary,
    wishes: &Wishes,
    range: Range,
    days: Option<&BTreeSet<NaiveDate>>,
    others: usize,
) -> Vec<Ranked> {
    let mut found: Vec<Ranked> = Vec::new();
    let reach = (range.last - range.target).max(range.target - range.first).num_days();
    for distance in (0..=reach.unsigned_abs()).map(Days::new) {
        let mut slots = Vec::new();
        let mut ring = vec![range.target + distance];
        if distance != Days::new(0) {
            ring.push(range.target - distance);
        }
        ring.retain(|day| range.first <= *day && *day <= range.last && wishes.allow_day(*day));
        ring.retain(|day| days.is_none_or(|days| days.contains(day)));
        for day in ring {
            slots.extend(ranked(diary, &wishes.slots(diary, day), range.target, 1));
        }
        slots.sort_by_key(|one| (one.reasons, one.slot.start));
        found.extend(slots);
        if found.len() > others {
            break;
        }
    }
    found.truncate(others + 1);
    found
}

/// `others` than `best`, filled up with more hours of the same days until there are `most` of them: the best hours first,
/// the day of `best` before the others.
#[must_use]
pub fn with_other_hours(
    diary: &Diary,
    wishes: &Wishes,
    target: NaiveDate,
    best: &Ranked,
    mut others: Vec<Ranked>,
    most: usize,
) -> Vec<Ranked> {
    let day_of = |one: &Ranked| civil::date_of(diary.zone, one.slot.start);
    let days: Vec<_> = std::iter::once(best).chain(&others).map(day_of).collect();
    for day in days {
        // At most so many are known already, the best among them.
        for more in ranked(diary, &wishes.slots(diary, day), target, 2 * most + 1) {
            let known = |one: &Ranked| one.slot.start == more.slot.start;
            if others.len() < most && !known(best) && !others.iter().any(known) {
                others.push(more);
            }
        }
    }
    others
}

/// The slot as a visit to come, for whatever is planned after it.
#[must_use]
pub fn as_visit(diary: &Diary, slot: &Slot) -> Option<Visit> {
    let case = diary.case.as_ref()?;
    Some(Visit {
        session_id: SessionId(Uuid::nil()),
        course_id: case.course_id,
        purpose: diary.service.purpose(),
        treatment: diary.service.treatment(),
        counts: diary.service.details.counts,
        device_id: slot.place.device_id,
        partner_id: diary.shop.as_ref().map(|terms| terms.partner.id),
        starts_at: slot.start,
        over_at: slot.end,
        day: civil::date_of(diary.zone, slot.start),
        happened: Happened::ToCome,
        zones: case.course.zones.clone(),
        wavelengths: Vec::new(),
        reading: None,
        clearance: None,
    })
}

/// For each of `count` sessions the days from which the rest can still follow; nothing when there is no plan at
/// all. `diary` is filled from `first` to `last`.
#[must_use]
pub fn feasible(
    diary: &Diary,
    wishes: &Wishes,
    count: usize,
    first: NaiveDate,
    last: NaiveDate,
) -> Option<Vec<BTreeSet<NaiveDate>>> {
    // Each planned session renews the test patch for the next; that is asked between them, below.
    let mut open = diary.clone();
    open.policy.test_patch_valid_days = u16::MAX;
    let days: BTreeSet<_> = availability::find(&open, first, last)
        .slots
        .iter()
        .filter(|slot| wishes.allow(&open, slot))
        .map(|slot| civil::date_of(diary.zone, slot.start))
        .collect();
    let mut sets = vec![days.clone()];
    for _ in 1..count {
        let next = sets.last()?;
        let follows =
            |day: &&NaiveDate| next.range(**day..).any(|later| follows(diary, **day, *later));
        let set: BTreeSet<_> = days.iter().filter(follows).copied().collect();
        sets.push(set);
    }
    sets.reverse();
    // The first has to be within reach of what was done before.
    sets.first_mut()?.retain(|day| vouched_before(diary, *day));
    sets.iter().all(|set| !set.is_empty()).then_some(sets)
}

/// Whether one planned session may be on `later` when the one before it is on `day`.
#[must_use]
pub fn follows(diary: &Diary, day: NaiveDate, later: NaiveDate) -> bool {
    let rested = match (&diary.case, diary.service.treatment()) {
        (Some(case), Some(treatment)) => {
            rest(case, &diary.policy, treatment, treatment).map(Rest::least)
        }
        _ => None,
    };
    let least = rested.map_or(Days::new(1), |least| least.max(Days::new(1)));
    let valid = Days::new(diary.policy.test_patch_valid_days.into());
    day + least <= later && (later <= day + valid || vouched_before(diary, later))
}

/// Whether an exposure that is not part of the plan vouches for a laser session on `day` (rule 24).
fn vouched_before(diary: &Diary, day: NaiveDate) -> bool {
    let Some(case) =
        diary.case.as_ref().filter(|_| diary.service.treatment() == Some(Treatment::Laser))
    else {
        return true;
    };
    let valid = Days::new(diary.policy.test_patch_valid_days.into());
    let mut exposures =
        case.visits.iter().filter(|visit| visit.treats().is_some_and(Treatment::is_exposure));
    exposures.any(|visit| visit.day < day && day <= visit.day + valid)
}
