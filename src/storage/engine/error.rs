//! What can go wrong in the store, by what to do next, read from what either engine says.

use std::fmt;

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;
use thiserror::Error;

/// What can go wrong in the store, by what to do next.
#[derive(Debug, Error)]
pub enum Error {
    /// A claim overlaps another: the guard of the database refused it.
    #[error("another claim on this resource overlaps")]
    Overlap,
    /// A unique key is taken.
    #[error("already there")]
    Duplicate,
    /// A row that is referred to is not there.
    #[error("a row that is referred to is not there")]
    Missing,
    /// The database is away or overloaded; try later.
    #[error("the database is not to be reached: {0}")]
    Away(sqlx::Error),
    /// Something outside keeps the database from being used, until an operator removes it.
    #[error("{0}: {1}")]
    Hindered(Hindrance, sqlx::Error),
    /// The address of the database makes no sense.
    #[error("{0}")]
    Address(String),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// What the database strung together could not be read back.
    #[error("{0} could not be read")]
    Unreadable(&'static str),
    /// A statement was given too few or too many values, or anything else that is our own mistake.
    #[error("{0}")]
    Fault(sqlx::Error),
}

/// What the store answers.
pub type Result<T> = std::result::Result<T, Error>;

/// What keeps a database from being used although it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// No space is left.
    Full,
    /// Reading or writing fails.
    Failing,
    /// Nothing can be written.
    ReadOnly,
    /// Its file cannot be opened.
    Shut,
}

impl fmt::Display for Hindrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the disk of the database is full",
            Self::Failing => "the disk of the database gives errors",
            Self::ReadOnly => "the database can be read but not written",
            Self::Shut => "the file of the database cannot be opened",
        })
    }
}

impl Hindrance {
    /// What an operator does about it. A restart is no part of it.
    #[must_use]
    pub fn cure(self) -> &'static str {
        match self {
            Self::Full => "Free some space on it.",
            Self::Failing => "Look at the disk and at the system's log.",
            Self::ReadOnly => {
                "Make it writable again: its file, its file system, or its server's settings."
            }
            Self::Shut => {
                "Look at its folder, at who may open it, and at how many files may be open."
            }
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let Some(database) = error.as_database_error() else {
            return match error {
                E::PoolTimedOut | E::PoolClosed | E::Io(_) | E::Tls(_) | E::WorkerCrashed => {
                    Self::Away(error)
                }
                other => Self::Fault(other),
            };
        };
        // SQLite's guard speaks through RAISE, whose only sign is its message.
        if database.message().starts_with("exclusion:") {
            return Self::Overlap;
        }
        match database.kind() {
            ErrorKind::UniqueViolation => return Self::Duplicate,
            ErrorKind::ForeignKeyViolation => return Self::Missing,
            ErrorKind::ExclusionViolation => return Self::Overlap,
            _ => (),
        }
        match verdict(database) {
            Verdict::Passing => Self::Away(error),
            Verdict::Hindered(hindrance) => Self::Hindered(hindrance, error),
            Verdict::Ours => Self::Fault(error),
        }
    }
}

/// What an engine's code says.
enum Verdict {
    Passing,
    Hindered(Hindrance),
    Ours,
}

fn verdict(error: &dyn DatabaseError) -> Verdict {
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // The low byte is the kind, the rest says more exactly what happened.
        return match code.parse().map(|code: i32| code & 0xff) {
            // Busy and locked.
            Ok(5 | 6) => Verdict::Passing,
            Ok(8) => Verdict::Hindered(Hindrance::ReadOnly),
            Ok(10) => Verdict::Hindered(Hindrance::Failing),
            Ok(13) => Verdict::Hindered(Hindrance::Full),
            Ok(14) => Verdict::Hindered(Hindrance::Shut),
            _ => Verdict::Ours,
        };
    }
    match code.as_ref() {
        "53100" => Verdict::Hindered(Hindrance::Full),
        "58000" | "58030" => Verdict::Hindered(Hindrance::Failing),
        "25006" => Verdict::Hindered(Hindrance::ReadOnly),
        "58P01" => Verdict::Hindered(Hindrance::Shut),
        // Deadlock, lock time-out, too little memory, too many connections, shutting down, sessions that were ended.
        "40001" | "40P01" | "55P03" | "53000" | "53200" | "53300" | "57P01" | "57P02" | "57P03"
        | "57P05" | "25P03" => Verdict::Passing,
        // The connection itself.
        code if code.starts_with("08") => Verdict::Passing,
        _ => Verdict::Ours,
    }
}

impl Error {
    /// Whether the connection that answered it must not be used again.
    pub(super) fn breaks_the_connection(&self) -> bool {
        match self {
            Self::Hindered(..) => true,
            // What PostgreSQL says itself leaves a connection that can still roll back, or says that it cannot.
            // SQLite may have ended the transaction already.
            Self::Away(error) => error
                .as_database_error()
                .is_none_or(|error| error.try_downcast_ref::<PgDatabaseError>().is_none()),
            Self::Fault(error) => matches!(error, sqlx::Error::Protocol(_)),
            _ => false,
        }
    }
}
