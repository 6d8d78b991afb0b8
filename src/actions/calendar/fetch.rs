//! Reading a feed by its secret: the visits of 30 days back to 365 ahead as a calendar. No
//! entry names a patient; what a shop subscribes to says only when it is busy. What was read
//! a moment ago is kept while nothing was committed since; entries that did not change since
//! they were written are put in as they are kept (`calendar::cache`).

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Duration, Utc};

use super::event::entry_status;
use super::feeds::TICKER;
use crate::actions::work::memory::{Fetched, KeptFeed, MOST_KEPT};
use crate::actions::{App, Error, Result, Work};
use crate::calendar::entry::{Entry, Kind};
use crate::calendar::feed;
use crate::domain::access::secret::hash_of;
use crate::domain::messages::feed::{Feed, FeedKind, covered};
use crate::domain::messages::notice::{Standing, standing};
use crate::storage::catalogue::sites;
use crate::storage::engine::Lease;
use crate::storage::messages::feeds;

/// How often it is noted that a feed is fetched.
const NOTED_EVERY: Duration = Duration::seconds(60);

/// The feed with this secret; nothing for a wrong, unknown or revoked one.
pub async fn fetch(app: &App, secret: &str) -> Result<Option<Arc<Fetched>>> {
    let hash = hash_of(secret);
    let now = app.clock.now();
    let commits = app.commits.load(Ordering::SeqCst);
    let kept = app.feeds.latest.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
    if let Some(one) = kept.filter(|one| one.commits == commits && one.is_fresh(now)) {
        return Ok(Some(one.fetched));
    }
    let mut lease = app.db.lease().await?;
    let found = feeds::by_hash(&mut lease, &hash).await?;
    let Some(feed) = found.filter(|feed| feed.revoked_at.is_none()) else {
        return Ok(None);
    };
    let Some(fetched) = rendered(app, &mut lease, &feed, now).await? else {
        return Ok(None);
    };
    drop(lease);
    let fetched = Arc::new(fetched);
    let one = KeptFeed { fetched: fetched.clone(), commits, at: now };
    keep(app, hash, one);
    // A calendar is not kept back because it could not be noted that it was fetched.
    if let Err(error) = note_fetch(app, &feed, now).await {
        tracing::warn!(%error, "it could not be noted that a feed was fetched");
    }
    Ok(Some(fetched))
}

fn keep(app: &App, hash: String, one: KeptFeed) {
    let mut kept = app.feeds.latest.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_KEPT {
        kept.retain(|_, other| other.is_fresh(one.at));
    }
    if kept.len() < MOST_KEPT {
        kept.insert(hash, one);
    }
}

/// Notes that it was fetched, once a minute at most.
async fn note_fetch(app: &App, feed: &Feed, now: DateTime<Utc>) -> Result<()> {
    if feed.last_fetched_at.is_some_and(|last| now < last + NOTED_EVERY) {
        return Ok(());
    }
    let mut work = Work::for_program(app, TICKER).await?;
    feeds::note_fetched(&mut work.tx, feed.id, now).await?;
    work.done().await
}

/// The feed as a calendar; none where its person no longer works here.
async fn rendered(
    app: &App,
    lease: &mut Lease,
    feed: &Feed,
    now: DateTime<Utc>,
) -> Result<Option<Fetched>> {
    let Some(subject) =
        feeds::subject(lease, feed.kind, feed.subject_id).await?.filter(|subject| subject.active)
    else {
        return Ok(None);
    };
    let range = covered(now).ok_or_else(|| Error::Fault("the clock is off".to_owned()))?;
    let visits = feeds::entries(lease, feed.kind, feed.subject_id, range).await?;
    let changed = visits.iter().map(|visit| visit.updated_at).max().unwrap_or(feed.rotated_at);
    let places = match feed.kind {
        FeedKind::Patient => sites::addresses(lease).await?,
        _ => HashMap::new(),
    };
    let label = app.profile.label.as_str();
    let taking_place = visits.iter().filter(|visit| standing(visit.status) != Standing::Gone);
    let entries = taking_place.map(|visit| Entry {
        uid: visit.uid,
        sequence: visit.sequence,
        start: visit.starts_at,
        end: visit.ends_at,
        changed: visit.updated_at,
        status: entry_status(visit.status),
        language: subject.language,
        kind: match feed.kind {
            FeedKind::Practitioner | FeedKind::Site => Kind::Booked {
                // Enough to find it by at the desk, and nothing of the patient.
                reference: visit
                    .uid
                    .simple()
                    .to_string()
                    .chars()
                    .take(8)
                    .collect::<String>()
                    .to_uppercase(),
            },
            FeedKind::Partner => Kind::Busy,
            FeedKind::Patient => Kind::Visit {
                label: label.to_owned(),
                place: places.get(&visit.site_id).map(ToString::to_string).unwrap_or_default(),
            },
        },
    });
    let entries: Vec<Entry> =
        if feed.kind == FeedKind::Partner { merged(entries) } else { entries.collect() };
    // The names of sites and shops tell what is done there, so they are not in it (statement 76 of `docs/calendars.md`).
    let name =
        subject.name.as_ref().map_or_else(|| label.to_owned(), |name| format!("{label} - {name}"));
    Ok(Some(Fetched::of(
        feed::feed(&name, app.zone, entries.into_iter(), &app.feeds.events),
        changed,
    )))
}

/// Visits that overlap or touch, as one, named after the first: a shop is busy, and not with how many.
fn merged(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut merged: Vec<Entry> = Vec::new();
    for entry in entries {
        match merged.last_mut() {
            Some(last) if entry.start <= last.end => {
                last.end = last.end.max(entry.end);
                last.changed = last.changed.max(entry.changed);
                last.sequence = last.sequence.max(entry.sequence);
            }
            _ => merged.push(entry),
        }
    }
    merged
}
