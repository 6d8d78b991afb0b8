//! Feeds by the hash of their secret, and what each shows: visits of a practitioner, a
//! site, a partner's sites or a patient, read for a calendar and no more.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::course::status::SessionStatus;
use crate::domain::ids::{FeedId, PartnerId, SiteId, UserId};
use crate::domain::messages::feed::{Feed, FeedKind};
use crate::domain::patient::Language;
use crate::domain::text::Line;
use crate::domain::time::interval::Interval;
use crate::storage::engine::concatenated::instant;
use crate::storage::engine::{Lease, fields, stmt};
use crate::storage::{Error, Result, Tx};

/// Writes a new feed. A second one in use for the same subject is [`crate::storage::Error::Duplicate`].
pub async fn insert(tx: &mut Tx, feed: &Feed) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO feeds (id, version, kind, subject_id, hash, created_by, created_at, rotated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .bind_all(fields!(feed => id, version, kind, subject_id, hash, created_by, created_at,
        rotated_at))
    .done()
    .await
}

/// Gives a feed another secret. Whether it was in use, at the version before.
pub async fn rotate(tx: &mut Tx, feed: &Feed) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE feeds SET version = $2, hash = $3, rotated_at = $4, created_by = $5, last_fetched_at = NULL
         WHERE id = $1 AND version = $2 - 1 AND revoked_at IS NULL"
    ))
    .bind_all(fields!(feed => id, version, hash, rotated_at, created_by))
    .changed_one()
    .await
}

/// Revokes a feed. Whether it was in use, at `version`.
pub async fn revoke(tx: &mut Tx, id: FeedId, version: i64, at: DateTime<Utc>) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE feeds SET version = version + 1, revoked_at = $3 WHERE id = $1 AND version = $2 AND revoked_at IS NULL"
    ))
    .bind_all((id, version, at))
    .changed_one()
    .await
}

/// Revokes every feed that a user made.
pub async fn revoke_made_by(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE feeds SET version = version + 1, revoked_at = $2 WHERE created_by = $1 AND revoked_at IS NULL"
    ))
    .bind_all((user, at))
    .done()
    .await
}

/// Feeds in use that were not fetched since `since`, those made later left out.
pub async fn unused_since(tx: &mut Tx, since: DateTime<Utc>) -> Result<Vec<Feed>> {
    tx.query(stmt!(
        "SELECT * FROM feeds WHERE revoked_at IS NULL AND coalesce(last_fetched_at, rotated_at) < $1 ORDER BY id"
    ))
    .bind(since)
    .all()
    .await
}

/// The feed with this id; for `own` users of a shop, only if it is the shop's.
pub async fn get(tx: &mut Tx, own: Option<PartnerId>, id: FeedId) -> Result<Option<Feed>> {
    tx.query(stmt!(
        "SELECT * FROM feeds WHERE id = $1 AND subject_id = coalesce($2, subject_id) AND (NOT $3 OR kind = 'partner')"
    ))
    .bind_all((id, own, own.is_some()))
    .optional()
    .await
}

/// The feed in use for a subject.
pub async fn in_use(tx: &mut Tx, kind: FeedKind, subject: Uuid) -> Result<Option<Feed>> {
    tx.query(stmt!(
        "SELECT * FROM feeds WHERE kind = $1 AND subject_id = $2 AND revoked_at IS NULL"
    ))
    .bind_all((kind, subject))
    .optional()
    .await
}

/// Feeds in use, in order of id, after `after`; for `own` users of a shop, only the shop's.
pub async fn page(
    tx: &mut Tx,
    own: Option<PartnerId>,
    after: FeedId,
    limit: i64,
) -> Result<Vec<Feed>> {
    tx.query(stmt!(
        "SELECT * FROM feeds WHERE revoked_at IS NULL AND id > $1 AND subject_id = coalesce($2, subject_id) AND (NOT $3 OR kind = 'partner')
         ORDER BY id LIMIT $4"
    ))
    .bind_all((after, own, own.is_some(), limit))
    .all()
    .await
}

/// The feed with the secret of this hash, in use or not: one look at one index, whatever the answer.
pub async fn by_hash(lease: &mut Lease, hash: &str) -> Result<Option<Feed>> {
    lease.query(stmt!("SELECT * FROM feeds WHERE hash = $1")).bind(hash.to_owned()).optional().await
}

/// Whether there is a feed with the secret of this hash, in use or not.
pub async fn is_known(tx: &mut Tx, hash: &str) -> Result<bool> {
    tx.query(stmt!("SELECT EXISTS (SELECT 1 FROM feeds WHERE hash = $1) AS there"))
        .bind(hash.to_owned())
        .value()
        .await
}

