//! The pages that patients see: the appointment behind a link, how to prepare, whether they want messages, and asking
//! for a consultation.

pub(super) mod consultation;
mod consultation_words;
pub(super) mod messages;
pub(super) mod prepare;
pub(super) mod session;
mod session_words;
