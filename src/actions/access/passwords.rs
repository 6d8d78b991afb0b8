//! What a person knows and a program holds: passwords (argon2id), how guesses at them are counted, the
//! codes of second factors, and new secrets. Tokens, browsers and second factors stand on it.

use crate::actions::{App, Error, Program, Result, Work};
use crate::domain::access::second_factor::step_of;
use crate::domain::patient::email::address_key;
use crate::storage::Tx;
use crate::storage::access::users;
use crate::storage::access::users::User;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::Duration;
use std::net::IpAddr;
use uuid::Uuid;

/// Signing in and out, which no signed-in user asks for yet.
pub(super) const SIGN_IN: Program = Program::own("sign-in");

/// How far back failed sign-ins count, and how many are free.
pub(super) const COUNTED: Duration = Duration::minutes(15);

const FREE: i64 = 5;

/// The most bytes of a password that are looked at.
const MOST_PASSWORD: usize = 1000;

/// Hashes a password, off the threads that serve.
pub async fn hash_password(app: &App, password: String) -> Result<String> {
    let _turn =
        app.guard.hashing.acquire().await.map_err(|error| Error::Fault(error.to_string()))?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    hashed
        .await
        .map_err(|error| Error::Fault(error.to_string()))?
        .map_err(|error| Error::Fault(error.to_string()))
}

/// Whether `password` is the one of `hash`. Without a hash the same work is done all the same, so
/// that the time taken does not tell which accounts exist.
async fn verify(app: &App, hash: Option<String>, password: String) -> Result<bool> {
    let Some(hash) = hash else {
        hash_password(app, password).await?;
        return Ok(false);
    };
    let _turn =
        app.guard.hashing.acquire().await.map_err(|error| Error::Fault(error.to_string()))?;
    let verified = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    verified.await.map_err(|error| Error::Fault(error.to_string()))
}

/// A try to sign in that counts as failed until it is taken back, so that of many at once none comes before its count.
pub(super) struct Try(Uuid);

impl Try {
    /// Begins a try, counted under `key`: an account's email, or a browser that is signed in. A caller who failed too often is
    /// refused for a while, which does not count.
    pub(super) async fn begin(app: &App, key: &str, from: Option<IpAddr>) -> Result<Self> {
        app.guard.count_password(from)?;
        let (id, now) = (app.clock.id(), app.clock.now());
        let mut work = Work::for_program(app, SIGN_IN).await?;
        users::note_failure(&mut work.tx, id, key, now).await?;
        work.done().await?;
        let own = Self(id);
        let mut tx = app.db.read().await?;
        let (failures, last) = users::failures(&mut tx, key, now - COUNTED, id).await?;
        tx.rollback().await?;
        if let Some(last) = last.filter(|_| failures >= FREE) {
            let wait = Duration::seconds(1 << (failures - FREE).clamp(0, 9)).min(COUNTED);
            if now < last + wait {
                own.take_back(app).await?;
                return Err(Error::SlowDown((last + wait - now).num_seconds().unsigned_abs() + 1));
            }
        }
        Ok(own)
    }

    /// It did not fail.
    pub(super) async fn take_back(self, app: &App) -> Result<()> {
        let mut work = Work::for_program(app, SIGN_IN).await?;
        users::forget_failure(&mut work.tx, self.0).await?;
        work.done().await
    }
}

/// The user who knows `password`, with the try that it took, which is theirs to take back. Failures that came before are left
/// for who signs in all the way to forget.
pub(super) async fn known(
    app: &App,
    email: &str,
    password: String,
    from: Option<IpAddr>,
) -> Result<(User, Try)> {
    let email = address_key(email);
    if email.len() > 254 || password.len() > MOST_PASSWORD || email.contains('\0') {
        app.guard.count_password(from)?;
        return Err(Error::WrongPassword);
    }
    let own = Try::begin(app, &email, from).await?;
    let mut tx = app.db.read().await?;
    let user = users::by_email(&mut tx, &email).await?.filter(|user| user.active);
    tx.rollback().await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = verify(app, hash, password).await?;
    match user.filter(|_| right) {
        Some(user) => Ok((user, own)),
        None => Err(Error::WrongPassword),
    }
}

/// Whether `password` is that of `user`, who is signed in. Wrong ones are counted by `key`.
pub(super) async fn is_theirs(
    app: &App,
    key: &str,
    user: &User,
    password: String,
    from: Option<IpAddr>,
) -> Result<bool> {
    if password.len() > MOST_PASSWORD {
        return Ok(false);
    }
    let own = Try::begin(app, key, from).await?;
    let right = verify(app, user.password_hash.clone(), password).await?;
    if right {
        own.take_back(app).await?;
    }
    Ok(right)
}

/// Whether `code` is one of `user`'s, now and not used before. Using it is part of `tx`.
pub(super) async fn is_right(tx: &mut Tx, app: &App, user: &User, code: &str) -> Result<bool> {
    let Some(secret) = &user.second_factor else {
        return Ok(false);
    };
    match step_of(secret, code, app.clock.now(), user.second_factor_step) {
        Some(step) => Ok(users::use_step(tx, user.id, step).await?),
        None => Ok(false),
    }
}
