//! How far a course is: counted from its sessions each time it is asked, never kept.

use serde::Serialize;
use utoipa::ToSchema;

use super::course::CourseDetails;
use super::estimate::Estimate;
use super::status::{ProcedureStatus, SessionStatus};

/// How far a course is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Sessions treated; one attended but not done uses none (rule 30).
    pub done: usize,
    /// Sessions to come.
    pub booked: usize,
    /// Sessions planned in all; none where neither a plan nor an estimate says.
    pub planned: Option<u16>,
}

/// Counts `sessions` of a course, each with whether its service counts.
#[must_use]
pub fn of(course: &CourseDetails, estimate: Option<Estimate>, sessions: &[(bool, SessionStatus, ProcedureStatus)]) -> Progress {
    let counting = || sessions.iter().filter(|(counts, _, _)| *counts);
    Progress {
        done: counting()
            .filter(|(_, status, procedure)| {
                *status == SessionStatus::Fulfilled && matches!(procedure, ProcedureStatus::Completed | ProcedureStatus::Stopped)
            })
            .count(),
        booked: counting().filter(|(_, status, _)| status.is_live()).count(),
        planned: course.planned_sessions.map(u16::from).or(estimate.map(|estimate| estimate.max)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_treatments_that_happened_are_done_and_only_those_to_come_are_booked() {
        use ProcedureStatus as P;
        use SessionStatus as S;
        let course: CourseDetails = serde_json::from_str(r#"{"goal": "remove", "pigment": "tattoo_ink"}"#).unwrap();
        let sessions = [
            (false, S::Fulfilled, P::Completed),
            (true, S::Fulfilled, P::Completed),
            (true, S::Fulfilled, P::Stopped),
            (true, S::Fulfilled, P::NotDone),
            (true, S::Noshow, P::Preparation),
            (true, S::Cancelled, P::Preparation),
            (true, S::Booked, P::Preparation),
            (true, S::Arrived, P::Preparation),
            (false, S::Booked, P::Preparation),
        ];
        let progress = of(&course, super::super::estimate::of(&course), &sessions);
        assert_eq!(
            progress,
            Progress {
                done: 2,
                booked: 2,
                planned: Some(10)
            }
        );
    }
}
