//! The first start: while no user exists, a code in the log of the server lets the one who
//! reads it make the first manager.

use std::net::IpAddr;

use super::by_command::{NewUser, checked_hash};
use crate::actions::{App, Error, Program, Result, Work};
use crate::domain::access::secret::hash_of;
use crate::domain::patient::Email;
use crate::domain::role::Role;
use crate::domain::text::Line;
use crate::storage::access::users::User;
use crate::storage::access::{browsers, users};

/// The first start, before there is any user.
const FIRST_START: Program = Program::own("first start");

/// Letters and digits that are not mistaken for one another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code by which the first manager is made, if there is no user yet; 80 bits, in groups of four.
pub async fn code(app: &App) -> Result<Option<String>> {
    let mut work = Work::for_program(app, FIRST_START).await?;
    if users::any(&mut work.tx).await? {
        return Ok(None);
    }
    let letters: String = rand::random::<[u8; 16]>()
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    browsers::insert_first(&mut work.tx, &hash_of(&letters), app.clock.now()).await?;
    work.done().await?;
    let groups: Vec<_> = letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    Ok(Some(groups.join("-")))
}

/// Whether the first manager is still to be made.
pub async fn is_open(app: &App) -> Result<bool> {
    let mut tx = app.db.read().await?;
    Ok(!users::any(&mut tx).await?)
}

/// Makes the first manager, for who has the code.
pub async fn make_manager(
    app: &App,
    code: &str,
    email: Email,
    name: Line,
    password: String,
    from: Option<IpAddr>,
) -> Result<()> {
    app.guard.count_password(from)?;
    if !is_open(app).await? {
        return Err(Error::NotThere("page"));
    }
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = checked_hash(app, password).await?;
    let mut work = Work::for_program(app, FIRST_START).await?;
    if !browsers::use_first(&mut work.tx, &hash_of(&plain.to_uppercase())).await? {
        return Err(Error::WrongPassword);
    }
    // Only one code's use can have come this far, and only while there was no user.
    if users::any(&mut work.tx).await? {
        return Err(Error::NotThere("page"));
    }
    let new = NewUser {
        email,
        name,
        role: Role::Manager,
        partner_id: None,
        practitioner_id: None,
        password: None,
    };
    let user = User { password_hash: Some(hash), ..new.user(app) };
    users::insert(&mut work.tx, &user).await?;
    work.done().await
}
