//! What comes in from outside: answers to mail and texts, what patients press on their page, and
//! requests for a consultation.

pub mod answers;
mod bounces;
pub mod consultation_request;
pub mod mail;
pub mod page;
mod reply_task;
pub mod texts;
mod told_by_text;
mod undelivered;
