//! Sessions, listed with what the course and the catalogue say of them.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::course::session::Session;
use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{CourseId, DeviceId, PartnerId, PatientId, ReferralId, SessionId, SiteId};
use crate::domain::text::Code;
use crate::domain::time::interval::Interval;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// A session with its service's code, whether that counts, and its place in the course.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// The session.
    #[sqlx(flatten)]
    pub session: Session,
    /// What programs call its service.
    pub service_code: Code,
    /// Whether it is one of the sessions that a course counts.
    pub counts: bool,
    /// Its place among the sessions of its course that were not cancelled, by start.
    pub number: i64,
}

/// Every session, with what is listed beside it.
macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT s.*, v.code AS service_code, v.counts,
                1 + (SELECT COUNT(*) FROM sessions o
                     WHERE o.course_id = s.course_id AND o.status NOT IN ('cancelled', 'entered-in-error')
                       AND o.id <> s.id AND (o.starts_at, o.id) < (s.starts_at, s.id)) AS number
             FROM sessions s JOIN services v ON v.id = s.service_id ",
            $rest
        )
    };
}

/// Writes a new session.
pub async fn insert(tx: &mut Tx, s: &Session) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO sessions (id, uid, sequence, version, course_id, patient_id, service_id, site_id, practitioner_id, room_id,
            device_id, status, procedure_status, local_start, zone, starts_at, ends_at, cancel_reason, rebook_reason, record,
            confirmed_at, created_at, updated_at, referral_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
    ))
    .bind_all(fields!(s => id, uid, sequence, version, course_id, patient_id, service_id,
        place.site_id, place.practitioner_id, place.room_id, place.device_id, status,
        procedure_status, local_start, zone, starts_at, ends_at, cancel_reason, rebook_reason))
    .bind(s.record.as_ref().map(Json))
    .bind_all(fields!(s => confirmed_at, created_at, updated_at, referral_id))
    .done()
    .await
}

/// Writes `s`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, s: &Session) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE sessions SET version = $2, sequence = $3, site_id = $4, practitioner_id = $5, room_id = $6, device_id = $7,
            status = $8, procedure_status = $9, local_start = $10, zone = $11, starts_at = $12, ends_at = $13,
            cancel_reason = $14, rebook_reason = $15, record = $16, updated_at = $17, confirmed_at = $18, referral_id = $19
         WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all(fields!(s => id, version, sequence, place.site_id, place.practitioner_id,
        place.room_id, place.device_id, status, procedure_status, local_start, zone, starts_at,
        ends_at, cancel_reason, rebook_reason))
    .bind_all((s.record.as_ref().map(Json), s.updated_at, s.confirmed_at, s.referral_id))
    .changed_one()
    .await
}

/// The session with this id, as it is listed.
pub async fn get(tx: &mut Tx, id: SessionId) -> Result<Option<Listed>> {
    tx.query(stmt!(listed!("WHERE s.id = $1"))).bind(id).optional().await
}

/// The session with this name in calendars, and its patient.
pub async fn by_uid(tx: &mut Tx, uid: Uuid) -> Result<Option<(SessionId, PatientId)>> {
    tx.query(stmt!("SELECT id, patient_id FROM sessions WHERE uid = $1")).bind(uid).optional().await
}

/// Whose the session is, before anything is locked.
pub async fn patient_of(tx: &mut Tx, id: SessionId) -> Result<Option<PatientId>> {
    tx.query(stmt!("SELECT patient_id FROM sessions WHERE id = $1")).bind(id).optional_value().await
}

/// The sessions of a course in order of time.
pub async fn of_course(tx: &mut Tx, course: CourseId) -> Result<Vec<Listed>> {
    tx.query(stmt!(listed!("WHERE s.course_id = $1 ORDER BY s.starts_at, s.id")))
        .bind(course)
        .all()
        .await
}

/// The session of a course that comes next: the first that holds its time and is not over at `now`.
pub async fn first_live(
    tx: &mut Tx,
    course: CourseId,
    now: DateTime<Utc>,
) -> Result<Option<SessionId>> {
    tx.query(stmt!(
        "SELECT id FROM sessions WHERE course_id = $1 AND ends_at > $2 AND status IN ('pending', 'booked', 'arrived', 'checked-in')
         ORDER BY starts_at, id LIMIT 1"
    ))
    .bind_all((course, now))
    .optional_value()
    .await
}

/// The sessions of a patient that are still to come, or under way, in order of time.
pub async fn to_come(tx: &mut Tx, patient: PatientId) -> Result<Vec<Listed>> {
    tx.query(stmt!(listed!(
        "WHERE s.patient_id = $1 AND s.status IN ('proposed', 'pending', 'booked', 'arrived', 'checked-in', 'waitlist')
         ORDER BY s.starts_at, s.id"
    )))
    .bind(patient)
    .all()
    .await
}

