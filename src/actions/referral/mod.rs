//! WING.

pub(super) mod bookings;
pub(super) mod change;
pub(super) mod notices;
