//! Planning a whole course: proposals that keep every rule and every wish, each with
//! alternatives. A time that was chosen is kept and those after it follow. Nothing is
//! booked here; that is `plan_booking`'s.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases;
use super::diaries::{self, Search};
use super::find_slots::SlotView;
use super::{Answer, App, Caller, Error, Result, Work, decide};
use crate::domain::availability::{self, Slot};
use crate::domain::booking::{self, from_edge, judge, starts_at};
use crate::domain::case::Case;
use crate::domain::civil::{self, Edge, When};
use crate::domain::course::PlannedSessions;
use crate::domain::diary::{Diary, Wanted};
use crate::domain::estimate;
use crate::domain::hours::{NamedWeekday, TimeOfDay};
use crate::domain::ids::{CourseId, DeviceId, PractitionerId, RoomId, SiteId};
use crate::domain::overriding::Override;
use crate::domain::plan::{self, Wishes};
use crate::domain::progress;
use crate::domain::quote::{self, Quote};
use crate::domain::ranking::{self, Ranked, Reasons};
use crate::domain::refusal::{Code as Rule, Refusal, Warning};
use crate::domain::rules::{self, plan_exceeds_ceiling};
use crate::domain::service::Treatment;
use crate::domain::text::Code;
use crate::storage::claims::Except;
use crate::storage::courses;

/// How far around its suggested day a session is looked for first, and then, before every day is looked at, days.
const NEAR: Days = Days::new(14);
const SLACK: Days = Days::new(60);
/// How many other times are named beside each.
const ALTERNATIVES: usize = 2;

/// What is to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"service": "laser_partial", "count": 8, "weekdays": ["tue", "thu"], "not_before": "15:00"}))]
pub struct PlanWanted {
    /// Code of the service.
    pub service: Code,
    /// How many sessions; as many as are left unless set.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 60)]
    pub count: Option<PlannedSessions>,
    /// From which day on; from now on unless set.
    #[serde(default)]
    pub from: Option<Edge>,
    /// When the patient would like to come.
    #[serde(default)]
    pub weekdays: Vec<NamedWeekday>,
    /// No start before this wall time.
    #[serde(default)]
    pub not_before: Option<TimeOfDay>,
    /// No start after this wall time.
    #[serde(default)]
    pub not_after: Option<TimeOfDay>,
    /// Where; the clinic unless set.
    #[serde(default)]
    pub site_id: Option<SiteId>,
    /// With whom; chosen unless set.
    #[serde(default)]
    pub practitioner_id: Option<PractitionerId>,
    /// In which room; chosen unless set.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// With which device; chosen unless set.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
    /// Times of the first sessions that are chosen already; those after them follow.
    #[serde(default)]
    #[schema(max_items = 60)]
    pub starts: Vec<When>,
    /// A reason to plan for more sessions than usual, by whom that can be decided.
    #[serde(default, rename = "override")]
    pub overriding: Option<Override>,
}

/// One session of a plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Proposal {
    /// Its place in the plan, from 1.
    pub number: usize,
    /// When, where, with whom and with what.
    #[serde(flatten)]
    pub slot: SlotView,
    /// What should be known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Other times for it, on other days where there are any.
    pub alternatives: Vec<SlotView>,
}

/// A planned course, or why there is none.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Plan {
    /// All sessions in order, or none.
    pub proposals: Vec<Proposal>,
    /// Why there is no plan.
    pub refused: Vec<Refusal>,
    /// What it takes, in days and in cents.
    pub quote: Quote,
    /// When it would be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<DateTime<FixedOffset>>,
}

/// Plans a course.
pub async fn propose(app: &App, caller: &Caller, course_id: CourseId, wanted: PlanWanted) -> Result<Answer<Plan>> {
    // Only the plan itself is the answer to the request's key.
    let asking = Caller {
        repeat: None,
        ..caller.clone()
    };
    let plan = planned(app, &asking, course_id, wanted).await?;
    if caller.repeat.is_none() {
        return Ok(Answer::Is(plan));
    }
    Work::begin(app, caller).await?.commit(Answer::Is(plan)).await
}

