//! WING.

pub mod availability;
pub mod diary;
pub mod judge;
pub mod plan;
pub mod ranking;
