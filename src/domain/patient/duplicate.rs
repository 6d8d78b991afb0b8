//! Somebody who may be known already: what is shown of them before the same person is registered twice.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::email::Email;
use super::name::{FamilyName, GivenName};
use super::phone::{Dialled, Extension, Phone};
use crate::domain::ids::PatientId;
use crate::domain::time::civil::Day;

/// A patient with the same number or email, and the same or nearly the same names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Candidate {
    /// Their id.
    pub id: PatientId,
    /// Given name.
    pub given_name: GivenName,
    /// Family name.
    pub family_name: FamilyName,
    /// Date of birth, where it is known.
    pub date_of_birth: Option<Day>,
    /// Telephone.
    pub phone: Phone,
    /// Its extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_extension: Option<Extension>,
    /// Email address.
    pub email: Option<Email>,
    /// The day on which they were here last; none where they never were.
    pub last_seen: Option<NaiveDate>,
}

impl Candidate {
    /// The telephone as it is dialled.
    #[must_use]
    pub fn dialled(&self) -> Dialled {
        Dialled { phone: self.phone.clone(), extension: self.phone_extension.clone() }
    }
}
