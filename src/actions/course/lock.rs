//! A course that is read once its patient is locked, so that bookings and changes of one course wait
//! for each other.

use crate::actions::{Found, Result, Work};
use crate::domain::course;
use crate::domain::ids::{CourseId, PatientId};
use crate::storage::booking::resources;
use crate::storage::course::courses;
use crate::storage::patient::patients;

/// Locks a patient, and with them the records that look like the same person: whether those are booked is asked too.
pub(in crate::actions) async fn lock_patient(work: &mut Work<'_>, id: PatientId) -> Result<()> {
    if work.tx.locks_everything() {
        return Ok(());
    }
    let look_alikes = patients::look_alikes(&mut work.tx, id).await?;
    let all = look_alikes.into_iter().chain([id]).map(Into::into);
    Ok(resources::lock(&mut work.tx, all).await?)
}

/// The course, read after its patient was locked: bookings and changes of one course wait for each other.
pub(in crate::actions) async fn lock_course(
    work: &mut Work<'_>,
    id: CourseId,
) -> Result<course::Course> {
    let seen = courses::get(&mut work.tx, id).await.found("course")?;
    lock_patient(work, seen.patient_id).await?;
    courses::get(&mut work.tx, id).await.found("course")
}
