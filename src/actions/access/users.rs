//! What a manager does to users: adding them, letting them in and out, giving them another
//! password, name or role. Each leaves an audit line. No user shuts themself out, and one manager
//! always remains.

use super::by_command::{
    NewUser, checked_hash, fits, hashed, insert, is_there, revoke_all, write_active, write_password,
};
use crate::actions::{App, Caller, Error, Expected, Found, Result, Work};
use crate::domain::ids::{PartnerId, PractitionerId, UserId};
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::storage::access::users;
use crate::storage::access::users::User;
use crate::storage::catalogue::partners;

/// Where the second factor of a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// They have one.
    SetUp,
    /// They have none, and set one up when they next sign in.
    Awaited,
    /// They have none and need none.
    None,
}

/// A user as a manager sees them: nothing secret.
#[derive(Debug, Clone)]
pub struct UserView {
    /// Their id.
    pub id: UserId,
    /// Rises with each change.
    pub version: i64,
    /// What they sign in with.
    pub email: String,
    /// Their name.
    pub name: Line,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to.
    pub partner_id: Option<PartnerId>,
    /// That shop's name.
    pub partner: Option<Line>,
    /// Which practitioner they are, if one.
    pub practitioner_id: Option<PractitionerId>,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether they have a password; without one they use tokens only.
    pub has_password: bool,
    /// Where their second factor stands.
    pub second_factor: SecondFactor,
    /// Whether they may not go without one.
    pub second_factor_required: bool,
}

async fn user_view(work: &mut Work<'_>, user: User) -> Result<UserView> {
    let partner = match user.partner_id {
        Some(partner) => partners::name(&mut work.tx, partner).await?,
        None => None,
    };
    Ok(UserView {
        id: user.id,
        version: user.version,
        email: user.email,
        name: user.name,
        role: user.role,
        partner_id: user.partner_id,
        partner,
        practitioner_id: user.practitioner_id,
        active: user.active,
        has_password: user.password_hash.is_some(),
        second_factor: match (user.second_factor, user.second_factor_required) {
            (Some(_), _) => SecondFactor::SetUp,
            (None, true) => SecondFactor::Awaited,
            (None, false) => SecondFactor::None,
        },
        second_factor_required: user.second_factor_required,
    })
}

/// Every user, or those of one shop, by email.
pub async fn list(app: &App, caller: &Caller, partner: Option<PartnerId>) -> Result<Vec<UserView>> {
    let mut work = Work::look(app, caller).await?;
    let mut all = Vec::new();
    for user in users::all(&mut work.tx).await? {
        if partner.is_none() || user.partner_id == partner {
            all.push(user_view(&mut work, user).await?);
        }
    }
    Ok(all)
}

/// One user.
pub async fn get(app: &App, caller: &Caller, id: UserId) -> Result<UserView> {
    let mut work = Work::look(app, caller).await?;
    let user = load_user(&mut work, id).await?;
    user_view(&mut work, user).await
}

async fn load_user(work: &mut Work<'_>, id: UserId) -> Result<User> {
    users::get(&mut work.tx, id).await.found("user")
}

/// Adds a user.
pub async fn add(app: &App, caller: &Caller, mut new: NewUser) -> Result<UserId> {
    fits(new.role, new.partner_id, new.practitioner_id)?;
    let role = new.role.to_string();
    let password = hashed(app, &mut new).await?;
    let mut work = Work::begin(app, caller).await?;
    let id = insert(&mut work.tx, app, new, password).await?;
    work.audit("user.add", ("user", id.0), None, Some(role)).await?;
    work.done().await?;
    Ok(id)
}

/// Lets a user in, or out: then all that let them in ends.
pub async fn set_active(app: &App, caller: &Caller, id: UserId, active: bool) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    users::hold_list(&mut work.tx).await?;
    let user = load_user(&mut work, id).await?;
    if !active && user.active {
        if id == caller.actor.user_id {
            return Err(Error::Taken(
                "You cannot disable yourself; ask another manager.".to_owned(),
            ));
        }
        remains(&mut work, &user).await?;
    }
    write_active(&mut work.tx, app, id, active).await?;
    let action = if active { "user.enable" } else { "user.disable" };
    work.audit(action, ("user", id.0), None, None).await?;
    work.done().await
}

/// Gives a user another password; whatever the old one opened ends.
pub async fn set_password(app: &App, caller: &Caller, id: UserId, password: String) -> Result<()> {
    let hash = checked_hash(app, password).await?;
    let mut work = Work::begin(app, caller).await?;
    load_user(&mut work, id).await?;
    write_password(&mut work.tx, app, id, &hash).await?;
    work.audit("user.set_password", ("user", id.0), None, None).await?;
    work.done().await
}

/// What of a user can change.
#[derive(Debug, Clone)]
pub struct ChangedUser {
    /// Their name.
    pub name: Line,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to; with the role `partner` only.
    pub partner_id: Option<PartnerId>,
    /// Which practitioner they are; not with the role `partner`.
    pub practitioner_id: Option<PractitionerId>,
}

/// Changes a user. Who becomes something else signs in again.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: UserId,
    expected: &Expected,
    changed: ChangedUser,
) -> Result<()> {
    let ChangedUser { name, role, partner_id, practitioner_id } = changed;
    fits(role, partner_id, practitioner_id)?;
    let mut work = Work::begin(app, caller).await?;
    users::hold_list(&mut work.tx).await?;
    let user = load_user(&mut work, id).await?;
    expected.check(user.version)?;
    if user.role == Role::Manager && role != Role::Manager {
        if id == caller.actor.user_id {
            return Err(Error::Taken(
                "You cannot take the role of manager from yourself; ask another manager."
                    .to_owned(),
            ));
        }
        remains(&mut work, &user).await?;
    }
    if let Some(partner) = partner_id
        && partners::name(&mut work.tx, partner).await?.is_none()
    {
        return Err(Error::NotThere("partner"));
    }
    is_there(&mut work.tx, practitioner_id).await?;
    let is_other = (user.role, user.partner_id) != (role, partner_id);
    let detail = is_other.then(|| format!("{} to {role}", user.role));
    let next = User { version: user.version + 1, name, role, partner_id, practitioner_id, ..user };
    if !users::update(&mut work.tx, &next).await? {
        return Err(Error::Stale);
    }
    if is_other {
        revoke_all(&mut work.tx, app, id).await?;
    }
    work.audit("user.change", ("user", id.0), None, detail).await?;
    work.done().await
}

/// Refuses to let go of `user` when no other manager may sign in.
async fn remains(work: &mut Work<'_>, user: &User) -> Result<()> {
    let last = user.role == Role::Manager
        && user.active
        && users::other_managers(&mut work.tx, user.id).await? == 0;
    if last {
        return Err(Error::Taken(format!(
            "{} is the last manager who may sign in; make somebody else a manager first.",
            user.name
        )));
    }
    Ok(())
}
