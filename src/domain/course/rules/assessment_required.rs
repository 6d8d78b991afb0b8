//! Rule 11: a plan is not booked before the assessment. It is complete once an
//! assessment visit was held, or once its findings are written: the zones, and what the
//! estimate rests on (F3, F22).

use crate::domain::catalogue::service::Purpose;
use crate::domain::course::case::{Case, Happened};
use crate::domain::course::estimate;
use crate::domain::course::estimate::Basis;
use crate::domain::refusal::{Code, Refusal};

/// Whether the findings that justify goal and estimate are there.
#[must_use]
pub fn is_assessed(case: &Case) -> bool {
    let held = case
        .of_course()
        .any(|visit| visit.purpose == Purpose::Assessment && visit.happened == Happened::Done);
    let known = estimate::range(&case.course).is_none_or(|(_, basis)| basis != Basis::Unknown);
    held || (known && !case.course.zones.is_empty())
}

/// Rule 11 for a plan that is to be booked.
#[must_use]
pub fn assessment_required(case: &Case) -> Option<Refusal> {
    (!is_assessed(case)).then(|| {
        Refusal::new(
            Code::AssessmentRequired,
            "A course is booked once it is assessed: hold the assessment, or write down the zones, the pigment and its depth.",
        )
    })
}
