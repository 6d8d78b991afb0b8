//! Courses of treatment: opening, reading and changing them. What an answer says of
//! progress is counted from the sessions each time.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::catalogue::patched;
use super::error::none_of;
use super::page::{Items, Page};
use super::session_view::{SessionView, view as session_view};
use super::{Answer, App, Caller, Error, Expected, Result, Work};
use crate::domain::course::{Course, CourseDetails};
use crate::domain::estimate::{self, Estimate};
use crate::domain::ids::{CourseId, PatientId};
use crate::domain::progress::{self, Progress};
use crate::domain::{civil, course};
use crate::storage::sessions::Listed;
use crate::storage::{courses, patients, resources, sessions};

/// A course to be opened.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(try_from = "Map<String, Value>")]
#[schema(example = json!({"patient_id": "01890000-0000-7000-8000-000000000001", "goal": "remove", "zones": ["frontal_hairline"],
    "pigment": "smp", "depth": "correct", "delivery": "onsite"}))]
pub struct NewCourse {
    /// Whose it is.
    pub patient_id: PatientId,
    /// What is written about it.
    #[serde(flatten)]
    pub details: CourseDetails,
}

/// Read in two steps, since a flattened part cannot refuse fields that nobody knows.
impl TryFrom<Map<String, Value>> for NewCourse {
    type Error = serde_json::Error;

    fn try_from(mut fields: Map<String, Value>) -> std::result::Result<Self, serde_json::Error> {
        use serde::de::Error as _;
        let patient_id = fields
            .remove("patient_id")
            .ok_or_else(|| serde_json::Error::missing_field("patient_id"))?;
        Ok(Self {
            patient_id: serde_json::from_value(patient_id)?,
            details: serde_json::from_value(Value::Object(fields))?,
        })
    }
}

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
    /// How far it is.
    pub progress: Progress,
    /// Its sessions in order of time.
    pub sessions: Vec<SessionView>,
    /// When it was opened.
    pub created_at: DateTime<FixedOffset>,
}

async fn view(work: &mut Work<'_>, course: Course) -> Result<CourseView> {
    let app = work.app;
    let listed = sessions::of_course(&mut work.tx, course.id).await?;
    let Course {
        id,
        version,
        patient_id,
        details,
        created_at,
    } = course;
    let estimate = estimate::of(&details);
    let counted: Vec<_> = listed
        .iter()
        .map(|one| (one.counts, one.session.status, one.session.procedure_status))
        .collect();
    let progress = progress::of(&details, estimate, &counted);
    let sessions = listed.into_iter().map(|one| session_view(app, one)).collect();
    Ok(CourseView {
        id,
        version,
        patient_id,
        details,
        estimate,
        progress,
        sessions,
        created_at: civil::shown(app.zone, created_at),
    })
}

/// Opens a course.
pub async fn open(app: &App, caller: &Caller, new: NewCourse) -> Result<Answer<CourseView>> {
    let details = new.details.tidied();
    none_of(details.faults_at_opening())?;
    let mut work = Work::begin(app, caller).await?;
    if !patients::exists(&mut work.tx, new.patient_id).await? {
        return Err(Error::NotThere("patient"));
    }
    let course = Course {
        id: app.clock.id(),
        version: 1,
        patient_id: new.patient_id,
        details,
        created_at: work.now,
    };
    courses::insert(&mut work.tx, &course).await?;
    work.audit("course.open", ("course", course.id.0), Some(course.patient_id), None)
        .await?;
    let shown = view(&mut work, course).await?;
    work.commit(Answer::Created(shown)).await
}

/// One course.
pub async fn get(app: &App, caller: &Caller, id: CourseId) -> Result<Answer<CourseView>> {
    let mut work = Work::begin(app, caller).await?;
    let course = courses::get(&mut work.tx, id).await?.ok_or(Error::NotThere("course"))?;
    work.audit("course.read", ("course", id.0), Some(course.patient_id), None).await?;
    let shown = view(&mut work, course).await?;
    work.commit(Answer::Is(shown)).await
}

/// A page of courses; all, or those of one patient.
pub async fn list(app: &App, caller: &Caller, patient: Option<PatientId>, page: &Page) -> Result<Items<CourseView>> {
    let after = page.after(CourseId(uuid::Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    let found = page.of(courses::page(&mut work.tx, patient, after, page.rows()?).await?, |course| course.id)?;
    let mut items = Vec::with_capacity(found.items.len());
    for course in found.items {
        work.audit("course.read", ("course", course.id.0), Some(course.patient_id), None)
            .await?;
        items.push(view(&mut work, course).await?);
    }
    Ok(work.commit(Answer::Is(Items { items, next: found.next })).await?.into_inner())
}

/// Changes a course.
pub async fn change(app: &App, caller: &Caller, id: CourseId, expected: &Expected, patch: Value) -> Result<Answer<CourseView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = locked(&mut work, id).await?;
    expected.check(current.version)?;
    let details: CourseDetails = patched::<CourseDetails>(&current.details, patch)?.tidied();
    let live = sessions::of_course(&mut work.tx, id)
        .await?
        .iter()
        .filter(|one: &&Listed| one.session.status.is_live())
        .count();
    none_of(current.details.faults_of_change(&details, live))?;
    let course = Course {
        version: current.version + 1,
        details,
        ..current
    };
    if !courses::update(&mut work.tx, &course).await? {
        return Err(Error::Stale);
    }
    work.audit("course.change", ("course", id.0), Some(course.patient_id), None).await?;
    let shown = view(&mut work, course).await?;
    work.commit(Answer::Is(shown)).await
}

/// The course, read after its patient was locked: bookings and changes of one course wait for each other.
pub(super) async fn locked(work: &mut Work<'_>, id: CourseId) -> Result<course::Course> {
    let seen = courses::get(&mut work.tx, id).await?.ok_or(Error::NotThere("course"))?;
    resources::lock(&mut work.tx, [seen.patient_id.into()]).await?;
    courses::get(&mut work.tx, id).await?.ok_or(Error::NotThere("course"))
}
