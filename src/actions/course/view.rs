//! A course as callers are shown it: what was written, and all that is computed from it
//! and its visits: estimate, progress, phase, next window, and sessions that break a rule.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use super::case;
use super::session_view::{SessionView, session_view};
use crate::actions::work::catalogue_cache::current;
use crate::actions::{App, Error, Result, Work};
use crate::domain::catalogue::service::{Service, Treatment};
use crate::domain::course::case::{Case, Facing};
use crate::domain::course::estimate::Estimate;
use crate::domain::course::kirby_desai::KirbyDesai;
use crate::domain::course::laser::Laser;
use crate::domain::course::progress::{NextWindow, Phase, Progress};
use crate::domain::course::rules::{Ask, consent};
use crate::domain::course::session::Session;
use crate::domain::course::status::ProcedureStatus;
use crate::domain::course::{Course, CourseDetails, Goal, estimate, kirby_desai, progress, rules};
use crate::domain::ids::{CourseId, PatientId, SessionId};
use crate::domain::refusal::Refusal;
use crate::domain::time::civil;
use crate::storage::catalogue::Catalogue;
use crate::storage::course::sessions;
use crate::storage::course::sessions::Listed;
use crate::storage::patient::consents;

/// A course as callers are shown it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CourseView {
    /// Its id.
    pub id: CourseId,
    /// Rises with each change.
    pub version: i64,
    /// Whose it is.
    pub patient_id: PatientId,
    /// What was written about it.
    #[serde(flatten)]
    pub details: CourseDetails,
    /// How many sessions a removal like this usually takes; null for other goals.
    pub estimate: Option<Estimate>,
    /// The reference for tattoo ink; null unless the ink and the skin type are noted.
    pub kirby_desai: Option<KirbyDesai>,
    /// How far it is.
    pub progress: Progress,
    /// Where it is; null once it has ended.
    pub phase: Option<Phase>,
    /// When its next session can be; null while a consultation or a test patch is missing, or none is left.
    pub next_window: Option<NextWindow>,
    /// Its sessions in order of time.
    pub sessions: Vec<SessionView>,
    /// Those of its sessions that its progress counts: no consultation, no test patch. For the pages alone.
    #[serde(skip)]
    pub counted: Vec<SessionId>,
    /// Its sessions to come that break a rule as things stand.
    pub concerns: Vec<Concern>,
    /// When it was opened.
    pub created_at: DateTime<FixedOffset>,
}

/// A session to come that breaks rules.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Concern {
    /// The session.
    pub session_id: SessionId,
    /// The rules.
    pub violations: Vec<Refusal>,
}

/// `course` as it is shown.
pub(in crate::actions) async fn course_view(
    work: &mut Work<'_>,
    course: Course,
) -> Result<CourseView> {
    let (app, zone, policy) = (work.app, work.app.zone, &work.app.policy);
    let case = case::load(&mut work.tx, app, &course, None).await?;
    let listed = sessions::of_course(&mut work.tx, course.id).await?;
    let catalogue = current(&mut work.tx, app).await?;
    let given = consents::active(&mut work.tx, course.patient_id).await?;
    let concerns = concerns(app, &catalogue, &case, &listed)?;
    let assessed = civil::date_of(zone, course.assessed_at.unwrap_or(course.created_at));
    let estimate = estimate::estimated(&case, assessed, policy);
    let progress = progress::counted(&case, estimate.as_ref().map(|estimate| estimate.max));
    let today = civil::date_of(zone, work.now);
    let next = next_service(&case, &listed, &catalogue.services);
    Ok(CourseView {
        id: course.id,
        version: course.version,
        patient_id: course.patient_id,
        kirby_desai: case
            .course
            .ink
            .zip(case.fitzpatrick)
            .map(|(ink, skin)| kirby_desai::score(ink, skin, policy)),
        phase: progress::phase(&case, progress, consent::allows_laser(&given), policy, work.now),
        next_window: next.and_then(|service| {
            progress::next_window(&case, progress, policy, zone, service, today)
        }),
        estimate,
        progress,
        counted: listed.iter().filter(|one| consumes(one)).map(|one| one.session.id).collect(),
        sessions: listed.into_iter().map(|one| session_view(app, one)).collect(),
        concerns,
        details: course.details,
        created_at: civil::shown(zone, course.created_at),
    })
}

/// Whether a session is one of those that the course counts; who came and was not treated has used up none.
fn consumes(one: &Listed) -> bool {
    one.counts && one.session.procedure_status != ProcedureStatus::NotDone
}

/// What would be booked next: what was booked last, or what the goal asks for first.
pub(in crate::actions) fn next_service<'a>(
    case: &Case,
    listed: &[Listed],
    all: &'a [Service],
) -> Option<&'a Service> {
    let last = listed.iter().rfind(|one| one.counts).map(|one| one.session.service_id);
    let wanted = match case.course.goal {
        Goal::Remove => Treatment::Laser,
        Goal::Lighten | Goal::Fade => Treatment::Lightening,
        Goal::Adjust => Treatment::Adjustment,
    };
    let first =
        || all.iter().find(|service| service.details.active && service.treatment() == Some(wanted));
    last.and_then(|id| all.iter().find(|service| service.id == id)).or_else(first)
}

/// The sessions to come that break a rule, each measured against those before it.
fn concerns(
    app: &App,
    catalogue: &Catalogue,
    case: &Case,
    listed: &[Listed],
) -> Result<Vec<Concern>> {
    let mut concerns = Vec::new();
    for one in listed.iter().filter(|one| one.session.status.is_live()) {
        let session = &one.session;
        let violations = against(app, catalogue, case, session)?;
        if !violations.is_empty() {
            concerns.push(Concern { session_id: session.id, violations });
        }
    }
    Ok(concerns)
}

/// What the rules of removal have against a session that is booked, measured against those before it.
pub(in crate::actions) fn against(
    app: &App,
    catalogue: &Catalogue,
    case: &Case,
    session: &Session,
) -> Result<Vec<Refusal>> {
    let service = catalogue.services.iter().find(|service| service.id == session.service_id);
    let service = service.ok_or(Error::NotThere("service"))?;
    let alone = case.without(session.id).facing(Facing::Backward);
    let ask = Ask::at(&alone, &app.policy, app.zone, service, session.starts_at);
    let mut violations = rules::refusals(&ask);
    if let Some(id) = session.place.device_id {
        let device = catalogue
            .devices
            .iter()
            .find(|device| device.id == id)
            .ok_or(Error::NotThere("device"))?;
        violations.extend(rules::refusals_of_laser(&ask, Laser::Device(device)));
    }
    let shop = catalogue.site(session.place.site_id).and_then(|site| site.details.partner_id);
    if let Some(partner) = shop.and_then(|id| catalogue.partner(id)) {
        violations.extend(rules::refusals_of_laser(&ask, Laser::Shop(partner)));
        violations.extend(partner.unfit_for(service, civil::date_of(app.zone, session.starts_at)));
    }
    Ok(violations)
}
