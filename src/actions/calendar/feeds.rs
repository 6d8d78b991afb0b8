//! Calendars to subscribe to: making one with its secret address, which is shown once;
//! giving it another; revoking it; and reading it, as the holder of the address may. What
//! an entry says stands in `calendar::entry`.

use chrono::{DateTime, Duration, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actions::work::page::{Items, Page};
use crate::actions::{Answer, App, Caller, Error, Expected, Program, Result, Work};
use crate::calendar::links;
use crate::domain::access::secret::Secret;
use crate::domain::ids::{FeedId, PartnerId, PatientId, PractitionerId, SiteId};
use crate::domain::messages::feed::{Feed, FeedKind};
use crate::domain::messages::task::{Task, TaskKind};
use crate::domain::time::civil;
use crate::storage;
use crate::storage::booking::resources;
use crate::storage::catalogue::{partners, practitioners, sites};
use crate::storage::messages::{feeds, tasks};
use crate::storage::patient::patients;

/// The housekeeping of calendars.
pub(super) const TICKER: Program = Program::own("calendars");

/// Whose calendar is wanted.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "practitioner", "id": "01890000-0000-7000-8000-000000000001"}))]
pub struct NewFeed {
    /// Whose visits it shows.
    pub kind: FeedKind,
    /// The practitioner, site, partner or patient.
    pub id: Uuid,
}

/// A feed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeedView {
    /// Its id.
    pub id: FeedId,
    /// Rises with each change.
    pub version: i64,
    /// Whose visits it shows.
    pub kind: FeedKind,
    /// The practitioner, site, partner or patient.
    pub subject_id: Uuid,
    /// Its secret address; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The same for programs that subscribe by `webcal:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webcal_url: Option<String>,
    /// The page that subscribes Google's calendar to it; Google looks again every 8 to 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub google_url: Option<String>,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// When it got its address.
    pub rotated_at: DateTime<FixedOffset>,
    /// When it was fetched last, to the minute.
    pub last_fetched_at: Option<DateTime<FixedOffset>>,
}

fn feed_view(app: &App, feed: &Feed, secret: Option<&str>) -> FeedView {
    let shown = |at| civil::shown(app.zone, at);
    let url = secret.map(|secret| app.profile.public_url.to(&format!("/feeds/{secret}.ics")));
    FeedView {
        id: feed.id,
        version: feed.version,
        kind: feed.kind,
        subject_id: feed.subject_id,
        webcal_url: url.as_deref().map(links::webcal),
        google_url: url.as_deref().map(links::google_subscription),
        url,
        created_at: shown(feed.created_at),
        rotated_at: shown(feed.rotated_at),
        last_fetched_at: feed.last_fetched_at.map(shown),
    }
}

/// Makes a feed. There is one for each subject: one that is there gets a new address, and the old one is dead.
pub async fn make(app: &App, caller: &Caller, new: NewFeed) -> Result<Answer<FeedView>> {
    let mut work = Work::begin(app, caller).await?;
    let patient = subject(&mut work, new).await?;
    let secret = Secret::new(rand::random());
    let current = feeds::in_use(&mut work.tx, new.kind, new.id).await?;
    let feed = if let Some(current) = current {
        replace_secret(&mut work, current, &secret).await?
    } else {
        let feed = Feed {
            id: app.clock.id(),
            version: 1,
            kind: new.kind,
            subject_id: new.id,
            hash: secret.hash(),
            created_by: caller.actor.user_id,
            created_at: work.now,
            rotated_at: work.now,
            last_fetched_at: None,
            revoked_at: None,
        };
        feeds::insert(&mut work.tx, &feed).await.map_err(|error| match error {
            storage::Error::Duplicate => Error::Taken("the feed was made a moment ago".to_owned()),
            other => other.into(),
        })?;
        feed
    };
    work.audit("feed.make", ("feed", feed.id.0), patient, Some(new.kind.to_string())).await?;
    work.commit_secret(
        Answer::Created(feed_view(app, &feed, Some(secret.show()))),
        &feed_view(app, &feed, None),
    )
    .await
}

