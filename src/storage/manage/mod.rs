//! What the figures count.

pub mod figures;
