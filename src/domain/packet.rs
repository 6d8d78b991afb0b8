//! The packet: what a partner's shop may know of a patient who was referred to it (rule 57).
//! Whatever a shop is told, by mail or by text, is made of this and of the time of the visit.

use super::patient::{Patient, Phone};

/// What a shop may know of a patient. The messages need no more of it than who comes and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Given and family name.
    pub name: String,
    /// Telephone.
    pub phone: Phone,
}

impl Packet {
    /// Of `patient`.
    #[must_use]
    pub fn of(patient: &Patient) -> Self {
        let details = &patient.details;
        Self {
            name: format!("{} {}", details.given_name, details.family_name),
            phone: details.phone.clone(),
        }
    }
}
