//! The figures of the clinic.

pub mod figures;
