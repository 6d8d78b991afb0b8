//! Signing in: passwords (argon2id) for tokens, and tokens for their holders. Tokens
//! are random, shown once and stored as hashes; they expire and can be revoked.

use std::net::IpAddr;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::second_factor;
use crate::actions::{Actor, App, Error, Result};
use crate::domain::ids::{PartnerId, TokenId, UserId};
use crate::domain::role::Role;
use crate::domain::time::civil;
use crate::storage::Tx;
use crate::storage::access::users::User;
use crate::storage::access::{tokens, users};

/// How long a token from a sign-in lasts.
const SIGNED_IN_FOR: Duration = Duration::hours(12);
/// How far back failed sign-ins count, and how many are free.
pub(super) const COUNTED: Duration = Duration::minutes(15);
const FREE: i64 = 5;
/// The most bytes of a password that are looked at.
const MOST_PASSWORD: usize = 1000;

/// Email and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "casey@example.test", "password": "correct horse battery staple"}))]
pub struct Credentials {
    /// The user's email.
    #[schema(max_length = 254)]
    pub email: String,
    /// The user's password.
    #[schema(max_length = 1000)]
    pub password: String,
    /// The code of their second factor, where they have one.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub code: Option<String>,
}

/// A token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// To be sent as `Authorization: Bearer …`.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<FixedOffset>,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to.
    pub partner_id: Option<PartnerId>,
}

/// SHA-256 of a secret, as it is stored.
#[must_use]
pub fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A new random token: 256 bits, and a prefix by which scanners of leaked secrets know it.
pub(super) fn new_token() -> String {
    format!(
        "fadeline_{}",
        URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
    )
}

/// Makes a token for `user` that ends after `lasts`.
pub async fn mint(
    app: &App,
    tx: &mut Tx,
    user: UserId,
    lasts: Duration,
) -> Result<(String, DateTime<Utc>)> {
    let (token, now) = (new_token(), app.clock.now());
    let expires = now + lasts;
    tokens::insert(tx, app.clock.id(), user, &hash_of(&token), now, expires).await?;
    Ok((token, expires))
}

/// Hashes a password, off the threads that serve.
pub async fn hash_password(app: &App, password: String) -> Result<String> {
    let _turn = app
        .guard
        .hashing
        .acquire()
        .await
        .map_err(|error| Error::Fault(error.to_string()))?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    });
    hashed
        .await
        .map_err(|error| Error::Fault(error.to_string()))?
        .map_err(|error| Error::Fault(error.to_string()))
}

/// Whether `password` is the one of `hash`. Without a hash the same work is done in vain, so
/// that the time taken does not tell which accounts exist.
async fn verify(app: &App, hash: Option<String>, password: String) -> Result<bool> {
    let Some(hash) = hash else {
        hash_password(app, password).await?;
        return Ok(false);
    };
    let _turn = app
        .guard
        .hashing
        .acquire()
        .await
        .map_err(|error| Error::Fault(error.to_string()))?;
    let verified = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    });
    verified
        .await
        .map_err(|error| Error::Fault(error.to_string()))
}

/// A token for who knows their password, and the code of their second factor where they have one. Failures of an account
/// are counted across nodes: after five within a quarter of an hour each further one doubles the wait.
pub async fn sign_in(
    app: &App,
    credentials: Credentials,
    from: Option<IpAddr>,
) -> Result<SignedIn> {
    let code = credentials.code.clone();
    let (user, own) = known(app, &credentials.email, credentials.password, from).await?;
    let code_needed = match &user.second_factor {
        Some(_) => code.is_none(),
        None => user.second_factor_required,
    };
    if code_needed {
        own.take_back(app).await?;
        return Err(Error::CodeNeeded);
    }
    let mut tx = app.db.begin().await?;
    if let (Some(_), Some(code)) = (&user.second_factor, code)
        && !second_factor::is_right(&mut tx, app, &user, &code).await?
    {
        return Err(Error::WrongPassword);
    }
    users::forget_failures(&mut tx, &user.email, app.clock.now() - COUNTED).await?;
    let (token, expires) = mint(app, &mut tx, user.id, SIGNED_IN_FOR).await?;
    tx.commit().await?;
    Ok(SignedIn {
        token,
        expires_at: civil::shown(app.zone, expires),
    })
}

/// A try to sign in that counts as failed until it is taken back, so that of many at once none comes before its count.
pub(super) struct Try(Uuid);

impl Try {
    /// Begins a try, counted under `key`: an account's email, or a browser that is signed in. Whoever failed too often is
    /// refused for a while, which does not count.
    pub(super) async fn begin(app: &App, key: &str, from: Option<IpAddr>) -> Result<Self> {
        app.guard.count_password(from)?;
        let (id, now) = (app.clock.id(), app.clock.now());
        let mut tx = app.db.begin().await?;
        users::note_failure(&mut tx, id, key, now).await?;
        tx.commit().await?;
        let own = Self(id);
        let mut tx = app.db.read().await?;
        let (failures, last) = users::failures(&mut tx, key, now - COUNTED, id).await?;
        tx.rollback().await?;
        if let Some(last) = last.filter(|_| failures >= FREE) {
            let wait = Duration::seconds(1 << (failures - FREE).clamp(0, 9)).min(COUNTED);
            if now < last + wait {
                own.take_back(app).await?;
                return Err(Error::SlowDown(
                    (last + wait - now).num_seconds().unsigned_abs() + 1,
                ));
            }
        }
        Ok(own)
    }

    /// It did not fail.
    pub(super) async fn take_back(self, app: &App) -> Result<()> {
        let mut tx = app.db.begin().await?;
        users::forget_failure(&mut tx, self.0).await?;
        Ok(tx.commit().await?)
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
    let email = email.trim().to_lowercase();
    if email.len() > 254 || password.len() > MOST_PASSWORD || email.contains('\0') {
        app.guard.count_password(from)?;
        return Err(Error::WrongPassword);
    }
    let own = Try::begin(app, &email, from).await?;
    let mut tx = app.db.read().await?;
    let user = users::by_email(&mut tx, &email)
        .await?
        .filter(|user| user.active);
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

/// Who holds `token`; nobody when it is unknown, over or revoked.
pub async fn holder(
    app: &App,
    token: &str,
    from: Option<IpAddr>,
) -> Result<Option<(TokenId, Actor)>> {
    let hash = hash_of(token);
    app.guard.count_token(&hash, from)?;
    let mut lease = app.db.lease().await?;
    let holder = tokens::holder(&mut lease, &hash, app.clock.now()).await?;
    drop(lease);
    Ok(holder.map(|holder| {
        app.guard.note_good(&hash);
        let tokens::Holder {
            token_id,
            user_id,
            name,
            role,
            partner_id,
        } = holder;
        (
            token_id,
            Actor {
                user_id,
                name: name.into(),
                role,
                partner_id,
            },
        )
    }))
}

/// Ends a token.
pub async fn sign_out(app: &App, token: TokenId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    tokens::revoke(&mut tx, token, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// The user with this email, for the command line.
pub async fn user_named(tx: &mut Tx, email: &str) -> Result<User> {
    users::by_email(tx, &email.trim().to_lowercase())
        .await?
        .ok_or(Error::NotThere("user"))
}
