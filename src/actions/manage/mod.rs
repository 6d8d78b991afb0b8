//! What managers read: the audit, the figures, the month.

pub mod audit;
pub mod figures;
pub mod month;