async fn planned(app: &App, caller: &Caller, course_id: CourseId, wanted: PlanWanted) -> Result<Plan> {
    if wanted.starts.len() > 60 {
        return Err(Error::invalid("/starts", "at most 60 times"));
    }
    let mut work = Work::look(app, caller).await?;
    let course = courses::get(&mut work.tx, course_id).await?.ok_or(Error::NotThere("course"))?;
    let service = diaries::service(&mut work.tx, app, wanted.service.as_str()).await?;
    let case = cases::load(&mut work.tx, app, &course, None).await?;
    let detail = Some(wanted.service.to_string());
    work.seen("course.plan", ("course", course.id.0), course.patient_id, detail).await?;
    if let Some(refusal) = course.details.closed_to_booking() {
        return Err(refusal.into());
    }
    let today = civil::date_of(app.zone, app.clock.now());
    let from = match wanted.from {
        None => today,
        Some(edge) => civil::date_of(app.zone, from_edge(app.zone, edge)?),
    };
    let estimate = estimate::of(&case, today, &app.policy);
    let left = progress::of(&case, estimate.as_ref().map(|estimate| estimate.max)).left;
    let count = wanted.count.map(|count| u16::from(count).into()).or(left).unwrap_or(1).max(1);
    let search = Search {
        patient: course.patient_id,
        service,
        site: wanted.site_id,
        wanted: Wanted {
            practitioner: wanted.practitioner_id,
            room: wanted.room_id,
            device: wanted.device_id,
        },
        prefer: None,
        except: Except::default(),
        case: Some(case),
        pardoned: cases::pardoned(&caller.actor, wanted.overriding.as_ref()),
    };
    let quote = quote::of(&search.service, search.case.as_ref(), &app.policy, count, estimate.as_ref());
    let mut planner = Planner {
        work: Work::look(app, caller).await?,
        search,
        wishes: Wishes {
            weekdays: wanted.weekdays.into_iter().map(|day| day.0).collect(),
            not_before: wanted.not_before,
            not_after: wanted.not_after,
        },
        from: from.max(today),
        count,
        starts: wanted.starts,
    };
    let mut refused = planner.beyond_time().await?;
    if !refused.is_empty() {
        refused = cases::with_prerequisites(&mut planner.work, &planner.search, planner.from, refused).await?;
        return Err(Error::Explained(refused, None));
    }
    let picked = planner.plan().await?;
    Ok(match picked {
        Ok(picked) => shown(app, &picked, quote),
        Err(refused) => Plan {
            proposals: Vec::new(),
            refused,
            quote,
            ends: None,
        },
    })
}

fn shown(app: &App, picked: &[Picked], quote: Quote) -> Plan {
    let proposals = picked.iter().zip(1..).map(|(picked, number)| Proposal {
        number,
        slot: SlotView::of(app, &picked.best, 1),
        warnings: picked.warnings.clone(),
        alternatives: picked
            .others
            .iter()
            .zip(2..)
            .map(|(other, rank)| SlotView::of(app, other, rank))
            .collect(),
    });
    Plan {
        proposals: proposals.collect(),
        refused: Vec::new(),
        quote,
        ends: picked.last().map(|last| civil::shown(app.zone, last.best.slot.end)),
    }
}

/// One session that was found.
struct Picked {
    best: Ranked,
    others: Vec<Ranked>,
    warnings: Vec<Warning>,
}

/// A plan under way.
struct Planner<'a> {
    work: Work<'a>,
    search: Search,
    wishes: Wishes,
    from: NaiveDate,
    count: usize,
    starts: Vec<When>,
}

