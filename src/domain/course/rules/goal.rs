//! Rules 1 to 4: what can be done toward which goal. Only a laser removes (F6); saline
//! and chemicals lighten (F7); an adjustment needs no laser (F8). The system never
//! chooses goal or method, it only refuses (F22).

use super::Ask;
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::Goal;
use crate::domain::refusal::{Code, Refusal};

/// Rule 1: removal without any laser session.
#[must_use]
pub fn remove_requires_laser(ask: &Ask) -> Option<Refusal> {
    without_laser(ask)?;
    Some(Refusal::new(
        Code::RemoveRequiresLaser,
        "Only a laser removes the pigment, and no laser session is planned in this course.",
    ))
}

/// Rule 2: removal by saline or chemicals alone; says what they can do instead.
#[must_use]
pub fn method_only_lightens(ask: &Ask) -> Option<Refusal> {
    (without_laser(ask)? == Treatment::Lightening).then(|| {
        Refusal::new(
            Code::MethodOnlyLightens,
            format!(
                "{} only lightens and fades; it does not remove. Change the goal to lighten, or plan laser sessions.",
                ask.name()
            ),
        )
    })
}

/// Rule 3: a laser for an adjustment.
#[must_use]
pub fn adjust_needs_no_laser(ask: &Ask) -> Option<Refusal> {
    let lasered = ask.treatment().is_some_and(Treatment::is_exposure);
    (ask.case.course.goal == Goal::Adjust && lasered).then(|| {
        Refusal::new(
            Code::AdjustNeedsNoLaser,
            "An adjustment needs no laser. If pigment is to go after all, the practitioner changes the goal of the course.",
        )
    })
}

/// Rule 4: nothing that belongs to a laser is demanded of an adjustment.
#[must_use]
pub fn asks_for_laser_gates(ask: &Ask) -> bool {
    ask.case.course.goal != Goal::Adjust && ask.treatment().is_some_and(Treatment::is_exposure)
}

/// The treatment, where it is for removal, no laser itself, and the course has no laser session either.
fn without_laser(ask: &Ask) -> Option<Treatment> {
    let treatment = ask.treatment()?;
    let lasered = treatment.is_exposure() || ask.case.laser_sessions() > 0;
    (ask.case.course.goal == Goal::Remove && !lasered).then_some(treatment)
}
