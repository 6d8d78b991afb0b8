//! The history of sessions: each change with what was before it. `undo` reads the
//! last one; nothing here is ever deleted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::course::record::TreatmentRecord;
use crate::domain::course::session::{CancelReason, Place, RebookReason, Session};
use crate::domain::course::status::{ProcedureStatus, SessionStatus};
use crate::domain::ids::{DeedId, ReferralId, SessionId, UserId};
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// What of a session can change, as it was before a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the fields of Session, by the same names")]
pub struct Before {
    pub status: SessionStatus,
    pub procedure_status: ProcedureStatus,
    pub place: Place,
    pub local_start: String,
    pub zone: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub cancel_reason: Option<CancelReason>,
    pub rebook_reason: Option<RebookReason>,
    pub record: Option<TreatmentRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
}

impl From<&Session> for Before {
    fn from(session: &Session) -> Self {
        let Session {
            status,
            procedure_status,
            place,
            local_start,
            zone,
            starts_at,
            ends_at,
            cancel_reason,
            rebook_reason,
            record,
            confirmed_at,
            referral_id,
            ..
        } = session.clone();
        Self {
            status,
            procedure_status,
            place,
            local_start,
            zone,
            starts_at,
            ends_at,
            cancel_reason,
            rebook_reason,
            record,
            confirmed_at,
            referral_id,
        }
    }
}

impl Before {
    /// `session` with all that can change set back to what it was.
    #[must_use]
    pub fn restored(self, session: &Session) -> Session {
        let Self {
            status,
            procedure_status,
            place,
            local_start,
            zone,
            starts_at,
            ends_at,
            cancel_reason,
            rebook_reason,
            record,
            confirmed_at,
            referral_id,
        } = self;
        let kept = session.clone();
        Session {
            place,
            referral_id,
            status,
            procedure_status,
            local_start,
            zone,
            starts_at,
            ends_at,
            cancel_reason,
            rebook_reason,
            record,
            // What was answered since to the same time stays.
            confirmed_at: if starts_at == kept.starts_at {
                kept.confirmed_at
            } else {
                confirmed_at
            },
            ..kept
        }
    }
}

/// One change, which is part of a deed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Change {
    /// Its id.
    pub id: Uuid,
    /// The deed.
    pub deed_id: DeedId,
    /// What: the verb, or `booked`.
    pub change: String,
    /// What was before; nothing for the booking itself.
    #[sqlx(json(nullable))]
    pub before: Option<Before>,
}

/// A change with who made it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Made {
    /// The change.
    #[sqlx(flatten)]
    pub change: Change,
    /// When.
    pub at: DateTime<Utc>,
    /// Which user made it; none for what was loaded, or answered by a patient.
    pub user_id: Option<UserId>,
    /// Whether it was undone since.
    pub undone: bool,
}

/// Every change of `session`, oldest first.
pub async fn all(tx: &mut Tx, session: SessionId) -> Result<Vec<Made>> {
    tx.query(stmt!(
        "SELECT h.id, h.deed_id, h.change, h.before, d.at, d.user_id, h.undone
         FROM session_history h JOIN deeds d ON d.id = h.deed_id WHERE h.session_id = $1 ORDER BY h.id"
    ))
    .bind(session)
    .all()
    .await
}

/// Writes a change.
pub async fn insert(tx: &mut Tx, change: &Change, session: SessionId) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO session_history (id, deed_id, session_id, change, before, undone) VALUES ($1, $2, $3, $4, $5, FALSE)"
    ))
    .bind_all((change.id, change.deed_id, session, &change.change, change.before.as_ref().map(Json)))
    .done()
    .await
}

/// The last change of `session` that was not undone, with the time of its deed.
pub async fn last(tx: &mut Tx, session: SessionId) -> Result<Option<Made>> {
    tx.query(stmt!(
        "SELECT h.id, h.deed_id, h.change, h.before, d.at, d.user_id, h.undone
         FROM session_history h JOIN deeds d ON d.id = h.deed_id
         WHERE h.session_id = $1 AND NOT h.undone AND h.change <> 'undone' ORDER BY h.id DESC LIMIT 1"
    ))
    .bind(session)
    .optional()
    .await
}

/// Notes that a change was undone.
pub async fn mark_undone(tx: &mut Tx, change: Uuid) -> Result<()> {
    tx.query(stmt!("UPDATE session_history SET undone = TRUE WHERE id = $1"))
        .bind(change)
        .run()
        .await?;
    Ok(())
}
