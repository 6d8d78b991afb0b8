//! What an action answers when it does not do what was asked, by what to do next.

use chrono::NaiveDate;
use thiserror::Error;

use crate::domain::ids::PatientId;
use crate::domain::patient::duplicate::Candidate;
use crate::domain::refusal::{Code, Refusal};
use crate::storage;
use crate::storage::Hindrance;

/// Why an action did not happen.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}")]
    NotThere(&'static str),
    /// Rules or other bookings are in the way, all of them at once.
    #[error("refused")]
    Refused(Vec<Refusal>),
    /// The same, with the first day that has a time which all of them allow, where there is one.
    #[error("refused")]
    Explained(Vec<Refusal>, Option<NaiveDate>),
    /// The thing has changed since the caller read it.
    #[error("it has changed meanwhile")]
    Stale,
    /// What was sent does not make sense; where and why.
    #[error("{pointer}: {detail}")]
    Invalid {
        /// JSON pointer into what was sent.
        pointer: String,
        /// What is wrong there.
        detail: String,
    },
    /// Something of that name is there already.
    #[error("{0}")]
    Taken(String),
    /// Somebody like this is known: the same number or email, and the same names or nearly.
    #[error("somebody like this is known already")]
    PossibleDuplicate(Vec<Candidate>),
    /// The record was merged into another one, which has all of it.
    #[error("the record was merged into another one")]
    Merged(PatientId),
    /// The same request is being answered at the moment, or was just now.
    #[error("answered meanwhile")]
    AnsweredMeanwhile,
    /// The caller's role may not do this to it as it stands.
    #[error("not allowed")]
    NotAllowed,
    /// Wrong email or password.
    #[error("wrong email or password")]
    WrongPassword,
    /// The password is right, but the code of the second factor is missing, or there is no second factor yet.
    #[error("the code of the second factor is needed")]
    CodeNeeded,
    /// Too many tries; when to try again, in seconds.
    #[error("too many tries")]
    SlowDown(u64),
    /// The store refused or is away.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// Our own mistake.
    #[error("{0}")]
    Fault(String),
}

/// What the store holds, or that there is no such thing.
pub trait Found<T> {
    /// What was found; [`Error::NotThere`] where nothing was.
    fn found(self, what: &'static str) -> Result<T>;
}

impl<T, E: Into<Error>> Found<T> for std::result::Result<Option<T>, E> {
    fn found(self, what: &'static str) -> Result<T> {
        self.map_err(Into::into)?.ok_or(Error::NotThere(what))
    }
}

/// What an action answers.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}
impl From<Vec<Refusal>> for Error {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }
}

impl Error {
    /// One refusal that no role can override.
    #[must_use]
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        Refusal::new(code, message).into()
    }

    /// What keeps the database from being used, if that is why.
    #[must_use]
    pub fn hindrance(&self) -> Option<Hindrance> {
        match self {
            Self::Storage(storage::Error::Hindered(hindrance, _)) => Some(*hindrance),
            _ => None,
        }
    }

    /// A field that makes no sense.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Nothing when there are no refusals, all of them otherwise.
pub(crate) fn none_of(refusals: Vec<Refusal>) -> Result<()> {
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}
