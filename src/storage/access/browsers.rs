//! Browsers that are signed in, by the hash of their cookie, and the codes of the first start.

use chrono::{DateTime, Utc};

use crate::domain::access::browser::{SignIn, Stage};
use crate::domain::ids::{SignInId, UserId};
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// Writes a new sign-in by the hash of its cookie.
pub async fn insert(tx: &mut Tx, sign_in: &SignIn, hash: &str) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO sign_ins (id, user_id, hash, stage, offered, created_at, seen_at, locked, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ))
    .bind_all((sign_in.id, sign_in.user_id, hash))
    .bind_all(fields!(sign_in => stage, offered, created_at, seen_at, locked, ended_at))
    .done()
    .await
}

/// The sign-in with this hash.
pub async fn by_hash(tx: &mut Tx, hash: &str) -> Result<Option<SignIn>> {
    tx.query(stmt!(
        "SELECT id, user_id, stage, offered, created_at, seen_at, locked, ended_at FROM sign_ins WHERE hash = $1"
    ))
    .bind(hash)
    .optional()
    .await
}

/// Notes that it was used.
pub async fn note_seen(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET seen_at = $2 WHERE id = $1 AND seen_at < $2"))
        .bind_all((id, at))
        .done()
        .await
}

/// Locks it, or opens it at `at`.
pub async fn set_locked(tx: &mut Tx, id: SignInId, locked: bool, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET locked = $2, seen_at = $3 WHERE id = $1"))
        .bind_all((id, locked, at))
        .done()
        .await
}

/// How far it has come by now.
pub async fn set_stage(tx: &mut Tx, id: SignInId, stage: Stage, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET stage = $2, seen_at = $3, offered = NULL WHERE id = $1"))
        .bind_all((id, stage, at))
        .done()
        .await
}

/// Keeps a second factor that is offered to it.
pub async fn offer(tx: &mut Tx, id: SignInId, secret: &str) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET offered = $2 WHERE id = $1"))
        .bind_all((id, secret))
        .done()
        .await
}

/// Ends it.
pub async fn end(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL"))
        .bind_all((id, at))
        .done()
        .await
}

/// Ends all of a user.
pub async fn end_all(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL"))
        .bind_all((user, at))
        .done()
        .await
}

/// Ends all of a user but one.
pub async fn end_others(tx: &mut Tx, user: UserId, but: SignInId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE sign_ins SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL"
    ))
    .bind_all((user, but, at))
    .done()
    .await
}

/// Forgets those that began before `before`; the audit has what was done with them.
pub async fn forget_old(tx: &mut Tx, before: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM sign_ins WHERE created_at < $1")).bind(before).done().await
}

/// Writes the hash of a code by which the first manager is made.
pub async fn insert_first(tx: &mut Tx, hash: &str, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("INSERT INTO first_start (hash, created_at) VALUES ($1, $2)"))
        .bind_all((hash, at))
        .done()
        .await
}

/// Uses up every code of the first start, if `hash` is one of them. Whether it was: of two who come at once, one.
pub async fn use_first(tx: &mut Tx, hash: &str) -> Result<bool> {
    let used = tx.query(stmt!("DELETE FROM first_start WHERE hash = $1")).bind(hash).run().await?;
    if used == 0 {
        return Ok(false);
    }
    tx.query(stmt!("DELETE FROM first_start")).run().await?;
    Ok(true)
}
