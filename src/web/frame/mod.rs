//! WING.

pub(super) mod assets;
pub(super) mod form;
pub(super) mod layout;
pub(super) mod page;
pub(super) mod style;
