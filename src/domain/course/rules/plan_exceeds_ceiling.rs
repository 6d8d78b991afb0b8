//! Rule 8: a course is planned for so many laser sessions and no more; ten, as the
//! clinic's page says, unless a practitioner had a reason to plan for more.

use super::Ask;
use crate::domain::catalogue::service::Treatment;
use crate::domain::clinic::policy::Policy;
use crate::domain::course::case::Facing;
use crate::domain::course::{CourseDetails, Goal};
use crate::domain::refusal::{Code, Refusal};

/// One laser session more than the course is planned for. A session that is booked already adds none, however it is moved.
#[must_use]
pub fn plan_exceeds_ceiling(ask: &Ask) -> Option<Refusal> {
    let adds = ask.case.facing == Facing::BothWays;
    (adds && ask.treatment()? == Treatment::Laser && ask.service.details.counts)
        .then(|| exceeded(ask, ask.case.laser_sessions() + 1))
        .flatten()
}

/// A course of `sessions` laser sessions in all.
#[must_use]
pub fn exceeded(ask: &Ask, sessions: usize) -> Option<Refusal> {
    let planned = ask.case.course.planned_sessions.map_or(0, u16::from);
    let most = ask.policy.plan_ceiling.max(planned);
    (sessions > most.into()).then(|| refusal(sessions, most))
}

/// What is written about a course plans for more than the ceiling.
#[must_use]
pub fn written_plan_exceeds_ceiling(course: &CourseDetails, policy: &Policy) -> Option<Refusal> {
    let planned = course.planned_sessions.map(u16::from)?;
    (course.goal == Goal::Remove && planned > policy.plan_ceiling)
        .then(|| refusal(planned.into(), policy.plan_ceiling))
}

fn refusal(sessions: usize, most: u16) -> Refusal {
    Refusal::new(
        Code::PlanExceedsCeiling,
        format!("That would be {sessions} laser sessions; a course is planned for at most {most}."),
    )
}
