//! The links that messages to patients carry: each opens the page about one visit, made with
//! the clinic's own key, which the first that needs it makes.

use crate::actions::{App, Error, Program, Result, Work};
use crate::domain::access::secret::hash_of;
use crate::domain::access::visit_link::LinkKey;
use crate::domain::ids::SessionId;
use crate::domain::patient::recipient::Recipient;
use crate::storage::Tx;
use crate::storage::messages::visit_links;

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
    let key = made(&mut work.tx, work.app).await?;
    let hash = hash_of(&key.secret(session, recipient));
    Ok(visit_links::insert(&mut work.tx, &hash, session, recipient, work.now).await?)
}

/// The clinic's key. It is kept in memory only once it was read, since what a transaction writes may never come to be.
async fn made(tx: &mut Tx, app: &App) -> Result<LinkKey> {
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
    let key = made(&mut work.tx, app).await?;
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
        .to(&path(&made(&mut work.tx, work.app).await?.secret(session, recipient))))
}

/// The whole address of the page about `session` for `recipient`.
pub async fn address(app: &App, session: SessionId, recipient: &Recipient) -> Result<String> {
    Ok(app.profile.public_url.to(&path(&key(app).await?.secret(session, recipient))))
}
