//! What the settlement figures of shops are counted from: referrals that were sent, and the
//! sessions under them with when each was reported.

use chrono::{DateTime, Utc};

use crate::domain::ids::PartnerId;
use crate::domain::partner::settlement::{Asked, Dated};
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Every referral that was sent before `until`; of `own` alone, where a shop asks.
pub async fn asked(
    tx: &mut Tx,
    own: Option<PartnerId>,
    until: DateTime<Utc>,
) -> Result<Vec<Asked>> {
    tx.query(stmt!(
        "SELECT partner_id, sessions, requested_at, answered_at, status = 'rejected' AS declined FROM referrals
         WHERE requested_at < $1 AND partner_id = coalesce($2, partner_id) AND status <> 'entered-in-error' ORDER BY id"
    ))
    .bind_all((until, own))
    .all()
    .await
}

/// Every session under them that starts before `until` and was not cancelled.
pub async fn dated(
    tx: &mut Tx,
    own: Option<PartnerId>,
    until: DateTime<Utc>,
) -> Result<Vec<Dated>> {
    tx.query(stmt!(
        "SELECT r.partner_id, r.requested_at, s.starts_at, s.ends_at,
            s.status = 'fulfilled' AND s.procedure_status <> 'not-done' AS treated,
            s.status IN ('booked', 'arrived', 'checked-in') AS unreported,
            (SELECT MIN(d.at) FROM session_history h JOIN deeds d ON d.id = h.deed_id WHERE h.session_id = s.id AND NOT h.undone AND h.change IN ('report', 'complete')) AS reported_at
         FROM sessions s JOIN referrals r ON r.id = s.referral_id
         WHERE r.requested_at IS NOT NULL AND s.starts_at < $1 AND r.partner_id = coalesce($2, r.partner_id)
           AND r.status <> 'entered-in-error' AND s.status IN ('booked', 'arrived', 'checked-in', 'fulfilled')
         ORDER BY s.id"
    ))
    .bind_all((until, own))
    .all()
    .await
}
