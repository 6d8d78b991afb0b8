//! Closures, as they were written; public holidays are computed, not stored.

use chrono::NaiveDate;

use crate::domain::catalogue::closure::{Closure, ClosureDetails};
use crate::domain::ids::{ClosureId, DeviceId, PractitionerId, RoomId, SiteId};
use crate::domain::text::Line;
use crate::domain::time::civil::Day;
use crate::domain::time::hours::TimeOfDay;
use crate::storage::engine::{Query, fields, stmt};
use crate::storage::{Error, Result, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    id: ClosureId,
    version: i64,
    site_id: Option<SiteId>,
    practitioner_id: Option<PractitionerId>,
    room_id: Option<RoomId>,
    device_id: Option<DeviceId>,
    first_day: Day,
    last_day: Day,
    from_time: Option<String>,
    until_time: Option<String>,
    reason: Line,
}

impl TryFrom<Row> for Closure {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let time = |text: Option<String>| {
            text.map(|text| text.parse::<TimeOfDay>())
                .transpose()
                .map_err(|error| Error::Fault(sqlx::Error::Decode(error.into())))
        };
        let (from, until) = (time(row.from_time)?, time(row.until_time)?);
        let Row {
            id,
            version,
            site_id,
            practitioner_id,
            room_id,
            device_id,
            first_day,
            last_day,
            reason,
            ..
        } = row;
        let details = ClosureDetails {
            site_id,
            practitioner_id,
            room_id,
            device_id,
            first_day,
            last_day,
            from,
            until,
            reason,
        };
        Ok(Self { id, version, details })
    }
}

/// Writes a new closure.
pub async fn insert(tx: &mut Tx, closure: &Closure) -> Result<()> {
    let query = tx.query(stmt!(
        "INSERT INTO closures (id, version, site_id, practitioner_id, room_id, device_id, first_day, last_day, from_time, until_time, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ));
    bound(query, closure).done().await
}

/// Writes `closure`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, closure: &Closure) -> Result<bool> {
    let query = tx.query(stmt!(
        "UPDATE closures SET version = $2, site_id = $3, practitioner_id = $4, room_id = $5, device_id = $6, first_day = $7,
                last_day = $8, from_time = $9, until_time = $10, reason = $11
             WHERE id = $1 AND version = $2 - 1"
    ));
    bound(query, closure).changed_one().await
}

/// `query` with the values of `closure`, in the order of the columns.
fn bound<'c>(query: Query<'c>, closure: &Closure) -> Query<'c> {
    let d = &closure.details;
    query
        .bind_all((closure.id, closure.version))
        .bind_all(fields!(d => site_id, practitioner_id, room_id, device_id, first_day, last_day))
        .bind_all((d.from.map(|time| time.to_string()), d.until.map(|time| time.to_string())))
        .bind(&d.reason)
}

/// Removes a closure.
pub async fn delete(tx: &mut Tx, id: ClosureId) -> Result<()> {
    tx.query(stmt!("DELETE FROM closures WHERE id = $1")).bind(id).done().await
}

/// The closure with this id.
pub async fn get(tx: &mut Tx, id: ClosureId) -> Result<Option<Closure>> {
    tx.query(stmt!("SELECT * FROM closures WHERE id = $1"))
        .bind(id)
        .optional::<Row>()
        .await?
        .map(Closure::try_from)
        .transpose()
}

/// Closures in order of id, after `after`.
pub async fn page(tx: &mut Tx, after: ClosureId, limit: i64) -> Result<Vec<Closure>> {
    let query = tx.query(stmt!("SELECT * FROM closures WHERE id > $1 ORDER BY id LIMIT $2"));
    query.bind(after).bind(limit).all::<Row>().await?.into_iter().map(Closure::try_from).collect()
}

/// The closures that reach into the days `first` to `last`.
pub async fn within(tx: &mut Tx, first: NaiveDate, last: NaiveDate) -> Result<Vec<Closure>> {
    let query = tx.query(stmt!(
        "SELECT * FROM closures WHERE last_day >= $1 AND first_day <= $2 ORDER BY first_day, id"
    ));
    query.bind(first).bind(last).all::<Row>().await?.into_iter().map(Closure::try_from).collect()
}
