//! Which addresses our mail server can send to: asked wherever one is written down, so that none is found out by a mail that
//! never arrives.

use crate::actions::{App, Error, Result};
use crate::domain::patient::{Email, EmailError};

/// Refuses an address at `pointer` that only a server with SMTPUTF8 takes, where ours has not.
pub(in crate::actions) fn check(app: &App, pointer: &str, email: Option<&Email>) -> Result<()> {
    match email.filter(|email| email.needs_smtputf8() && !app.profile.smtputf8) {
        Some(_) => Err(Error::invalid(pointer, EmailError::NeedsSmtputf8.to_string())),
        None => Ok(()),
    }
}
