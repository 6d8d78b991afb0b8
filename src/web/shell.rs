//! What surrounds every page of who is signed in: the way around, who they are, and the
//! scripts that lock the page when nobody is there.

use crate::actions::App;
use crate::actions::sign_ins::Person;
use crate::domain::access::{MANAGERS, Role, STAFF};
use crate::domain::patient::Language;

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
    PartnerAddresses,
    Account,
}

/// What the frame says itself.
pub(super) struct ShellWords {
    pub(super) lang: &'static str,
    pub(super) skip: &'static str,
    pub(super) main: &'static str,
    pub(super) visits: &'static str,
    pub(super) addresses: &'static str,
    pub(super) lock: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) locked: &'static str,
    pub(super) nobody_here: &'static str,
    pub(super) password: &'static str,
    pub(super) open: &'static str,
    pub(super) demonstration: &'static str,
}

const ENGLISH: ShellWords = ShellWords {
    lang: "en",
    skip: "Skip to the content",
    main: "Main",
    visits: "Visits",
    addresses: "Calendar and links",
    lock: "Lock",
    sign_out: "Sign out",
    locked: "Locked",
    nobody_here: "Nobody was here for a while. Your password opens the page again; what you typed is still there.",
    password: "Password",
    open: "Open",
    demonstration: "Demonstration data: nobody in it is real.",
};

const FRENCH: ShellWords = ShellWords {
    lang: "fr",
    skip: "Aller au contenu",
    main: "Principal",
    visits: "Visites",
    addresses: "Calendrier et liens",
    lock: "Verrouiller",
    sign_out: "Se déconnecter",
    locked: "Page verrouillée",
    nobody_here: "Personne n’était là depuis un moment. Votre mot de passe rouvre la page ; ce que vous avez saisi y est toujours.",
    password: "Mot de passe",
    open: "Ouvrir",
    demonstration: "Données de démonstration : personne n’y est réel.",
};

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
    pub(super) words: &'static ShellWords,
    pub(super) demonstration: bool,
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
            words: &ENGLISH,
            demonstration: app.is_demonstration(),
        }
    }

    /// The same frame for a shop that reads `language`.
    pub(super) fn for_shop(app: &App, person: &Person, here: Here, language: Language) -> Self {
        let shell = Self::of(app, person, here);
        match language {
            Language::En => shell,
            Language::Fr => Self {
                role: "atelier partenaire",
                words: &FRENCH,
                ..shell
            },
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
