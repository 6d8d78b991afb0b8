//! The words of the public page that asks for a consultation, in both languages.

use crate::domain::patient::Language;

/// The words of the page.
pub(super) struct Words {
    pub(in crate::web) language: Language,
    pub(in crate::web) title: &'static str,
    pub(in crate::web) lead: &'static str,
    pub(in crate::web) name: &'static str,
    pub(in crate::web) phone: &'static str,
    pub(in crate::web) phone_hint: &'static str,
    pub(in crate::web) bad_phone: &'static str,
    pub(in crate::web) email: &'static str,
    pub(in crate::web) email_hint: &'static str,
    pub(in crate::web) bad_email: &'static str,
    pub(in crate::web) wish: &'static str,
    pub(in crate::web) wish_hint: &'static str,
    pub(in crate::web) leave_empty: &'static str,
    pub(in crate::web) send: &'static str,
    pub(in crate::web) or_call: &'static str,
    pub(in crate::web) too_soon: &'static str,
    pub(in crate::web) too_old: &'static str,
    pub(in crate::web) thanks: &'static str,
    pub(in crate::web) we_call: &'static str,
    pub(in crate::web) other: &'static str,
    pub(in crate::web) other_code: &'static str,
}

const ENGLISH: Words = Words {
    language: Language::En,
    title: "Schedule a consultation",
    lead: "Tell us how to reach you. We call you back and find a time together.",
    name: "Your name",
    phone: "Telephone",
    phone_hint: "With the area code, such as 416 555 0123",
    bad_phone: "That is no telephone number that can be called from Canada. Write it with its area code.",
    email: "Email",
    email_hint: "May be left empty",
    bad_email: "That is no email address.",
    wish: "What do you wish?",
    wish_hint: "A few words are enough. What is private you can tell us when we call.",
    leave_empty: "Leave this empty",
    send: "Send",
    or_call: "Or call us:",
    too_soon: "That was quick. Wait a moment, and send it again.",
    too_old: "This page was open for very long. Everything is still here: send it again.",
    thanks: "Thank you",
    we_call: "We have your wish, and call you back.",
    other: "Français",
    other_code: "fr",
};

const FRENCH: Words = Words {
    language: Language::Fr,
    title: "Prendre rendez-vous pour une consultation",
    lead: "Dites-nous comment vous joindre. Nous vous rappelons pour convenir d’un moment.",
    name: "Votre nom",
    phone: "Téléphone",
    phone_hint: "Avec l’indicatif régional, par exemple 416 555 0123",
    bad_phone: "Ce n’est pas un numéro que l’on peut appeler du Canada. Écrivez-le avec l’indicatif régional.",
    email: "Courriel",
    email_hint: "Facultatif",
    bad_email: "Ce n’est pas une adresse de courriel.",
    wish: "Que souhaitez-vous ?",
    wish_hint: "Quelques mots suffisent. Ce qui est personnel, vous pourrez nous le dire de vive voix.",
    leave_empty: "Laissez ce champ vide",
    send: "Envoyer",
    or_call: "Ou appelez-nous :",
    too_soon: "C’était rapide. Attendez un instant et envoyez de nouveau.",
    too_old: "Cette page est restée ouverte très longtemps. Tout y est encore : envoyez de nouveau.",
    thanks: "Merci",
    we_call: "Nous avons votre demande et nous vous rappelons.",
    other: "English",
    other_code: "en",
};

/// The words in `language`.
pub(super) fn of(language: Language) -> &'static Words {
    match language {
        Language::En => &ENGLISH,
        Language::Fr => &FRENCH,
    }
}

impl Words {
    /// That too many forms came from one address.
    pub(super) fn slow_down(&self, seconds: u64) -> String {
        let minutes = seconds.div_ceil(60);
        match self.language {
            Language::En => {
                format!("Too many were sent from here. Try again in {minutes} min, or call us.")
            }
            Language::Fr => format!(
                "Trop d’envois sont partis d’ici. Réessayez dans {minutes} min, ou appelez-nous."
            ),
        }
    }
}

/// The language that a browser asks for first, of those that there are: `fr-CA, en;q=0.8`.
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
        let weight = parts
            .find_map(|one| one.strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
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
