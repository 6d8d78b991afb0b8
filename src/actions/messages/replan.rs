//! Planning again what is sent of the sessions that a change touches.

use super::ahead::replan;
use super::notices::Of;
use super::{facts, notices};
use crate::actions::{Error, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::ids::{PatientId, PractitionerId, ServiceId, SiteId};
use crate::storage::booking::resources;
use crate::storage::catalogue;
use crate::storage::catalogue::Catalogue;
use crate::storage::course::sessions;
use crate::storage::patient::patients;
use std::collections::{BTreeMap, BTreeSet};

/// Whose plans a change of the catalogue touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Visits of a service.
    Service(ServiceId),
    /// Visits with a practitioner.
    Practitioner(PractitionerId),
    /// Visits at a site.
    Site(SiteId),
}

/// The visits to come whose plans are touched, their patients locked.
pub(in crate::actions) async fn lock_touched(
    work: &mut Work<'_>,
    whose: Whose,
) -> Result<Vec<Session>> {
    let touched = |session: &Session| match whose {
        Whose::Service(id) => session.service_id == id,
        Whose::Practitioner(id) => session.place.practitioner_id == id,
        Whose::Site(id) => session.place.site_id == id,
    };
    let mut before = sessions::live_from(&mut work.tx, work.now).await?;
    before.retain(touched);
    let patients: BTreeSet<_> = before.iter().map(|session| session.patient_id.into()).collect();
    resources::lock(&mut work.tx, patients).await?;
    let mut locked = sessions::live_from(&mut work.tx, work.now).await?;
    let known: BTreeSet<PatientId> = before.iter().map(|session| session.patient_id).collect();
    locked.retain(|session| touched(session) && known.contains(&session.patient_id));
    Ok(locked)
}

/// Plans again what is sent of `sessions`, by the catalogue as this very transaction has it.
pub(in crate::actions) async fn replan_all(
    work: &mut Work<'_>,
    sessions: &[Session],
) -> Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    let catalogue: Catalogue = catalogue::read(&mut work.tx).await?;
    let mut known = BTreeMap::new();
    for id in sessions.iter().map(|session| session.patient_id).collect::<BTreeSet<_>>() {
        let patient = patients::get(&mut work.tx, id).await?;
        known.insert(id, patient.ok_or(Error::NotThere("patient"))?);
    }
    for session in sessions {
        let Some(patient) = known.get(&session.patient_id) else {
            continue;
        };
        let facts = facts::load(&mut work.tx, work.app, &catalogue, session, patient).await?;
        let mut rows = notices::rows(&mut work.tx, session).await?;
        // A shop that is another one has to hear of it.
        notices::tell_shop(work, &facts, &mut rows).await?;
        replan(work, &facts, &rows).await?;
    }
    Ok(())
}

/// Plans what is sent of all visits to come: for those that were written past the actions, as the demo's are.
pub async fn plan_all(work: &mut Work<'_>) -> Result<()> {
    for session in sessions::live_from(&mut work.tx, work.now).await? {
        let Some(patient) = patients::get(&mut work.tx, session.patient_id).await? else {
            continue;
        };
        notices::queue_for(work, &session, &patient, Of::Plans).await?;
    }
    Ok(())
}

/// Plans again all that is to come for a patient whose wishes or permissions changed.
pub(in crate::actions) async fn replan_patient(
    work: &mut Work<'_>,
    patient: PatientId,
) -> Result<()> {
    let Some(patient) = patients::get(&mut work.tx, patient).await? else {
        return Ok(());
    };
    for session in sessions::not_over(&mut work.tx, patient.id, work.now).await? {
        notices::queue_for(work, &session, &patient, Of::Plans).await?;
    }
    Ok(())
}
