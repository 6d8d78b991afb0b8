//! How many sessions a removal usually takes: a range with its basis, from the
//! clinic's own page (F1, F2, F4). A planning aid, never a promise.

use serde::Serialize;
use utoipa::ToSchema;

use super::codes::codes;
use super::course::{CourseDetails, Depth, Goal, Pigment};

codes! {
    /// What the range rests on.
    Basis in "snake_case" { Smp, TattooInk, TooDeep, Unknown }
}

/// A range of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Estimate {
    /// Fewest.
    pub min: u16,
    /// Most.
    pub max: u16,
    /// What it rests on.
    pub basis: Basis,
}

/// The estimate for a removal (rules 5–7); none for other goals, which the page gives no number for.
#[must_use]
pub fn of(course: &CourseDetails) -> Option<Estimate> {
    if course.goal != Goal::Remove {
        return None;
    }
    let (max, basis) = match (course.pigment, course.depth) {
        (Pigment::TattooInk, _) => (10, Basis::TattooInk),
        (_, Depth::TooDeep) => (10, Basis::TooDeep),
        (Pigment::Smp, Depth::Correct | Depth::TooShallow) => (2, Basis::Smp),
        (Pigment::Unknown, _) | (_, Depth::Unknown) => (10, Basis::Unknown),
    };
    Some(Estimate { min: 1, max, basis })
}
