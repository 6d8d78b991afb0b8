//! Users, and failed sign-ins, which are counted here so that all nodes see them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::catalogue::practitioner::Qualification;
use crate::domain::ids::{PartnerId, PractitionerId, UserId};
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::storage::engine::{fields, stmt};
use crate::storage::{Result, Tx};

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Rises with each change.
    pub version: i64,
    /// Lower case.
    pub email: String,
    /// Their name.
    pub name: Line,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to.
    pub partner_id: Option<PartnerId>,
    /// Which practitioner they are, if one.
    pub practitioner_id: Option<PractitionerId>,
    /// Argon2id, PHC string.
    pub password_hash: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// The secret of their second factor, base32, once they have shown that they have it.
    pub second_factor: Option<String>,
    /// The step of time of the last code that they used.
    pub second_factor_step: Option<i64>,
    /// Whether they may not go without one.
    pub second_factor_required: bool,
}

/// Writes a new user. The email may be taken.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<()> {
    tx.query(stmt!(
        "INSERT INTO users (id, version, email, name, role, partner_id, password_hash, active, created_at, practitioner_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ))
    .bind_all(fields!(user => id, version, email, name, role, partner_id, password_hash, active,
        created_at, practitioner_id))
    .done()
    .await
}

/// The user with this email, lower case.
pub async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<User>> {
    tx.query(stmt!("SELECT * FROM users WHERE email = $1")).bind(email.to_owned()).optional().await
}

/// The user with this id.
pub async fn get(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    tx.query(stmt!("SELECT * FROM users WHERE id = $1")).bind(id).optional().await
}

/// Whether there is a user yet.
pub async fn any(tx: &mut Tx) -> Result<bool> {
    let found: Option<(UserId,)> =
        tx.query(stmt!("SELECT id FROM users LIMIT 1")).optional().await?;
    Ok(found.is_some())
}

/// Every user, by email.
pub async fn all(tx: &mut Tx) -> Result<Vec<User>> {
    tx.query(stmt!("SELECT * FROM users ORDER BY email")).all().await
}

/// Holds the list of users until the transaction ends, so that of two changes the second sees the first. It is the
/// oldest user's row that is held; users are never deleted, so that is the same row for all.
pub async fn hold_list(tx: &mut Tx) -> Result<()> {
    tx.query(stmt!(
        "UPDATE users SET version = version WHERE id = (SELECT id FROM users ORDER BY id LIMIT 1)"
    ))
    .done()
    .await
}

/// How many managers may sign in, besides `id`.
pub async fn other_managers(tx: &mut Tx, id: UserId) -> Result<i64> {
    tx.query(stmt!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM users WHERE role = 'manager' AND active AND id <> $1"
    ))
    .bind(id)
    .value()
    .await
}

/// Writes name, role, shop and practitioner of `user`, who was one version older. Whether they still were.
pub async fn update(tx: &mut Tx, user: &User) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE users SET version = $2, name = $3, role = $4, partner_id = $5, practitioner_id = $6 WHERE id = $1 AND version = $2 - 1"
    ))
    .bind_all(fields!(user => id, version, name, role, partner_id, practitioner_id))
    .changed_one()
    .await
}

/// What the practitioner is by training who `id` is; nothing for a user who is none, or of whom it is not noted.
pub async fn qualification(tx: &mut Tx, id: UserId) -> Result<Option<Qualification>> {
    let row: Option<(Option<Qualification>,)> = tx
        .query(stmt!(
            "SELECT p.qualification FROM users u JOIN practitioners p ON p.id = u.practitioner_id WHERE u.id = $1"
        ))
        .bind(id)
        .optional()
        .await?;
    Ok(row.and_then(|(qualification,)| qualification))
}

/// Whether a physician of the clinic can sign in.
pub async fn any_physician(tx: &mut Tx) -> Result<bool> {
    tx.query(stmt!(
        "SELECT EXISTS (SELECT 1 FROM users u JOIN practitioners p ON p.id = u.practitioner_id
                        WHERE u.active AND p.active AND p.qualification = 'physician') AS there"
    ))
    .value()
    .await
}

/// Lets a user in, or out for good.
pub async fn set_active(tx: &mut Tx, id: UserId, active: bool) -> Result<()> {
    tx.query(stmt!("UPDATE users SET active = $2, version = version + 1 WHERE id = $1"))
        .bind_all((id, active))
        .done()
        .await
}

/// Sets a user's password.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str) -> Result<()> {
    tx.query(stmt!("UPDATE users SET password_hash = $2, version = version + 1 WHERE id = $1"))
        .bind_all((id, hash))
        .done()
        .await
}

/// Gives a user who has none a second factor, with the step of the code that showed it. Whether they had none.
pub async fn set_up_second_factor(
    tx: &mut Tx,
    id: UserId,
    secret: &str,
    step: i64,
) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE users SET second_factor = $2, second_factor_step = $3, version = version + 1 WHERE id = $1 AND second_factor IS NULL"
    ))
    .bind_all((id, secret, step))
    .changed_one()
    .await
}

/// Takes a user's second factor away.
pub async fn take_second_factor(tx: &mut Tx, id: UserId) -> Result<()> {
    tx.query(stmt!(
        "UPDATE users SET second_factor = NULL, second_factor_step = NULL, version = version + 1 WHERE id = $1"
    ))
    .bind(id)
    .done()
    .await
}

/// Notes that the code of `step` was used. Whether no later one, nor this one, was before.
pub async fn use_step(tx: &mut Tx, id: UserId, step: i64) -> Result<bool> {
    tx.query(stmt!(
        "UPDATE users SET second_factor_step = $2 WHERE id = $1 AND (second_factor_step IS NULL OR second_factor_step < $2)"
    ))
    .bind_all((id, step))
    .changed_one()
    .await
}

/// Whether a user may go without a second factor.
pub async fn require_second_factor(tx: &mut Tx, id: UserId, required: bool) -> Result<()> {
    tx.query(stmt!(
        "UPDATE users SET second_factor_required = $2, version = version + 1 WHERE id = $1"
    ))
    .bind_all((id, required))
    .done()
    .await
}

/// Notes a failed sign-in.
pub async fn note_failure(tx: &mut Tx, id: Uuid, email: &str, at: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("INSERT INTO sign_in_failures (id, email, at) VALUES ($1, $2, $3)"))
        .bind_all((id, email, at))
        .done()
        .await
}

/// Takes one failure back.
pub async fn forget_failure(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.query(stmt!("DELETE FROM sign_in_failures WHERE id = $1")).bind(id).done().await
}

/// How often signing in as `email` failed since `since`, the try `except` left out, and when it did last.
pub async fn failures(
    tx: &mut Tx,
    email: &str,
    since: DateTime<Utc>,
    except: Uuid,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    let rows: Vec<(DateTime<Utc>,)> = tx
        .query(stmt!(
            "SELECT at FROM sign_in_failures WHERE email = $1 AND at > $2 AND id <> $3 ORDER BY at DESC LIMIT 100"
        ))
        .bind_all((email, since, except))
        .all()
        .await?;
    Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), rows.first().map(|(at,)| *at)))
}

/// Forgets the failures of `email`, and every one before `before`.
pub async fn forget_failures(tx: &mut Tx, email: &str, before: DateTime<Utc>) -> Result<()> {
    tx.query(stmt!("DELETE FROM sign_in_failures WHERE email = $1 OR at < $2"))
        .bind_all((email, before))
        .done()
        .await
}
