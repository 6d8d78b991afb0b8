//! When a time can be booked, and why not: diaries, judgement, search, ranking, plans.

pub mod availability;
mod candidates;
pub mod diary;
pub mod judge;
pub mod offers;
pub mod plan;
pub mod ranking;
