//! Claims: one resource taken for a time. The database refuses two that overlap; the
//! questions here exist to give a good answer before it has to.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::domain::ids::{ClaimId, HoldId, PatientId, ResourceId, SessionId, SiteId};
use crate::domain::time::interval::Interval;
use crate::storage::engine::concatenated::instant;
use crate::storage::engine::stmt;
use crate::storage::{Error, Result, Tx};

/// Who takes a resource.
#[derive(Debug, Clone, Copy)]
pub enum Claimant {
    /// A session.
    Session(SessionId),
    /// A hold, until it expires.
    Hold(HoldId, DateTime<Utc>),
}

/// Takes `resource` for `when`. An overlap is [`crate::storage::Error::Overlap`].
pub async fn insert(
    tx: &mut Tx,
    id: ClaimId,
    resource: ResourceId,
    by: Claimant,
    when: Interval,
) -> Result<()> {
    let (session, hold, expires) = match by {
        Claimant::Session(session) => (Some(session), None, None),
        Claimant::Hold(hold, expires) => (None, Some(hold), Some(expires)),
    };
    tx.query(stmt!(
        "INSERT INTO claims (id, resource_id, session_id, hold_id, starts_at, ends_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind_all((id, resource, session, hold, when.start(), when.end(), expires))
    .done()
    .await
}

/// Sweeps away what expired holds still claim of `resource`, so that it can be claimed again.
pub async fn sweep(tx: &mut Tx, resource: ResourceId, now: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM claims WHERE resource_id = $1 AND expires_at <= $2"))
        .bind_all((resource, now))
        .done()
        .await
}

/// Whether any hold that expired still claims something.
pub async fn any_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<bool> {
    let row: Option<(ClaimId,)> = tx
        .query(stmt!(
            "SELECT id FROM claims WHERE expires_at IS NOT NULL AND expires_at <= $1 LIMIT 1"
        ))
        .bind(now)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Gives up all that a session claims.
pub async fn release_session(tx: &mut Tx, session: SessionId) -> Result<()> {
    tx.query(stmt!("DELETE FROM claims WHERE session_id = $1")).bind(session).done().await
}

/// A claim as it stands.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Held {
    /// What is taken.
    pub resource_id: ResourceId,
    /// By which session; none for a hold.
    pub session_id: Option<SessionId>,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
}

/// Every claim that starts a day before `now` or later, expired holds left out.
pub async fn held_from(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<Held>> {
    tx.query(stmt!(
        "SELECT resource_id, session_id, starts_at, ends_at FROM claims WHERE starts_at >= $1 AND (expires_at IS NULL OR expires_at > $2)"
    ))
    .bind_all((now - LONGEST, now))
    .all()
    .await
}

/// Sweeps away what all expired holds still claim.
pub async fn sweep_all(tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM claims WHERE expires_at IS NOT NULL AND expires_at <= $1"))
        .bind(now)
        .done()
        .await
}

/// The longest that a claim can be; the guard of the database says so too. It bounds how far
/// back a claim that reaches into a range can have begun, so that the past is never scanned.
const LONGEST: Duration = Duration::hours(24);

/// Whose claims are looked past, when it is their own time that is looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Except {
    /// The session that is being moved.
    pub session: Option<SessionId>,
    /// The hold that is being turned into a session.
    pub hold: Option<HoldId>,
}

/// When those are booked or held who look like one person with `patient`: the same names, and the same number, email or date
/// of birth.
pub async fn of_look_alikes(
    tx: &mut Tx,
    patient: PatientId,
    range: Interval,
    now: DateTime<Utc>,
) -> Result<Vec<Interval>> {
    let rows: Vec<(DateTime<Utc>, DateTime<Utc>)> = tx
        .query(stmt!(
            "SELECT c.starts_at, c.ends_at
             FROM patients p JOIN patients o ON o.name_key = p.name_key AND o.id <> p.id AND o.merged_into IS NULL
                AND (o.phone = p.phone OR o.email_key = p.email_key OR o.date_of_birth = p.date_of_birth)
             JOIN claims c ON c.resource_id = o.id
             WHERE p.id = $1 AND c.starts_at >= $2 AND c.starts_at < $3 AND c.ends_at > $4
               AND (c.expires_at IS NULL OR c.expires_at > $5)
             ORDER BY c.starts_at"
        ))
        .bind_all((patient, range.start() - LONGEST, range.end(), range.start(), now))
        .all()
        .await?;
    Ok(rows.into_iter().filter_map(|(start, end)| Interval::new(start, end)).collect())
}

/// What is taken of one resource, as the database strings it together: `START END,START END,…`.
#[derive(sqlx::FromRow)]
struct Taken {
    resource_id: ResourceId,
    spans: Option<String>,
}

/// What is taken in `range` of the resources of `site` and of `patient`, expired holds left out. One row for each
/// resource: a row for each of thousands of claims cost more than all else in a search together, and grouping them cost as
/// much again. The engines string instants together differently: 2 of the statements that differ.
pub async fn within(
    tx: &mut Tx,
    site: SiteId,
    patient: ResourceId,
    range: Interval,
    now: DateTime<Utc>,
    except: Except,
) -> Result<HashMap<ResourceId, Vec<Interval>>> {
    let rows: Vec<Taken> = tx
        .query(stmt!(
            "SELECT r.id AS resource_id, (SELECT group_concat(c.starts_at || ' ' || c.ends_at, ',') FROM claims c
                WHERE c.resource_id = r.id AND c.starts_at >= $3 AND c.starts_at < $4 AND c.ends_at > $5
                  AND (c.expires_at IS NULL OR c.expires_at > $6)
                  AND (c.session_id IS NULL OR c.session_id <> $7) AND (c.hold_id IS NULL OR c.hold_id <> $8)) AS spans
             FROM resources r WHERE r.site_id = $1 OR r.id = $2",
            "SELECT r.id AS resource_id, (SELECT string_agg(to_char(c.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || ' ' ||
                to_char(c.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), ',') FROM claims c
                WHERE c.resource_id = r.id AND c.starts_at >= $3 AND c.starts_at < $4 AND c.ends_at > $5
                  AND (c.expires_at IS NULL OR c.expires_at > $6)
                  AND (c.session_id IS NULL OR c.session_id <> $7) AND (c.hold_id IS NULL OR c.hold_id <> $8)) AS spans
             FROM resources r WHERE r.site_id = $1 OR r.id = $2"
        ))
        .bind_all((site, patient, range.start() - LONGEST, range.end(), range.start(), now))
        .bind(except.session.unwrap_or(SessionId(Uuid::nil())))
        .bind(except.hold.unwrap_or(HoldId(Uuid::nil())))
        .all()
        .await?;
    let mut taken = HashMap::with_capacity(rows.len());
    for row in rows {
        let Some(spans) = row.spans else { continue };
        let spans = spans.split(',').map(|span| span.split_once(' '));
        let spans = spans.map(|span| {
            span.and_then(|(start, end)| Interval::new(instant(start)?, instant(end)?))
        });
        let spans: Option<Vec<Interval>> = spans.collect();
        taken.insert(row.resource_id, spans.ok_or(Error::Unreadable("claims"))?);
    }
    Ok(taken)
}
