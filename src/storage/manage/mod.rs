//! WING.

pub mod figures;
