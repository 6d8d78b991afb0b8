//! What is said to patients, shops and staff, when, and what an answer means.

pub mod alarm;
pub mod call;
pub mod due;
pub mod feed;
pub mod gsm7;
pub mod message;
pub mod notice;
pub mod plan;
pub mod reply;
pub mod retry;
pub mod task;
pub mod telling;
#[cfg(test)]
mod telling_story;
pub mod text_answer;
pub mod text_change;
pub mod text_failure;
pub mod text_wording;
pub mod wording;
