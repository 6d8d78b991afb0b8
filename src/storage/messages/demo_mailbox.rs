//! The demo's mailbox: what would have gone out, kept to be looked at.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::SessionId;
use crate::domain::patient::channel::Channel;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// A mail or a text that would have gone out.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivered {
    /// Its id.
    pub id: Uuid,
    /// Mail, or a text.
    pub channel: Channel,
    /// The recipient.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// When it went out.
    pub at: DateTime<Utc>,
    /// About which session.
    pub session_id: Option<SessionId>,
    /// The whole of it, as it would go over the wire.
    pub raw: String,
}

/// Keeps a mail.
pub async fn insert(tx: &mut Tx, mail: &Delivered) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO demo_mailbox (id, channel, recipient, subject, at, session_id, raw) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind_all(fields!(mail => id, channel, recipient, subject, at, session_id, raw))
    .done()
    .await
}

/// Every mail in the order in which they went out.
pub async fn all(tx: &mut Tx) -> Result<Vec<Delivered>> {
    tx.query(stmt!("SELECT * FROM demo_mailbox ORDER BY at, id")).all().await
}

/// One mail.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Delivered>> {
    tx.query(stmt!("SELECT * FROM demo_mailbox WHERE id = $1")).bind(id).optional().await
}
