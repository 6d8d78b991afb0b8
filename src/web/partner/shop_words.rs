//! The words of a shop's list, in both languages.

use crate::domain::patient::Language;

/// The words of the page.
pub(super) struct Words {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) until_then: &'static str,
    pub(in crate::web) earlier: &'static str,
    pub(in crate::web) later: &'static str,
    pub(in crate::web) today: &'static str,
    pub(in crate::web) empty: &'static str,
    pub(in crate::web) nobody: &'static str,
    pub(in crate::web) last_laser: &'static str,
    pub(in crate::web) test_patch: &'static str,
    pub(in crate::web) pigment: &'static str,
    pub(in crate::web) depth: &'static str,
    pub(in crate::web) screening: &'static str,
    pub(in crate::web) skin: &'static str,
    pub(in crate::web) report_due: &'static str,
    pub(in crate::web) report_overdue: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    title: "Your list",
    until_then: "two weeks from",
    earlier: "Earlier",
    later: "Later",
    today: "Today",
    empty: "Nothing is referred to you in these days.",
    nobody: "no longer referred",
    last_laser: "last laser",
    test_patch: "test patch",
    pigment: "pigment",
    depth: "depth",
    screening: "screening",
    skin: "skin type",
    report_due: "report due",
    report_overdue: "report overdue",
};

pub(super) const FRENCH: Words = Words {
    title: "Votre liste",
    until_then: "deux semaines à partir du",
    earlier: "Avant",
    later: "Après",
    today: "Aujourd’hui",
    empty: "Rien ne vous est adressé ces jours-ci.",
    nobody: "n’est plus dirigé vers vous",
    last_laser: "dernier laser",
    test_patch: "test",
    pigment: "pigment",
    depth: "profondeur",
    screening: "dépistage",
    skin: "phototype",
    report_due: "rapport attendu",
    report_overdue: "rapport en retard",
};

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
