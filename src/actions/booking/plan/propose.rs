//! Planning a whole course: proposals that keep every rule and every wish, each with
//! alternatives. A time that was chosen is kept and those after it follow. Nothing is
//! booked here; that is `plan_booking`'s.

use crate::actions::booking::choices::with_choices;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::search::{Picked, Planner};
use crate::actions::booking::diaries;
use crate::actions::booking::diaries::Search;
use crate::actions::booking::slots::SlotView;
use crate::actions::course::case;
use crate::actions::{Answer, App, Caller, Error, Found, Result, Work};
use crate::domain::booking::judge::from_edge;
use crate::domain::booking::plan::Wishes;
use crate::domain::course::quote::Quote;
use crate::domain::course::{PlannedSessions, estimate, progress, quote};
use crate::domain::ids::CourseId;
use crate::domain::refusal::{Refusal, Warning};
use crate::domain::rule_override::Override;
use crate::domain::text::Code;
use crate::domain::time::civil;
use crate::domain::time::civil::{Edge, When};
use crate::domain::time::hours::{NamedWeekday, TimeOfDay};
use crate::storage::course::courses;

with_choices! {
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
        /// Times of the first sessions that are chosen already; those after them follow.
        #[serde(default)]
        #[schema(max_items = 60)]
        pub starts: Vec<When>,
        /// A reason to plan for more sessions than usual, by whom that can be decided.
        #[serde(default, rename = "override")]
        pub overriding: Option<Override>,
    }
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
pub async fn propose(
    app: &App,
    caller: &Caller,
    course_id: CourseId,
    wanted: PlanWanted,
) -> Result<Answer<Plan>> {
    // Only the plan itself is the answer to the request's key.
    let asking = caller.without_key();
    let plan = planned(app, &asking, course_id, wanted).await?;
    if caller.repeat.is_none() {
        return Ok(Answer::Is(plan));
    }
    Work::begin(app, caller).await?.commit(Answer::Is(plan)).await
}

async fn planned(
    app: &App,
    caller: &Caller,
    course_id: CourseId,
    wanted: PlanWanted,
) -> Result<Plan> {
    if wanted.starts.len() > 60 {
        return Err(Error::invalid("/starts", "at most 60 times"));
    }
    let mut work = Work::look(app, caller).await?;
    let course = courses::get(&mut work.tx, course_id).await.found("course")?;
    let service = diaries::service(&mut work.tx, app, wanted.service.as_str()).await?;
    let case = case::load(&mut work.tx, app, &course, None).await?;
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
    let estimate = estimate::estimated(&case, today, &app.policy);
    let left = progress::counted(&case, estimate.as_ref().map(|estimate| estimate.max)).left;
    let count = wanted.count.map(|count| u16::from(count).into()).or(left).unwrap_or(1).max(1);
    let search = Search {
        case: Some(case),
        pardoned: case::pardoned(&caller.actor, wanted.overriding.as_ref()),
        ..Search::of(course.patient_id, service)
    }
    .insisting(wanted.choices());
    let quote =
        quote::quoted(&search.service, search.case.as_ref(), &app.policy, count, estimate.as_ref());
    let wishes = Wishes {
        weekdays: wanted.weekdays.into_iter().map(|day| day.0).collect(),
        not_before: wanted.not_before,
        not_after: wanted.not_after,
    };
    let planner = Planner {
        work: Work::look(app, caller).await?,
        search,
        wishes,
        from: from.max(today),
        count,
        starts: wanted.starts,
    };
    Ok(match planner.plan().await? {
        Ok(picked) => plan_view(app, &picked, quote),
        Err(refused) => Plan { proposals: Vec::new(), refused, quote, ends: None },
    })
}

fn plan_view(app: &App, picked: &[Picked], quote: Quote) -> Plan {
    let proposals = picked.iter().zip(1..).map(|(picked, number)| Proposal {
        number,
        slot: SlotView::from_ranked(app, &picked.best, 1),
        warnings: picked.warnings.clone(),
        alternatives: picked
            .others
            .iter()
            .zip(2..)
            .map(|(other, rank)| SlotView::from_ranked(app, other, rank))
            .collect(),
    });
    Plan {
        proposals: proposals.collect(),
        refused: Vec::new(),
        quote,
        ends: picked.last().map(|last| civil::shown(app.zone, last.best.slot.end)),
    }
}
