//! What a provider's code says of a text that did not reach its telephone, and what is done about
//! it (the codes are Twilio's; other providers of that shape use the same).

/// What is done about a text that did not reach its telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFailure {
    /// The number takes no texts, now or later.
    Dead,
    /// Its owner wants none.
    OptedOut,
    /// It was switched off or out of reach: tried once more.
    OutOfReach,
    /// Filtered as spam: about the clinic, not about the number.
    Filtered,
    /// Unknown why: tried once more.
    Unknown,
    /// Given up.
    GivenUp,
}

impl TextFailure {
    /// What `code` says.
    #[must_use]
    pub fn of_code(code: u32) -> Self {
        match code {
            21211 | 21614 | 21635 | 30006 => Self::Dead,
            21610 => Self::OptedOut,
            30003 => Self::OutOfReach,
            30007 => Self::Filtered,
            30008 => Self::Unknown,
            _ => Self::GivenUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_says_what_is_done() {
        for (codes, what) in [
            (&[21211, 21614, 21635, 30006][..], TextFailure::Dead),
            (&[21610], TextFailure::OptedOut),
            (&[30003], TextFailure::OutOfReach),
            (&[30007], TextFailure::Filtered),
            (&[30008], TextFailure::Unknown),
            (&[30004, 30005, 1, 0], TextFailure::GivenUp),
        ] {
            assert!(codes.iter().all(|code| TextFailure::of_code(*code) == what), "{codes:?}");
        }
    }
}
