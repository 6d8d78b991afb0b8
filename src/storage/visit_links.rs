//! Links to a patient's page about one visit, by the hash of their secret; and the secret
//! key, shared by all nodes, that those are made with.

use chrono::{DateTime, Utc};

use super::engine::stmt;
use super::{Error, Result, Tx};
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::patient::Email;
use crate::domain::visit_link::LinkKey;

/// Writes a link, unless it is there.
pub async fn insert(tx: &mut Tx, hash: &str, session: SessionId, recipient: &Email, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO visit_links (hash, session_id, recipient, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    ))
    .bind(hash.to_owned())
    .bind(session)
    .bind(recipient.lowered())
    .bind(at)
    .run()
    .await?;
    Ok(())
}

/// The session that a link is for.
pub async fn session(tx: &mut Tx, hash: &str) -> Result<Option<SessionId>> {
    let row: Option<(SessionId,)> = tx
        .query(stmt!("SELECT session_id FROM visit_links WHERE hash = $1"))
        .bind(hash.to_owned())
        .optional()
        .await?;
    Ok(row.map(|(session,)| session))
}

/// Takes away the links of all visits of a patient that went to any other address than `keep`.
pub async fn revoke_others(tx: &mut Tx, patient: PatientId, keep: Option<&Email>) -> Result<()> {
    let keep = keep.map(Email::lowered).unwrap_or_default();
    tx.query(stmt!(
        "DELETE FROM visit_links WHERE recipient <> $2 AND session_id IN (SELECT id FROM sessions WHERE patient_id = $1)"
    ))
    .bind(patient)
    .bind(keep)
    .run()
    .await?;
    Ok(())
}

/// The key that links are made with, if there is one yet.
pub async fn key(tx: &mut Tx) -> Result<Option<LinkKey>> {
    let row: Option<(String,)> = tx
        .query(stmt!("SELECT secret FROM secrets WHERE name = 'visit_links'"))
        .optional()
        .await?;
    row.map(|(text,)| LinkKey::read(&text).ok_or(Error::Unreadable("the key of links")))
        .transpose()
}

/// Makes `key` the key that links are made with, unless there is one.
pub async fn insert_key(tx: &mut Tx, key: &LinkKey) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO secrets (name, secret) VALUES ('visit_links', $1) ON CONFLICT DO NOTHING"
    ))
    .bind(key.written())
    .run()
    .await?;
    Ok(())
}
