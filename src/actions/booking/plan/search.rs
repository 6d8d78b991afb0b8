//! Finding the times of a plan: one session after the other, each at the best time near
//! its suggested day, loading no more days than that takes; every day up to the horizon
//! only where that leads nowhere. What a plan is, and why, stands in `domain::plan`.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::actions::booking::diaries::Search;
use crate::actions::booking::{decide, diaries, prerequisites};
use crate::actions::{Error, Result, Work};
use crate::domain::booking::availability::Slot;
use crate::domain::booking::diary::Diary;
use crate::domain::booking::judge::{judge, starts_at};
use crate::domain::booking::plan::Wishes;
use crate::domain::booking::ranking::{Ranked, Reasons};
use crate::domain::booking::{availability, judge, plan, ranking};
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::case::Case;
use crate::domain::course::rules;
use crate::domain::course::rules::plan_exceeds_ceiling;
use crate::domain::refusal::{Code as Rule, Refusal, Warning, about};
use crate::domain::time::civil;
use crate::domain::time::civil::When;

/// How far around its suggested day a session is looked for first, and then, before every day is looked at, days.
const NEAR: Days = Days::new(14);
const SLACK: Days = Days::new(60);
/// How many other times are named beside each.
const ALTERNATIVES: usize = 2;

/// One session that was found.
pub(super) struct Picked {
    pub(in crate::actions) best: Ranked,
    pub(in crate::actions) others: Vec<Ranked>,
    pub(in crate::actions) warnings: Vec<Warning>,
}

/// A plan under way.
pub(super) struct Planner<'a> {
    pub(in crate::actions) work: Work<'a>,
    pub(in crate::actions) search: Search,
    pub(in crate::actions) wishes: Wishes,
    pub(in crate::actions) from: NaiveDate,
    pub(in crate::actions) count: usize,
    pub(in crate::actions) starts: Vec<When>,
}

/// Every session of a plan, or why there is none.
pub(super) type Planned = std::result::Result<Vec<Picked>, Vec<Refusal>>;

