//! What a plan takes (rule 10): days from the first session to the last, and a range of
//! cost in whole cents. Nothing is charged here.

use serde::Serialize;
use utoipa::ToSchema;

use super::case::Case;
use super::estimate::Estimate;
use super::rules::interval::rest;
use crate::domain::catalogue::service::Service;
use crate::domain::clinic::policy::Policy;

/// What a plan of so many sessions takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Quote {
    /// How many sessions.
    pub sessions: usize,
    /// Days between two, as suggested.
    pub interval_days: u64,
    /// Days from the first to the last: one interval fewer than sessions.
    pub span_days: u64,
    /// From the fewest to the most sessions of the estimate; null where no price is noted.
    pub cost_cents: Option<CostRange>,
}

/// A range of cost, whole cents, Canadian dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostRange {
    /// Least.
    pub min: i64,
    /// Most.
    pub max: i64,
}

/// The quote for `sessions` of `service`; the cost is of the estimate where there is one, else of the plan.
#[must_use]
pub fn quoted(
    service: &Service,
    case: Option<&Case>,
    policy: &Policy,
    sessions: usize,
    estimate: Option<&Estimate>,
) -> Quote {
    let interval = case
        .zip(service.treatment())
        .and_then(|(case, treatment)| rest(case, policy, treatment, treatment))
        .map_or(0, |rest| u64::from(rest.suggested_days));
    let count = i64::try_from(sessions).unwrap_or(i64::MAX);
    let (fewest, most) =
        estimate.map_or((count, count), |estimate| (estimate.min.into(), estimate.max.into()));
    let cost = |price: i64| CostRange {
        min: price.saturating_mul(fewest),
        max: price.saturating_mul(most),
    };
    Quote {
        sessions,
        interval_days: interval,
        span_days: interval * u64::try_from(sessions.saturating_sub(1)).unwrap_or(0),
        cost_cents: service.details.price_cents.map(cost),
    }
}
