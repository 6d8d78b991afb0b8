//! The words of the public page that asks for a consultation, in both languages.

use crate::domain::patient::Language;
use crate::domain::words::words;

words! {
    pub(super) struct Words {
        title: "Schedule a consultation" | "Prendre rendez-vous pour une consultation";
        lead: "Tell us how to reach you. We call you back and find a time together." | "Dites-nous comment vous joindre. Nous vous rappelons pour convenir d’un moment.";
        name: "Your name" | "Votre nom";
        phone: "Telephone" | "Téléphone";
        phone_hint: "With the area code, such as 416 555 0123" | "Avec l’indicatif régional, par exemple 416 555 0123";
        bad_phone: "That is no telephone number that can be called from Canada. Write it with its area code." | "Ce n’est pas un numéro que l’on peut appeler du Canada. Écrivez-le avec l’indicatif régional.";
        email: "Email" | "Courriel";
        email_hint: "May be left empty" | "Facultatif";
        bad_email: "That is no email address." | "Ce n’est pas une adresse de courriel.";
        wish: "What do you wish?" | "Que souhaitez-vous ?";
        wish_hint: "A few words are enough. What is private you can tell us when we call." | "Quelques mots suffisent. Ce qui est personnel, vous pourrez nous le dire de vive voix.";
        leave_empty: "Leave this empty" | "Laissez ce champ vide";
        send: "Send" | "Envoyer";
        or_call: "Or call us:" | "Ou appelez-nous :";
        too_soon: "That was quick. Wait a moment, and send it again." | "C’était rapide. Attendez un instant et envoyez de nouveau.";
        too_old: "This page was open for very long. Everything is still here: send it again." | "Cette page est restée ouverte très longtemps. Tout y est encore : envoyez de nouveau.";
        thanks: "Thank you" | "Merci";
        we_call: "We have your wish, and call you back." | "Nous avons votre demande et nous vous rappelons.";
        other: "Français" | "English";
        other_code: "fr" | "en";
    }
    impl {
        slow_down(minutes: u64): "Too many were sent from here. Try again in {minutes} min, or call us." | "Trop d’envois sont partis d’ici. Réessayez dans {minutes} min, ou appelez-nous.";
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
