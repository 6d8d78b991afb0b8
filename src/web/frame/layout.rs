//! The layout of every page of a signed-in user: navigation, the user's name, and the scripts that lock the page
//! after some minutes without use.

use super::assets;
use super::signed_in::SignedIn;
use crate::domain::patient::Language;
use crate::domain::role::{MANAGERS, Role, STAFF};
use crate::domain::words::words;

/// The items of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIs)]
pub(in crate::web) enum NavItem {
    Day,
    Week,
    Tasks,
    Manage,
    Partner,
    PartnerAddresses,
    Account,
}

words! {
    pub(in crate::web) struct LayoutWords {
        lang: "en" | "fr";
        skip: "Skip to the content" | "Aller au contenu";
        main: "Main" | "Principal";
        visits: "Visits" | "Visites";
        addresses: "Calendar and links" | "Calendrier et liens";
        lock: "Lock" | "Verrouiller";
        sign_out: "Sign out" | "Se déconnecter";
        locked: "Locked" | "Page verrouillée";
        locked_explanation: "Nobody was here for a while. Your password opens the page again; what you typed is still there." | "Personne n’était là depuis un moment. Votre mot de passe rouvre la page; ce que vous avez saisi y est toujours.";
        password: "Password" | "Mot de passe";
        open: "Open" | "Ouvrir";
        partner: "partner shop" | "atelier partenaire";
        demonstration: "Demonstration data: nobody in it is real." | "Données de démonstration : personne n’y est réel.";
    }
}

/// A link of a second navigation below the first.
pub(in crate::web) struct Tab {
    pub(in crate::web) href: &'static str,
    pub(in crate::web) label: &'static str,
    pub(in crate::web) current: bool,
}

/// What `frame/layout.html` is filled with.
pub(in crate::web) struct Layout {
    pub(in crate::web) clinic: String,
    pub(in crate::web) name: String,
    pub(in crate::web) role: &'static str,
    pub(in crate::web) is_staff: bool,
    pub(in crate::web) is_manager: bool,
    pub(in crate::web) current: NavItem,
    pub(in crate::web) tabs: Vec<Tab>,
    pub(in crate::web) lock_minutes: u16,
    pub(in crate::web) script: String,
    pub(in crate::web) desk_script: String,
    pub(in crate::web) words: &'static LayoutWords,
    pub(in crate::web) demonstration: bool,
}

impl Layout {
    pub(in crate::web) fn new(user: &SignedIn, current: NavItem) -> Self {
        let (app, role) = (&user.app, user.role());
        Self {
            clinic: app.profile.label.to_string(),
            name: user.person.actor.name.clone(),
            role: role_name(role),
            is_staff: STAFF.contains(&role),
            is_manager: MANAGERS.contains(&role),
            current,
            tabs: Vec::new(),
            lock_minutes: app.policy.sign_in_lock_minutes,
            script: assets::address("page.js"),
            desk_script: assets::address("desk.js"),
            words: LayoutWords::for_language(Language::En),
            demonstration: app.is_demonstration(),
        }
    }

    /// The layout for a shop that reads `language`.
    pub(in crate::web) fn for_shop(user: &SignedIn, current: NavItem, language: Language) -> Self {
        let words = LayoutWords::for_language(language);
        Self { role: words.partner, words, ..Self::new(user, current) }
    }
}

/// A role in words.
pub(in crate::web) fn role_name(role: Role) -> &'static str {
    match role {
        Role::FrontDesk => "front desk",
        Role::Practitioner => "practitioner",
        Role::Manager => "manager",
        Role::Partner => "partner shop",
        Role::Patient => "patient",
    }
}
