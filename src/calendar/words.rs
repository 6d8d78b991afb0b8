//! The words that stand in calendars, in both languages. They say that there is an
//! appointment and nothing about what for: a calendar is shared, and shows on lock screens.

use crate::domain::patient::Language;

/// The words in one language.
#[derive(Debug)]
pub(super) struct Words {
    appointment: &'static str,
    booked: &'static str,
    busy: &'static str,
    arrive: &'static str,
    early: &'static str,
    colon: &'static str,
    manage: &'static str,
    telephone: &'static str,
    video: &'static str,
}

const ENGLISH: Words = Words {
    appointment: "Appointment",
    booked: "Booked",
    busy: "Busy",
    arrive: "Please arrive",
    early: "early.",
    colon: ": ",
    manage: "Your appointment",
    telephone: "Telephone",
    video: "Video call",
};

const FRENCH: Words = Words {
    appointment: "Rendez-vous",
    booked: "Réservé",
    busy: "Occupé",
    arrive: "Veuillez arriver",
    early: "à l’avance.",
    colon: "\u{a0}: ",
    manage: "Votre rendez-vous",
    telephone: "Téléphone",
    video: "Appel vidéo",
};

/// The words in this language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &ENGLISH,
        Language::Fr => &FRENCH,
    }
}

impl Words {
    /// What a patient's event is called.
    pub(super) fn appointment(&self, label: &str) -> String {
        format!("{} - {label}", self.appointment)
    }

    /// What a practitioner's event is called.
    pub(super) fn booked(&self, reference: &str) -> String {
        format!("{} - {reference}", self.booked)
    }

    /// What is shown of a time that is taken.
    pub(super) fn busy(&self) -> &'static str {
        self.busy
    }

    /// How long before to be there.
    pub(super) fn arrive(&self, minutes: u16) -> String {
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        format!("{} {minutes} {unit} {}", self.arrive, self.early)
    }

    /// Where the visit can be changed.
    pub(super) fn manage(&self, link: &str) -> String {
        format!("{}{}{link}", self.manage, self.colon)
    }

    /// The clinic's number.
    pub(super) fn telephone(&self, number: &str) -> String {
        format!("{}{}{number}", self.telephone, self.colon)
    }

    /// Where a video visit takes place.
    pub(super) fn video_at(&self, link: &str) -> String {
        format!("{}{}{link}", self.video, self.colon)
    }

    /// What the link of a video visit is called.
    pub(super) fn video(&self) -> &'static str {
        self.video
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        let (en, fr) = (words(Language::En), words(Language::Fr));
        assert_eq!(en.appointment("Clinic"), "Appointment - Clinic");
        assert_eq!(fr.appointment("Clinique"), "Rendez-vous - Clinique");
        assert_eq!(en.arrive(10), "Please arrive 10 minutes early.");
        assert_eq!(fr.arrive(1), "Veuillez arriver 1 minute à l’avance.");
        assert_eq!(fr.telephone("416 555-0100"), "Téléphone\u{a0}: 416 555-0100");
    }
}
