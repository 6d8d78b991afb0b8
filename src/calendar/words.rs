//! The words that stand in calendars, in both languages. They say that there is an
//! appointment and nothing about what for: a calendar is shared, and shows on lock screens.

use crate::domain::words::words;

words! {
    /// The words in one language. `busy` is what is shown of a time that is taken, `video` what the link of a
    /// video visit is called.
    #[derive(Debug)]
    pub(super) struct Words {
        busy: "Busy" | "Occupé";
        video: "Video call" | "Appel vidéo";
    }
    impl {
        /// What a patient's event is called.
        appointment(label: &str): "Appointment - {label}" | "Rendez-vous - {label}";
        /// What a practitioner's event is called.
        booked(reference: &str): "Booked - {reference}" | "Réservé - {reference}";
        arrive_before(minutes: u16, unit: &str): "Please arrive {minutes} {unit} early."
            | "Veuillez arriver {minutes} {unit} à l’avance.";
        /// Where the visit can be changed.
        manage(link: &str): "See or change your appointment: {link}" | "Voir ou changer votre rendez-vous\u{a0}: {link}";
        /// The clinic's number.
        telephone(number: &str): "Questions? Call {number}" | "Des questions? Appelez le {number}";
        /// Where a video visit takes place.
        video_at(link: &str): "Video call: {link}" | "Appel vidéo\u{a0}: {link}";
    }
}

impl Words {
    /// How long before to be there.
    pub(super) fn arrive(&self, minutes: u16) -> String {
        self.arrive_before(minutes, if minutes == 1 { "minute" } else { "minutes" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patient::Language;

    #[test]
    fn both_languages_say_the_same() {
        let (en, fr) = (Words::for_language(Language::En), Words::for_language(Language::Fr));
        assert_eq!(en.appointment("Clinic"), "Appointment - Clinic");
        assert_eq!(fr.appointment("Clinique"), "Rendez-vous - Clinique");
        assert_eq!(en.arrive(10), "Please arrive 10 minutes early.");
        assert_eq!(fr.arrive(1), "Veuillez arriver 1 minute à l’avance.");
        assert_eq!(fr.telephone("416 555-0100"), "Des questions? Appelez le 416 555-0100");
    }
}
