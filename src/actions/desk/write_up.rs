//! What the practitioner who treated needs in front of them to write a session up: whose it is, what the
//! treatment has, what the laser can be set to, and what was set the last time. Writing it down is
//! `attend::complete`, and `correct` where it is written down already.

use crate::actions::course::session_view::SessionView;
use crate::actions::course::sessions;
use crate::actions::course::view::CourseView;
use crate::actions::patient::{courses, patients};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Caller, Error, Result, Work};
use crate::domain::catalogue::measure::Wavelength;
use crate::domain::catalogue::service::Treatment;
use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{DeviceId, SessionId, SiteId};
use crate::storage::catalogue::Catalogue;

/// A session to be written up, or one that is.
#[derive(Debug, Clone)]
pub struct WriteUp {
    /// The session, with its record if there is one.
    pub session: SessionView,
    /// Whose it is.
    pub patient: String,
    /// The service, as people call it.
    pub service: String,
    /// What it does to the pigment; nothing for a consultation.
    pub treatment: Option<Treatment>,
    /// What the laser has; nothing where it is another method.
    pub wavelengths: Vec<Wavelength>,
    /// The record of the session before it in the course that has settings.
    pub before: Option<TreatmentRecord>,
}

impl WriteUp {
    /// Whether it can be written up now.
    #[must_use]
    pub fn can_be_written(&self) -> bool {
        self.session.status == SessionStatus::CheckedIn
    }

    /// Whether it is written up, and can be corrected.
    #[must_use]
    pub fn can_be_corrected(&self) -> bool {
        self.session.status == SessionStatus::Fulfilled
    }
}

/// Opens a session for writing.
pub async fn write_up(app: &App, caller: &Caller, id: SessionId) -> Result<WriteUp> {
    let session = sessions::get(app, caller, id).await?.into_inner();
    let patient = patients::get(app, caller, session.patient_id).await?.into_inner();
    let course = courses::get(app, caller, session.course_id).await?.into_inner();
    let mut work = Work::look(app, caller).await?;
    let catalogue = current(&mut work.tx, app).await?;
    work.abandon().await?;
    let service = catalogue
        .services
        .iter()
        .find(|service| service.details.code == session.service)
        .ok_or(Error::NotThere("service"))?;
    Ok(WriteUp {
        patient: patient.details.full_name(),
        service: service.details.name.to_string(),
        treatment: service.treatment(),
        wavelengths: wavelengths(&catalogue, session.device_id, session.site_id),
        before: before(&course, &session),
        session,
    })
}

/// What the laser can be set to: the clinic's device, or what the shop says that it has.
fn wavelengths(catalogue: &Catalogue, device: Option<DeviceId>, site: SiteId) -> Vec<Wavelength> {
    if let Some(device) = catalogue.devices.iter().find(|one| Some(one.id) == device) {
        let modes = device.details.modes.iter();
        return modes.filter_map(|mode| mode.wavelength_nm.try_into().ok()).collect();
    }
    let shop = catalogue.site(site).and_then(|site| site.details.partner_id);
    let partner = shop.and_then(|id| catalogue.partner(id));
    partner.and_then(|partner| partner.details.wavelengths_nm.clone()).unwrap_or_default()
}

fn before(course: &CourseView, session: &SessionView) -> Option<TreatmentRecord> {
    let earlier = course.sessions.iter().rev().filter(|one| one.start < session.start);
    let mut written = earlier
        .filter_map(|one| one.record.as_ref().filter(|record| !record.parameter_sets.is_empty()));
    written.next().cloned()
}
