//! WING.

pub mod case;
pub mod locked;
pub mod session_view;
pub mod sessions;
pub mod view;
