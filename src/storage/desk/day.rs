//! What the desk sees of a stretch of days in one look: the sessions, with whose they are.

use crate::domain::course::{Depth, Goal, Pigment};
use crate::domain::patient::name::{FamilyName, GivenName};
use crate::domain::patient::{Extension, Phone};
use crate::domain::time::interval::Interval;
use crate::storage::course::sessions::Listed;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// A session as the desk's day shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OnDay {
    /// The session.
    #[sqlx(flatten)]
    pub listed: Listed,
    /// Whose it is.
    pub given_name: GivenName,
    /// Whose it is.
    pub family_name: FamilyName,
    /// How to reach them.
    pub phone: Phone,
    /// The extension behind that number.
    pub phone_extension: Option<Extension>,
    /// What they want.
    pub goal: Goal,
    /// What was put into the scalp.
    pub pigment: Pigment,
    /// How deep it sits.
    pub depth: Depth,
    /// How many sessions are planned, where that is written.
    pub planned_sessions: Option<i64>,
    /// Whether they have consented to the laser.
    pub consented: bool,
    /// How many of the course's sessions that count have taken place or will by then, this one included.
    pub counted: i64,
}

/// The most sessions that one look shows.
pub const MOST: i64 = 2000;

/// The sessions that start within `days`, those that were cancelled included, in order of start.
pub async fn sessions(tx: &mut Tx, days: Interval) -> Result<Vec<OnDay>> {
    tx.query(stmt!(
        "SELECT s.*, v.code AS service_code, v.counts,
            1 + (SELECT COUNT(*) FROM sessions o
                 WHERE o.course_id = s.course_id AND o.status NOT IN ('cancelled', 'entered-in-error')
                   AND o.id <> s.id AND (o.starts_at, o.id) < (s.starts_at, s.id)) AS number,
            p.given_name, p.family_name, p.phone, p.phone_extension, c.goal, c.pigment, c.depth, c.planned_sessions,
            EXISTS (SELECT 1 FROM consents n WHERE n.patient_id = s.patient_id AND n.kind = 'laser_treatment' AND n.status = 'active')
                AS consented,
            (SELECT COUNT(*) FROM sessions o JOIN services w ON w.id = o.service_id
             WHERE o.course_id = s.course_id AND w.counts AND o.status NOT IN ('cancelled', 'entered-in-error', 'noshow')
               AND o.procedure_status <> 'not-done'
               AND (o.starts_at, o.id) <= (s.starts_at, s.id)) AS counted
         FROM sessions s JOIN services v ON v.id = s.service_id JOIN patients p ON p.id = s.patient_id JOIN courses c ON c.id = s.course_id
         WHERE s.starts_at >= $1 AND s.starts_at < $2 AND s.status <> 'entered-in-error'
         ORDER BY s.starts_at, s.id LIMIT $3"
    ))
    .bind_all((days.start(), days.end(), MOST))
    .all()
    .await
}
