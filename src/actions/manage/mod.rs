//! WING.

pub mod audit;
pub mod figures;
pub mod month;
