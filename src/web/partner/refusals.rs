//! Refusals in the language that a shop reads. The sentences of the rules are English; the French of those that a shop
//! can meet is here.

use super::words::Words;
use crate::actions::Error;
use crate::domain::catalogue::measure::Wavelength;
use crate::domain::patient::Language;
use crate::domain::refusal::{Code, Refusal};
use crate::web::frame::form::field_error::{FieldError, field_errors};
use crate::web::frame::terms::term;

/// What was refused, for the form to say; an error that no form can mend is returned.
pub(super) fn refusal_errors(
    words: &Words,
    wavelengths: &[Wavelength],
    error: Error,
) -> Result<Vec<FieldError>, Error> {
    field_errors(error, words.stale, |refusal| refusal_words(words.language, wavelengths, refusal))
}

fn refusal_words(language: Language, wavelengths: &[Wavelength], refusal: Refusal) -> String {
    let french = match (language, refusal.code) {
        (Language::En, _) => None,
        (Language::Fr, code) => in_french(wavelengths, code),
    };
    french.unwrap_or(refusal.message)
}

fn in_french(wavelengths: &[Wavelength], code: Code) -> Option<String> {
    let words = match code {
        Code::ReferralNotAllowedFrom(status) => {
            let status = term(Language::Fr, status);
            return Some(format!("Cet aiguillage est {status} ; cela n’y est plus possible."));
        }
        Code::NotAllowedFrom(status) => {
            let status = term(Language::Fr, status);
            return Some(format!("Ce rendez-vous est {status} ; cela n’y est plus possible."));
        }
        Code::ParameterOutOfRange => {
            let known: Vec<_> =
                wavelengths.iter().map(|one| format!("{} nm", u16::from(*one))).collect();
            return Some(format!("Vos appareils ont ces longueurs d’onde : {}.", known.join(", ")));
        }
        Code::StartInPast => "Ce moment est passé.",
        Code::TooFarAhead => {
            "Ce jour est trop éloigné : on ne prend pas encore de rendez-vous pour cette date."
        }
        Code::NoSuchLocalTime => "Cette heure n’existe pas ce jour-là : l’horloge avance.",
        Code::NothingToAnswer => "Rien dans cet aiguillage n’attend cette réponse.",
        Code::TooEarlyToReport => "Ce rendez-vous n’a pas commencé ; faites votre rapport ensuite.",
        Code::RecordIncomplete => {
            "Une séance terminée demande au moins un jeu de réglages, la réaction, la douleur et la vérification des lunettes."
        }
        Code::ReferralFull => "Toutes les séances de cet aiguillage ont leur date.",
        Code::DisclosureConsentMissing => "Le patient ne permet plus que vous soyez informé.",
        Code::PartnerNotEligible => {
            "Un de vos documents est échu ou manque au dossier. Appelez la clinique."
        }
        Code::NotOfferedByPartner => "Vous n’offrez pas ce service.",
        _ => return None,
    };
    Some(words.to_owned())
}
