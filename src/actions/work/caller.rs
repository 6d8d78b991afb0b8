//! Who asks for a piece of work: a user who signed in, or a part of the program; under which key;
//! which version they expect; and what they are answered.

use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use crate::actions::{Error, Result};
use crate::domain::ids::{DeedId, PartnerId, UserId};
use crate::domain::role::Role;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// What they are to the clinic.
    pub role: Role,
    /// Whose shop they belong to.
    pub partner_id: Option<PartnerId>,
}

impl Actor {
    /// The user who acts; none where the program does, or a patient who never signs in.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        (!self.user_id.0.is_nil()).then_some(self.user_id)
    }

    /// Whose shop's things alone they see: their own shop's for its people, any for the clinic's.
    #[must_use]
    pub fn own_shop(&self) -> Option<PartnerId> {
        // A shop's user who belongs to no shop sees nothing.
        (self.role == Role::Partner).then(|| self.partner_id.unwrap_or(PartnerId(Uuid::nil())))
    }
}

/// The key and the hash of a request that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// Hash of method, path and body.
    pub fingerprint: String,
}

/// Who asks, and under which key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The part of the program that it is, where no user asks.
    program: Option<Program>,
    /// Under which key, if any.
    pub repeat: Option<Repeat>,
    /// The deed that was left, once there is one.
    pub left: DeedSlot,
}

impl Caller {
    /// A caller who asks once, under no key.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self { actor, program: None, repeat: None, left: DeedSlot::default() }
    }

    /// A caller whose request may be repeated.
    #[must_use]
    pub fn repeating(actor: Actor, repeat: Repeat) -> Self {
        Self { repeat: Some(repeat), ..Self::new(actor) }
    }

    /// The same caller, under no key: for what is looked at beside the request itself.
    #[must_use]
    pub fn without_key(&self) -> Self {
        Self { program: self.program, ..Self::new(self.actor.clone()) }
    }

    /// What the audit says of their role.
    pub(super) fn audited_as(&self) -> &'static str {
        self.program.map_or(self.actor.role.into(), |program| program.audited_as)
    }
}

/// Where a piece of work leaves the id of its deed for the answer's header. Shared by the clones of one caller.
#[derive(Debug, Clone, Default)]
pub struct DeedSlot(Arc<OnceLock<DeedId>>);

impl DeedSlot {
    /// Notes the deed; the first counts.
    pub(super) fn note(&self, deed: DeedId) {
        self.0.get_or_init(|| deed);
    }

    /// The deed that was left.
    #[must_use]
    pub fn deed(&self) -> Option<DeedId> {
        self.0.get().copied()
    }
}

/// A part of the program that works without being asked by a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// How the audit names it.
    name: &'static str,
    /// Whose role it acts in.
    role: Role,
    /// What the audit says of its role.
    audited_as: &'static str,
}

impl Program {
    /// A patient who never signs in, known by the link or the telephone that they have.
    #[must_use]
    pub const fn patient(by: &'static str) -> Self {
        Self { name: by, role: Role::Patient, audited_as: "patient" }
    }

    /// The program's own housekeeping, which may do what a manager may.
    #[must_use]
    pub const fn own(name: &'static str) -> Self {
        Self { name, role: Role::Manager, audited_as: "manager" }
    }

    /// The mailbox: what it brings may be anyone's.
    #[must_use]
    pub const fn mailbox() -> Self {
        Self { name: "the mailbox", role: Role::Patient, audited_as: "mailbox" }
    }

    /// The program as a caller.
    #[must_use]
    pub fn caller(self) -> Caller {
        let actor = Actor {
            user_id: UserId(Uuid::nil()),
            name: self.name.to_owned(),
            role: self.role,
            partner_id: None,
        };
        Caller { program: Some(self), ..Caller::new(actor) }
    }
}

/// The versions that the caller expects a thing to have (`If-Match`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any.
    #[default]
    Any,
    /// One of these.
    Versions(Vec<i64>),
}

impl Expected {
    /// Refuses a thing that has changed since the caller read it.
    pub fn check(&self, version: i64) -> Result<()> {
        match self {
            Self::Versions(versions) if !versions.contains(&version) => Err(Error::Stale),
            _ => Ok(()),
        }
    }
}

/// What an action answers: the thing, and whether it is new.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<T> {
    /// As it is, or as it is now.
    Is(T),
    /// It was not there before.
    Created(T),
}

impl<T> Answer<T> {
    /// The thing itself.
    pub fn into_inner(self) -> T {
        match self {
            Self::Is(thing) | Self::Created(thing) => thing,
        }
    }

    /// The HTTP status it is kept and sent under.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Is(_) => 200,
            Self::Created(_) => 201,
        }
    }

    pub(super) fn thing(&self) -> &T {
        match self {
            Self::Is(thing) | Self::Created(thing) => thing,
        }
    }
}