/// The sessions of a patient that are not over at `now`, those that were cancelled included, in order of time.
pub async fn not_over(tx: &mut Tx, patient: PatientId, now: DateTime<Utc>) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT * FROM sessions WHERE patient_id = $1 AND ends_at > $2 ORDER BY starts_at, id"
    ))
    .bind_all((patient, now))
    .all()
    .await
}

/// Every session that starts at `from` or later and holds its time, in order of time.
pub async fn live_from(tx: &mut Tx, from: DateTime<Utc>) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT * FROM sessions WHERE starts_at >= $1 AND status IN ('pending', 'booked', 'arrived', 'checked-in') ORDER BY starts_at, id"
    ))
    .bind(from)
    .all()
    .await
}

/// The sessions at `site` that are still to come or not written up yet, in order of time.
pub async fn live_at(tx: &mut Tx, site: SiteId) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT * FROM sessions WHERE site_id = $1 AND status IN ('pending', 'booked', 'arrived', 'checked-in') ORDER BY starts_at, id"
    ))
    .bind(site)
    .all()
    .await
}

/// The sessions of a referral, those that were cancelled included, in order of time.
pub async fn of_referral(tx: &mut Tx, referral: ReferralId) -> Result<Vec<Session>> {
    tx.query(stmt!("SELECT * FROM sessions WHERE referral_id = $1 ORDER BY starts_at, id"))
        .bind(referral)
        .all()
        .await
}

/// The sessions of a patient at a shop that were over at `before` and are not written up, oldest first.
pub async fn unreported(
    tx: &mut Tx,
    patient: PatientId,
    partner: PartnerId,
    before: DateTime<Utc>,
) -> Result<Vec<Session>> {
    tx.query(stmt!(
        "SELECT s.* FROM sessions s JOIN sites t ON t.id = s.site_id
         WHERE s.patient_id = $1 AND t.partner_id = $2 AND s.ends_at <= $3 AND s.status IN ('booked', 'arrived', 'checked-in')
         ORDER BY s.starts_at, s.id"
    ))
    .bind_all((patient, partner, before))
    .all()
    .await
}

/// Whether a no-show is excused, so that it does not count against its patient.
pub async fn set_excused(tx: &mut Tx, id: SessionId, excused: bool) -> Result<()> {
    tx.query(stmt!("UPDATE sessions SET excused = $2 WHERE id = $1"))
        .bind_all((id, excused))
        .done()
        .await
}

/// How often a patient has not come since `since`, what was excused left out (rule 47).
pub async fn no_shows(tx: &mut Tx, patient: PatientId, since: DateTime<Utc>) -> Result<i64> {
    tx.query(stmt!(
        "SELECT COUNT(*) FROM sessions WHERE patient_id = $1 AND status = 'noshow' AND NOT excused AND starts_at >= $2"
    ))
    .bind_all((patient, since))
    .value()
    .await
}

/// Which sessions a list asks for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Those that start from here on …
    pub from: DateTime<Utc>,
    /// … and before here.
    pub until: DateTime<Utc>,
    /// At one site.
    pub site: Option<SiteId>,
    /// In one state.
    pub status: Option<SessionStatus>,
}

/// The sessions wanted, in order of start and id, those after `after`.
pub async fn page(
    tx: &mut Tx,
    wanted: Wanted,
    after: (DateTime<Utc>, SessionId),
    limit: i64,
) -> Result<Vec<Listed>> {
    tx.query(stmt!(listed!(
        "WHERE s.starts_at >= $1 AND s.starts_at < $2 AND s.site_id = coalesce($3, s.site_id) AND s.status = coalesce($4, s.status)
           AND (s.starts_at, s.id) > ($5, $6)
         ORDER BY s.starts_at, s.id LIMIT $7"
    )))
    .bind_all(fields!(wanted => from, until, site, status))
    .bind_all((after.0, after.1, limit))
    .all()
    .await
}

/// The booked sessions with `device` that start within `window`, oldest first.
pub async fn booked_with(tx: &mut Tx, device: DeviceId, window: Interval) -> Result<Vec<Listed>> {
    tx.query(stmt!(listed!(
        "WHERE s.device_id = $1 AND s.starts_at >= $2 AND s.starts_at < $3 AND s.status IN ('booked', 'pending') ORDER BY s.starts_at, s.id"
    )))
    .bind_all((device, window.start(), window.end()))
    .all()
    .await
}
