//! After a change of law, or of the zone data: every visit to come whose promised wall time
//! now means another instant is listed, and, if that is asked, moved there with all that it
//! claims, in one transaction. What would run into others stays and is listed for a person.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use super::change::{TIME_LAW, save};
use crate::actions::{App, Error, Program, Result, Work};
use crate::domain::course::session::Session;
use crate::domain::ids::{ResourceId, SessionId};
use crate::domain::time::interval::Interval;
use crate::domain::time::time_law::{Moving, Shift, moved, shift, stuck};
use crate::storage::booking::claims::{Claimant, Held};
use crate::storage::booking::{claims, resources};
use crate::storage::course::sessions;

/// A visit whose promise means another instant now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The visit.
    pub session: SessionId,
    /// The wall time that was promised.
    pub local_start: String,
    /// Its zone.
    pub zone: String,
    /// The instant at which it is booked.
    pub booked_at: DateTime<Utc>,
    /// The instant that the promise means now; nothing when the clock no longer shows that time.
    pub means: Option<DateTime<Utc>>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a visit whose promise means another instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It can move, or has.
    Moves,
    /// A person, room or device that it takes is taken then: a person has to decide.
    Conflict,
    /// The clock no longer shows its wall time on that day: a person has to decide.
    NoSuchTime,
}

/// Lists every visit to come whose promise means another instant, in order of time. Nothing is changed.
pub async fn check(app: &App) -> Result<Vec<Changed>> {
    let mut tx = app.db.read().await?;
    let to_come = sessions::live_from(&mut tx, app.clock.now()).await?;
    let shifts = shifts(app, &to_come)?;
    // As at every start but those after a change of law: no need to look at what is claimed.
    let held = if shifts.is_empty() {
        Vec::new()
    } else {
        claims::held_from(&mut tx, app.clock.now()).await?
    };
    tx.rollback().await?;
    Ok(judged(shifts, &held).into_iter().map(|(changed, _)| changed).collect())
}

/// Who moves sessions when the law of the clock changes.
const TIME_CHECK: Program = Program::own("time-check");

/// Moves all that can move, in one transaction, and tells the patients. Lists the same as [`check`] did before.
pub async fn apply(app: &App) -> Result<Vec<Changed>> {
    let mut work = Work::for_program(app, TIME_CHECK).await?;
    // A booking made meanwhile waits, or is waited for and then seen. Patients first, as everywhere.
    let to_come = sessions::live_from(&mut work.tx, work.now).await?;
    resources::lock(
        &mut work.tx,
        to_come.iter().map(|session| session.patient_id.into()).collect::<BTreeSet<_>>(),
    )
    .await?;
    let seen = claims::held_from(&mut work.tx, work.now).await?;
    resources::lock(
        &mut work.tx,
        seen.iter().map(|held| held.resource_id).collect::<BTreeSet<_>>(),
    )
    .await?;
    let to_come = sessions::live_from(&mut work.tx, work.now).await?;
    let held = claims::held_from(&mut work.tx, work.now).await?;
    let judged = judged(shifts(app, &to_come)?, &held);
    let moving: Vec<_> = judged.iter().filter_map(|(_, moving)| moving.as_ref()).collect();
    claims::sweep_all(&mut work.tx, work.now).await?;
    for one in &moving {
        claims::release_session(&mut work.tx, one.session.id).await?;
    }
    for one in &moving {
        for (resource, when) in &one.claims {
            let when = moved(*when, one.by)
                .ok_or_else(|| Error::Fault("a claim without length".to_owned()))?;
            claims::insert(
                &mut work.tx,
                app.clock.id(),
                *resource,
                Claimant::Session(one.session.id),
                when,
            )
            .await?;
        }
        let next = Session {
            starts_at: one.session.starts_at + one.by,
            ends_at: one.session.ends_at + one.by,
            ..one.session.clone()
        };
        save(&mut work, &one.session, next, TIME_LAW).await?;
    }
    work.done().await?;
    Ok(judged.into_iter().map(|(changed, _)| changed).collect())
}

/// A visit that moves, with what it claims now.
struct Moves {
    session: Session,
    by: Duration,
    claims: Vec<(ResourceId, Interval)>,
}

/// The visits whose promise means another instant.
type Shifts<'a> = BTreeMap<SessionId, (&'a Session, Shift)>;

fn shifts<'a>(app: &App, to_come: &'a [Session]) -> Result<Shifts<'a>> {
    let mut shifts = Shifts::new();
    for session in to_come {
        let zone =
            app.zone_named(&session.zone).map_err(|error| Error::Fault(error.to_string()))?;
        let wall = NaiveDateTime::parse_from_str(&session.local_start, "%Y-%m-%dT%H:%M").map_err(
            |_| Error::Fault(format!("the promise of session {} cannot be read", session.id)),
        )?;
        if let Some(shift) = shift(zone, wall, session.starts_at) {
            shifts.insert(session.id, (session, shift));
        }
    }
    Ok(shifts)
}

fn judged(shifts: Shifts<'_>, held: &[Held]) -> Vec<(Changed, Option<Moves>)> {
    let mut claims_of: BTreeMap<SessionId, Vec<(ResourceId, Interval)>> = BTreeMap::new();
    let mut fixed = Vec::new();
    for one in held {
        let Some(when) = Interval::new(one.starts_at, one.ends_at) else {
            continue;
        };
        match one.session_id.filter(|id| matches!(shifts.get(id), Some((_, Shift::By(_))))) {
            Some(id) => claims_of.entry(id).or_default().push((one.resource_id, when)),
            None => fixed.push((one.resource_id, when)),
        }
    }
    let moving: Vec<Moving> = shifts
        .iter()
        .filter_map(|(id, (_, shift))| match shift {
            Shift::By(by) => Some(Moving {
                session: *id,
                by: *by,
                claims: claims_of.get(id).cloned().unwrap_or_default(),
            }),
            Shift::NoSuchTime => None,
        })
        .collect();
    let stuck = stuck(&fixed, &moving);
    let mut judged: Vec<_> = shifts
        .into_values()
        .map(|(session, shift)| fate(session, shift, &stuck, &mut claims_of))
        .collect();
    judged.sort_by_key(|(changed, _)| (changed.booked_at, changed.session));
    judged
}

fn fate(
    session: &Session,
    shift: Shift,
    stuck: &BTreeSet<SessionId>,
    claims_of: &mut BTreeMap<SessionId, Vec<(ResourceId, Interval)>>,
) -> (Changed, Option<Moves>) {
    let (means, fate, moves) = match shift {
        Shift::NoSuchTime => (None, Fate::NoSuchTime, None),
        Shift::By(by) if stuck.contains(&session.id) => {
            (Some(session.starts_at + by), Fate::Conflict, None)
        }
        Shift::By(by) => {
            let moves = Moves {
                session: session.clone(),
                by,
                claims: claims_of.remove(&session.id).unwrap_or_default(),
            };
            (Some(session.starts_at + by), Fate::Moves, Some(moves))
        }
    };
    let changed = Changed {
        session: session.id,
        local_start: session.local_start.clone(),
        zone: session.zone.clone(),
        booked_at: session.starts_at,
        means,
        fate,
    };
    (changed, moves)
}
