//! What comes in from outside: answers to mail and texts, what patients press on their page, and
//! requests for a consultation.

pub mod answers;
pub mod consultation_request;
mod filing;
pub mod mail;
pub mod page;
pub mod texts;
