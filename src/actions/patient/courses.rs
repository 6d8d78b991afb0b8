//! Courses of treatment: opening, reading and changing them. What an answer says of
//! progress is counted from the sessions each time.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::actions::course::case;
use crate::actions::course::lock::lock_course;
use crate::actions::course::view::{CourseView, course_view};
use crate::actions::messages::replan;
use crate::actions::partner::outcomes::withdraw_referral;
use crate::actions::work::error::none_of;
use crate::actions::work::merge_patch::patched;
use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::course::rules::consent::consent_missing;
use crate::domain::course::rules::plan_exceeds_ceiling::written_plan_exceeds_ceiling;
use crate::domain::course::session::CancelReason;
use crate::domain::course::{Course, CourseDetails, CourseStatus};
use crate::domain::ids::{CourseId, PatientId};
use crate::domain::rule_override::Override;
use crate::storage::catalogue::services;
use crate::storage::course::sessions::Listed;
use crate::storage::course::{courses, sessions};
use crate::storage::partner::referrals;
use crate::storage::patient::{consents, patients};

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
    /// A reason to plan for more sessions than usual, by whom that can be decided.
    #[serde(default, rename = "override")]
    pub overriding: Option<Override>,
}

/// Read in two steps, since a flattened part cannot refuse unknown fields.
impl TryFrom<Map<String, Value>> for NewCourse {
    type Error = serde_json::Error;

    fn try_from(mut fields: Map<String, Value>) -> std::result::Result<Self, serde_json::Error> {
        use serde::de::Error as _;
        let patient_id = fields
            .remove("patient_id")
            .ok_or_else(|| serde_json::Error::missing_field("patient_id"))?;
        let overriding = fields.remove("override").unwrap_or_default();
        Ok(Self {
            overriding: serde_json::from_value(overriding)?,
            patient_id: serde_json::from_value(patient_id)?,
            details: serde_json::from_value(Value::Object(fields))?,
        })
    }
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
        assessed_at: None,
    };
    within_ceiling(&mut work, &course, new.overriding.as_ref()).await?;
    courses::insert(&mut work.tx, &course).await?;
    work.audit("course.open", ("course", course.id.0), Some(course.patient_id), None).await?;
    let shown = course_view(&mut work, course).await?;
    work.commit(Answer::Created(shown)).await
}

/// One course.
pub async fn get(app: &App, caller: &Caller, id: CourseId) -> Result<Answer<CourseView>> {
    let mut work = Work::begin(app, caller).await?;
    let course = courses::get(&mut work.tx, id).await.found("course")?;
    work.audit_read("course.read", ("course", id.0), Some(course.patient_id), None).await?;
    let shown = course_view(&mut work, course).await?;
    work.commit(Answer::Is(shown)).await
}

/// A page of courses; all, or those of one patient.
pub async fn list(
    app: &App,
    caller: &Caller,
    patient: Option<PatientId>,
    page: &Page,
) -> Result<Items<CourseView>> {
    let after = page.after(CourseId(uuid::Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    let found = page
        .of(courses::page(&mut work.tx, patient, after, page.rows()?).await?, |course| course.id)?;
    let mut items = Vec::with_capacity(found.items.len());
    for course in found.items {
        work.audit_read("course.read", ("course", course.id.0), Some(course.patient_id), None)
            .await?;
        items.push(course_view(&mut work, course).await?);
    }
    Ok(work.commit(Answer::Is(Items { items, next: found.next })).await?.into_inner())
}

/// Changes a course.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: CourseId,
    expected: &Expected,
    mut patch: Value,
) -> Result<Answer<CourseView>> {
    let overriding = patch.as_object_mut().and_then(|fields| fields.remove("override"));
    let overriding: Option<Override> = overriding
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| Error::invalid("/override", error.to_string()))?;
    let mut work = Work::begin(app, caller).await?;
    let current = lock_course(&mut work, id).await?;
    expected.check(current.version)?;
    let details: CourseDetails = patched::<CourseDetails>(&current.details, &patch)?.tidied();
    let mut listed = sessions::of_course(&mut work.tx, id).await?;
    listed.retain(|one: &Listed| one.session.status.is_live());
    none_of(current.details.faults_of_change(&details, listed.len()))?;
    if current.details.status == CourseStatus::OnHold && details.status == CourseStatus::Active {
        consented_to_resume(&mut work, &current, &listed).await?;
    }
    let current_status = current.details.status;
    let anew = details.is_reassessed(&current.details);
    let more = details.planned_sessions != current.details.planned_sessions;
    let course = Course {
        version: current.version + 1,
        assessed_at: if anew { Some(work.now) } else { current.assessed_at },
        details,
        ..current
    };
    if more {
        within_ceiling(&mut work, &course, overriding.as_ref()).await?;
    }
    if !courses::update(&mut work.tx, &course).await? {
        return Err(Error::Stale);
    }
    if !course.details.is_open() {
        // What was referred and has no date yet ends with the course.
        for referral in referrals::open_of_course(&mut work.tx, id).await? {
            withdraw_referral(&mut work, referral, None, CancelReason::ClinicRequest).await?;
        }
    }
    if current_status != course.details.status {
        // Rule 73: reminders stop on hold, and come back.
        replan::replan_patient(&mut work, course.patient_id).await?;
    }
    work.audit("course.change", ("course", id.0), Some(course.patient_id), None).await?;
    let shown = course_view(&mut work, course).await?;
    work.commit(Answer::Is(shown)).await
}

/// Rule 8 for what is written: more sessions than the ceiling are planned with a reason, by who may.
async fn within_ceiling(
    work: &mut Work<'_>,
    course: &Course,
    overriding: Option<&Override>,
) -> Result<()> {
    let Some(refusal) = written_plan_exceeds_ceiling(&course.details, &work.app.policy) else {
        return Ok(());
    };
    let Some(Override { reason }) = overriding
        .filter(|_| case::pardoned(&work.caller.actor, overriding).contains(&refusal.code))
    else {
        return Err(refusal.into());
    };
    let detail = format!("{}: {reason}", refusal.code);
    work.audit("rule.override", ("course", course.id.0), Some(course.patient_id), Some(detail))
        .await
}

/// Rule 73: a course with laser sessions to come is resumed with the consent that they rest on. What else they
/// would break by now, the answer shows as `concerns`.
async fn consented_to_resume(
    work: &mut Work<'_>,
    course: &Course,
    to_come: &[Listed],
) -> Result<()> {
    let given = consents::active(&mut work.tx, course.patient_id).await?;
    for one in to_come {
        let service = services::get(&mut work.tx, one.session.service_id).await.found("service")?;
        if let Some(refusal) = consent_missing(course.details.goal, &service, &given) {
            return Err(refusal.into());
        }
    }
    Ok(())
}
