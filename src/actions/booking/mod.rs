//! Finding free times, and booking, holding, moving and cancelling sessions.

pub mod book;
pub mod cancel;
pub mod change;
pub mod choices;
pub mod decide;
pub mod diaries;
pub mod hold;
pub mod later;
pub mod new_session;
pub mod places;
pub mod plan;
pub mod prerequisites;
pub mod reschedule;
pub mod slots;
pub mod time_check;
