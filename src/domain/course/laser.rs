//! Which laser is fired: one of the clinic's devices, or a shop's own, of which the clinic
//! knows the shop and its wavelengths only. A test patch vouches for the laser it was made with.

use super::case::Visit;
use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::partner::Partner;

/// A laser, as the rules of test patch and record ask of it.
#[derive(Debug, Clone, Copy)]
pub enum Laser<'a> {
    /// One of the catalogue.
    Device(&'a Device),
    /// A shop's own.
    Shop(&'a Partner),
}

impl Laser<'_> {
    /// Whether `visit` was, or will be, made with it.
    #[must_use]
    pub fn is_of(self, visit: &Visit) -> bool {
        match self {
            Self::Device(device) => visit.device_id == Some(device.id),
            Self::Shop(partner) => visit.partner_id == Some(partner.id),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Device(device) => device.details.code.to_string(),
            Self::Shop(partner) => format!("the laser of {}", partner.details.name),
        }
    }
}
