//! A course as it is read: its case, its view, its sessions.

pub mod case;
pub mod lock;
pub mod session_view;
pub mod sessions;
pub mod view;
