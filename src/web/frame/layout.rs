//! What surrounds every page of who is signed in: the way around, who they are, and the
//! scripts that lock the page when nobody is there.

use super::assets;
use super::style::STYLE;
use crate::actions::App;
use crate::actions::access::browsers::Person;
use crate::domain::patient::Language;
use crate::domain::role::{MANAGERS, Role, STAFF};
use crate::web::frame::words::words;

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

words! {
    /// What the frame says itself.
    pub(in crate::web) struct ShellWords {
        lang: "en" | "fr";
        skip: "Skip to the content" | "Aller au contenu";
        main: "Main" | "Principal";
        visits: "Visits" | "Visites";
        addresses: "Calendar and links" | "Calendrier et liens";
        lock: "Lock" | "Verrouiller";
        sign_out: "Sign out" | "Se déconnecter";
        locked: "Locked" | "Page verrouillée";
        nobody_here: "Nobody was here for a while. Your password opens the page again; what you typed is still there." | "Personne n’était là depuis un moment. Votre mot de passe rouvre la page ; ce que vous avez saisi y est toujours.";
        password: "Password" | "Mot de passe";
        open: "Open" | "Ouvrir";
        partner: "partner shop" | "atelier partenaire";
        demonstration: "Demonstration data: nobody in it is real." | "Données de démonstration : personne n’y est réel.";
    }
}

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
            words: ShellWords::of(Language::En),
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
        let words = ShellWords::of(language);
        Self { role: words.partner, words, ..Self::of(app, person, here) }
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
