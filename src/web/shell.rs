//! What surrounds every page of who is signed in: the way around, who they are, and the
//! scripts that lock the page when nobody is there.

use crate::actions::App;
use crate::actions::sign_ins::Person;
use crate::domain::access::{MANAGERS, Role, STAFF};

use super::assets;
use super::style::STYLE;

/// Where somebody is, for the way around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Day,
    Week,
    Tasks,
    Manage,
    Partner,
    Account,
}

/// The frame of a page.
pub(super) struct Shell {
    pub(super) style: &'static str,
    pub(super) clinic: String,
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) is_staff: bool,
    pub(super) is_manager: bool,
    pub(super) here: Here,
    pub(super) lock_minutes: u16,
    pub(super) script: String,
    pub(super) desk_script: String,
}

impl Shell {
    /// The frame that `person` sees.
    pub(super) fn of(app: &App, person: &Person, here: Here) -> Self {
        Self {
            style: &STYLE,
            clinic: app.profile.label.to_string(),
            name: person.actor.name.clone(),
            role: spoken(person.role()),
            is_staff: STAFF.contains(&person.role()),
            is_manager: MANAGERS.contains(&person.role()),
            here,
            lock_minutes: app.policy.sign_in_lock_minutes,
            script: assets::address("page.js"),
            desk_script: assets::address("desk.js"),
        }
    }
}

/// A role as people say it.
pub(super) fn spoken(role: Role) -> &'static str {
    match role {
        Role::FrontDesk => "front desk",
        Role::Practitioner => "practitioner",
        Role::Manager => "manager",
        Role::Partner => "partner shop",
        Role::Patient => "patient",
    }
}
