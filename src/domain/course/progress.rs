//! How far a course is: progress, phase and the next window, computed from its visits
//! each time they are asked for, never kept.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Goal;
use super::case::{Case, Happened, Visit};
use super::rules::interval::{first_clear_day, suggested_day};
use super::rules::{Ask, assessment_required, test_patch};
use crate::domain::catalogue::service::{Service, Treatment};
use crate::domain::clinic::policy::Policy;
use crate::domain::codes::codes;

/// How far a course is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Sessions treated; one attended but not done uses none (rule 30).
    pub done: usize,
    /// Sessions to come.
    pub booked: usize,
    /// Sessions planned in all; none where neither a plan nor an estimate says.
    pub planned: Option<u16>,
    /// Sessions still to book; none where nothing says how many are planned.
    pub left: Option<usize>,
}

/// Counts the sessions of `case` against its plan, or against `most` of its estimate.
#[must_use]
pub fn counted(case: &Case, most: Option<u16>) -> Progress {
    let count = |happened| {
        case.of_course().filter(|visit| visit.counts && visit.happened == happened).count()
    };
    let (done, booked) = (count(Happened::Done), count(Happened::ToCome));
    let planned = case.course.planned_sessions.map(u16::from).or(most);
    Progress {
        done,
        booked,
        planned,
        left: planned.map(|planned| usize::from(planned).saturating_sub(done + booked)),
    }
}

codes! {
    /// Where a course is (`docs/domain.md` 4); derived, never stored.
    Phase in "kebab-case" {
        AwaitingConsultation,
        Assessing,
        Quoted,
        CoolingOff,
        Consented,
        TestPatch,
        Treating,
        InReview,
    }
}

/// The phase of an open course at `now`; nothing once it has ended. `consented` to the laser, where one is planned.
#[must_use]
pub fn phase(
    case: &Case,
    progress: Progress,
    consented: bool,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Option<Phase> {
    if !case.course.is_open() {
        return None;
    }
    let any = |wanted: fn(&Visit) -> bool| case.of_course().any(wanted);
    let counted = any(|visit| visit.counts && visit.happened == Happened::Done);
    let to_come = any(|visit| visit.counts && visit.happened == Happened::ToCome);
    let tested = any(|visit| visit.treats() == Some(Treatment::TestPatch));
    let Some(consulted_at) = case.consulted_at().or(counted.then_some(DateTime::UNIX_EPOCH)) else {
        return Some(Phase::AwaitingConsultation);
    };
    let lasers = case.course.goal != Goal::Adjust;
    let cooled = consulted_at + chrono::Duration::hours(policy.cooling_off_hours.into()) <= now;
    Some(match () {
        () if counted && !to_come && progress.left == Some(0) => Phase::InReview,
        () if counted || to_come => Phase::Treating,
        () if !assessment_required::is_assessed(case) => Phase::Assessing,
        () if lasers && tested => Phase::TestPatch,
        () if lasers && !cooled => Phase::CoolingOff,
        () if lasers && consented => Phase::Consented,
        () => Phase::Quoted,
    })
}

/// When the next session of a course can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextWindow {
    /// The first day that every wait allows.
    pub from: NaiveDate,
    /// The day that is suggested.
    pub suggested: NaiveDate,
}

/// The window of the session after all that are done or booked, from `today` on; nothing while a consultation or a
/// test patch is missing, or once no session is left. `service` is what would be booked.
#[must_use]
pub fn next_window(
    case: &Case,
    progress: Progress,
    policy: &Policy,
    zone: crate::domain::time::time_zone::Tz,
    service: &Service,
    today: NaiveDate,
) -> Option<NextWindow> {
    if progress.left == Some(0) || case.course.closed_to_booking().is_some() {
        return None;
    }
    let treatment = service.treatment()?;
    let last = case
        .visits
        .iter()
        .rfind(|visit| visit.treats().is_some_and(|treated| treated != Treatment::TestPatch));
    let after = last.map_or(today, |visit| visit.day.max(today));
    let mut from = first_clear_day(&Ask::on(case, policy, zone, service, after), treatment, today);
    if treatment == Treatment::Laser {
        case.consulted_at().filter(|_| case.course.goal != Goal::Adjust)?;
        let patch =
            case.visits.iter().rfind(|visit| visit.treats() == Some(Treatment::TestPatch))?;
        from = from.max(patch.day + test_patch::wait(case, policy));
    }
    // Between sessions that are booked is no window: it lies behind the last.
    let from = last.map_or(from, |visit| {
        let behind = Ask::on(case, policy, zone, service, visit.day);
        from.max(first_clear_day(&behind, treatment, visit.day))
    });
    let suggested = suggested_day(&Ask::on(case, policy, zone, service, from.max(after)));
    Some(NextWindow { from, suggested: suggested.map_or(from, |day| day.max(from)) })
}
