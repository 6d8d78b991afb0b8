//! Signing in: passwords (argon2id) for tokens, and tokens for their holders. Tokens
//! are random, shown once and stored as hashes; they expire and can be revoked.

use std::net::IpAddr;

use chrono::{DateTime, Duration, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::passwords;
use super::passwords::{COUNTED, SIGN_IN, known};
use crate::actions::{Actor, App, Error, Found, Result, Work};
use crate::domain::access::secret::{Secret, hash_of};
use crate::domain::ids::{PartnerId, TokenId, UserId};
use crate::domain::patient::email::address_key;
use crate::domain::role::Role;
use crate::domain::time::civil;
use crate::storage::Tx;
use crate::storage::access::users::User;
use crate::storage::access::{tokens, users};

/// How long a token from a sign-in lasts.
const SIGNED_IN_FOR: Duration = Duration::hours(12);

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

/// Makes a token for `user` that ends after `lasts`.
pub async fn mint(
    app: &App,
    tx: &mut Tx,
    user: UserId,
    lasts: Duration,
) -> Result<(String, DateTime<Utc>)> {
    let (token, now) = (Secret::token(rand::random()), app.clock.now());
    let expires = now + lasts;
    tokens::insert(tx, app.clock.id(), user, &token.hash(), now, expires).await?;
    Ok((token.show().to_owned(), expires))
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
    let mut work = Work::for_program(app, SIGN_IN).await?;
    if let (Some(_), Some(code)) = (&user.second_factor, code)
        && !passwords::is_right(&mut work.tx, app, &user, &code).await?
    {
        return Err(Error::WrongPassword);
    }
    users::forget_failures(&mut work.tx, &user.email, app.clock.now() - COUNTED).await?;
    let (token, expires) = mint(app, &mut work.tx, user.id, SIGNED_IN_FOR).await?;
    work.done().await?;
    Ok(SignedIn { token, expires_at: civil::shown(app.zone, expires) })
}

/// Who holds `token`; none when it is unknown, over or revoked.
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
        let tokens::Holder { token_id, user_id, name, role, partner_id } = holder;
        (token_id, Actor { user_id, name: name.into(), role, partner_id })
    }))
}

/// Ends a token.
pub async fn sign_out(app: &App, token: TokenId) -> Result<()> {
    let mut work = Work::for_program(app, SIGN_IN).await?;
    tokens::revoke(&mut work.tx, token, app.clock.now()).await?;
    work.done().await
}

/// The user with this email, for the command line.
pub async fn user_named(tx: &mut Tx, email: &str) -> Result<User> {
    users::by_email(tx, &address_key(email)).await.found("user")
}
