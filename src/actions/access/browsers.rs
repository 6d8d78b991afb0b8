//! Browsers that sign in: password, then code where there is a second factor, then a cookie
//! that holds while its user is there. Programs have tokens instead, in `sign_in`.

use std::net::IpAddr;

use chrono::Duration;

use super::passwords;
use super::passwords::{COUNTED, SIGN_IN, Try, is_theirs, known};
use crate::actions::{Actor, App, Caller, Error, Found, Result, Work};
use crate::domain::access::browser::{SignIn, Stage, Standing};
use crate::domain::access::secret::{Secret, hash_of};
use crate::domain::ids::SignInId;
use crate::domain::role::Role;
use crate::storage::access::users::User;
use crate::storage::access::{browsers, users};

/// How often it is noted that the user is still there.
const NOTED_EVERY: Duration = Duration::seconds(30);

/// A user whose browser has a sign-in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The sign-in.
    pub sign_in: SignInId,
    /// Who.
    pub actor: Actor,
    /// Their email.
    pub email: String,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Whether they may not go without one.
    pub second_factor_required: bool,
    /// A second factor that was offered and is not confirmed.
    pub(in crate::actions) offered: Option<String>,
}

impl Person {
    /// The person as a caller of actions.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller::new(self.actor.clone())
    }

    /// What they are to the clinic.
    #[must_use]
    pub fn role(&self) -> Role {
        self.actor.role
    }
}

/// What the cookie of a browser gives access to.
#[derive(Debug, Clone)]
pub enum Access {
    /// Nothing: the browser is not signed in.
    SignedOut,
    /// Nothing until the password is given again.
    Locked(Person),
    /// Nothing until the code of the second factor is given.
    AwaitsCode(Person),
    /// Nothing until a second factor is set up.
    AwaitsEnrolment(Person),
    /// Everything that the role may.
    Granted(Person),
}

/// Signs in with email and password. Answers the cookie's secret, and what is missing yet.
pub async fn begin(
    app: &App,
    email: &str,
    password: String,
    from: Option<IpAddr>,
) -> Result<(String, Stage)> {
    let (user, own) = known(app, email, password, from).await?;
    let stage = match (&user.second_factor, user.second_factor_required) {
        (Some(_), _) => Stage::Code,
        (None, true) => Stage::Enrolment,
        (None, false) => Stage::In,
    };
    let now = app.clock.now();
    let (secret, sign_in) = (
        Secret::token(rand::random()),
        SignIn {
            id: app.clock.id(),
            user_id: user.id,
            stage,
            offered: None,
            created_at: now,
            seen_at: now,
            locked: false,
            ended_at: None,
        },
    );
    let mut work = Work::for_program(app, SIGN_IN).await?;
    browsers::insert(&mut work.tx, &sign_in, &secret.hash()).await?;
    browsers::forget_old(&mut work.tx, now - Duration::days(60)).await?;
    if stage != Stage::Code {
        users::forget_failures(&mut work.tx, &user.email, now - COUNTED).await?;
    }
    work.done().await?;
    // The code is still missing, so those that failed before are not forgotten; this one did not.
    if stage == Stage::Code {
        own.take_back(app).await?;
    }
    Ok((secret.show().to_owned(), stage))
}

/// What the cookie with `secret` gives access to. `present` says that the user did something, which keeps the sign-in
/// alive.
pub async fn authenticate(
    app: &App,
    secret: &str,
    from: Option<IpAddr>,
    present: bool,
) -> Result<Access> {
    let (hash, now) = (hash_of(secret), app.clock.now());
    app.guard.count_token(&hash, from)?;
    let mut tx = app.db.read().await?;
    let Some(sign_in) = browsers::by_hash(&mut tx, &hash).await? else {
        return Ok(Access::SignedOut);
    };
    let user = users::get(&mut tx, sign_in.user_id).await?.filter(|user| user.active);
    tx.rollback().await?;
    let Some(user) = user else {
        return Ok(Access::SignedOut);
    };
    app.guard.note_good(&hash);
    let standing = sign_in.standing(&app.policy, now);
    if standing == Standing::In && present && now - sign_in.seen_at >= NOTED_EVERY {
        let mut work = Work::for_program(app, SIGN_IN).await?;
        browsers::note_seen(&mut work.tx, sign_in.id, now).await?;
        work.done().await?;
    }
    let person = person(sign_in, user);
    Ok(match standing {
        Standing::Over => Access::SignedOut,
        Standing::Locked => Access::Locked(person),
        Standing::AwaitsCode => Access::AwaitsCode(person),
        Standing::AwaitsEnrolment => Access::AwaitsEnrolment(person),
        Standing::In => Access::Granted(person),
    })
}

fn person(sign_in: SignIn, user: User) -> Person {
    Person {
        sign_in: sign_in.id,
        has_second_factor: user.second_factor.is_some(),
        second_factor_required: user.second_factor_required,
        offered: sign_in.offered,
        actor: Actor {
            user_id: user.id,
            name: user.name.to_string(),
            role: user.role,
            partner_id: user.partner_id,
        },
        email: user.email,
    }
}

/// The second step: the code of the second factor.
pub async fn give_code(app: &App, person: &Person, code: &str, from: Option<IpAddr>) -> Result<()> {
    Try::begin(app, &person.email, from).await?;
    let now = app.clock.now();
    let mut work = Work::for_program(app, SIGN_IN).await?;
    let user = users::get(&mut work.tx, person.actor.user_id).await.found("user")?;
    if !passwords::is_right(&mut work.tx, app, &user, code).await? {
        return Err(Error::WrongPassword);
    }
    browsers::set_stage(&mut work.tx, person.sign_in, Stage::In, now).await?;
    users::forget_failures(&mut work.tx, &person.email, now - COUNTED).await?;
    work.done().await
}

/// Opens a locked page again with the password. Wrong ones are counted by this browser, so that a stranger who knows no more than
/// an email keeps its owner out.
pub async fn unlock(
    app: &App,
    person: &Person,
    password: String,
    from: Option<IpAddr>,
) -> Result<()> {
    let mut tx = app.db.read().await?;
    let user = users::get(&mut tx, person.actor.user_id).await.found("user")?;
    tx.rollback().await?;
    let key = format!("browser {}", person.sign_in);
    if !is_theirs(app, &key, &user, password, from).await? {
        return Err(Error::WrongPassword);
    }
    let now = app.clock.now();
    let mut work = Work::for_program(app, SIGN_IN).await?;
    browsers::set_locked(&mut work.tx, person.sign_in, false, now).await?;
    users::forget_failures(&mut work.tx, &key, now - COUNTED).await?;
    work.done().await
}

/// Locks the page.
pub async fn lock(app: &App, person: &Person) -> Result<()> {
    let mut work = Work::for_program(app, SIGN_IN).await?;
    browsers::set_locked(&mut work.tx, person.sign_in, true, app.clock.now()).await?;
    work.done().await
}

/// Signs this browser out.
pub async fn end(app: &App, person: &Person) -> Result<()> {
    let mut work = Work::for_program(app, SIGN_IN).await?;
    browsers::end(&mut work.tx, person.sign_in, app.clock.now()).await?;
    work.done().await
}

/// Signs every browser of this person out.
pub async fn end_everywhere(app: &App, person: &Person) -> Result<()> {
    let caller = person.caller();
    let mut work = Work::begin(app, &caller).await?;
    browsers::end_all(&mut work.tx, caller.actor.user_id, work.now).await?;
    work.audit("user.sign_out_everywhere", ("user", caller.actor.user_id.0), None, None).await?;
    work.done().await
}
