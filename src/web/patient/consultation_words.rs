//! The words of the public page that asks for a consultation, in both languages.

use crate::domain::patient::Language;
use crate::domain::words::words;

words! {
    pub(super) struct Words {
        title: "Schedule a consultation" | "Prendre rendez-vous pour une consultation";
        lead: "Tell us how to reach you. We’ll call you back to find a time." | "Dites-nous comment vous joindre. Nous vous rappellerons pour trouver un moment.";
        name: "Your name" | "Votre nom";
        phone: "Phone" | "Téléphone";
        phone_hint: "With the area code, for example 416 555-0123" | "Avec l’indicatif régional, par exemple 416 555-0123";
        bad_phone: "This number can’t be called from Canada. Please check it, with its area code." | "Ce numéro ne peut pas être appelé du Canada. Veuillez le vérifier, avec l’indicatif régional.";
        letters_in_phone: "Please use digits only, and write an extension after “ext.”." | "Utilisez seulement des chiffres, et indiquez le poste après « poste ».";
        email: "Email" | "Courriel";
        email_hint: "Optional" | "Facultatif";
        bad_email: "This is not an email address. Please check it." | "Ce n’est pas une adresse de courriel. Veuillez la vérifier.";
        wish: "How can we help?" | "Comment pouvons-nous vous aider?";
        wish_hint: "A few words are enough. You can tell us anything private when we call." | "Quelques mots suffisent. Vous pourrez nous dire ce qui est personnel lorsque nous vous appellerons.";
        leave_empty: "Leave this empty" | "Laissez ce champ vide";
        send: "Send" | "Envoyer";
        or_call: "Or call us:" | "Ou appelez-nous :";
        too_soon: "Please wait a moment, then press Send again." | "Veuillez attendre un instant, puis appuyer de nouveau sur Envoyer.";
        too_old: "This page was open for a long time. Nothing is lost: please press Send again." | "Cette page est restée ouverte longtemps. Rien n’est perdu : veuillez appuyer de nouveau sur Envoyer.";
        thanks: "Thank you" | "Merci";
        we_call: "We’ll call you back." | "Nous vous rappellerons.";
        other: "Français" | "English";
        other_code: "fr" | "en";
    }
    impl {
        slow_down(minutes: u64): "Too many requests were sent from here. Please try again in {minutes} min, or call us." | "Trop de demandes ont été envoyées d’ici. Veuillez réessayer dans {minutes} min ou nous appeler.";
    }
}

/// The language that a browser prefers, as in `fr-CA, en;q=0.8`, of the two that pages have.
pub(super) fn preferred(accepted: &str) -> Language {
    let mut best = (Language::En, 0.0_f32);
    for part in accepted.split(',') {
        let mut parts = part.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_lowercase();
        let language = match tag.split('-').next() {
            Some("en") => Language::En,
            Some("fr") => Language::Fr,
            _ => continue,
        };
        let weight = parts.find_map(|one| one.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_language_of_ours_is_taken() {
        for (accepted, language) in [
            ("", Language::En),
            ("de, ja;q=0.5", Language::En),
            ("fr-CA,fr;q=0.9,en;q=0.8", Language::Fr),
            ("en;q=0.8, fr;q=0.9", Language::Fr),
            ("en-CA, fr;q=0.9", Language::En),
            ("fr;q=0, en;q=0.1", Language::En),
            ("FR;q=x", Language::Fr),
        ] {
            assert_eq!(preferred(accepted), language, "{accepted}");
        }
    }
}