/// Refuses a subject that is not there; answers the patient where it is one.
async fn subject(work: &mut Work<'_>, new: NewFeed) -> Result<Option<PatientId>> {
    let own = work.caller.actor.own_shop();
    let there = match new.kind {
        _ if own.is_some() && new.kind != FeedKind::Partner => false,
        FeedKind::Practitioner => {
            practitioners::get(&mut work.tx, PractitionerId(new.id)).await?.is_some()
        }
        FeedKind::Site => sites::get(&mut work.tx, SiteId(new.id)).await?.is_some(),
        FeedKind::Partner => partners::get(&mut work.tx, own, PartnerId(new.id)).await?.is_some(),
        FeedKind::Patient => {
            resources::lock(&mut work.tx, [PatientId(new.id).into()]).await?;
            patients::exists(&mut work.tx, PatientId(new.id)).await?
        }
    };
    if !there {
        return Err(Error::NotThere("subject of a feed"));
    }
    Ok((new.kind == FeedKind::Patient).then_some(PatientId(new.id)))
}

async fn replace_secret(work: &mut Work<'_>, current: Feed, secret: &Secret) -> Result<Feed> {
    let feed = Feed {
        version: current.version + 1,
        hash: secret.hash(),
        created_by: work.caller.actor.user_id,
        rotated_at: work.now,
        last_fetched_at: None,
        ..current
    };
    if !feeds::rotate(&mut work.tx, &feed).await? {
        return Err(Error::Stale);
    }
    Ok(feed)
}

/// Gives a feed another address; the old one is dead from now on.
pub async fn rotate(
    app: &App,
    caller: &Caller,
    id: FeedId,
    expected: &Expected,
) -> Result<Answer<FeedView>> {
    let mut work = Work::begin(app, caller).await?;
    let current = in_use(&mut work, id).await?;
    expected.check(current.version)?;
    let secret = Secret::new(rand::random());
    let feed = replace_secret(&mut work, current, &secret).await?;
    work.audit("feed.rotate", ("feed", id.0), patient_of(&feed), None).await?;
    work.commit_secret(
        Answer::Is(feed_view(app, &feed, Some(secret.show()))),
        &feed_view(app, &feed, None),
    )
    .await
}

/// Revokes a feed; its address is dead from now on.
pub async fn revoke(app: &App, caller: &Caller, id: FeedId, expected: &Expected) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    let feed = in_use(&mut work, id).await?;
    expected.check(feed.version)?;
    if !feeds::revoke(&mut work.tx, id, feed.version, work.now).await? {
        return Err(Error::Stale);
    }
    work.audit("feed.revoke", ("feed", id.0), patient_of(&feed), None).await?;
    work.done().await
}

async fn in_use(work: &mut Work<'_>, id: FeedId) -> Result<Feed> {
    let own = work.caller.actor.own_shop();
    let feed = feeds::get(&mut work.tx, own, id).await?.filter(|feed| feed.revoked_at.is_none());
    feed.ok_or(Error::NotThere("feed"))
}

fn patient_of(feed: &Feed) -> Option<PatientId> {
    (feed.kind == FeedKind::Patient).then_some(PatientId(feed.subject_id))
}

/// A page of the feeds in use, without their addresses.
pub async fn list(app: &App, caller: &Caller, page: &Page) -> Result<Items<FeedView>> {
    let after = page.after(FeedId(Uuid::nil()))?;
    let mut work = Work::begin(app, caller).await?;
    let found = page.of(
        feeds::page(&mut work.tx, caller.actor.own_shop(), after, page.rows()?).await?,
        |feed| feed.id,
    )?;
    for patient in found.items.iter().filter_map(patient_of) {
        work.audit_read("feed.list", ("patient", patient.0), Some(patient), None).await?;
    }
    let items = found.map(|feed| feed_view(app, &feed, None));
    Ok(work.commit(Answer::Is(items)).await?.into_inner())
}

/// Revokes the feeds that were not fetched for long, each with a task that says so.
pub async fn revoke_unused(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let mut work = Work::for_program(app, TICKER).await?;
    let unused = feeds::unused_since(
        &mut work.tx,
        now - Duration::days(i64::from(app.policy.feed_unused_days)),
    )
    .await?;
    let mut revoked = 0;
    for feed in unused {
        if !feeds::revoke(&mut work.tx, feed.id, feed.version, now).await? {
            continue;
        }
        revoked += 1;
        // An address that was offered in a list of dates and never used is missed by nobody.
        if feed.kind == FeedKind::Patient && feed.last_fetched_at.is_none() {
            continue;
        }
        let detail = format!(
            "A calendar link ({}) was not used for {} days and was switched off. Make a new one if it is still needed.",
            feed.kind, app.policy.feed_unused_days
        );
        let task = Task {
            patient_id: patient_of(&feed),
            ..Task::open(app.clock.id(), TaskKind::FeedRevoked, detail, now)
        };
        tasks::insert(&mut work.tx, &task).await?;
    }
    work.done().await?;
    Ok(revoked)
}
