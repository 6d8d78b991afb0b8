//! WING.

pub(super) mod consultation;
mod consultation_words;
pub(super) mod prepare;
pub(super) mod session;
mod session_words;