/// Notes that a feed was fetched.
pub async fn note_fetched(tx: &mut Tx, id: FeedId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE feeds SET last_fetched_at = $2 WHERE id = $1"))
        .bind_all((id, at))
        .done()
        .await
}

/// A visit as a feed needs it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name in calendars.
    pub uid: Uuid,
    /// How often calendars had to see a change.
    pub sequence: i64,
    /// Where it stands.
    pub status: SessionStatus,
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Its end.
    pub ends_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Where it is.
    pub site_id: SiteId,
}

/// Every visit of a feed's subject, those that were cancelled included: their going is a change too. Strung together
/// into one row, `UID SEQUENCE STATUS START END CHANGED SITE,…`, since a row for each of two thousand took longer than all
/// else together. The engines string instants and ids together differently: 4 of the statements that differ.
macro_rules! entries {
    ($whose:literal) => {
        stmt!(
            concat!(
                "SELECT group_concat(hex(s.uid) || ' ' || s.sequence || ' ' || s.status || ' ' || s.starts_at || ' ' || s.ends_at
                    || ' ' || s.updated_at || ' ' || hex(s.site_id), ',') AS visits
                 FROM sessions s WHERE ",
                $whose,
                " AND s.starts_at >= $2 AND s.starts_at < $3"
            ),
            concat!(
                "SELECT string_agg(replace(CAST(s.uid AS text), '-', '') || ' ' || s.sequence || ' ' || s.status
                    || ' ' || to_char(s.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')
                    || ' ' || to_char(s.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')
                    || ' ' || to_char(s.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')
                    || ' ' || replace(CAST(s.site_id AS text), '-', ''), ',') AS visits
                 FROM sessions s WHERE ",
                $whose,
                " AND s.starts_at >= $2 AND s.starts_at < $3"
            )
        )
    };
}

/// The visits of a feed in `range`, in order of start.
pub async fn entries(
    lease: &mut Lease,
    kind: FeedKind,
    subject: Uuid,
    range: Interval,
) -> Result<Vec<Entry>> {
    let statement = match kind {
        FeedKind::Practitioner => entries!("s.practitioner_id = $1"),
        FeedKind::Site => entries!("s.site_id = $1"),
        FeedKind::Partner => {
            entries!("s.site_id IN (SELECT t.id FROM sites t WHERE t.partner_id = $1)")
        }
        // Who subscribed to a record that was merged into another goes on reading.
        FeedKind::Patient => {
            entries!(
                "s.patient_id = (SELECT COALESCE(p.merged_into, p.id) FROM patients p WHERE p.id = $1)"
            )
        }
    };
    let query = lease.query(statement).bind(subject).bind(range.start()).bind(range.end());
    let (visits,): (Option<String>,) = query.one().await?;
    let visits = visits.unwrap_or_default();
    let read = visits.split(',').filter(|visit| !visit.is_empty()).map(entry);
    let mut entries: Vec<Entry> =
        read.collect::<Option<_>>().ok_or(Error::Unreadable("visits of a feed"))?;
    entries.sort_unstable_by_key(|entry| (entry.starts_at, entry.uid));
    Ok(entries)
}

fn entry(text: &str) -> Option<Entry> {
    let mut parts = text.split(' ');
    Some(Entry {
        uid: Uuid::try_parse(parts.next()?).ok()?,
        sequence: parts.next()?.parse().ok()?,
        status: parts.next()?.parse().ok()?,
        starts_at: instant(parts.next()?)?,
        ends_at: instant(parts.next()?)?,
        updated_at: instant(parts.next()?)?,
        site_id: SiteId(Uuid::try_parse(parts.next()?).ok()?),
    })
}

/// The subject of a feed, as it is named to those who subscribe.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Subject {
    /// The name of a practitioner; nothing of other subjects.
    pub name: Option<Line>,
    /// In which language.
    pub language: Language,
    /// Whether they still work here.
    pub active: bool,
}

/// The subject of a feed.
pub async fn subject(lease: &mut Lease, kind: FeedKind, subject: Uuid) -> Result<Option<Subject>> {
    let statement = match kind {
        FeedKind::Practitioner => {
            stmt!("SELECT name, 'en' AS language, active FROM practitioners WHERE id = $1")
        }
        FeedKind::Site => stmt!(
            "SELECT CAST(NULL AS TEXT) AS name, 'en' AS language, active FROM sites WHERE id = $1"
        ),
        FeedKind::Partner => stmt!(
            "SELECT CAST(NULL AS TEXT) AS name, 'en' AS language, TRUE AS active FROM partners WHERE id = $1"
        ),
        FeedKind::Patient => {
            stmt!(
                "SELECT CAST(NULL AS TEXT) AS name, preferred_language AS language, TRUE AS active FROM patients WHERE id = $1"
            )
        }
    };
    lease.query(statement).bind(subject).optional().await
}
