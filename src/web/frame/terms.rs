//! The terms of the trade and of a visit's state, in both languages.

use crate::domain::patient::Language;

/// The terms of the trade and of a visit's state in French; in English they are read as they are spelled.
const TERMS: &[(&str, &str)] = &[
    ("pending", "à confirmer"),
    ("booked", "confirmé"),
    ("arrived", "arrivé"),
    ("checked-in", "accueilli"),
    ("fulfilled", "fait"),
    ("cancelled", "annulé"),
    ("noshow", "absent"),
    ("laser", "laser"),
    ("saline", "solution saline"),
    ("chemical", "produit chimique"),
    ("adjustment", "retouche"),
    ("remove", "enlever"),
    ("lighten", "éclaircir"),
    ("fade", "atténuer"),
    ("adjust", "retoucher"),
    ("frontal_hairline", "ligne frontale"),
    ("left_temple", "tempe gauche"),
    ("right_temple", "tempe droite"),
    ("mid_scalp", "milieu du cuir chevelu"),
    ("vertex", "vertex"),
    ("left_side", "côté gauche"),
    ("right_side", "côté droit"),
    ("occipital", "occiput"),
    ("donor_scar", "cicatrice du prélèvement"),
    ("smp", "SMP"),
    ("tattoo_ink", "encre de tatouage"),
    ("unknown", "à déterminer"),
    ("correct", "correcte"),
    ("too_shallow", "trop superficielle"),
    ("too_deep", "trop profonde"),
    ("clear", "sans réserve"),
    ("not_clear", "avec réserve"),
    ("acceptable", "acceptable"),
    ("reaction", "réaction"),
    ("colour_change", "changement de couleur"),
    ("test_patch", "test"),
    ("requested", "envoyé"),
    ("received", "reçu"),
    ("accepted", "accepté"),
    ("rejected", "refusé"),
    ("in-progress", "en cours"),
    ("on-hold", "suspendu"),
    ("completed", "terminé"),
    ("failed", "non achevé"),
    ("awaiting_date", "en attente d’une date"),
    ("dated", "daté"),
    ("treated_report_due", "rapport attendu"),
    ("report_overdue", "rapport en retard"),
    ("open", "en attente d’une réponse"),
    ("declined", "non retenu"),
    ("superseded", "remplacé"),
    ("stopped", "interrompu"),
    ("not-done", "non fait"),
    ("none", "aucune"),
    ("frosting", "blanchiment"),
    ("erythema", "érythème"),
    ("oedema", "œdème"),
    ("purpura", "purpura"),
    ("pinpoint_bleeding", "saignement ponctuel"),
    ("blister", "cloque"),
    ("epidermal_splatter", "projection d’épiderme"),
    ("mild", "légère"),
    ("moderate", "modérée"),
    ("severe", "grave"),
    ("consultation", "consultation"),
    ("assessment", "évaluation"),
    ("review", "contrôle"),
    ("laser_partial", "laser, partiel"),
    ("laser_full", "laser, complet"),
];

/// A code as a shop reads it.
pub(in crate::web) fn term(language: Language, code: &str) -> String {
    match language {
        Language::En => code.replace(['_', '-'], " "),
        Language::Fr => {
            let known = TERMS.iter().find(|(known, _)| *known == code);
            known.map_or_else(
                || code.replace(['_', '-'], " "),
                |(_, french)| (*french).to_owned(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::service::Method;
    use crate::domain::course::record::{Endpoint, Severity, TestPatchResult};
    use crate::domain::course::status::{Outcome, SessionStatus};
    use crate::domain::course::{Depth, Goal, Pigment, Zone};
    use crate::domain::partner::referral::{
        BusinessStatus, ProposalStatus, ReferralStatus, Screening,
    };
    use strum::VariantArray;

    #[test]
    fn every_code_that_a_shop_reads_has_its_french() {
        fn known<T: VariantArray + ToString>(left_out: &[&str]) {
            for code in T::VARIANTS
                .iter()
                .map(ToString::to_string)
                .filter(|code| !left_out.contains(&code.as_str()))
            {
                assert!(TERMS.iter().any(|(known, _)| *known == code), "{code}");
            }
        }
        known::<SessionStatus>(&["proposed", "waitlist", "entered-in-error"]);
        known::<Zone>(&[]);
        known::<Goal>(&[]);
        known::<Pigment>(&[]);
        known::<Depth>(&[]);
        known::<Method>(&[]);
        known::<Screening>(&[]);
        known::<TestPatchResult>(&[]);
        known::<ReferralStatus>(&["draft", "entered-in-error"]);
        known::<BusinessStatus>(&[]);
        known::<ProposalStatus>(&[]);
        known::<Outcome>(&[]);
        known::<Endpoint>(&[]);
        known::<Severity>(&[]);
    }
}