impl Planner<'_> {
    /// The rules that no time satisfies: of the goal, of what has to be done first, of how many.
    async fn beyond_time(&mut self) -> Result<Vec<Refusal>> {
        let (app, now) = (self.work.app, self.work.now);
        let mut least: Option<Vec<Refusal>> = None;
        for mut diary in diaries::open(&mut self.work.tx, app, now, &self.search).await? {
            let day = plan::range(&diary, self.from, SLACK).target;
            diary.pardoned.push(Rule::PlanExceedsCeiling);
            let Some(ask) = diary.ask_on(day) else { continue };
            let mut refusals = rules::refusals(&ask);
            if diary.needs_device() {
                let of_devices = diary.devices.iter().map(|device| rules::refusals_of_device(&ask, device));
                refusals.extend(of_devices.min_by_key(|against| booking::weight(against)).unwrap_or_default());
            }
            refusals.retain(|refusal| beyond_time(refusal.code));
            let sessions = self.search.case.as_ref().map_or(0, Case::laser_sessions) + self.count;
            let counted = ask.treatment() == Some(Treatment::Laser);
            refusals.extend(counted.then(|| plan_exceeds_ceiling::exceeded(&ask, sessions)).flatten());
            refusals.retain(|refusal| !self.search.pardoned.contains(&refusal.code));
            if least.as_ref().is_none_or(|least| refusals.len() < least.len()) {
                least = Some(refusals);
            }
        }
        // What is planned in all was asked above; one by one it is not asked again.
        self.search.pardoned.push(Rule::PlanExceedsCeiling);
        Ok(least.unwrap_or_default())
    }

    /// Every session of the plan, or why there is none. All are at one site.
    async fn plan(&mut self) -> Result<std::result::Result<Vec<Picked>, Vec<Refusal>>> {
        let (app, now) = (self.work.app, self.work.now);
        let mut refused = Vec::new();
        for mut diary in diaries::open(&mut self.work.tx, app, now, &self.search).await? {
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
    async fn one_by_one(&mut self, diary: &mut Diary, sets: Option<&[BTreeSet<NaiveDate>]>) -> Result<Option<Vec<Picked>>> {
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
            let near = plan::Range {
                first: range.first.max(range.target - NEAR),
                last: range.last.min(range.target + NEAR),
                ..range
            };
            let mut found = Vec::new();
            for range in [near, range] {
                diaries::fill(&mut self.work.tx, diary, range.first, range.last, self.search.except).await?;
                found = plan::nearest(diary, &self.wishes, range, reachable.as_ref().or(days), ALTERNATIVES);
                if found.len() > ALTERNATIVES {
                    break;
                }
            }
            let best = match fixed {
                Some(slot) => Ranked {
                    slot,
                    reasons: reasons(diary, &slot, range.target),
                },
                None => match found.first() {
                    Some(best) => *best,
                    None => return Ok(None),
                },
            };
            found.retain(|other| other.slot.start != best.slot.start);
            found.truncate(ALTERNATIVES);
            let warnings = diary.ask(best.slot.start).map(|ask| rules::warnings(&ask)).unwrap_or_default();
            if let (Some(case), Some(visit)) = (&diary.case, plan::as_visit(diary, &best.slot)) {
                diary.case = Some(case.with(visit));
            }
            from = civil::date_of(diary.zone, best.slot.start) + Days::new(1);
            picked.push(Picked {
                best,
                others: found,
                warnings,
            });
        }
        Ok(Some(picked))
    }

    /// The time that was chosen for a session already, if it was. One that a rule refuses is named by its place.
    async fn fixed(&mut self, diary: &mut Diary, index: usize) -> Result<Option<Slot>> {
        let Some(when) = self.starts.get(index) else { return Ok(None) };
        let field = format!("/starts/{index}");
        let (start, _) = starts_at(diary.zone, *when).map_err(|refusal| refusal.about(&field))?;
        let day = civil::date_of(diary.zone, start);
        diaries::fill(&mut self.work.tx, diary, day, day, self.search.except).await?;
        let granted = judge(diary, start).map_err(|refusals| about(refusals, &field))?;
        Ok(Some(Slot {
            start,
            end: start + diary.service.duration(),
            place: granted.place,
        }))
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
        let last = booking::last_day(diary);
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
        let last = booking::last_day(diary);
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
        Ok(refused.into_iter().map(|refusal| decide::told(refusal, None)).collect())
    }
}

/// Whether waiting does not help against a rule.
fn beyond_time(rule: Rule) -> bool {
    rule.is_of_removal()
        && !matches!(
            rule,
            Rule::CoolingOff | Rule::TestPatchWait | Rule::IntervalTooShort | Rule::AreaHealing | Rule::PlanExceedsCeiling
        )
}

/// `refusals` about one part of the request.
pub(super) fn about(refusals: Vec<Refusal>, field: &str) -> Vec<Refusal> {
    refusals.into_iter().map(|refusal| refusal.about(field)).collect()
}

fn reasons(diary: &Diary, slot: &Slot, target: NaiveDate) -> Reasons {
    let ranked = ranking::ranked(diary, std::slice::from_ref(slot), target, 1);
    ranked.first().map_or(
        Reasons {
            days_from_suggested: 0,
            gap_minutes: 0,
            opens_rented_day: false,
        },
        |one| one.reasons,
    )
}
