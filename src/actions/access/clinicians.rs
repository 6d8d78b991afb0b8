//! As what a user speaks where the rules ask for a physician, or for somebody who may assess: what
//! their practitioner is by training decides, and the record says so.

use crate::actions::{Error, Result, Work};
use crate::domain::catalogue::practitioner::Qualification;
use crate::domain::codes::codes;
use crate::domain::role::Role;
use crate::storage::access::users;

codes! {
    /// As what somebody spoke.
    SpokenAs in "snake_case" {
        /// A physician.
        Physician,
        /// Somebody else who treats: they may assess.
        Practitioner,
        /// A practitioner, where a physician is asked for and the clinic has none who signs in.
        PractitionerForPhysician,
        /// A manager, likewise.
        ManagerForPhysician,
        /// A manager, who enters what a practitioner says.
        Manager,
    }
}

/// As what the caller speaks where a physician is asked for: a physician does. While none of the clinic's can sign in, a
/// practitioner who may assess speaks for one, or a manager. [`Error::NotAllowed`] for all others.
pub(in crate::actions) async fn as_physician(work: &mut Work<'_>) -> Result<SpokenAs> {
    let spoken = match as_assessor(work).await? {
        SpokenAs::Physician => return Ok(SpokenAs::Physician),
        SpokenAs::Manager => SpokenAs::ManagerForPhysician,
        _ => SpokenAs::PractitionerForPhysician,
    };
    if users::any_physician(&mut work.tx).await? {
        return Err(Error::NotAllowed);
    }
    Ok(spoken)
}

/// As what the caller speaks where somebody is asked for who may assess (rules 11 and 12): not an SMP technician, nor the front
/// desk. [`Error::NotAllowed`] for all others.
pub(in crate::actions) async fn as_assessor(work: &mut Work<'_>) -> Result<SpokenAs> {
    let (user, role) = (work.caller.actor.user(), work.caller.actor.role);
    let qualification = match user {
        Some(user) => users::qualification(&mut work.tx, user).await?,
        None => None,
    };
    match (qualification, role) {
        (Some(Qualification::Physician), Role::Practitioner | Role::Manager) => {
            Ok(SpokenAs::Physician)
        }
        (Some(Qualification::SmpTechnician), Role::Practitioner) => Err(Error::NotAllowed),
        (_, Role::Practitioner) => Ok(SpokenAs::Practitioner),
        (_, Role::Manager) => Ok(SpokenAs::Manager),
        _ => Err(Error::NotAllowed),
    }
}
