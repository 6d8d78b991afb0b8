//! Browsers that are signed in, by the hash of their cookie, and the codes of the first start.

use chrono::{DateTime, Utc};

use crate::domain::access::browser::{SignIn, Stage};
use crate::domain::ids::{SignInId, UserId};
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Writes a new sign-in by the hash of its cookie.
pub async fn insert(tx: &mut Tx, sign_in: &SignIn, hash: &str) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO sign_ins (id, user_id, hash, stage, offered, created_at, seen_at, locked, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    ))
    .bind(sign_in.id)
    .bind(sign_in.user_id)
    .bind(hash.to_owned())
    .bind(sign_in.stage)
    .bind(sign_in.offered.clone())
    .bind(sign_in.created_at)
    .bind(sign_in.seen_at)
    .bind(sign_in.locked)
    .bind(sign_in.ended_at)
    .run()
    .await?;
    Ok(())
}

/// The sign-in with this hash.
pub async fn by_hash(tx: &mut Tx, hash: &str) -> Result<Option<SignIn>> {
    tx.query(stmt!(
        "SELECT id, user_id, stage, offered, created_at, seen_at, locked, ended_at FROM sign_ins WHERE hash = $1"
    ))
    .bind(hash.to_owned())
    .optional()
    .await
}

/// Notes that somebody did something with it.
pub async fn note_seen(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET seen_at = $2 WHERE id = $1 AND seen_at < $2"))
        .bind(id)
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// Locks it, or opens it at `at`.
pub async fn set_locked(tx: &mut Tx, id: SignInId, locked: bool, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET locked = $2, seen_at = $3 WHERE id = $1"))
        .bind(id)
        .bind(locked)
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// How far it has come by now.
pub async fn set_stage(tx: &mut Tx, id: SignInId, stage: Stage, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET stage = $2, seen_at = $3, offered = NULL WHERE id = $1"))
        .bind(id)
        .bind(stage)
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// Keeps a second factor that is offered to it.
pub async fn offer(tx: &mut Tx, id: SignInId, secret: &str) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET offered = $2 WHERE id = $1"))
        .bind(id)
        .bind(secret.to_owned())
        .run()
        .await?;
    Ok(())
}

/// Ends it.
pub async fn end(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL"))
        .bind(id)
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// Ends all of a user.
pub async fn end_all(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("UPDATE sign_ins SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL"))
        .bind(user)
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// Ends all of a user but one.
pub async fn end_others(tx: &mut Tx, user: UserId, but: SignInId, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!(
        "UPDATE sign_ins SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL"
    ))
    .bind(user)
    .bind(but)
    .bind(at)
    .run()
    .await?;
    Ok(())
}

/// Forgets those that began before `before`; the audit has what was done with them.
pub async fn forget_old(tx: &mut Tx, before: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM sign_ins WHERE created_at < $1")).bind(before).run().await?;
    Ok(())
}

/// Writes the hash of a code by which the first manager is made.
pub async fn insert_first(tx: &mut Tx, hash: &str, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("INSERT INTO first_start (hash, created_at) VALUES ($1, $2)"))
        .bind(hash.to_owned())
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// Uses up every code of the first start, if `hash` is one of them. Whether it was: of two who come at once, one.
pub async fn use_first(tx: &mut Tx, hash: &str) -> Result<bool> {
    let used = tx
        .query(stmt!("DELETE FROM first_start WHERE hash = $1"))
        .bind(hash.to_owned())
        .run()
        .await?;
    if used == 0 {
        return Ok(false);
    }
    tx.query(stmt!("DELETE FROM first_start")).run().await?;
    Ok(true)
}
