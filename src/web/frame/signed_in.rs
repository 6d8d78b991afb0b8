//! A request of a user who is signed in: what every page of the clinic's people and of shops begins with.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::NaiveDate;

use super::errors::PageError;
use crate::actions::access::browsers::Person;
use crate::actions::{App, Caller, Error};
use crate::domain::role::Role;
use crate::domain::time::civil;

/// The user of a request, and the app that it was sent to.
pub(in crate::web) struct SignedIn {
    pub(in crate::web) app: App,
    pub(in crate::web) person: Person,
}

impl SignedIn {
    pub(in crate::web) fn caller(&self) -> Caller {
        self.person.caller()
    }

    pub(in crate::web) fn role(&self) -> Role {
        self.person.role()
    }

    /// Today, in the clinic's zone.
    pub(in crate::web) fn today(&self) -> NaiveDate {
        civil::date_of(self.app.zone, self.app.clock.now())
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = PageError;

    /// The guard of the route has put the user beside the request.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let person = parts.extensions.get::<Person>().cloned().ok_or(Error::NotAllowed)?;
        Ok(Self { app: app.clone(), person })
    }
}
