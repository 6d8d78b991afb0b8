//! Users and their tokens, as the command line manages them; what a manager does to users on
//! the pages stands in `users`.

use chrono::Duration;

use super::passwords::hash_password;
use super::tokens::{mint, user_named};
use crate::actions::{App, Error, Found, Program, Result, Work};
use crate::domain::ids::{PartnerId, PractitionerId, TokenId, UserId};
use crate::domain::patient::Email;
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::storage;
use crate::storage::Tx;
use crate::storage::access::users::User;
use crate::storage::access::{browsers, tokens, users};
use crate::storage::catalogue::{partners, practitioners};
use crate::storage::messages::feeds;
use crate::storage::partner::links;

/// An operator at the command line.
const COMMAND_LINE: Program = Program::own("the command line");

/// Who is to be added.
pub struct NewUser {
    /// Their email; signs them in.
    pub email: Email,
    /// Their name.
    pub name: Line,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to; with the role `partner` only.
    pub partner_id: Option<PartnerId>,
    /// Which practitioner they are; not with the role `partner`.
    pub practitioner_id: Option<PractitionerId>,
    /// Their password; without one they use tokens only.
    pub password: Option<String>,
}

impl NewUser {
    /// The user who is added, without a password.
    pub(super) fn user(self, app: &App) -> User {
        User {
            id: app.clock.id(),
            version: 1,
            email: self.email.lowered(),
            name: self.name,
            role: self.role,
            partner_id: self.partner_id,
            practitioner_id: self.practitioner_id,
            password_hash: None,
            active: true,
            created_at: app.clock.now(),
            second_factor: None,
            second_factor_step: None,
            second_factor_required: false,
        }
    }
}

/// The fewest characters a password may have.
const SHORTEST_PASSWORD: usize = 10;

/// Adds a user.
pub async fn add(app: &App, mut new: NewUser) -> Result<UserId> {
    fits(new.role, new.partner_id, new.practitioner_id)?;
    let password_hash = hashed(app, &mut new).await?;
    let mut work = Work::for_program(app, COMMAND_LINE).await?;
    let user = insert(&mut work.tx, app, new, password_hash).await?;
    work.note_deed("user.add");
    work.touch("user", user.0, None);
    work.done().await?;
    Ok(user)
}

/// Whether a user may be this, and of this shop, and this practitioner.
pub(super) fn fits(
    role: Role,
    partner: Option<PartnerId>,
    practitioner: Option<PractitionerId>,
) -> Result<()> {
    if role == Role::Patient {
        return Err(Error::invalid("--role", "patients never sign in"));
    }
    if (role == Role::Partner) != partner.is_some() {
        return Err(Error::invalid(
            "--partner",
            "goes with the role partner, and that role needs it",
        ));
    }
    if role == Role::Partner && practitioner.is_some() {
        return Err(Error::invalid("--practitioner", "is for the clinic's own people"));
    }
    Ok(())
}

/// The hash of the password of who is added; made before a transaction begins, since it takes its time.
pub(super) async fn hashed(app: &App, new: &mut NewUser) -> Result<Option<String>> {
    match new.password.take() {
        Some(password) => Ok(Some(checked_hash(app, password).await?)),
        None => Ok(None),
    }
}

/// Writes a new user.
pub(super) async fn insert(
    tx: &mut Tx,
    app: &App,
    new: NewUser,
    password_hash: Option<String>,
) -> Result<UserId> {
    if let Some(partner) = new.partner_id
        && partners::name(tx, partner).await?.is_none()
    {
        return Err(Error::NotThere("partner"));
    }
    is_there(tx, new.practitioner_id).await?;
    let user = User { password_hash, ..new.user(app) };
    match users::insert(tx, &user).await {
        Err(storage::Error::Duplicate) => Err(taken(app, &user).await?),
        other => {
            other?;
            Ok(user.id)
        }
    }
}

/// Refuses a practitioner whom there is not.
pub(super) async fn is_there(tx: &mut Tx, practitioner: Option<PractitionerId>) -> Result<()> {
    if let Some(id) = practitioner {
        practitioners::get(tx, id).await.found("practitioner")?;
    }
    Ok(())
}

