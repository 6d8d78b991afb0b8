//! How many sessions a removal usually takes: a range with its basis and date, from the
//! clinic's own page (F1, F2, F4). A planning aid, never a promise; what has been done
//! since may show that it takes more. The Kirby-Desai reference stands in `kirby_desai`.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::case::{Case, Happened};
use super::{CourseDetails, Depth, Goal, Pigment};
use crate::domain::catalogue::service::Treatment;
use crate::domain::clinic::policy::Policy;
use crate::domain::codes::codes;

codes! {
    /// What the range rests on.
    Basis in "snake_case" {
        Smp,
        TattooInk,
        TooDeep,
        Unknown,
        /// What the record shows: more was needed than the assessment said.
        Record,
    }
}

/// A range of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Estimate {
    /// Fewest.
    pub min: u16,
    /// Most.
    pub max: u16,
    /// What it rests on.
    pub basis: Basis,
    /// The day on which what it rests on was known.
    pub date: NaiveDate,
    /// The range as it is said: `1 to 2 sessions`, `up to 10 sessions`.
    #[schema(example = "up to 10 sessions")]
    pub text: String,
    /// What to say beside it: that it is to be estimated again, or what removal will be like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The most that the clinic's page speaks of (F2).
const MOST: u16 = 10;

/// Rules 5 to 7: the most sessions and what that rests on; nothing for goals that the page gives no number for.
#[must_use]
pub fn range(course: &CourseDetails) -> Option<(u16, Basis)> {
    usual(course.goal, course.pigment, course.depth)
}

/// The same of the findings alone.
#[must_use]
pub fn usual(goal: Goal, pigment: Pigment, depth: Depth) -> Option<(u16, Basis)> {
    if goal != Goal::Remove {
        return None;
    }
    Some(match (pigment, depth) {
        (Pigment::TattooInk, _) => (MOST, Basis::TattooInk),
        (_, Depth::TooDeep) => (MOST, Basis::TooDeep),
        (Pigment::Smp, Depth::Correct | Depth::TooShallow) => (2, Basis::Smp),
        (Pigment::Unknown, _) | (_, Depth::Unknown) => (MOST, Basis::Unknown),
    })
}

/// The estimate of a removal, by its assessment of `assessed` and by what the record shows since.
#[must_use]
pub fn estimated(case: &Case, assessed: NaiveDate, policy: &Policy) -> Option<Estimate> {
    let (max, basis) = range(&case.course)?;
    let done: Vec<_> =
        case.of_course().filter(|visit| visit.happened == Happened::Done && visit.counts).collect();
    let mut graded =
        case.of_course().filter_map(|visit| Some((visit.day, u16::from(visit.clearance?))));
    let left_over = graded.next_back().filter(|(_, percent)| *percent < policy.cleared_percent);
    // Each session done is a session needed, and one more where pigment was left after them.
    let used = u16::try_from(done.len()).unwrap_or(u16::MAX);
    let needed = used.saturating_add(u16::from(left_over.is_some() && used > 0));
    if needed > max && case.course.is_open() {
        let last = done.last().map_or(assessed, |visit| visit.day);
        let date = left_over.map_or(last, |(day, _)| day.max(last));
        return Some(estimate_of(needed, needed, Basis::Record, date, None));
    }
    Some(estimate_of(needed.clamp(1, max), max, basis, assessed, expectation(case, basis)))
}

fn estimate_of(
    min: u16,
    max: u16,
    basis: Basis,
    date: NaiveDate,
    note: Option<String>,
) -> Estimate {
    let text = match (min, max) {
        _ if matches!(basis, Basis::TattooInk | Basis::TooDeep | Basis::Unknown) => {
            format!("up to {max} sessions")
        }
        (1, 1) => "1 session".to_owned(),
        (min, max) if min == max => format!("{max} sessions"),
        (min, max) => format!("{min} to {max} sessions"),
    };
    Estimate { min, max, basis, date, text, note }
}

fn expectation(case: &Case, basis: Basis) -> Option<String> {
    let tested = case.of_course().any(|visit| {
        visit.happened == Happened::Done && visit.treatment == Some(Treatment::TestPatch)
    });
    let text = match basis {
        Basis::Unknown if tested => {
            "The test patch is done: note pigment and depth, and it is estimated anew."
        }
        Basis::Unknown => {
            "Pigment or depth is not known yet; it is estimated anew after the test patch."
        }
        Basis::TattooInk | Basis::TooDeep => {
            "Takes as long, and feels, like removing a tattoo; never a guarantee."
        }
        Basis::Smp | Basis::Record => return None,
    };
    Some(text.to_owned())
}
