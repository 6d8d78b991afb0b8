//! Who may do what is decided by role; the roles stand beside each route in `api`.

use super::codes::codes;

codes! {
    /// What a person who signs in is to the clinic.
    Role in "snake_case" {
        /// Books, moves, receives patients.
        FrontDesk,
        /// Treats, and records what was done.
        Practitioner,
        /// May do all that both may, and changes the catalogue.
        Manager,
        /// Belongs to a partner's shop.
        Partner,
        /// Opens the link in a message, or answers one; never signs in.
        Patient,
    }
}

/// The clinic's own people who deal with patients.
pub const STAFF: &[Role] = &[Role::FrontDesk, Role::Practitioner, Role::Manager];
/// Who treats.
pub const PRACTITIONERS: &[Role] = &[Role::Practitioner, Role::Manager];
/// Who runs the clinic.
pub const MANAGERS: &[Role] = &[Role::Manager];
/// Who speaks for a shop: its own people, or a manager for it.
pub const SHOPS: &[Role] = &[Role::Partner, Role::Manager];
/// A shop's own people.
pub const SHOP_USERS: &[Role] = &[Role::Partner];
/// Every user who has signed in.
pub const ANYONE: &[Role] = &[Role::FrontDesk, Role::Practitioner, Role::Manager, Role::Partner];
