//! Links to a patient's page about one visit, by the hash of their secret; and the secret
//! key, shared by all nodes, that those are made with.

use chrono::{DateTime, Utc};

use crate::domain::access::visit_link::LinkKey;
use crate::domain::ids::{PatientId, SessionId};
use crate::domain::patient::recipient::Recipient;
use crate::storage::engine::stmt;
use crate::storage::{Error, Result, Tx};

/// Writes a link, unless it is there.
pub async fn insert(
    tx: &mut Tx,
    hash: &str,
    session: SessionId,
    recipient: &Recipient,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO visit_links (hash, session_id, recipient, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    ))
    .bind_all((hash, session, recipient.key(), at))
    .done()
    .await
}

/// The session that a link is for, and the address that it went to.
pub async fn behind(tx: &mut Tx, hash: &str) -> Result<Option<(SessionId, Recipient)>> {
    tx.query(stmt!("SELECT session_id, recipient FROM visit_links WHERE hash = $1"))
        .bind(hash)
        .optional()
        .await
}

/// Takes away the links of all visits of a patient that went to any other address than these.
pub async fn revoke_others(
    tx: &mut Tx,
    patient: PatientId,
    email: Option<&Recipient>,
    phone: &Recipient,
) -> Result<()> {
    tx.query(stmt!(
        "DELETE FROM visit_links WHERE recipient NOT IN ($2, $3) AND session_id IN (SELECT id FROM sessions WHERE patient_id = $1)"
    ))
    .bind_all((patient, email.map(Recipient::key).unwrap_or_default(), phone.key()))
    .done()
    .await
}

/// The key that links are made with, if there is one yet.
pub async fn key(tx: &mut Tx) -> Result<Option<LinkKey>> {
    let query = tx.query(stmt!("SELECT secret FROM secrets WHERE name = 'visit_links'"));
    let text: Option<String> = query.optional_value().await?;
    text.map(|text| LinkKey::read(&text).ok_or(Error::Unreadable("the key of links"))).transpose()
}

/// Makes `key` the key that links are made with, unless there is one.
pub async fn insert_key(tx: &mut Tx, key: &LinkKey) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO secrets (name, secret) VALUES ('visit_links', $1) ON CONFLICT DO NOTHING"
    ))
    .bind(key.to_text())
    .done()
    .await
}
