//! Rules 14 and 16: no laser without the patient's consent, and none once it is
//! withdrawn. What a consent is stands in `patient::consent`.

use crate::domain::catalogue::service::{Service, Treatment};
use crate::domain::course::Goal;
use crate::domain::course::status::SessionStatus;
use crate::domain::patient::consent::{Consent, ConsentKind, ConsentStatus};
use crate::domain::refusal::{Code, Refusal};

/// Whether the patient agreed to the laser, its risks and its limits known (F9, F11).
#[must_use]
pub fn allows_laser(consents: &[Consent]) -> bool {
    consents.iter().any(|consent| {
        consent.details.kind == ConsentKind::LaserTreatment
            && consent.status == ConsentStatus::Active
    })
}

/// Rule 14, asked when the patient is checked in.
#[must_use]
pub fn consent_missing(goal: Goal, service: &Service, consents: &[Consent]) -> Option<Refusal> {
    let lasered = goal != Goal::Adjust && service.treatment().is_some_and(Treatment::is_exposure);
    (lasered && !allows_laser(consents)).then(|| {
        Refusal::new(
            Code::ConsentMissing,
            "The patient has not consented to the laser: burns, scars, incomplete removal and the alternatives are explained and agreed to first.",
        )
    })
}

/// Rule 16: whether a session falls with the consent that was withdrawn.
#[must_use]
pub fn falls_with(withdrawn: ConsentKind, service: &Service, status: SessionStatus) -> bool {
    withdrawn == ConsentKind::LaserTreatment && service.is_laser() && !status.is_terminal()
}
