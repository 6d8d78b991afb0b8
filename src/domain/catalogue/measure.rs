//! Whole numbers that stand in a range: pain, percent, wavelength.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// A whole number within its range.
#[derive(Debug, Error)]
#[error("must be {0} to {1}")]
pub struct OutOfRange(u16, u16);

macro_rules! ranged {
    ($($(#[$meta:meta])* $name:ident($min:tt..=$max:tt)),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "u16", into = "u16")]
        #[schema(value_type = u16, minimum = $min, maximum = $max)]
        pub struct $name(u16);
        impl TryFrom<u16> for $name {
            type Error = OutOfRange;
            fn try_from(n: u16) -> Result<Self, OutOfRange> {
                ($min..=$max).contains(&n).then_some(Self(n)).ok_or(OutOfRange($min, $max))
            }
        }
        impl From<$name> for u16 {
            fn from(n: $name) -> Self {
                n.0
            }
        }
    )+};
}
ranged! {
    /// Pain as the patient says it, 0 none to 10 worst.
    Pain(0..=10),
    /// Percent of pigment gone against the baseline photo.
    Percent(0..=100),
    /// Wavelength of light, nanometres.
    Wavelength(200..=12000),
}
