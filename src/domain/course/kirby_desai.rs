//! The Kirby-Desai score (J Clin Aesthet Dermatol 2009;2(3):32-37): six scores whose sum
//! is about the number of sessions that tattoo ink takes, give or take 2.5. It predicts
//! too many for true SMP pigment, so it stands beside the estimate and never changes it
//! (rule 9).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clinic::policy::Policy;
use crate::domain::codes::codes;
use crate::domain::patient::Fitzpatrick;

codes! {
    /// Colours of the ink.
    InkColours in "snake_case" { Black, MostlyBlackAndRed, MostlyBlackRedAndOthers, Multiple }
}

codes! {
    /// How much ink there is.
    InkAmount in "snake_case" { Amateur, Minimal, Moderate, Significant }
}

codes! {
    /// Scars and changed tissue.
    Scarring in "snake_case" { None, Minimal, Moderate, Significant }
}

/// How the ink looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ink {
    /// Its colours.
    pub colours: InkColours,
    /// How much of it.
    pub amount: InkAmount,
    /// Scars and changed tissue.
    pub scarring: Scarring,
    /// Whether it lies over older ink.
    pub layered: bool,
}

/// The score and what it says.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KirbyDesai {
    /// The sum of the six scores.
    pub score: u16,
    /// Give or take so many sessions.
    pub plus_minus: f64,
    /// Fewest sessions by it, within what a course is planned for.
    pub min: f64,
    /// Most sessions by it, within what a course is planned for.
    pub max: f64,
    /// What to say beside it.
    #[schema(example = "Reference for tattoo ink; the estimate does not change with it.")]
    pub text: String,
}

const PLUS_MINUS: f64 = 2.5;
/// Head and neck, where scalps are.
const HEAD: u16 = 1;

/// The score of `ink` in skin of type `skin`, on a scalp.
#[must_use]
pub fn score(ink: Ink, skin: Fitzpatrick, policy: &Policy) -> KirbyDesai {
    let type_points = match skin {
        Fitzpatrick::I => 1,
        Fitzpatrick::II => 2,
        Fitzpatrick::III => 3,
        Fitzpatrick::IV => 4,
        Fitzpatrick::V => 5,
        Fitzpatrick::VI => 6,
    };
    let colours = match ink.colours {
        InkColours::Black => 1,
        InkColours::MostlyBlackAndRed => 2,
        InkColours::MostlyBlackRedAndOthers => 3,
        InkColours::Multiple => 4,
    };
    let amount = match ink.amount {
        InkAmount::Amateur => 1,
        InkAmount::Minimal => 2,
        InkAmount::Moderate => 3,
        InkAmount::Significant => 4,
    };
    let scarring = match ink.scarring {
        Scarring::None => 0,
        Scarring::Minimal => 1,
        Scarring::Moderate => 3,
        Scarring::Significant => 5,
    };
    let score = type_points + HEAD + colours + amount + scarring + if ink.layered { 2 } else { 0 };
    let most = f64::from(policy.plan_ceiling);
    let within = |sessions: f64| sessions.clamp(1.0, most);
    let over = f64::from(score) + PLUS_MINUS > most;
    let text = if over {
        format!(
            "Reference for tattoo ink, cut to the {} sessions that a course is planned for; the estimate does not change with it.",
            policy.plan_ceiling
        )
    } else {
        "Reference for tattoo ink; the estimate does not change with it.".to_owned()
    };
    KirbyDesai {
        score,
        plus_minus: PLUS_MINUS,
        min: within(f64::from(score) - PLUS_MINUS),
        max: within(f64::from(score) + PLUS_MINUS),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Ink = Ink {
        colours: InkColours::Black,
        amount: InkAmount::Minimal,
        scarring: Scarring::None,
        layered: false,
    };

    #[test]
    fn the_worked_examples_of_the_literature_come_out() {
        let policy = Policy::default();
        // A scalp, black, Fitzpatrick II, minimal ink (`docs/domain.md` 1.4); eyebrows, Fitzpatrick III, amateur (S14).
        assert_eq!(score(PLAIN, Fitzpatrick::II, &policy).score, 6);
        let eyebrows = Ink { amount: InkAmount::Amateur, ..PLAIN };
        assert_eq!(score(eyebrows, Fitzpatrick::III, &policy).score, 6);
    }

    #[test]
    fn the_most_of_a_scalp_is_22_and_is_cut_to_the_ceiling_and_says_so() {
        let worst = Ink {
            colours: InkColours::Multiple,
            amount: InkAmount::Significant,
            scarring: Scarring::Significant,
            layered: true,
        };
        let shown = score(worst, Fitzpatrick::VI, &Policy::default());
        assert_eq!((shown.score, shown.min, shown.max), (22, 10.0, 10.0));
        assert!(shown.text.contains("cut to the 10"));
    }
}
