//! API tokens. Only their hashes are kept.

use chrono::{DateTime, Utc};

use crate::domain::ids::{PartnerId, TokenId, UserId};
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::storage::engine::{Lease, stmt};
use crate::storage::{Result, Tx};

/// Who holds a token.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Holder {
    /// The token.
    pub token_id: TokenId,
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: Line,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to.
    pub partner_id: Option<PartnerId>,
}

/// A token as a list shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// The token.
    pub id: TokenId,
    /// Whose it is.
    pub email: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Writes a new token by its hash.
pub async fn insert(
    tx: &mut Tx,
    id: TokenId,
    user: UserId,
    hash: &str,
    created: DateTime<Utc>,
    expires: DateTime<Utc>,
) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO tokens (id, user_id, hash, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, NULL)"
    ))
    .bind_all((id, user, hash, created, expires))
    .done()
    .await
}

/// Who holds the token with this hash, if it holds at `now`.
pub async fn holder(lease: &mut Lease, hash: &str, now: DateTime<Utc>) -> Result<Option<Holder>> {
    lease
        .query(stmt!(
            "SELECT t.id AS token_id, u.id AS user_id, u.name, u.role, u.partner_id
         FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.hash = $1 AND t.expires_at > $2 AND t.revoked_at IS NULL AND u.active"
        ))
        .bind_all((hash, now))
        .optional()
        .await
}

/// Every token, newest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Listed>> {
    tx.query(stmt!(
        "SELECT t.id, u.email, t.created_at, t.expires_at, t.revoked_at FROM tokens t JOIN users u ON u.id = t.user_id ORDER BY t.id DESC"
    ))
    .all()
    .await
}

/// Revokes a token. Whether there was one to revoke.
pub async fn revoke(tx: &mut Tx, id: TokenId, at: DateTime<Utc>) -> Result<bool> {
    tx.query(stmt!("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"))
        .bind_all((id, at))
        .changed_one()
        .await
}

/// Revokes every token of a user.
pub async fn revoke_all(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL"))
        .bind_all((user, at))
        .done()
        .await
}