/// What to say of an email that a user has: one person belongs to one shop.
async fn taken(app: &App, user: &User) -> Result<Error> {
    let mut tx = app.db.read().await?;
    let there = users::by_email(&mut tx, &user.email).await?.and_then(|there| there.partner_id);
    let other = match there.filter(|partner| Some(*partner) != user.partner_id) {
        Some(partner) => partners::name(&mut tx, partner).await?,
        None => None,
    };
    Ok(Error::Taken(match other {
        Some(shop) => {
            format!("{} belongs to {shop} already; one person belongs to one shop", user.email)
        }
        None => format!("there is a user with the email {} already", user.email),
    }))
}

pub(super) async fn checked_hash(app: &App, password: String) -> Result<String> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD || password.len() > 1000 {
        return Err(Error::invalid(
            "password",
            format!("has {SHORTEST_PASSWORD} characters or more, at most 1,000"),
        ));
    }
    hash_password(app, password).await
}

/// Sets a user's password and ends all their tokens.
pub async fn set_password(app: &App, email: &str, password: String) -> Result<()> {
    let hash = checked_hash(app, password).await?;
    let mut work = Work::for_program(app, COMMAND_LINE).await?;
    let user = user_named(&mut work.tx, email).await?;
    write_password(&mut work.tx, app, user.id, &hash).await?;
    work.note_deed("user.set_password");
    work.touch("user", user.id.0, None);
    work.done().await
}

/// Writes a password, and ends what the old one opened.
pub(super) async fn write_password(tx: &mut Tx, app: &App, user: UserId, hash: &str) -> Result<()> {
    users::set_password(tx, user, hash).await?;
    tokens::revoke_all(tx, user, app.clock.now()).await?;
    browsers::end_all(tx, user, app.clock.now()).await?;
    Ok(())
}

/// Lets a user in, or out: then all their tokens end, and the addresses of calendars and lists that they made.
pub async fn set_active(app: &App, email: &str, active: bool) -> Result<()> {
    let mut work = Work::for_program(app, COMMAND_LINE).await?;
    let user = user_named(&mut work.tx, email).await?;
    write_active(&mut work.tx, app, user.id, active).await?;
    work.note_deed(if active { "user.enable" } else { "user.disable" });
    work.touch("user", user.id.0, None);
    work.done().await
}

/// Writes that a user may sign in, or may not.
pub(super) async fn write_active(tx: &mut Tx, app: &App, user: UserId, active: bool) -> Result<()> {
    users::set_active(tx, user, active).await?;
    if !active {
        revoke_all(tx, app, user).await?;
    }
    Ok(())
}

/// Ends whatever lets a user in, and what they made that lets others in.
pub(super) async fn revoke_all(tx: &mut Tx, app: &App, user: UserId) -> Result<()> {
    let now = app.clock.now();
    tokens::revoke_all(tx, user, now).await?;
    browsers::end_all(tx, user, now).await?;
    feeds::revoke_made_by(tx, user, now).await?;
    links::revoke_made_by(tx, user, now).await?;
    Ok(())
}

/// Every user.
pub async fn list(app: &App) -> Result<Vec<User>> {
    let mut tx = app.db.read().await?;
    Ok(users::all(&mut tx).await?)
}

/// A token for a user that lasts `days`.
pub async fn create_token(app: &App, email: &str, days: u16) -> Result<String> {
    let mut work = Work::for_program(app, COMMAND_LINE).await?;
    let user = user_named(&mut work.tx, email).await?;
    if !user.active {
        return Err(Error::Taken(format!("{} may not sign in any more", user.email)));
    }
    let (token, _) = mint(app, &mut work.tx, user.id, Duration::days(days.into())).await?;
    work.done().await?;
    Ok(token)
}

/// Every token, without the secret, which its holder alone has.
pub async fn list_tokens(app: &App) -> Result<Vec<tokens::Listed>> {
    let mut tx = app.db.read().await?;
    Ok(tokens::all(&mut tx).await?)
}

/// Revokes a token.
pub async fn revoke_token(app: &App, id: TokenId) -> Result<()> {
    let mut work = Work::for_program(app, COMMAND_LINE).await?;
    if !tokens::revoke(&mut work.tx, id, app.clock.now()).await? {
        return Err(Error::NotThere("token"));
    }
    work.done().await
}
