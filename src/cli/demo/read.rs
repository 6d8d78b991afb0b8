//! The demo data as they are written: values of the domain from JSON, and why they could not be loaded.

use crate::domain::role::Role;
use crate::{actions, storage};
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

/// Why the demo data could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The store refused.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// What is told could not be planned.
    #[error(transparent)]
    Planning(#[from] actions::Error),
    /// A line of the data is not what the domain takes.
    #[error("demo data: {0}")]
    Data(#[from] serde_json::Error),
    /// A story found no free time near its day.
    #[error("demo data: no free time for {0}")]
    NoTime(String),
    /// A role has no user.
    #[error("demo data: nobody is {0}")]
    NoUser(Role),
}

/// `thing` with the fields of `more`.
pub(super) fn with(mut thing: Value, more: Value) -> Value {
    if let (Value::Object(thing), Value::Object(more)) = (&mut thing, more) {
        thing.extend(more);
    }
    thing
}

/// A value of the domain from its JSON, through the same checks as a request's.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, LoadError> {
    Ok(serde_json::from_value(value)?)
}
