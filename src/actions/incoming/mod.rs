//! WING.

pub mod answers;
pub mod consultation_request;
pub mod page;
pub mod texts;
