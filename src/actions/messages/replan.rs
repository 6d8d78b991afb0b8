//! Planning again what is sent of the sessions that a change touches.

use super::notices::Of;
use super::{catch_up, notices};
use crate::actions::{Error, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::ids::{PatientId, PractitionerId, ServiceId, SiteId};
use crate::storage::booking::resources;
use crate::storage::catalogue;
use crate::storage::catalogue::{Catalogue, sites};
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
    /// The same, whose patients are to hear of its address.
    ComingTo(SiteId),
}

/// What a change of the catalogue touches.
#[derive(Debug, Default)]
pub(in crate::actions) struct Touched {
    sessions: Vec<Session>,
    /// The address that those who come know, where that is what changes.
    old_place: Option<String>,
}

/// The visits to come whose plans are touched, their patients locked; before the change is written.
pub(in crate::actions) async fn lock_touched(work: &mut Work<'_>, whose: Whose) -> Result<Touched> {
    let touched = |session: &Session| match whose {
        Whose::Service(id) => session.service_id == id,
        Whose::Practitioner(id) => session.place.practitioner_id == id,
        Whose::Site(id) | Whose::ComingTo(id) => session.place.site_id == id,
    };
    let mut before = sessions::live_from(&mut work.tx, work.now).await?;
    before.retain(touched);
    let patients: BTreeSet<_> = before.iter().map(|session| session.patient_id.into()).collect();
    resources::lock(&mut work.tx, patients).await?;
    let mut locked = sessions::live_from(&mut work.tx, work.now).await?;
    let known: BTreeSet<PatientId> = before.iter().map(|session| session.patient_id).collect();
    locked.retain(|session| touched(session) && known.contains(&session.patient_id));
    let old_place = match whose {
        Whose::ComingTo(site) => sites::get(&mut work.tx, site).await?,
        Whose::Service(_) | Whose::Practitioner(_) | Whose::Site(_) => None,
    };
    let old_place = old_place.map(|site| site.details.address.to_string());
    Ok(Touched { sessions: locked, old_place })
}

/// Plans again what is sent of what was touched, by the catalogue as this very transaction has it.
pub(in crate::actions) async fn replan_all(work: &mut Work<'_>, touched: &Touched) -> Result<()> {
    let sessions = &touched.sessions;
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
        // A place that has another address, or a shop that is another one, is told to all who know of the visit.
        let of = touched.old_place.as_deref().map_or(Of::Visit(None), Of::Place);
        catch_up::bring_up(work, &catalogue, session.clone(), patient, of).await?;
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
