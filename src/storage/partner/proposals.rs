//! Other times that shops propose.

use crate::domain::ids::{ReferralId, SessionId};
use crate::domain::partner::referral::Proposal;
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Writes a new proposal.
pub async fn insert(tx: &mut Tx, p: &Proposal) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO proposals (id, version, referral_id, session_id, starts_at, status, created_at, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .bind(p.id)
    .bind(p.version)
    .bind(p.referral_id)
    .bind(p.session_id)
    .bind(p.starts_at)
    .bind(p.status)
    .bind(p.created_at)
    .bind(p.decided_at)
    .run()
    .await?;
    Ok(())
}

/// Writes what became of `p`, which was one version older. Whether it still was.
pub async fn update(tx: &mut Tx, p: &Proposal) -> Result<bool> {
    let changed = tx
        .query(stmt!(
            "UPDATE proposals SET version = $2, status = $3, decided_at = $4, session_id = $5 WHERE id = $1 AND version = $2 - 1"
        ))
        .bind(p.id)
        .bind(p.version)
        .bind(p.status)
        .bind(p.decided_at)
        .bind(p.session_id)
        .run()
        .await?;
    Ok(changed == 1)
}

/// The proposals of a referral, oldest first.
pub async fn of_referral(tx: &mut Tx, referral: ReferralId) -> Result<Vec<Proposal>> {
    tx.query(stmt!(
        "SELECT * FROM proposals WHERE referral_id = $1 ORDER BY id"
    ))
    .bind(referral)
    .all()
    .await
}

/// The proposals for a session, oldest first.
pub async fn of_session(tx: &mut Tx, session: SessionId) -> Result<Vec<Proposal>> {
    tx.query(stmt!(
        "SELECT * FROM proposals WHERE session_id = $1 ORDER BY id"
    ))
    .bind(session)
    .all()
    .await
}
