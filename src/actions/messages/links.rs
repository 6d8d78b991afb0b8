//! The links that messages to patients carry: each opens the page about one visit, made with
//! the clinic's own key, which the first that needs it makes.

use crate::actions::{App, Error, Program, Result, Work};
use crate::domain::access::secret::hash_of;
use crate::domain::access::visit_link::LinkKey;
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::messages::feed::{Feed, FeedKind};
use crate::domain::patient::recipient::Recipient;
use crate::storage::Tx;
use crate::storage::access::users;
use crate::storage::messages::{feeds, visit_links};

/// The path of the page that a secret opens.
#[must_use]
pub fn path(secret: &str) -> String {
    format!("/a/{secret}")
}

/// Lets the link that goes to `recipient` open the page about the visit.
pub(in crate::actions) async fn open(
    work: &mut Work<'_>,
    session: SessionId,
    recipient: &Recipient,
) -> Result<()> {
    let key = ensure_key(&mut work.tx, work.app).await?;
    let hash = hash_of(&key.secret(session, recipient));
    Ok(visit_links::insert(&mut work.tx, &hash, session, recipient, work.now).await?)
}

/// The clinic's key. It is kept in memory only once it was read, since what a transaction writes may never come to be.
async fn ensure_key(tx: &mut Tx, app: &App) -> Result<LinkKey> {
    if let Some(key) = app.link_key.get() {
        return Ok(key.clone());
    }
    if let Some(key) = visit_links::key(tx).await? {
        return Ok(app.link_key.get_or_init(|| key).clone());
    }
    visit_links::insert_key(tx, &LinkKey::new(rand::random())).await?;
    let key = visit_links::key(tx).await?;
    key.ok_or_else(|| Error::Fault("the key of links is gone".to_owned()))
}

/// The key, for those who are not in the middle of a change.
pub async fn key(app: &App) -> Result<LinkKey> {
    if let Some(key) = app.link_key.get() {
        return Ok(key.clone());
    }
    let mut tx = app.db.read().await?;
    let key = visit_links::key(&mut tx).await?;
    tx.rollback().await?;
    let key = key.ok_or_else(|| Error::Fault("no link was made yet".to_owned()))?;
    Ok(app.link_key.get_or_init(|| key).clone())
}

/// The key, which is made if no link was made yet.
pub(in crate::actions) async fn key_at_hand(app: &App) -> Result<LinkKey> {
    if let Some(key) = app.link_key.get() {
        return Ok(key.clone());
    }
    let mut work = Work::for_program(app, Program::own("links")).await?;
    let key = ensure_key(&mut work.tx, app).await?;
    work.done().await?;
    Ok(app.link_key.get_or_init(|| key).clone())
}

/// The whole address of the page about `session` for `recipient`, within a change.
pub(in crate::actions) async fn address_in(
    work: &mut Work<'_>,
    session: SessionId,
    recipient: &Recipient,
) -> Result<String> {
    Ok(work
        .app
        .profile
        .public_url
        .to(&path(&ensure_key(&mut work.tx, work.app).await?.secret(session, recipient))))
}

/// The whole address of the page about `session` for `recipient`.
pub async fn address(app: &App, session: SessionId, recipient: &Recipient) -> Result<String> {
    Ok(app.profile.public_url.to(&path(&key(app).await?.secret(session, recipient))))
}

/// Lets the address of a patient's own feed, which a list of dates leads to, be fetched; unless they have a feed already, or had
/// this one and it was revoked, or no user asks.
pub(super) async fn open_feed(work: &mut Work<'_>, patient: PatientId) -> Result<()> {
    let key = ensure_key(&mut work.tx, work.app).await?;
    let hash = hash_of(&key.feed_secret(patient));
    let user = work.caller.actor.user_id;
    if feeds::in_use(&mut work.tx, FeedKind::Patient, patient.0).await?.is_some()
        || feeds::is_known(&mut work.tx, &hash).await?
        || users::get(&mut work.tx, user).await?.is_none()
    {
        return Ok(());
    }
    let feed = Feed {
        id: work.app.clock.id(),
        version: 1,
        kind: FeedKind::Patient,
        subject_id: patient.0,
        hash,
        created_by: user,
        created_at: work.now,
        rotated_at: work.now,
        last_fetched_at: None,
        revoked_at: None,
    };
    Ok(feeds::insert(&mut work.tx, &feed).await?)
}

/// The address of a patient's own feed, if it is the one that a list of dates leads to.
pub async fn feed_address(app: &App, patient: PatientId) -> Result<Option<String>> {
    let secret = key(app).await?.feed_secret(patient);
    let mut tx = app.db.read().await?;
    let feed = feeds::in_use(&mut tx, FeedKind::Patient, patient.0).await?;
    tx.rollback().await?;
    let ours = feed.is_some_and(|feed| feed.hash == hash_of(&secret));
    Ok(ours.then(|| app.profile.public_url.to(&format!("/feeds/{secret}.ics"))))
}
