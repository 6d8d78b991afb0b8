//! A course that is read once its patient is locked, so that bookings and changes of one course wait
//! for each other.

use crate::actions::{Found, Result, Work};
use crate::domain::course;
use crate::domain::ids::CourseId;
use crate::storage::booking::resources;
use crate::storage::course::courses;

/// The course, read after its patient was locked: bookings and changes of one course wait for each other.
pub(in crate::actions) async fn lock_course(
    work: &mut Work<'_>,
    id: CourseId,
) -> Result<course::Course> {
    let seen = courses::get(&mut work.tx, id).await.found("course")?;
    resources::lock(&mut work.tx, [seen.patient_id.into()]).await?;
    courses::get(&mut work.tx, id).await.found("course")
}