impl Planner<'_> {
    /// Every session of the plan, or why there is none. A rule that no time satisfies refuses the whole of it.
    pub(super) async fn plan(mut self) -> Result<Planned> {
        let refused = self.beyond_time().await?;
        if refused.is_empty() {
            return self.at_one_site().await;
        }
        let refused =
            prerequisites::with_prerequisites(&mut self.work, &self.search, self.from, refused)
                .await?;
        Err(Error::Explained(refused, None))
    }

    /// The rules that no time satisfies: of the goal, of what has to be done first, of how many.
    async fn beyond_time(&mut self) -> Result<Vec<Refusal>> {
        let mut least: Option<Vec<Refusal>> = None;
        for mut diary in diaries::open(&mut self.work, &self.search).await? {
            let day = plan::range(&diary, self.from, SLACK).target;
            diary.pardoned.push(Rule::PlanExceedsCeiling);
            let Some(ask) = diary.ask_on(day) else {
                continue;
            };
            let mut refusals = rules::refusals(&ask);
            refusals.extend(availability::least_of_lasers(&diary, &ask));
            refusals.extend(diary.refusals_of_shop(day));
            refusals.retain(|refusal| beyond_time(refusal.code));
            let sessions = self.search.case.as_ref().map_or(0, Case::laser_sessions) + self.count;
            let counted = ask.treatment() == Some(Treatment::Laser);
            refusals
                .extend(counted.then(|| plan_exceeds_ceiling::exceeded(&ask, sessions)).flatten());
            refusals.retain(|refusal| !self.search.pardoned.contains(&refusal.code));
            if least.as_ref().is_none_or(|least| refusals.len() < least.len()) {
                least = Some(refusals);
            }
        }
        // What is planned in all was asked above; one by one it is not asked again.
        self.search.pardoned.push(Rule::PlanExceedsCeiling);
        Ok(least.unwrap_or_default())
    }

    /// Every session of the plan, or why there is none; all at the first site where there is one.
    async fn at_one_site(&mut self) -> Result<Planned> {
        let mut refused = Vec::new();
        for mut diary in diaries::open(&mut self.work, &self.search).await? {
            let case = diary.case.clone();
            if let Some(picked) = self.one_by_one(&mut diary, None).await? {
                return Ok(Ok(picked));
            }
            diary.case = case;
            if let Some(sets) = self.every_day(&mut diary).await?
                && let Some(picked) = self.one_by_one(&mut diary, Some(&sets)).await?
            {
                return Ok(Ok(picked));
            }
            refused.extend(self.why_not(&mut diary).await?);
        }
        Ok(Err(refused))
    }

    /// Takes one session after the other, each on the best day of its set; nothing where one finds no time.
    async fn one_by_one(
        &mut self,
        diary: &mut Diary,
        sets: Option<&[BTreeSet<NaiveDate>]>,
    ) -> Result<Option<Vec<Picked>>> {
        let mut picked: Vec<Picked> = Vec::new();
        let mut from = self.from;
        for index in 0..self.count {
            let fixed = self.fixed(diary, index).await?;
            let days = sets.and_then(|sets| sets.get(index.checked_sub(self.starts.len())?));
            let reachable = days.zip(picked.last()).map(|(days, last)| {
                let last = civil::date_of(diary.zone, last.best.slot.start);
                days.iter().copied().filter(|day| plan::follows(diary, last, *day)).collect()
            });
            let slack = if sets.is_some() { Days::new(4000) } else { SLACK };
            let range = plan::range(diary, from, slack);
            if range.last < range.first {
                return Ok(None);
            }
            let mut found = self.nearest(diary, range, reachable.as_ref().or(days)).await?;
            let best = match fixed {
                Some(slot) => Ranked { slot, reasons: reasons(diary, &slot, range.target) },
                None => match found.first() {
                    Some(best) => *best,
                    None => return Ok(None),
                },
            };
            found.retain(|other| other.slot.start != best.slot.start);
            found.truncate(ALTERNATIVES);
            // Any date can be swapped: where no other day is left, for another hour.
            if found.len() < ALTERNATIVES {
                found = plan::with_other_hours(
                    diary,
                    &self.wishes,
                    range.target,
                    &best,
                    found,
                    ALTERNATIVES,
                );
            }
            let warnings =
                diary.ask(best.slot.start).map(|ask| rules::warnings(&ask)).unwrap_or_default();
            if let (Some(case), Some(visit)) = (&diary.case, plan::as_visit(diary, &best.slot)) {
                diary.case = Some(case.with(visit));
            }
            from = civil::date_of(diary.zone, best.slot.start) + Days::new(1);
            picked.push(Picked { best, others: found, warnings });
        }
        Ok(Some(picked))
    }

    /// The times nearest to the suggested day: close to it where there are enough, else in the whole range.
    async fn nearest(
        &mut self,
        diary: &mut Diary,
        range: plan::Range,
        days: Option<&BTreeSet<NaiveDate>>,
    ) -> Result<Vec<Ranked>> {
        let near = plan::Range {
            first: range.first.max(range.target - NEAR),
            last: range.last.min(range.target + NEAR),
            ..range
        };
        let mut found = Vec::new();
        for plan::Range { first, last, .. } in [near, range] {
            diaries::fill(&mut self.work.tx, diary, first, last, self.search.except).await?;
            let range = plan::Range { first, last, ..range };
            found = plan::nearest(diary, &self.wishes, range, days, ALTERNATIVES);
            if found.len() > ALTERNATIVES {
                break;
            }
        }
        Ok(found)
    }

    /// The time that was chosen for a session already, if it was. One that a rule refuses is named by its place.
    async fn fixed(&mut self, diary: &mut Diary, index: usize) -> Result<Option<Slot>> {
        let Some(when) = self.starts.get(index) else {
            return Ok(None);
        };
        let field = format!("/starts/{index}");
        let (start, _) = starts_at(diary.zone, *when).map_err(|refusal| refusal.about(&field))?;
        let day = civil::date_of(diary.zone, start);
        diaries::fill(&mut self.work.tx, diary, day, day, self.search.except).await?;
        let granted = judge(diary, start).map_err(|refusals| about(refusals, &field))?;
        Ok(Some(Slot { start, end: start + diary.service.duration(), place: granted.place }))
    }

    /// For each session that is not fixed the days that lead to a whole plan; nothing when none do.
    async fn every_day(&mut self, diary: &mut Diary) -> Result<Option<Vec<BTreeSet<NaiveDate>>>> {
        let case = diary.case.clone();
        let mut from = self.from;
        for index in 0..self.starts.len().min(self.count) {
            if let Some(slot) = self.fixed(diary, index).await?
                && let (Some(case), Some(visit)) = (&diary.case, plan::as_visit(diary, &slot))
            {
                diary.case = Some(case.with(visit));
                from = civil::date_of(diary.zone, slot.start) + Days::new(1);
            }
        }
        let open = self.count.saturating_sub(self.starts.len());
        let last = judge::last_day(diary);
        let mut sets = None;
        if open > 0 && from <= last {
            diaries::fill(&mut self.work.tx, diary, from, last, self.search.except).await?;
            sets = plan::feasible(diary, &self.wishes, open, from, last);
        }
        diary.case = case;
        Ok(sets)
    }

    /// Why there is no plan, as far as the days say from which the first session was looked for.
    async fn why_not(&mut self, diary: &mut Diary) -> Result<Vec<Refusal>> {
        let last = judge::last_day(diary);
        let first = plan::range(diary, self.from, SLACK).first.min(last);
        let near = (first + Days::new(28)).min(last);
        diaries::fill(&mut self.work.tx, diary, first, near, self.search.except).await?;
        let mut refused = vec![Refusal::new(
            Rule::NoPlan,
            format!(
                "There are no {} times up to {} that keep every wait and every wish; fewer sessions, other days or other hours may do.",
                self.count,
                civil::spoken_day(last)
            ),
        )];
        refused.extend(availability::find(diary, first, near).refused);
        Ok(refused.into_iter().map(|refusal| decide::with_first_day(refusal, None)).collect())
    }
}

/// Whether waiting does not help against a rule.
fn beyond_time(rule: Rule) -> bool {
    rule.is_of_removal()
        && !matches!(
            rule,
            Rule::CoolingOff
                | Rule::TestPatchWait
                | Rule::IntervalTooShort
                | Rule::AreaHealing
                | Rule::PlanExceedsCeiling
        )
}

fn reasons(diary: &Diary, slot: &Slot, target: NaiveDate) -> Reasons {
    let ranked = ranking::ranked(diary, std::slice::from_ref(slot), target, 1);
    ranked.first().map_or(
        Reasons { days_from_suggested: 0, gap_minutes: 0, opens_rented_day: false },
        |one| one.reasons,
    )
}
