//! What the clinic's figures are counted from: visits, courses that wait, courses that ended.

use crate::domain::catalogue::device::RentalWindow;
use crate::domain::course::Course;
use crate::domain::manage::figures::{Ended, Seen};
use crate::domain::time::interval::Interval;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// The visits that start within `range` and were not cancelled.
pub async fn seen(tx: &mut Tx, range: Interval) -> Result<Vec<Seen>> {
    tx.query(stmt!(
        "SELECT starts_at, ends_at, status, room_id, device_id FROM sessions
         WHERE starts_at >= $1 AND starts_at < $2 AND status NOT IN ('cancelled', 'entered-in-error', 'proposed', 'waitlist')
         ORDER BY starts_at, id"
    ))
    .bind_all((range.start(), range.end()))
    .all()
    .await
}

/// The open courses in which something was done and nothing is to come.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<Course>> {
    tx.query(stmt!(
        "SELECT c.* FROM courses c WHERE c.status IN ('draft', 'active')
           AND EXISTS (SELECT 1 FROM sessions s WHERE s.course_id = c.id AND s.status = 'fulfilled')
           AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.course_id = c.id
             AND s.status IN ('proposed', 'pending', 'booked', 'arrived', 'checked-in', 'waitlist'))
         ORDER BY c.id"
    ))
    .all()
    .await
}

/// The completed courses whose last treatment lies within `range`.
pub async fn ended(tx: &mut Tx, range: Interval) -> Result<Vec<Ended>> {
    tx.query(stmt!(
        "SELECT c.goal, MIN(s.starts_at) AS first_at, MAX(s.starts_at) AS last_at, CAST(COUNT(*) AS BIGINT) AS sessions
         FROM courses c JOIN sessions s ON s.course_id = c.id JOIN services v ON v.id = s.service_id
         WHERE c.status = 'completed' AND s.status = 'fulfilled' AND s.procedure_status <> 'not-done' AND v.counts
         GROUP BY c.id, c.goal HAVING MAX(s.starts_at) >= $1 AND MAX(s.starts_at) < $2 ORDER BY c.id"
    ))
    .bind_all((range.start(), range.end()))
    .all()
    .await
}

/// The rental windows of all devices that reach into `range`.
pub async fn windows(tx: &mut Tx, range: Interval) -> Result<Vec<RentalWindow>> {
    tx.query(stmt!(
        "SELECT * FROM rental_windows WHERE starts_at < $2 AND ends_at > $1 ORDER BY starts_at, id"
    ))
    .bind_all((range.start(), range.end()))
    .all()
    .await
}
