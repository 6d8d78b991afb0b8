//! Other times that shops propose.

use crate::domain::course::session::Session;
use crate::domain::ids::{ReferralId, SessionId};
use crate::domain::messages::message::Message;
use crate::domain::partner::referral::{Proposal, ProposalStatus, can_be_moved};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};
use chrono::{DateTime, Utc};

/// Writes a new proposal.
pub async fn insert(tx: &mut Tx, p: &Proposal) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO proposals (id, version, referral_id, session_id, starts_at, status, created_at, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .bind_all(fields!(p => id, version, referral_id, session_id, starts_at, status, created_at,
        decided_at))
    .done()
    .await
}

/// Writes the state of `p`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, p: &Proposal) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE proposals SET version = $2, status = $3, decided_at = $4, session_id = $5 WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all(fields!(p => id, version, status, decided_at, session_id))
    .changed_one()
    .await
}

/// The proposals of a referral, oldest first.
pub async fn of_referral(tx: &mut Tx, referral: ReferralId) -> Result<Vec<Proposal>> {
    tx.query(stmt!("SELECT * FROM proposals WHERE referral_id = $1 ORDER BY id"))
        .bind(referral)
        .all()
        .await
}

/// The proposals for a session, oldest first.
pub async fn of_session(tx: &mut Tx, session: SessionId) -> Result<Vec<Proposal>> {
    tx.query(stmt!("SELECT * FROM proposals WHERE session_id = $1 ORDER BY id"))
        .bind(session)
        .all()
        .await
}

/// The time that the shop proposes for a session, if it does and the session can still be moved.
pub async fn open_for(
    tx: &mut Tx,
    now: DateTime<Utc>,
    session: &Session,
) -> Result<Option<DateTime<Utc>>> {
    if !can_be_moved(session, now) {
        return Ok(None);
    }
    let all = of_session(tx, session.id).await?;
    let open = all.iter().rfind(|one| one.status == ProposalStatus::Open);
    Ok(open.map(|one| one.starts_at))
}

/// Whether what a message to a patient proposes can still be taken.
pub async fn is_open(tx: &mut Tx, message: &Message) -> Result<bool> {
    let Some(session) = message.session_id else {
        return Ok(false);
    };
    let all = of_session(tx, session).await?;
    Ok(all
        .iter()
        .any(|one| one.status == ProposalStatus::Open && one.id.to_string() == message.lead))
}
