//! The demo's users: who can sign in.

use serde_json::json;

use super::read::{LoadError, read};
use crate::clock::Clock;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::ids::{PartnerId, UserId};
use crate::domain::role::Role;
use crate::storage;
use crate::storage::Tx;
use crate::storage::access::users::User;

/// A user who can sign in.
#[derive(Debug, Clone)]
pub struct DemoUser {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: String,
}

/// Adds the users; the first of each role is the one whose sign-in is shown.
pub(super) async fn users(
    tx: &mut Tx,
    clock: &Clock,
    partners: &[PartnerId; 3],
    practitioners: &[Practitioner],
    password_hash: &str,
) -> Result<Loaded, LoadError> {
    let [maple, _, junction] = *partners;
    let mut added = Vec::new();
    for (name, email, role, partner_id) in [
        ("Casey Frontdesk", "casey@example.test", Role::FrontDesk, None),
        ("Noor Sample RN", "noor@example.test", Role::Practitioner, None),
        ("Robin Ledger", "robin@example.test", Role::Manager, None),
        ("Mika Maple", "maple@example.test", Role::Partner, Some(maple)),
        ("Dr. Imani Example", "imani@example.test", Role::Practitioner, None),
        ("Theo Placeholder", "theo@example.test", Role::Practitioner, None),
        ("Jun Demo", "jun@example.test", Role::Practitioner, None),
        ("Pat Privacy", "pat@example.test", Role::Manager, None),
        ("Jo Junction", "junction@example.test", Role::Partner, Some(junction)),
    ] {
        let user = User {
            id: clock.id(),
            version: 1,
            email: email.to_owned(),
            name: read(json!(name))?,
            role,
            partner_id,
            // Who treats signs in under their own name.
            practitioner_id: practitioners
                .iter()
                .find(|one| one.details.name.as_str() == name)
                .map(|one| one.id),
            password_hash: Some(password_hash.to_owned()),
            active: true,
            created_at: clock.now(),
            second_factor: None,
            second_factor_step: None,
            second_factor_required: false,
        };
        storage::access::users::insert(tx, &user).await?;
        added
            .push((role, DemoUser { id: user.id, name: name.to_owned(), email: email.to_owned() }));
    }
    let first = |wanted: Role| {
        let found = added.iter().find(|(role, _)| *role == wanted).map(|(_, user)| user.clone());
        found.ok_or(LoadError::NoUser(wanted))
    };
    Ok(Loaded {
        front_desk: first(Role::FrontDesk)?,
        practitioner: first(Role::Practitioner)?,
        manager: first(Role::Manager)?,
        partner: first(Role::Partner)?,
    })
}

/// Who can sign in, by role.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Casey Frontdesk.
    pub front_desk: DemoUser,
    /// Noor Sample RN.
    pub practitioner: DemoUser,
    /// Robin Ledger.
    pub manager: DemoUser,
    /// Of Fictional Maple Fade Laser.
    pub partner: DemoUser,
}
