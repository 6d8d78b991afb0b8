//! What surrounds every page of who is signed in: the way around, who they are, and the
//! scripts that lock the page when nobody is there.

use crate::actions::App;
use crate::actions::access::browsers::Person;
use crate::domain::patient::Language;
use crate::domain::role::{MANAGERS, Role, STAFF};

use super::assets;
use super::style::STYLE;

/// Where somebody is, for the way around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Here {
    Day,
    Week,
    Tasks,
    Manage,
    Partner,
    PartnerAddresses,
    Account,
}

/// What the frame says itself.
pub(in crate::web) struct ShellWords {
    pub(in crate::web) lang: &'static str,
    pub(in crate::web) skip: &'static str,
    pub(in crate::web) main: &'static str,
    pub(in crate::web) visits: &'static str,
    pub(in crate::web) addresses: &'static str,
    pub(in crate::web) lock: &'static str,
    pub(in crate::web) sign_out: &'static str,
    pub(in crate::web) locked: &'static str,
    pub(in crate::web) nobody_here: &'static str,
    pub(in crate::web) password: &'static str,
    pub(in crate::web) open: &'static str,
    pub(in crate::web) demonstration: &'static str,
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
pub(in crate::web) struct Shell {
    pub(in crate::web) style: &'static str,
    pub(in crate::web) clinic: String,
    pub(in crate::web) name: String,
    pub(in crate::web) role: &'static str,
    pub(in crate::web) is_staff: bool,
    pub(in crate::web) is_manager: bool,
    pub(in crate::web) here: Here,
    pub(in crate::web) lock_minutes: u16,
    pub(in crate::web) script: String,
    pub(in crate::web) desk_script: String,
    pub(in crate::web) words: &'static ShellWords,
    pub(in crate::web) demonstration: bool,
}

impl Shell {
    /// The frame that `person` sees.
    pub(in crate::web) fn of(app: &App, person: &Person, here: Here) -> Self {
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
    pub(in crate::web) fn for_shop(
        app: &App,
        person: &Person,
        here: Here,
        language: Language,
    ) -> Self {
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
pub(in crate::web) fn spoken(role: Role) -> &'static str {
    match role {
        Role::FrontDesk => "front desk",
        Role::Practitioner => "practitioner",
        Role::Manager => "manager",
        Role::Partner => "partner shop",
        Role::Patient => "patient",
    }
}
