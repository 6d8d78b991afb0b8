//! Second factors: one is offered to who is signed in, counts once they have shown a code of
//! it, and is taken away by its owner or a manager. What a code is stands in `domain`.

use std::net::IpAddr;

use super::browsers::Person;
use super::passwords::{SIGN_IN, Try};
use crate::actions::{App, Caller, Error, Found, Result, Work};
use crate::domain::access::browser::Stage;
use crate::domain::access::second_factor::{address, secret_of, step_of};
use crate::domain::ids::UserId;
use crate::storage::access::{browsers, users};

/// A second factor that is offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// To be typed where nothing can be photographed, base32.
    pub secret: String,
    /// What the QR code says.
    pub address: String,
}

/// Offers a second factor to who is signed in; the same again until it is confirmed.
pub async fn offer(app: &App, person: &Person) -> Result<Offered> {
    let secret = if let Some(secret) = person.offered.clone() {
        secret
    } else {
        let secret = secret_of(rand::random());
        let mut work = Work::for_program(app, SIGN_IN).await?;
        browsers::offer(&mut work.tx, person.sign_in, &secret).await?;
        work.done().await?;
        secret
    };
    let issuer = app.profile.label.to_string();
    let address = address(&secret, &issuer, &person.email);
    Ok(Offered { secret, address })
}

/// Takes what was offered, once its owner shows a code of it.
pub async fn confirm(app: &App, person: &Person, code: &str, from: Option<IpAddr>) -> Result<()> {
    let now = app.clock.now();
    let secret = person.offered.as_deref().ok_or(Error::Stale)?;
    let own = Try::begin(app, &person.email, from).await?;
    let Some(step) = step_of(secret, code, now, None) else {
        return Err(Error::WrongPassword);
    };
    own.take_back(app).await?;
    let caller = person.caller();
    let user = caller.actor.user_id;
    let mut work = Work::begin(app, &caller).await?;
    // One that another person was offered with the same password does not take the place of the owner's.
    if !users::set_up_second_factor(&mut work.tx, user, secret, step).await? {
        return Err(Error::Stale);
    }
    browsers::end_others(&mut work.tx, user, person.sign_in, now).await?;
    browsers::set_stage(&mut work.tx, person.sign_in, Stage::In, now).await?;
    work.audit("second_factor.set_up", ("user", caller.actor.user_id.0), None, None).await?;
    work.done().await
}

/// Takes the second factor of a user away: by a manager, when a telephone was lost.
pub async fn take_away(app: &App, caller: &Caller, user: UserId) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    users::get(&mut work.tx, user).await.found("user")?;
    users::take_second_factor(&mut work.tx, user).await?;
    browsers::end_all(&mut work.tx, user, work.now).await?;
    work.audit("second_factor.take_away", ("user", user.0), None, None).await?;
    work.done().await
}

/// Requires a second factor of a user, or no longer. Who has none sets one up when they next sign in.
pub async fn require(app: &App, caller: &Caller, user: UserId, required: bool) -> Result<()> {
    let mut work = Work::begin(app, caller).await?;
    let there = users::get(&mut work.tx, user).await.found("user")?;
    users::require_second_factor(&mut work.tx, user, required).await?;
    if required && there.second_factor.is_none() {
        browsers::end_all(&mut work.tx, user, work.now).await?;
    }
    let detail = Some(if required { "required" } else { "not required" }.to_owned());
    work.audit("second_factor.require", ("user", user.0), None, detail).await?;
    work.done().await
}
