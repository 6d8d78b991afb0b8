//! The terms of the trade and of a session's status, in both languages.

use crate::domain::patient::Language;
use crate::domain::words::words;

words! {
    fn known_term {
        "pending": "pending" | "à confirmer";
        "booked": "booked" | "confirmé";
        "arrived": "arrived" | "arrivé";
        "checked-in": "checked in" | "accueilli";
        "fulfilled": "fulfilled" | "fait";
        "cancelled": "cancelled" | "annulé";
        "noshow": "noshow" | "absent";
        "laser": "laser" | "laser";
        "saline": "saline" | "solution saline";
        "chemical": "chemical" | "produit chimique";
        "adjustment": "adjustment" | "retouche";
        "remove": "remove" | "enlever";
        "lighten": "lighten" | "éclaircir";
        "fade": "fade" | "atténuer";
        "adjust": "adjust" | "retoucher";
        "frontal_hairline": "frontal hairline" | "ligne frontale";
        "left_temple": "left temple" | "tempe gauche";
        "right_temple": "right temple" | "tempe droite";
        "mid_scalp": "mid scalp" | "milieu du cuir chevelu";
        "vertex": "vertex" | "vertex";
        "left_side": "left side" | "côté gauche";
        "right_side": "right side" | "côté droit";
        "occipital": "occipital" | "occiput";
        "donor_scar": "donor scar" | "cicatrice du prélèvement";
        "smp": "smp" | "SMP";
        "tattoo_ink": "tattoo ink" | "encre de tatouage";
        "unknown": "unknown" | "à déterminer";
        "correct": "correct" | "correcte";
        "too_shallow": "too shallow" | "trop superficielle";
        "too_deep": "too deep" | "trop profonde";
        "clear": "clear" | "sans réserve";
        "not_clear": "not clear" | "avec réserve";
        "acceptable": "acceptable" | "acceptable";
        "reaction": "reaction" | "réaction";
        "colour_change": "colour change" | "changement de couleur";
        "test_patch": "test patch" | "test";
        "requested": "requested" | "envoyé";
        "received": "received" | "reçu";
        "accepted": "accepted" | "accepté";
        "rejected": "rejected" | "refusé";
        "in-progress": "in progress" | "en cours";
        "on-hold": "on hold" | "suspendu";
        "completed": "completed" | "terminé";
        "failed": "failed" | "non achevé";
        "awaiting_date": "awaiting date" | "en attente d’une date";
        "dated": "dated" | "daté";
        "treated_report_due": "treated report due" | "rapport attendu";
        "report_overdue": "report overdue" | "rapport en retard";
        "open": "open" | "en attente d’une réponse";
        "declined": "declined" | "non retenu";
        "superseded": "superseded" | "remplacé";
        "stopped": "stopped" | "interrompu";
        "not-done": "not done" | "non fait";
        "none": "none" | "aucune";
        "frosting": "frosting" | "blanchiment";
        "erythema": "erythema" | "érythème";
        "oedema": "oedema" | "œdème";
        "purpura": "purpura" | "purpura";
        "pinpoint_bleeding": "pinpoint bleeding" | "saignement ponctuel";
        "blister": "blister" | "cloque";
        "epidermal_splatter": "epidermal splatter" | "projection d’épiderme";
        "mild": "mild" | "légère";
        "moderate": "moderate" | "modérée";
        "severe": "severe" | "grave";
        "consultation": "consultation" | "consultation";
        "assessment": "assessment" | "évaluation";
        "review": "review" | "contrôle";
        "laser_partial": "laser partial" | "laser, partiel";
        "laser_full": "laser full" | "laser, complet";
    }
}

/// A code in the language of a shop; an unknown one as it is spelled.
pub(in crate::web) fn term(language: Language, code: &str) -> String {
    known_term(language, code).map_or_else(|| code.replace(['_', '-'], " "), str::to_owned)
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
        fn check<T: VariantArray + ToString>(left_out: &[&str]) {
            for code in T::VARIANTS
                .iter()
                .map(ToString::to_string)
                .filter(|code| !left_out.contains(&code.as_str()))
            {
                assert!(known_term(Language::Fr, &code).is_some(), "{code}");
            }
        }
        check::<SessionStatus>(&["proposed", "waitlist", "entered-in-error"]);
        check::<Zone>(&[]);
        check::<Goal>(&[]);
        check::<Pigment>(&[]);
        check::<Depth>(&[]);
        check::<Method>(&[]);
        check::<Screening>(&[]);
        check::<TestPatchResult>(&[]);
        check::<ReferralStatus>(&["draft", "entered-in-error"]);
        check::<BusinessStatus>(&[]);
        check::<ProposalStatus>(&[]);
        check::<Outcome>(&[]);
        check::<Endpoint>(&[]);
        check::<Severity>(&[]);
    }
}
