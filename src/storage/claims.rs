//! Claims: one resource taken for a time. The database refuses two that overlap; the
//! questions here exist to give a good answer before it has to.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use super::engine::stmt;
use super::{Result, Tx};
use crate::domain::ids::{ClaimId, HoldId, ResourceId, SessionId, SiteId};
use crate::domain::interval::Interval;

/// Who takes a resource.
#[derive(Debug, Clone, Copy)]
pub enum Claimant {
    /// A session.
    Session(SessionId),
    /// A hold, until it expires.
    Hold(HoldId, DateTime<Utc>),
}

/// Takes `resource` for `when`. An overlap is [`super::Error::Overlap`].
pub async fn insert(tx: &mut Tx, id: ClaimId, resource: ResourceId, by: Claimant, when: Interval) -> Result<()> {
    let (session, hold, expires) = match by {
        Claimant::Session(session) => (Some(session), None, None),
        Claimant::Hold(hold, expires) => (None, Some(hold), Some(expires)),
    };
    tx.query(stmt!(
        "INSERT INTO claims (id, resource_id, session_id, hold_id, starts_at, ends_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(id)
    .bind(resource)
    .bind(session)
    .bind(hold)
    .bind(when.start())
    .bind(when.end())
    .bind(expires)
    .run()
    .await?;
    Ok(())
}

/// Sweeps away what expired holds still claim of `resource`, so that it can be claimed anew.
pub async fn sweep(tx: &mut Tx, resource: ResourceId, now: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM claims WHERE resource_id = $1 AND expires_at <= $2"))
        .bind(resource)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Gives up all that a session claims.
pub async fn release_session(tx: &mut Tx, session: SessionId) -> Result<()> {
    tx.query(stmt!("DELETE FROM claims WHERE session_id = $1"))
        .bind(session)
        .run()
        .await?;
    Ok(())
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

#[derive(sqlx::FromRow)]
struct Taken {
    resource_id: ResourceId,
    session_id: Option<SessionId>,
    hold_id: Option<HoldId>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

/// What is taken in `range` of the resources of `site` and of `patient`, expired holds left out.
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
            "SELECT c.resource_id, c.session_id, c.hold_id, c.starts_at, c.ends_at, c.expires_at
             FROM resources r JOIN claims c ON c.resource_id = r.id
             WHERE (r.site_id = $1 OR r.id = $2) AND c.starts_at >= $3 AND c.starts_at < $4 AND c.ends_at > $5"
        ))
        .bind(site)
        .bind(patient)
        .bind(range.start() - LONGEST)
        .bind(range.end())
        .bind(range.start())
        .all()
        .await?;
    let mut taken: HashMap<ResourceId, Vec<Interval>> = HashMap::new();
    for row in rows {
        let expired = row.expires_at.is_some_and(|expires| expires <= now);
        let own = row.session_id.is_some() && row.session_id == except.session || row.hold_id.is_some() && row.hold_id == except.hold;
        if !expired && !own {
            taken
                .entry(row.resource_id)
                .or_default()
                .extend(Interval::new(row.starts_at, row.ends_at));
        }
    }
    Ok(taken)
}
